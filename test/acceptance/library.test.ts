import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createContext, Script } from "node:vm";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compilePolicy } from "../../engine/policy/compile-policy.js";
import { writeCompiledPolicy } from "../../engine/policy/compiled-file.js";
import { readPolicyDirectory } from "../../server/policy-files/read-policy-directory.js";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

describe("the packed library", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-library-"));
    const { stdout } = await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], {
      cwd: root,
    });
    await run("tar", ["xzf", join(folder, stdout.trim()), "-C", folder]);
    await mkdir(join(folder, "node_modules"));
    await symlink(join(folder, "package"), join(folder, "node_modules/routewright"));
    // The packages it depends on, as an installation would put them beside it.
    await symlink(join(root, "node_modules"), join(folder, "package/node_modules"));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("type-checks and runs the example of docs/library.md", async () => {
    const page = await readFile(join(root, "docs/library.md"), "utf8");
    const [, example = ""] = /^```ts example\n(.*?)^```$/ms.exec(page) ?? [];
    const [, output = ""] = /^```text\n(.*?)^```$/ms.exec(page) ?? [];
    await writeFile(join(folder, "example.ts"), example);
    const options = ["--module", "nodenext", "--target", "es2023", "--strict", "--exactOptionalPropertyTypes"];
    await run(
      process.execPath,
      [
        join(root, "node_modules/typescript7/bin/tsc"),
        ...options,
        ...["--types", "", "--lib", "es2023,dom", "example.ts"],
      ],
      { cwd: folder },
    ).catch((error: { stdout: string }) => expect.fail(error.stdout));
    const { stdout } = await run(process.execPath, ["example.js"], { cwd: folder });
    expect(stdout).toBe(output);
  });

  it("is packed without modules that earlier builds left", async () => {
    const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
      scripts: { prepack: string };
    };
    const checkout = await mkdtemp(join(folder, "checkout-"));
    await mkdir(join(checkout, "dist/engine"), { recursive: true });
    await writeFile(join(checkout, "dist/engine/of-a-source-that-is-gone.js"), "");
    const build = `node -e "fs.writeFileSync('dist/built', '')"`;
    await writeFile(join(checkout, "package.json"), JSON.stringify({ scripts: { build, prepack: scripts.prepack } }));
    await run("npm", ["run", "prepack"], { cwd: checkout });
    expect(await readdir(join(checkout, "dist"))).toEqual(["built"]);
  });

  it("exports every function that docs/library.md names", async () => {
    const page = await readFile(join(root, "docs/library.md"), "utf8");
    const [, table = ""] = /^\| function \| gives \|\n(.*?)\n\n/ms.exec(page) ?? [];
    const named = [...table.matchAll(/`(\w+)(?:\(|`)/g)]
      .map(([, name = ""]) => name)
      .filter((name) => name !== "undefined");
    const library = (await import(join(folder, "package/dist/engine/index.js"))) as Record<string, unknown>;
    const functions = [...new Set(named)].filter((name) => typeof library[name] === "function");
    expect(functions.length).toBeGreaterThan(20);
    const words = ["denied", "requirements", "route", "rule", "attempts", "excluded", "default"];
    expect(named.filter((name) => !functions.includes(name) && !words.includes(name))).toEqual([]);
  });

  it("brings nothing that only a build needs, and no path of the machine that built it", async () => {
    const entries = await readdir(join(folder, "package"), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"));
    expect(
      files.map(({ name }) => name).filter((name) => name.startsWith(".") || /\.map$|tsbuildinfo/.test(name)),
    ).toEqual([]);
    for (const { parentPath, name } of files) {
      expect(await readFile(join(parentPath, name), "latin1"), name).not.toContain(root);
    }
  });

  it("brings the command, the starter set, the schemas and the GitHub Action", async () => {
    const { stdout } = await run(process.execPath, ["node_modules/routewright/dist/cli/main.js", "init", "policies"], {
      cwd: folder,
    });
    expect(stdout).toContain("wrote policies/policy.yaml");
    await readFile(join(folder, "node_modules/routewright/schemas/policy.schema.json"), "utf8");
    await readFile(join(folder, "node_modules/routewright/action.yml"), "utf8");
  });
});

describe("the engine without Node", () => {
  const bundle = async (entry: string) => {
    const build = await rolldown({ input: join(root, "dist/engine", entry), platform: "browser", logLevel: "silent" });
    const { output } = await build.generate({ format: "iife", name: "engine", exports: "named" });
    const [{ code }] = output;
    return code;
  };
  /** A world with the language and nothing else: no process, no require, no timers, no console, no code made from strings. */
  const bareContext = (files: unknown) =>
    createContext({ TextEncoder, files }, { codeGeneration: { strings: false, wasm: false } });

  it("checks, compiles, decides and explains in a context without any of Node's globals", async () => {
    const files = await readPolicyDirectory("policies");
    const context = bareContext(files);
    new Script(await bundle("index.js")).runInContext(context);
    const result = new Script(`
      const { value: policy } = engine.compilePolicy(files);
      const facts = { tags: ["code"], context_tokens: 2000 };
      JSON.stringify([policy.revision, engine.decide(policy, facts).route.rule, engine.explain(policy, facts).chosen]);
    `).runInContext(context);
    const { revision } = compilePolicy(files).value!;
    expect(JSON.parse(result)).toEqual([revision, "code", "anthropic/claude-sonnet-4.5@anthropic"]);
    const codes = new Script(`
      const wrong = [{ name: "policy.yaml", text: "kind: policy\\nname: a\\nrules: [{ id: 1 }]" }];
      engine.compilePolicy(wrong).diagnostics.map(({ code }) => code).join();
    `).runInContext(context);
    expect(codes.split(",")).toContain("RW1104");
  });

  it("decides from a compiled file in a bundle without YAML and ajv", async () => {
    const text = writeCompiledPolicy(compilePolicy(await readPolicyDirectory("policies")).value!);
    const code = await bundle("runtime.js");
    expect(code.length).toBeLessThan(260_000);
    expect(code).not.toMatch(/new Function|YAMLParseError|\bAjv\b/);
    const context = bareContext(text);
    new Script(code).runInContext(context);
    const rule = new Script(`
      const policy = engine.loadCompiledPolicy(files);
      engine.decide(policy, { uses_vision: true }).route.rule;
    `).runInContext(context);
    expect(rule).toBe("vision");
  });
});
