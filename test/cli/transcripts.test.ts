import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { recordedDecisions } from "./recorded-decisions.js";

const run = promisify(execFile);
const PAGE = "docs/analysis.md";

// The transcripts of docs/analysis.md are what the commands print: `UPDATE_TRANSCRIPTS=1 npx vitest run test/cli/transcripts.test.ts`
// writes them anew. They run in a repository with the starter set (`policies`, one threshold edited) and a copy of it
// with a rule and a property too many (`faulty`), and with 300 decisions of the starter set (`decisions.jsonl`).
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "routewright-docs-"));
  for (const name of ["policies", "faulty"]) await cp("cli/starter", join(folder, name), { recursive: true });
  const git = (...args: string[]) =>
    run("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
  await git("init", "--quiet");
  await git("add", "-A");
  await git("commit", "--quiet", "-m", "starter");
  await edit("policies/policy.yaml", "gte: 200k", "gte: 128k");
  const rule = "  - id: sql\n    match: { tags: [sql], context_tokens: { lt: 4k } }\n    route: { to: [economy] }\n";
  await edit("faulty/policy.yaml", "\n# Required:", `\n${rule}\n# Required:`);
  const property =
    "  - name: nothing costs more than ten cents\n    forall: { context_tokens: { lt: 100k } }\n    expect: { max_cost_usd: 0.1 }\n";
  await writeFile(join(folder, "faulty/tests/costs.yaml"), `kind: test\ntests:\n${property}`);
  const lines = (await recordedDecisions(300)).map((decision) => `${JSON.stringify(decision)}\n`);
  await writeFile(join(folder, "decisions.jsonl"), lines.join(""));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(folder, file), "utf8");
  expect(text).toContain(from);
  await writeFile(join(folder, file), text.replace(from, to));
}

async function transcript(command: string): Promise<string> {
  const args = command.slice("policy ".length).split(" ");
  const env = { ...process.env, NO_COLOR: "1" };
  const { stdout, stderr } = await run(process.execPath, [resolve("dist/cli/main.js"), ...args], {
    cwd: folder,
    env,
  }).catch((error: { stdout: string; stderr: string }) => error);
  return `${stdout}${stderr}`.trimEnd().replaceAll(/@[0-9a-f]{12}/g, "@REVISION");
}

it("the transcripts of docs/analysis.md are true", { timeout: 120_000 }, async () => {
  const page = await readFile(PAGE, "utf8");
  let actual = page;
  const blocks = [...page.matchAll(/^```console\n\$ (policy .*)\n([\s\S]*?)^```$/gm)];
  expect(blocks.length).toBeGreaterThanOrEqual(4);
  for (const [block, command = ""] of blocks) {
    actual = actual.replace(block, () => `\`\`\`console\n$ ${command}\nPLACE\n\`\`\``);
    const output = await transcript(command);
    actual = actual.replace("PLACE", () => output);
  }
  if (process.env["UPDATE_TRANSCRIPTS"] === "1") await writeFile(PAGE, actual);
  else expect(actual).toBe(page);
});
