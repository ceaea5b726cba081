import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const script = join(import.meta.dirname, "../../scripts/mutation-scores.mjs");

/** What is said of a report in which the mutants of each file have these statuses. */
async function scores(statuses: Record<string, readonly string[]>): Promise<{ code: number; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), "routewright-mutation-"));
  const report = join(folder, "mutation.json");
  const files = Object.entries(statuses).map(([file, list]) => [file, { mutants: list.map((status) => ({ status })) }]);
  await writeFile(report, JSON.stringify({ files: Object.fromEntries(files) }));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script, report]);
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const of = (count: number, status: string) => Array.from({ length: count }, () => status);

describe("the scores of mutation testing", () => {
  it("are good when the goal is reached in each folder", async () => {
    const found = await scores({
      "engine/rank/a.ts": [...of(15, "Killed"), ...of(2, "Timeout"), ...of(2, "Survived"), "NoCoverage", "Ignored"],
      "engine/compile/b.ts": of(3, "Killed"),
      "engine/compile/c.ts": of(4, "Killed"),
    });
    expect(found).toEqual({
      code: 0,
      output: [
        "engine/rank: 85.0 % of 20 mutants (15 killed, 2 timed out, 2 survived, 1 not covered, 1 ignored)",
        "engine/compile: 100.0 % of 7 mutants (7 killed, 0 timed out, 0 survived, 0 not covered, 0 ignored)",
        "",
      ].join("\n"),
    });
  });

  it("are not when it is missed in one, tests cannot fail, or nothing was judged", async () => {
    const goal = "error: the goal is 85 % in each folder";
    const missed = { "engine/rank/a.ts": of(100, "Killed"), "engine/compile/b.ts": [...of(5, "Killed"), "Survived"] };
    for (const statuses of [
      missed,
      { "engine/rank/a.ts": of(9, "Survived") },
      { "engine/rank/a.ts": of(9, "Ignored") },
      {},
    ])
      expect(await scores(statuses)).toEqual({ code: 1, output: expect.stringContaining(goal) });
  });
});
