import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decide } from "../../engine/evaluate/decide.js";
import type { Facts } from "../../engine/evaluate/facts.js";
import { explain } from "../../engine/explain/explain.js";
import { compilePolicy } from "../../engine/policy/compile-policy.js";
import { rank } from "../../engine/rank/rank.js";
import { type NanoUsd, nanoToUsd } from "../../engine/units/money.js";
import { readPolicyDirectory } from "../../server/policy-files/read-policy-directory.js";
import { runPolicy } from "../acceptance/proxy-process.js";
import { openDecisionStore } from "../server/storage/harness.js";

const files = await readPolicyDirectory("cli/starter");
const policy = compilePolicy(files).value!;
const snapshot = { kind: "policy", revision: policy.revision, name: policy.name, files };

function record(number: number, facts: Facts) {
  const id = `dec_${String(number).padStart(6, "0")}`;
  const { outcome, candidates, ...stored } = explain(policy, { model: "auto", ...facts }, {}, { id });
  return stored;
}
const decisions = Array.from({ length: 300 }, (_, number) =>
  record(number, { context_tokens: 1_000 * number, ...(number % 3 === 0 ? { tags: ["code"] } : {}) }),
);

describe("policy replay", () => {
  let folder: string;
  let log: string;
  let edited: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-replay-"));
    log = join(folder, "log.jsonl");
    await writeFile(log, [snapshot, ...decisions].map((line) => `${JSON.stringify(line)}\n`).join(""));
    edited = join(folder, "edited");
    await cp("cli/starter", edited, { recursive: true });
    const text = await readFile(join(edited, "policy.yaml"), "utf8");
    await writeFile(join(edited, "policy.yaml"), text.replace("gte: 200k", "gte: 100k"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("finds nothing changed under the policy that decided", async () => {
    const { code, stdout } = await runPolicy(["replay", log, "--policies", "cli/starter"]);
    expect(stdout).toMatch(
      /^300 decisions of 1 revision\nself-check {2}300 of 300 are reproduced by the policy that made them\nstarter@.{12} {2}nothing changes\nexpected cost/,
    );
    expect(code).toBe(0);
  });

  it.each(["plain", "gzipped"])("says what changes under another policy, from a %s log", async (form) => {
    const name = form === "plain" ? log : join(folder, "log.jsonl.gz");
    if (form === "gzipped") await writeFile(name, gzipSync(await readFile(log)));
    const { code, stdout } = await runPolicy(["replay", name, "--policies", edited]);
    expect(code).toBe(1);
    expect(stdout).toContain("100 decisions change (33.33 %)");
    expect(stdout).toMatch(/by rule\n {2}67 {2}default → long-context {2}\+\$\d/);
    expect(stdout).toMatch(/ {2}33 {2}code → long-context/);
    expect(stdout).toMatch(/dec_000100 {2}default → long-context {2}context_tokens 100,000\n/);
  });

  it("agrees with deciding each by hand", async () => {
    const target = compilePolicy(await readPolicyDirectory(edited)).value!;
    let changed = 0;
    let cost = 0;
    for (const decision of decisions) {
      const facts = Object.fromEntries(
        Object.entries(decision.facts).map(([name, { value }]) => [name, value]),
      ) as Facts;
      const [first] = rank(target, decide(target, facts), facts, {}).attempts;
      if (first?.endpoint.id !== decision.chosen || first?.rule !== rank(policy, decide(policy, facts), facts, {}).rule)
        changed++;
      cost += first?.cost ?? 0;
    }
    const report = JSON.parse(
      (await runPolicy(["replay", log, "--json", "--threads", "2", "--policies", edited])).stdout,
    );
    expect(report).toMatchObject({
      decisions: 300,
      checked: 300,
      differing_count: 0,
      changed,
      total: { count: 300, cost_known: 300, cost_after_usd: nanoToUsd(cost as NanoUsd), latency_known: 0 },
    });
  });

  it("without the policy that decided, compares with what was recorded; --baseline names it", async () => {
    const bare = join(folder, "bare.jsonl");
    await writeFile(bare, decisions.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const { stdout } = await runPolicy(["replay", bare, "--policies", edited]);
    expect(stdout).toContain("self-check  not possible");
    expect(stdout).toContain("100 decisions change (33.33 %)");
    expect(stdout).toMatch(/by rule\n {2}100 {2}\(not recorded\) → long-context/);
    const baseline = await runPolicy(["replay", bare, "--policies", edited, "--baseline", "cli/starter"]);
    expect(baseline.stdout).toContain("self-check  300 of 300");
    expect(baseline.stdout).toContain("default → long-context");
  });

  it("says when a record is not what its policy decides", async () => {
    const wrong = join(folder, "wrong.jsonl");
    const lie = { ...decisions[7], chosen: "openai/gpt-4.1@openai" };
    await writeFile(wrong, [snapshot, lie].map((line) => `${JSON.stringify(line)}\n`).join(""));
    const { code, stdout, stderr } = await runPolicy(["replay", wrong, "--policies", "cli/starter"]);
    expect(code).toBe(1);
    expect(stdout).toContain("self-check  0 of 1");
    expect(stdout).toContain("not reproduced: dec_000007");
    expect(stderr).toContain("1 decision is not reproduced");
  });

  it("reads a server's database, and exports it", async () => {
    const file = join(folder, "routewright.db");
    const log = { info() {}, warn() {}, error() {} };
    const store = await openDecisionStore({ url: `sqlite:${file}`, log, now: Date.now });
    await store.saveSnapshot({
      revision: policy.revision,
      name: policy.name,
      files,
      firstServed: "2026-11-24T09:00:00Z",
    });
    for (const decision of decisions)
      store.record(decision, { rule: decision.id === "" ? "" : ruleOf(decision), status: 200 });
    await store.flush();
    await store.close();
    const replayed = await runPolicy(["replay", file, "--policies", edited]);
    expect(replayed.stdout).toContain("self-check  300 of 300");
    expect(replayed.stdout).toContain("100 decisions change (33.33 %)");
    const exported = await runPolicy(["replay", "--export", `sqlite:${file}`]);
    expect(exported.code).toBe(0);
    expect(exported.stdout.split("\n")).toHaveLength(302);
    const again = join(folder, "exported.jsonl");
    await writeFile(again, exported.stdout);
    expect((await runPolicy(["replay", again, "--policies", edited])).stdout).toBe(replayed.stdout);
  });

  it("ends quietly when its reader has read enough", async () => {
    const long = join(folder, "long.jsonl");
    await writeFile(long, (await readFile(log, "utf8")).repeat(20));
    const pipe = `'${process.execPath}' dist/cli/main.js replay --export '${long}' | head -c 9; echo " \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await promisify(execFile)("bash", ["-c", pipe]);
    expect(stdout).toBe('{"kind":" 0\n');
    expect(stderr).toBe("");
  });

  it("counts lines that are no decisions", async () => {
    const mixed = join(folder, "mixed.jsonl");
    await writeFile(mixed, `{"a":1}\nnonsense\n\n${JSON.stringify(decisions[0])}`);
    expect((await runPolicy(["replay", mixed, "--policies", "cli/starter"])).stdout).toContain(
      "1 decision of 1 revision · 2 lines are no decision",
    );
  });

  it.each([
    [["replay"], "missing required argument 'log'"],
    [["replay", "/nowhere.jsonl"], "policy: cannot read /nowhere.jsonl: there is no such file"],
    [["replay", "package.json"], "none of its"],
    [["replay", "sqlite:/nowhere.db"], "policy: cannot read the log: "],
    [["replay", "x", "--threads", "0"], "it must be from 1 to 256"],
  ])("%j is wrong usage: exit 2", async (args, message) => {
    const { code, stderr } = await runPolicy([...args, "--policies", "cli/starter"]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

function ruleOf(decision: (typeof decisions)[number]): string {
  const facts = Object.fromEntries(Object.entries(decision.facts).map(([name, { value }]) => [name, value])) as Facts;
  return rank(policy, decide(policy, facts), facts, {}).rule;
}
