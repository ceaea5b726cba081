import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { runPolicy } from "../acceptance/proxy-process.js";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

interface Step {
  readonly name: string;
  readonly if?: string;
  readonly uses?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}
interface Action {
  readonly inputs: Readonly<Record<string, { description: string; default?: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const action = parse(await readFile(join(root, "action.yml"), "utf8")) as Action;
const hooks = parse(await readFile(join(root, ".pre-commit-hooks.yaml"), "utf8")) as readonly Readonly<
  Record<string, unknown>
>[];

/** The action may be tested on a branch that does not have `policy diff` yet. */
const hasDiff = (await runPolicy(["help"])).stdout.includes("  diff ");

/** Every `policy COMMAND --option…` in a text exists in the real command. */
async function expectCommandsExist(text: string): Promise<void> {
  const commands = [...text.matchAll(/\bpolicy (check|fmt|test|diff)\b([^\n]*)/g)];
  expect(commands.length).toBeGreaterThan(0);
  for (const [, command = "", rest = ""] of commands) {
    if (command === "diff" && !hasDiff) continue;
    const { code, stdout } = await runPolicy([command, "--help"]);
    expect(code).toBe(0);
    for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(stdout, `policy ${command}`).toContain(option);
  }
}

describe("the GitHub Action", () => {
  let folder: string;
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: folder });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-action-"));
    await cp(join(root, "cli/starter"), join(folder, "rules"), { recursive: true });
    // `npx --yes --package=… policy …` as the runner would find it, without a registry.
    const npx = `#!/usr/bin/env bash\nshift 3\nexec ${JSON.stringify(process.execPath)} ${JSON.stringify(join(root, "dist/cli/main.js"))} "$@"\n`;
    await mkdir(join(folder, "bin"));
    await writeFile(join(folder, "bin/npx"), npx);
    await chmod(join(folder, "bin/npx"), 0o755);
    await git("init", "--quiet");
    await git("add", "rules");
    await git("commit", "--quiet", "-m", "base");
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is a composite action whose steps say their shell and use only inputs that exist", () => {
    expect(action.runs.using).toBe("composite");
    for (const step of action.runs.steps) {
      expect(step.run === undefined, step.name).toBe(step.uses !== undefined);
      if (step.run !== undefined) expect(step.shell).toBe("bash");
      const used = [...JSON.stringify(step).matchAll(/inputs\.(\w+)/g)].map(([, name]) => name);
      for (const name of used) expect(Object.keys(action.inputs)).toContain(name);
      // Inputs reach scripts as variables: put into the script's text they could run anything.
      expect(step.run ?? "").not.toContain("${{");
    }
  });

  it("runs commands that exist", async () => {
    for (const { run: script } of action.runs.steps) if (script !== undefined) await expectCommandsExist(script);
  });

  /** Runs a step's script as the runner does. */
  const runStep = async (name: string, inputs: Readonly<Record<string, string>>) => {
    const step = action.runs.steps.find((each) => each.name === name)!;
    const given: Record<string, string> = Object.fromEntries(
      Object.entries(action.inputs).map(([input, { default: value }]) => [input, inputs[input] ?? value ?? ""]),
    );
    const env = Object.entries(step.env ?? {}).map(([key, value]) => {
      return [key, value.replace(/\$\{\{ inputs\.(\w+) \}\}/g, (_, input: string) => given[input] ?? "")];
    });
    const [output, summary] = [join(folder, "output"), join(folder, "summary")];
    await Promise.all([output, summary].map((file) => writeFile(file, "")));
    const { code, stdout } = await run("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run!], {
      cwd: folder,
      env: {
        ...Object.fromEntries(env),
        PATH: `${join(folder, "bin")}:${process.env["PATH"]}`,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
      },
    }).then(
      (result) => ({ code: 0, stdout: result.stdout }),
      (error: { code: number; stdout: string }) => error,
    );
    const [outputs, text] = await Promise.all([output, summary].map((file) => readFile(file, "utf8")));
    return { code, stdout, outputs, summary: text };
  };

  it("passes a sound set", async () => {
    for (const name of ["policy check", "policy fmt", "policy test"]) {
      expect((await runStep(name, { policies: "rules", strict: "true" })).code, name).toBe(0);
    }
  });

  it("fails a broken set, with annotations at the lines", async () => {
    const file = join(folder, "rules/policy.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("context_tokens:", "context_token:"));
    const check = await runStep("policy check", { policies: "rules" });
    await writeFile(file, text);
    expect(check.code).toBe(1);
    expect(check.stdout).toMatch(/^::error file=rules\/policy\.yaml,line=\d+/m);
  });

  it("says that a base without a sound policy is not compared with, and does not fail", async () => {
    const file = join(folder, "rules/policy.yaml");
    const text = await readFile(file, "utf8");
    const { stdout: tree } = await git("hash-object", "-t", "tree", "/dev/null");
    const { stdout: empty } = await git("commit-tree", "-m", "before there were policies", tree.trim());
    const first = await runStep("policy diff", { policies: "rules", base: empty.trim() });
    expect(first).toMatchObject({ code: 0, outputs: "" });
    expect(first.summary).toMatch(/^Not compared with the base:\n\n```\n.*there are no policy files in rules\n```\n$/s);
    await writeFile(file, text.replace("context_tokens:", "context_token:"));
    await git("commit", "--quiet", "-a", "-m", "broken");
    await writeFile(file, text);
    await git("commit", "--quiet", "-a", "-m", "mended");
    const mended = await runStep("policy diff", { policies: "rules", base: "HEAD~1" });
    expect(mended).toMatchObject({ code: 0, outputs: "" });
    expect(mended.summary).toContain("is not sound");
  });

  it("says that a base which cannot be fetched is not compared with, and does not fail", async () => {
    const absent = await runStep("policy diff", { policies: "rules", base: "1".repeat(40) });
    expect(absent).toMatchObject({ code: 0, outputs: "" });
    expect(absent.summary).toMatch(
      /^Not compared with the base:\n\n```\n(.*\n)*fatal: 'origin' does not appear to be a git/,
    );
  });

  it.skipIf(!hasDiff)("tells a difference without failing, and that there is none", async () => {
    const file = join(folder, "rules/policy.yaml");
    const text = await readFile(file, "utf8");
    const same = await runStep("policy diff", { policies: "rules", base: "HEAD" });
    expect(same).toMatchObject({ code: 0, outputs: "differs=false\n" });
    expect(same.summary).toMatch(/no request is routed differently/i);
    await writeFile(file, text.replace("gte: 200k", "gte: 100k"));
    const other = await runStep("policy diff", { policies: "rules", base: "HEAD" });
    await writeFile(file, text);
    expect(other).toMatchObject({ code: 0, outputs: "differs=true\n" });
    expect(other.summary).toContain("long-context");
  });
});

describe("the pre-commit hooks", () => {
  it("have what pre-commit asks of a hook, and run commands that exist", async () => {
    expect(hooks.map(({ id }) => id)).toEqual(["policy-fmt", "policy-check", "policy-test"]);
    for (const hook of hooks) {
      expect(hook).toMatchObject({ name: expect.any(String), language: "node", pass_filenames: false });
      expect("policies/policy.yaml").toMatch(new RegExp(hook["files"] as string));
      await expectCommandsExist(hook["entry"] as string);
    }
  });

  it("are in docs/editor.md for a repository that does not name one of Routewright", async () => {
    const page = await readFile(join(root, "docs/editor.md"), "utf8");
    const [, written = ""] = /^```yaml\n(repos:\n.*?)^```$/ms.exec(page) ?? [];
    const [{ hooks: local }] = (parse(written) as { readonly repos: [{ readonly hooks: readonly object[] }] }).repos;
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    expect(local).toEqual(
      hooks.map(({ description: _, ...hook }) => ({
        ...hook,
        files: "^policies/",
        additional_dependencies: [`routewright@${version}`],
      })),
    );
    expect(page).toContain(`package: routewright@${version} }`);
    expect(page).not.toContain("OWNER");
  });

  it("are built when pre-commit installs the repository: it packs it", async () => {
    const { scripts, bin } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    expect(scripts.prepack).toContain("build");
    expect(bin.policy).toBe("cli/policy.js");
    // It takes all that `npm pack` prints for the name of the file: what the build prints must not be among it.
    const folder = await mkdtemp(join(tmpdir(), "routewright-pack-"));
    await cp(join(root, ".npmrc"), join(folder, ".npmrc"));
    const small = { name: "small", version: "1.0.0", scripts: { prepack: "echo built" } };
    await writeFile(join(folder, "package.json"), JSON.stringify(small));
    const { stdout } = await run("npm", ["pack"], { cwd: folder });
    await rm(folder, { recursive: true });
    expect(stdout).toBe("small-1.0.0.tgz\n");
  });
});
