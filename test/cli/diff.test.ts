import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPolicy } from "../acceptance/proxy-process.js";
import { openDecisionStore } from "../server/storage/harness.js";
import { recordedDecisions } from "./recorded-decisions.js";

const revisions = (text: string) => text.replaceAll(/@[0-9a-f]{12}/g, "@REVISION");

describe("policy diff", () => {
  let folder: string;
  let policies: string;
  const git = (...args: string[]) =>
    promisify(execFile)("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
  const edit = async (file: string, from: string, to: string) => {
    const text = await readFile(join(policies, file), "utf8");
    expect(text).toContain(from);
    await writeFile(join(policies, file), text.replace(from, to));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-diff-"));
    policies = join(folder, "policies");
    await cp("cli/starter", policies, { recursive: true });
    await git("init", "--quiet");
    await git("add", "-A");
    await git("commit", "--quiet", "-m", "one");
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("compares a git revision with the policy directory as it is now, and says so when nothing changes", async () => {
    const same = await runPolicy(["diff", "HEAD", ".", "--policies", policies]);
    expect(revisions(same.stdout)).toBe(
      "starter@REVISION → starter@REVISION · 0 changes · exact\n\nno request is routed differently\n",
    );
    expect(same.code).toBe(0);
    await edit("policy.yaml", "gte: 200k", "gte: 128k");
    const { code, stdout } = await runPolicy(["diff", "--policies", policies]);
    expect(revisions(stdout)).toBe(`starter@REVISION → starter@REVISION · 2 changes · exact

 1  rule code → rule long-context
    where    128,000 ≤ context_tokens < 200,000 and tags has any of code, sql
    example  tags {code}, context_tokens 128,000
    before   anthropic/claude-sonnet-4.5@anthropic ($0.39936), then 3 more
    after    google/gemini-2.5-pro@google ($0.17024), then 1 more
    edge     not with context_tokens 127,999: anthropic/claude-sonnet-4.5@anthropic ($0.399357), then 3 more

 2  the default route → rule long-context
    where    128,000 ≤ context_tokens < 200,000 and (tags is absent or tags has none of code, sql)
    example  context_tokens 128,000
    before   openai/gpt-4.1-mini@openai ($0.0528384), then 1 more
    after    google/gemini-2.5-pro@google ($0.17024), then 1 more
    edge     not with context_tokens 127,999: openai/gpt-4.1-mini@openai ($0.052838), then 1 more
`);
    expect(code).toBe(1);
  });

  it("compares two directories and two revisions, in JSON and Markdown too", async () => {
    await git("commit", "--quiet", "-a", "-m", "two");
    const json = await runPolicy(["diff", "HEAD~1", "HEAD", "--json", "--policies", policies]);
    expect(json.code).toBe(1);
    const report = JSON.parse(json.stdout);
    expect(report).toMatchObject({ same: false, undecided: [], catalog: [], attributes: [] });
    expect(report.changes.map((change: { from: string; to: string }) => [change.from, change.to])).toEqual([
      ["code", "long-context"],
      ["default", "long-context"],
    ]);
    const markdown = await runPolicy(["diff", "cli/starter", policies, "--format", "markdown"]);
    expect(markdown.stdout).toContain("**1. rule code → rule long-context**");
    expect(markdown.stdout).toContain("| where | `128,000 ≤ context_tokens < 200,000 and tags has any of code, sql` |");
  });

  it("says of recorded decisions how many are part of each change, from a file, gzipped, and a database", async () => {
    const decisions = await recordedDecisions(300);
    const lines = decisions.map((decision) => `${JSON.stringify(decision)}\n`).join("");
    const names = ["log.jsonl", "log.jsonl.gz", "routewright.db"].map((name) => join(folder, name));
    const [plain = "", gzipped = "", database = ""] = names;
    await writeFile(plain, lines);
    await writeFile(gzipped, gzipSync(lines));
    const store = await openDecisionStore({
      url: `sqlite:${database}`,
      log: { info() {}, warn() {}, error() {} },
      now: Date.now,
    });
    for (const { rule, ...decision } of decisions) store.record(decision, { rule, status: 200 });
    await store.close();
    const run = (log: string, ...more: string[]) =>
      runPolicy(["diff", "cli/starter", policies, "--policies", policies, "--log", log, ...more]);
    const [one, ...others] = await Promise.all(names.map((name) => run(name, "--json")));
    expect(one?.code).toBe(1);
    for (const other of others) expect(other.stdout).toBe(one?.stdout);
    const report = JSON.parse(one?.stdout ?? "");
    expect(report.traffic).toMatchObject({
      decisions: 300,
      changed: 72,
      unlisted: 0,
      unreadable: 0,
      other_revisions: 0,
    });
    expect(report.changes.map((change: { traffic: object }) => change.traffic)).toMatchObject([
      { decisions: 24, share: 0.08, cost: { recorded_decisions: 24, by_tokens_decisions: 24 } },
      { decisions: 48, share: 0.16, cost: { recorded_decisions: 48, by_tokens_decisions: 48 } },
    ]);
    const markdown = await run(plain, "--format", "markdown", "--log", gzipped);
    expect(markdown.stdout).toContain(
      "**144 of 600 recorded decisions are part of a change (24.00 %)**\n\n- all: $75.76 recorded;",
    );
    expect(markdown.stdout).toContain(
      "| traffic | `48 recorded (8.00 %)` |\n| cost | `$11.92 recorded; by tokens used $11.92 →",
    );
    const missing = await run("/nowhere.jsonl");
    expect(missing.stderr).toContain("policy: cannot read /nowhere.jsonl");
    expect(missing.code).toBe(2);
    const empty = await run("package.json");
    expect(empty.stderr).toContain("policy diff: no line of the log is a decision");
    expect(empty.code).toBe(2);
  });

  it("compares what routes: a test that lags behind does not matter", async () => {
    const lagging = join(folder, "lagging");
    await cp(policies, lagging, { recursive: true });
    await writeFile(
      join(lagging, "tests/routing.yaml"),
      "kind: test\ntests: [{ name: a, request: {}, expect: { rule: gone } }]\n",
    );
    const { code, stdout } = await runPolicy(["diff", policies, lagging]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("no request is routed differently")]);
  });

  it("refuses what is neither a directory nor a revision, and what is unsound, with 2 and 1", async () => {
    const unknown = await runPolicy(["diff", "no-such-thing", "--policies", policies]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("no-such-thing is neither a directory with a policy.yaml nor a git revision");
    const option = await runPolicy(["diff", "--policies", policies, "--", "--output=x", "HEAD"]);
    expect(option.code).toBe(2);
    const outside = await runPolicy(["diff", "--policies", tmpdir()]);
    expect([outside.code, outside.stderr]).toEqual([
      2,
      expect.stringContaining("is in no git repository. Name two directories"),
    ]);
    await edit("policy.yaml", "id: code", "id: long-context");
    const unsound = await runPolicy(["diff", "HEAD", ".", "--policies", policies]);
    expect(unsound.code).toBe(1);
    expect(unsound.stderr).toContain("error[RW1205]");
  });
});
