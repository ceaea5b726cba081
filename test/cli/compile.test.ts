import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPolicy } from "../acceptance/proxy-process.js";

describe("policy compile", () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-compile-"));
    file = join(folder, "policy.json");
    const { code, stdout } = await runPolicy(["compile", "--policies", "cli/starter", "-o", file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^wrote .*policy\.json: starter@[0-9a-f]{12} · 3 rules · \d+ kB\n$/);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("writes a file that test and explain take in place of the directory", async () => {
    expect((await runPolicy(["test", "--policies", file])).stdout).toContain("4 passed, 0 failed");
    const args = ["explain", "--tags", "code", "--context-tokens", "2k", "--time", "2026-11-24T09:00:00Z"];
    const fromFile = await runPolicy([...args, "--policies", file]);
    const fromDirectory = await runPolicy([...args, "--policies", "cli/starter"]);
    const below = (text: string) => text.slice(text.indexOf("\n")); // the first line holds the time
    expect(below(fromFile.stdout)).toBe(below(fromDirectory.stdout));
  });

  it("writes the same to the standard output", async () => {
    const { stdout } = await runPolicy(["compile", "--policies", "cli/starter", "-o", "-"]);
    expect(stdout).toBe(await readFile(file, "utf8"));
  });

  it("--json says what was written, and stdout that is the file is left alone", async () => {
    const other = join(folder, "other.json");
    const compile = (output: string) => runPolicy(["compile", "--policies", "cli/starter", "--json", "-o", output]);
    const revision = expect.stringMatching(/^[0-9a-f]{64}$/);
    const { size: bytes } = await stat(file);
    expect(JSON.parse((await compile(other)).stdout)).toEqual({
      file: other,
      bytes,
      policy: { name: "starter", revision, rules: 3 },
    });
    expect((await compile("-")).stdout).toBe(await readFile(file, "utf8"));
  });

  it("is refused, with exit 2, when the file was edited", async () => {
    const edited = join(folder, "edited.json");
    await writeFile(edited, (await readFile(file, "utf8")).replace('"long-context"', '"short-context"'));
    const { code, stderr } = await runPolicy(["test", "--policies", edited]);
    expect(code).toBe(2);
    expect(stderr).toContain("the compiled policy is damaged");
  });

  it.each([
    [["compile"], "required option '-o, --output <file>' not specified"],
    [
      ["compile", "-o", "/nowhere/policy.json"],
      "policy compile: cannot write /nowhere/policy.json: there is no directory /nowhere\n",
    ],
  ])("%j is wrong usage", async (args, message) => {
    const { code, stderr } = await runPolicy([...args, "--policies", "cli/starter"]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
