import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runPolicy } from "../acceptance/proxy-process.js";

describe("policy test", () => {
  let folder: string;
  let policies: string;
  let tests: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-test-"));
    policies = join(folder, "policies");
    tests = join(policies, "tests/routing.yaml");
    await cp("cli/starter", policies, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const run = (...args: string[]) => runPolicy(["test", "--policies", policies, ...args]);
  const breakOne = async () => {
    const text = await readFile(tests, "utf8");
    await writeFile(tests, text.replace("rule: code, model", "rule: long-context, model"));
  };

  it("prints nothing of a case that steers a terminal or begins a line of a log, as commands of CI systems do", async () => {
    const text = await readFile(tests, "utf8");
    const name = '"\\e[2Jcleared\\n::error::injected"';
    await writeFile(
      tests,
      text.replace(/- name: .*/g, `- name: ${name}`).replace("rule: code, model", "rule: long-context, model"),
    );
    const { code, stdout } = await run();
    expect(code).toBe(1);
    expect(stdout).toContain("ok    \\u{1b}[2Jcleared\\u{a}::error::injected\n");
    expect(stdout).toContain("FAIL  \\u{1b}[2Jcleared\\u{a}::error::injected  (tests/routing.yaml:");
    expect(stdout).not.toMatch(/^\s*::/m);
    expect(stdout).not.toContain("\u001b");
  });

  it("--coverage shows which rules and outcomes no case reaches, with their places", async () => {
    const { code, stdout } = await run("--coverage");
    expect(code).toBe(0);
    expect(stdout).toContain(`4 passed, 0 failed
coverage 84.6 %  rules decided 3/4  predicates true 3/4  false 4/4  unknown 1/1

not tested
  policy.yaml:22  long-context  never decided
  policy.yaml:23  long-context  never true  context_tokens ≥ 200,000
`);
  });

  it("--coverage and --suggest name the first of what is not tested, --all the rest", async () => {
    const file = join(policies, "policy.yaml");
    const rules = Array.from({ length: 40 }, (_, at) => {
      const rule = `  - { id: t${at}, match: { tenant: t${at} }, route: { to: [openai/gpt-4.1-mini] } }`;
      return `${rule}\n${rule.replace(`id: t${at}`, `id: again-${at}`)}\n`;
    });
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("rules:\n", `rules:\n${rules.join("")}`));
    const rows = (output: string) => output.match(/^ {2}policy\.yaml/gm)?.length;
    const shown = (await run("--coverage")).stdout;
    expect(rows(shown)).toBe(30);
    const all = (await run("--coverage", "--all")).stdout;
    expect(shown).toContain(`\n  … ${(rows(all) ?? 0) - 30} more (--all shows them)\n`);
    expect(all).not.toContain("--all");
    const never = /^no request over HTTP can do it: again-\d+ decides$/gm;
    const { stderr } = await run("--suggest");
    expect(stderr).toMatch(/\n… \d+ more \(--all shows them\)\n$/);
    expect((await run("--suggest", "--all")).stderr.match(never)).toHaveLength(40);
    expect(JSON.parse((await run("--suggest", "--json")).stdout)).toMatchObject({
      not_found: [],
      cannot_happen: expect.arrayContaining(["again-7 decides"]),
    });
  });

  it("--coverage --json counts every predicate", async () => {
    const { coverage } = JSON.parse((await run("--coverage", "--json")).stdout);
    expect(coverage.rules.map((rule: { id: string; decided: number }) => [rule.id, rule.decided])).toEqual([
      ["personal-data-is-not-kept", 1],
      ["long-context", 0],
      ["code", 2],
      ["default", 2],
    ]);
    expect(coverage.rules[1].predicates).toEqual([
      { text: "context_tokens ≥ 200,000", file: "policy.yaml", line: 23, column: 14, true: 0, false: 4 },
    ]);
  });

  it("--suggest writes cases that complete the coverage when they are added", async () => {
    const { code, stdout } = await run("--suggest");
    expect(code).toBe(0);
    await writeFile(join(policies, "tests/suggested.yaml"), stdout);
    expect((await run("--coverage")).stdout).toContain("coverage 100 %");
    expect(await run("--suggest")).toMatchObject({ code: 0, stdout: "" });
  });

  it("--junit writes the results as XML", async () => {
    await breakOne();
    const file = join(folder, "junit.xml");
    expect((await run("--junit", file)).code).toBe(1);
    const xml = await readFile(file, "utf8");
    expect(xml).toContain('<testsuites name="policy test" tests="4" failures="1"');
    expect(xml).toContain('<testsuite name="tests/routing.yaml" tests="4" failures="1">');
    expect(xml).toContain(
      '<testcase name="code goes to the strong models" classname="tests/routing.yaml" file="tests/routing.yaml" line="4">',
    );
    expect(xml).toContain('<failure message="expected rule long-context');
  });

  it("--watch runs again when a file changes, also after a mistake, and when the directory was away", async () => {
    const child = spawn(process.execPath, ["dist/cli/main.js", "test", "--watch", "--policies", policies], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    try {
      const output = collect(child);
      await output.until("4 passed, 0 failed");
      await output.until("watching for changes");
      const text = await readFile(tests, "utf8");
      await writeFile(tests, "kind: test\ntests: [\n");
      await output.until("RW1001");
      await writeFile(tests, text.replace("rule: code, model", "rule: long-context, model"));
      await output.until("3 passed, 1 failed");
      await rename(policies, `${policies}.aside`);
      await output.until("there is no directory");
      await rename(`${policies}.aside`, policies);
      await output.until("3 passed, 1 failed");
      await writeFile(tests, text);
      await output.until("4 passed, 0 failed");
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGINT");
      expect(await ended).toBe(0);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it.each([
    [["--suggest", "--coverage"]],
    [["--suggest", "--watch"]],
    [["--all"]],
    [["--junit"]],
    [["--junit", "/nowhere/x.xml"]],
  ])("%j is wrong usage", async (args) => {
    expect((await run(...args)).code).toBe(2);
  });
});

function collect(child: ChildProcess) {
  let output = "";
  let seen = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (data: Buffer) => {
      output += data.toString();
    });
  }
  return {
    /** Waits for a text in what was printed since the last one. */
    until: async (text: string) => {
      for (let waited = 0; waited < 20_000; waited += 25) {
        const at = output.indexOf(text, seen);
        if (at !== -1) {
          seen = at + text.length;
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(`no ${JSON.stringify(text)} in:\n${output}`);
    },
  };
}
