import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPolicy } from "../acceptance/proxy-process.js";
import { hasFish, hasGraphviz, hasZsh } from "../services/available.js";

const run = promisify(execFile);

describe("policy bench", () => {
  it("prints decisions per second of tree and rules in order", async () => {
    const { code, stdout } = await runPolicy(["bench", "--seconds", "0.1", "--policies", "cli/starter"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^starter@[0-9a-f]{12} · 3 rules · /);
    for (const name of ["by the tree", "its costliest request", "in order", "tree and rank"]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} +[\\d,]+/s +[\\d.]+ µs each +\\([\\d,]+ to [\\d,]+\\)$`, "m"));
    }
    expect(stdout).toContain(
      "4,096 requests at the edges of the policy, seed 1; tree and rules in order agree on all of them",
    );
    expect(stdout).toContain("whatever the request, a decision asks at most 3 of 3 rules, tests 4 predicates");
  });

  it("prints JSON", async () => {
    const { stdout } = await runPolicy([
      "bench",
      "--seconds",
      "0.1",
      "--seed",
      "7",
      "--json",
      "--policies",
      "cli/starter",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      seed: 7,
      worst_case: { rules: 3, predicates: 4, words: 0 },
      decisions_per_second: { tree: { median: expect.any(Number) } },
    });
  });

  it.each([[["--seconds", "0"]], [["--seed", "x"]]])("%j is wrong usage", async (args) => {
    expect((await runPolicy(["bench", ...args, "--policies", "cli/starter"])).code).toBe(2);
  });
});

describe("policy completion", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-completion-"));
    for (const shell of ["bash", "zsh", "fish"]) {
      await writeFile(join(folder, `policy.${shell}`), (await runPolicy(["completion", shell])).stdout);
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const complete = async (...words: string[]) => {
    const line = words.map((word) => `'${word}'`).join(" ");
    const ask = `source '${join(folder, "policy.bash")}'; COMP_WORDS=(policy ${line}); COMP_CWORD=${words.length}; _policy; echo "\${COMPREPLY[*]}"`;
    const { stdout } = await run("bash", ["--norc", "-c", ask]);
    return stdout.trim().split(" ").sort();
  };

  it.each([
    [["re"], ["replay"]],
    [["replay", "--ex"], ["--export"]],
    [["--json", "keys", "cr"], ["create"]],
    [["test", "--s"], ["--suggest"]],
    [["fmt", "--no"], ["--no-color"]],
    [
      ["check", "--format", ""],
      ["github", "json", "sarif", "text"],
    ],
    [["diff", "--format", "m"], ["markdown"]],
    [["check", "--policies", ""], [""]], // files, by the shell itself
    [["completion", "f"], ["fish"]],
    [
      ["help", "ch"],
      ["chaos", "check"],
    ],
  ])("completes %j to %j in bash", async (words, expected) => {
    expect(await complete(...words)).toEqual(expected);
  });

  // What is added to the line; of several possibilities nothing.
  const lines = [
    ["policy re", "play"],
    ["policy replay --ex", "port"],
    ["policy --json keys cr", "eate"],
    ["policy test --s", "uggest"],
    ["policy fmt --no", "-color"],
    ["policy check --format sa", "rif"],
    ["policy completion f", "ish"],
    ["policy help che", "ck"],
  ] as const;

  it.skipIf(!hasZsh).each(lines)("completes %j by %j in a real zsh", { timeout: 60_000 }, async (line, added) => {
    const { stdout } = await run("zsh", ["-f", "test/cli/complete.zsh", join(folder, "policy.zsh"), line, added]);
    expect(stdout.trim()).toBe(`${line}${added}`);
  });

  it.skipIf(!hasFish).each(lines)("completes %j by %j in a real fish", { timeout: 60_000 }, async (line, added) => {
    const ask = `source '${join(folder, "policy.fish")}'; complete -C '${line}'`;
    const { stdout } = await run("fish", ["--no-config", "-c", ask], { env: { ...process.env, HOME: folder } });
    const [word = ""] = stdout.split("\t");
    expect(`${line.slice(0, line.lastIndexOf(" "))} ${word}`).toBe(`${line}${added}`);
    expect(stdout.trim().split("\n")).toHaveLength(1);
  });

  it("knows three shells", async () => {
    const { code, stderr } = await runPolicy(["completion", "tcsh"]);
    expect(code).toBe(2);
    expect(stderr).toContain("bash, zsh, fish");
  });
});

describe("policy graph", () => {
  it.each([
    ["mermaid", "flowchart TD"],
    ["dot", "digraph policy {"],
    ["svg", "<svg xmlns"],
  ])("writes %s", async (format, start) => {
    const { code, stdout } = await runPolicy(["graph", "--format", format, "--policies", "cli/starter"]);
    expect(code).toBe(0);
    expect(stdout).toContain(start);
  });

  it.skipIf(!hasGraphviz)("writes dot that Graphviz draws, with every rule of the shipped set", async () => {
    const { stdout: dot } = await runPolicy(["graph", "--format", "dot", "--no-fold"]);
    const drawing = spawnSync("dot", ["-Tsvg"], { input: dot, encoding: "utf8" });
    expect(drawing).toMatchObject({ status: 0, stderr: "" });
    for (const [, id] of (await readFile("policies/policy.yaml", "utf8")).matchAll(/- id: (\S+)/g)) {
      expect(drawing.stdout.replaceAll("&#45;", "-")).toContain(id);
    }
  });

  it("knows three formats", async () => {
    expect((await runPolicy(["graph", "--format", "png", "--policies", "cli/starter"])).code).toBe(2);
  });
});
