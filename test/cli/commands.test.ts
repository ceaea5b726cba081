import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPolicy } from "../acceptance/proxy-process.js";

describe("the policy command on a starter set", () => {
  let folder: string;
  let starter: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-cli-"));
    starter = join(folder, "policies");
    const { code, stdout } = await runPolicy(["init", starter]);
    expect(code).toBe(0);
    expect(stdout).toContain(`wrote ${join(starter, "policy.yaml")}`);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const written = ["catalog.yaml", "policy.yaml", "tests/routing.yaml"];
  /** What the first line of each file says, seen from the project's folder. */
  const schemasIn = (project: string) =>
    Promise.all(
      written.map(async (name) => {
        const file = join(project, "policies", name);
        const [, schema = ""] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(await readFile(file, "utf8")) ?? [];
        return relative(project, join(dirname(file), schema));
      }),
    );
  const schemaFiles = ["catalog", "policy", "test"].map((kind) => `schemas/${kind}.schema.json`);

  it("init --json names the files it wrote", async () => {
    const target = join(folder, "as-json");
    const { stdout } = await runPolicy(["init", target, "--json"]);
    expect(JSON.parse(stdout)).toEqual({ files: expect.arrayContaining(written.map((name) => join(target, name))) });
  });

  it("init names the schemas of a package elsewhere by where the project would have it, not by this machine's place", async () => {
    const project = await mkdtemp(join(folder, "project-"));
    await runPolicy(["init"], {}, project);
    expect(await schemasIn(project)).toEqual(schemaFiles.map((file) => `node_modules/routewright/${file}`));
    const other = await mkdtemp(join(folder, "other-"));
    await runPolicy(["init", join(other, "policies")], {}, project);
    expect(await schemasIn(other)).toEqual(schemaFiles.map((file) => `node_modules/routewright/${file}`));
  });

  it("init names the schemas of the package that the project holds", async () => {
    const project = await mkdtemp(join(folder, "project-"));
    const installed = join(project, "node_modules/routewright");
    for (const part of ["package.json", "dist/cli", "cli/starter"]) {
      await cp(part, join(installed, part), { recursive: true });
    }
    await symlink(resolve("node_modules"), join(installed, "node_modules"));
    const inner = join(project, "app");
    await mkdir(inner);
    await promisify(execFile)(process.execPath, [join(installed, "dist/cli/main.js"), "init"], { cwd: inner });
    expect(await schemasIn(inner)).toEqual(schemaFiles.map((file) => `../node_modules/routewright/${file}`));
  });

  it("init refuses a directory that holds something, and writes nothing", async () => {
    const before = await readFile(join(starter, "policy.yaml"), "utf8");
    const { code, stderr } = await runPolicy(["init", starter]);
    expect(code).toBe(2);
    expect(stderr).toContain("is not empty");
    expect(await readFile(join(starter, "policy.yaml"), "utf8")).toBe(before);
  });

  it.skipIf(!existsSync("/proc"))("init says where it cannot write", async () => {
    const { code, stderr } = await runPolicy(["init", "/proc/routewright"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^policy init: cannot write \/proc\/routewright: ENOENT.*\n$/);
  });

  const outputs = [["check", "--policies", "cli/starter"], ["--help"], ["help", "check"]];
  it.skipIf(!existsSync("/dev/full")).each(outputs)(
    "an output that cannot be written is an error of its own: %s",
    async (...args) => {
      const full = await open("/dev/full", "w");
      const child = spawn(process.execPath, ["dist/cli/main.js", ...args], {
        stdio: ["ignore", full.fd, "pipe"],
      });
      let stderr = "";
      child.stderr?.on("data", (data: Buffer) => {
        stderr += data.toString();
      });
      const [code] = (await once(child, "close")) as [number];
      await full.close();
      expect([code, stderr]).toEqual([
        2,
        "policy: the output cannot be written: ENOSPC: no space left on device, write\n",
      ]);
    },
  );

  it("check finds the starter set sound, strictly", async () => {
    const { code, stdout } = await runPolicy(["check", "--strict", "--policies", starter]);
    expect(stdout).toMatch(/^starter@[0-9a-f]{12} · 3 rules, 5 models · 3 files · 0 errors, 0 warnings\n$/);
    expect(code).toBe(0);
  });

  it("chaos rehearses every way that the policy routes", async () => {
    const { code, stdout } = await runPolicy(["chaos", "--faults", "reset", "--json", "--policies", starter]);
    const report = JSON.parse(stdout) as { results: { rule: string }[]; not_rehearsed: string[] };
    expect([code, report.not_rehearsed]).toEqual([0, []]);
    expect(new Set(report.results.map(({ rule }) => rule))).toEqual(new Set(["default", "long-context", "code"]));
  });

  it("chaos sends requests as they come over HTTP, where a guard on images does not act on a request without one", async () => {
    const directory = join(folder, "guarded");
    await cp(starter, directory, { recursive: true });
    const file = join(directory, "policy.yaml");
    const text = await readFile(file, "utf8");
    const guard = "  - { id: images, match: { uses_vision: true }, require: { provider: [google] } }\n";
    await writeFile(file, text.replace(/^rules:\n/m, `rules:\n${guard}`));
    const candidates = async (policies: string) => {
      const { stdout } = await runPolicy(["chaos", "--faults", "reset", "--json", "--policies", policies]);
      const { results } = JSON.parse(stdout) as { results: { rule: string; candidates: number }[] };
      return results.map(({ rule, candidates }) => [rule, candidates]);
    };
    expect(await candidates(directory)).toEqual(await candidates(starter));
  });

  it("a file that is not UTF-8 is named, as a fault of the file", async () => {
    const directory = join(folder, "latin");
    await mkdir(directory);
    await writeFile(join(directory, "policy.yaml"), Buffer.from("kind: policy\nname: Z\u00fcrich\n", "latin1"));
    const { code, stderr } = await runPolicy(["check", "--policies", directory]);
    expect([code, stderr]).toEqual([
      1,
      `error: ${directory}/policy.yaml: line 2 is not UTF-8 text; save the file as UTF-8\n`,
    ]);
  });

  it("test runs its cases", async () => {
    const { code, stdout } = await runPolicy(["test", "--policies", starter]);
    expect(stdout).toContain("4 passed, 0 failed");
    expect(code).toBe(0);
  });

  it("explain prints the route of a request described by flags", async () => {
    const { code, stdout } = await runPolicy([
      "explain",
      "--policies",
      starter,
      "--tags",
      "code",
      "--context-tokens",
      "2k",
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("anthropic/claude-sonnet-4.5@anthropic");
    expect(stdout).toContain("long-context");
    expect(stdout).not.toContain("\u001b[");
  });

  it("explain names the git commit of the policy directory, where there is one", async () => {
    const tracked = join(folder, "tracked", "policies");
    await cp(starter, tracked, { recursive: true });
    const explained = async () => (await runPolicy(["explain", "--policies", tracked])).stdout;
    expect(await explained()).not.toContain("git");
    const git = async (...args: readonly string[]) => {
      const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
      return (await promisify(execFile)("git", ["-C", tracked, ...author, ...args])).stdout.trim();
    };
    await git("init", "--quiet");
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "ours");
    const commit = await git("rev-parse", "HEAD");
    expect(await explained()).toContain(` · git ${commit.slice(0, 12)} · `);
    await appendFile(join(tracked, "policy.yaml"), "# an edit\n");
    expect(await explained()).toContain(` · git ${commit.slice(0, 12)}-dirty · `);
    const { policy } = JSON.parse((await runPolicy(["explain", "--policies", tracked, "--json"])).stdout);
    expect(policy.git).toBe(`${commit}-dirty`);
  });

  it("explain takes a header without a value as curl does: `name;`", async () => {
    const facts = async (header: string) => {
      const { stdout } = await runPolicy(["explain", "--policies", starter, "--json", "-H", header]);
      return JSON.parse(stdout).facts;
    };
    expect(await facts("x-route-tags;")).toMatchObject({ tags: { value: [], source: "header x-route-tags" } });
    expect(await facts("x-route-tags: a;b")).toMatchObject({ tags: { value: ["a;b"] } });
  });

  it("explain reads a request body and headers as the proxy does", async () => {
    const body = join(folder, "body.json");
    await writeFile(
      body,
      JSON.stringify({ model: "gpt-4.1", messages: [{ role: "user", content: "hi" }], max_tokens: 100 }),
    );
    const { code, stdout } = await runPolicy([
      "explain",
      "--policies",
      starter,
      "--request",
      body,
      "-H",
      "x-route-tags: PII",
      "-H",
      "x-route-budget-usd: ten",
      "--json",
    ]);
    expect(code).toBe(0);
    const record = JSON.parse(stdout);
    expect(record.facts).toMatchObject({
      model: { value: "openai/gpt-4.1" },
      tags: { value: ["pii"], source: "header x-route-tags" },
      max_output_tokens: { value: 100 },
    });
    expect(record.facts.budget_usd).toBeUndefined();
    expect(record.warnings.join()).toContain("x-route-budget-usd");
    expect(record.outcome.requirements.map((guard: { rule: string }) => guard.rule)).toEqual([
      "personal-data-is-not-kept",
    ]);
  });

  it.each([
    [["explain", "--context-tokens", "lots"], "--context-tokens lots: it takes a number of tokens"],
    [["explain", "--budget-usd", "-1"], "--budget-usd"],
    [["explain", "--attribute", "plan=free"], "the policy declares no such attribute"],
    [["explain", "--request", "/nowhere.json"], "cannot read the request"],
    [["explain", "-H", "x-route-tags"], "write it as 'name: value'"],
    [["explain", "--decision", "dec_x", "--server", "http://127.0.0.1:1"], "cannot reach"],
    [
      ["explain", "--decision", "dec_x", "--server", "ftp://127.0.0.1"],
      "--server ftp://127.0.0.1 is no http:// or https:// URL",
    ],
    [["explain", "--down", "nope"], "--down names `nope`, which is no endpoint, model or provider"],
    [["explain", "--rate-limited", "nope"], "--rate-limited names `nope`"],
    [["explain", "--latency", "x=5"], "--latency names `x`"],
    [["explain", "--decision", "dec_x", "--tags", "a"], "--tags does not go with --decision"],
    [["explain", "--decision", "dec_x", "-H", "a: b"], "--header does not go with --decision"],
    [["explian"], "Did you mean explain?"],
    [["check", "--format", "xml"], "text, json"],
    [["check", "my-policies"], "Expected 0 arguments but got 1. A policy directory is named by --policies DIR\n"],
    [["serve", "--port", "99999"], "0 to 65535"],
  ])("%j is wrong usage: exit 2 and a message that helps", async (args, message) => {
    const [command = "", ...rest] = args;
    const { code, stderr } = await runPolicy([
      command,
      ...rest,
      ...(command === "explian" ? [] : ["--policies", starter]),
    ]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it.each([
    [["bogus"], "unknown command 'bogus'"],
    [["check", "--bogus"], "unknown option '--bogus'"],
    [["serve", "my-policies"], "A policy directory is named by --policies DIR"],
    [[], "a command is missing"],
    [["usage", "--by", "nonsense"], "policy usage: --by"],
    [["usage", "--database", "sqlite:/nowhere/routewright.db"], "there is no database sqlite:/nowhere/routewright.db"],
    [["check", "--policies", "/nowhere"], "there is no directory /nowhere"],
    [["explain", "--context-tokens", "lots"], "--context-tokens lots"],
  ])("with --json wrong usage is a JSON document on standard error: %j", async (args, message) => {
    const { code, stdout, stderr } = await runPolicy([...args, "--json"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(JSON.parse(stderr)).toEqual({ error: { message: expect.stringContaining(message), exit_code: 2 } });
  });

  it("check prints every fault with its place and exits 1; as JSON too", async () => {
    const broken = join(folder, "broken");
    await runPolicy(["init", broken]);
    const text = await readFile(join(broken, "policy.yaml"), "utf8");
    await writeFile(
      join(broken, "policy.yaml"),
      text.replace("context_tokens:", "context_token:").replace("to: [strong]", "to: [stron]"),
    );
    const { code, stdout } = await runPolicy(["check", "--policies", broken]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/broken\/policy\.yaml:\d+:\d+: error\[RW1201\]/);
    expect(stdout).toMatch(/broken\/policy\.yaml:\d+:\d+: error\[RW1202\]/);
    expect(stdout).toContain("2 errors");
    const json = await runPolicy(["check", "--policies", broken, "--format", "json"]);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      valid: false,
      errors: 2,
      diagnostics: [{ code: "RW1201", line: expect.any(Number) }, { code: "RW1202" }],
    });
    expect((await runPolicy(["test", "--policies", broken])).code).toBe(1);
    expect((await runPolicy(["serve", "--port", "0", "--policies", broken])).code).toBe(1);
  });

  it("test fails when a case fails, and when there are none", async () => {
    const failing = join(folder, "failing");
    await runPolicy(["init", failing]);
    const file = join(failing, "tests/routing.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("rule: code, model", "rule: long-context, model"));
    const { code, stdout } = await runPolicy(["test", "--policies", failing]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAIL {2}code goes to the strong models {2}\(tests\/routing\.yaml:\d+\)/);
    expect(stdout).toContain("expected");
    await rm(file);
    const none = await runPolicy(["test", "--policies", failing]);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("no tests were found");
  });

  it("a directory that is not there is said, with what to do", async () => {
    const { code, stderr } = await runPolicy(["check", "--policies", join(folder, "nowhere")]);
    expect(code).toBe(2);
    expect(stderr).toContain("policy init");
  });

  it("serve in a folder without policies says so, and leaves no database there", async () => {
    const empty = join(folder, "empty");
    await mkdir(empty);
    const { code, stderr } = await runPolicy(["serve", "--port", "0"], {}, empty);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `policy serve: cannot read the policy directory ./policies: there is no directory ${join(empty, "policies")}`,
    );
    expect(stderr).toContain("policy init ./policies");
    expect(await readdir(empty)).toEqual([]);
  });

  it("the help of a command names the options that all have", async () => {
    const { stdout } = await runPolicy(["keys", "list", "--help"]);
    for (const option of ["--database", "--policies", "--json", "--no-color"]) expect(stdout).toContain(option);
  });

  it("the list of commands is there without any of them being loaded", async () => {
    const loader = `import { writeSync } from "node:fs";
      export function load(url, context, next) { writeSync(2, url + "\\n"); return next(url, context); }`;
    const toUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
    const start = toUrl(`import { register } from "node:module"; register(${JSON.stringify(toUrl(loader))});`);
    const { stdout, stderr } = await runPolicy(["--help"], { NODE_OPTIONS: `--import=${start}` });
    expect(stdout).toContain("explain           show why a request goes to which model");
    expect(stderr).toContain("/dist/cli/main.js");
    expect(stderr).not.toMatch(/\/(commands|engine|server)\//);
  });

  it("the command that npm links is in the repository: before the first build it says what to do", async () => {
    const clone = await mkdtemp(join(folder, "clone-"));
    const { bin } = JSON.parse(await readFile("package.json", "utf8"));
    await cp(bin.policy, join(clone, bin.policy));
    await cp("package.json", join(clone, "package.json"));
    const ask = () => promisify(execFile)(join(clone, bin.policy), ["--version"]);
    await expect(ask()).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("run `npm run build`") });
    await mkdir(join(clone, "dist/cli"), { recursive: true });
    await writeFile(join(clone, "dist/cli/main.js"), "console.log(process.argv.slice(2));");
    expect((await ask()).stdout).toBe("[ '--version' ]\n");
  });

  it("init says what to do next, without a directory that is the default", async () => {
    const elsewhere = join(folder, "elsewhere");
    await mkdir(elsewhere);
    const plain = await runPolicy(["init"], {}, elsewhere);
    expect(plain.stdout).toContain("next: policy check · policy explain --tags code · policy serve\n");
    const named = await runPolicy(["init", "other"], {}, elsewhere);
    expect(named.stdout).toContain("next: policy check --policies other · ");
    const odd = await runPolicy(["init", "it's mine"], {}, elsewhere);
    expect(odd.stdout).toContain("next: policy check --policies 'it'\\''s mine' · ");
  });

  it("a file in its place is said, with the directory that holds it, and a link to nothing without advice about it", async () => {
    for (const command of ["check", "explain"]) {
      const { code, stderr } = await runPolicy([command, "--policies", join(starter, "policy.yaml")]);
      expect(code).toBe(2);
      expect(stderr).toContain(`help: name the directory that holds the policy: \`--policies ${starter}\``);
    }
    const linked = join(folder, "linked");
    await runPolicy(["init", linked]);
    await symlink("gone", join(linked, "more.yaml"));
    const { stderr } = await runPolicy(["check", "--policies", linked]);
    expect(stderr).toContain("more.yaml does not exist, or is a link to nothing");
    expect(stderr).not.toContain("help");
  });

  it("an empty directory, host or port, as an unset variable gives it, is refused", async () => {
    for (const [args, environment] of [
      [["check", "--policies", ""], {}],
      [["check"], { POLICIES: "" }],
      [["serve"], { HOST: "" }],
      [["serve"], { PORT: "" }],
    ] as const) {
      const { code, stderr } = await runPolicy(args, environment);
      expect(code).toBe(2);
      expect(stderr).toContain("'' ");
      expect(stderr).toContain("is invalid");
    }
  });

  it("in the policy directory itself it says how to name it", async () => {
    const { code, stderr } = await runPolicy(["check"], {}, starter);
    expect(code).toBe(2);
    expect(stderr).toContain("there is a policy.yaml here: add `--policies .`");
  });

  it("a file that is too large is said, without advice that does not fit", async () => {
    const large = join(folder, "large");
    await runPolicy(["init", large]);
    await writeFile(join(large, "more.yaml"), "#".repeat(16 * 1024 * 1024 + 1));
    const { code, stderr } = await runPolicy(["check", "--policies", large]);
    expect([code, stderr]).toEqual([
      2,
      `cannot read the policy directory ${large}: more.yaml has 16777217 bytes; a policy file may have 16777216\n`,
    ]);
  });

  it("a test that lags behind an edit stops check, test and compile, and nothing that only routes", async () => {
    const lagging = join(folder, "lagging");
    await runPolicy(["init", lagging]);
    const file = join(lagging, "policy.yaml");
    await writeFile(file, (await readFile(file, "utf8")).replace("id: code", "id: coding"));
    const codes: Record<string, number | null> = {};
    for (const args of [["check"], ["test"], ["compile", "-o", join(folder, "lagging.json")], ["explain"], ["graph"]]) {
      const { code, stdout, stderr } = await runPolicy([...args, "--policies", lagging]);
      codes[args[0] as string] = code;
      if (code === 1) expect(stdout + stderr).toContain("error[RW1206]: the set has no route rule `code`");
    }
    expect(codes).toEqual({ check: 1, test: 1, compile: 1, explain: 0, graph: 0 });
  });

  it("explain --why-not suggests the model that was meant, or names them all", async () => {
    const ask = (model: string) => runPolicy(["explain", "--why-not", model, "--policies", starter]);
    const near = await ask("openai/gpt-4.1-mni");
    expect([near.code, near.stderr]).toEqual([
      2,
      "policy explain: --why-not openai/gpt-4.1-mni: the catalog has no such model; did you mean `openai/gpt-4.1-mini`?\n",
    ]);
    expect((await ask("nothing-like-it")).stderr).toContain("the catalog has no such model; it has ");
  });
});
