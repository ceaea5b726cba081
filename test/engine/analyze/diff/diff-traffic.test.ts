import { describe, expect, it } from "vitest";
import { describeDiff } from "../../../../engine/analyze/diff/describe-diff.js";
import { diffPolicies } from "../../../../engine/analyze/diff/diff-policies.js";
import { emptyTraffic, LogTraffic, mergeTraffic } from "../../../../engine/analyze/diff/diff-traffic.js";
import { renderDiff } from "../../../../engine/analyze/diff/render-diff.js";
import type { Facts } from "../../../../engine/evaluate/facts.js";
import { compilePolicy } from "../../../../engine/policy/compile-policy.js";
import type { CompiledPolicy } from "../../../../engine/policy/compiled-policy.js";

const catalog = `kind: catalog
providers:
  p: { format: openai, base_url: "https://p.example/v1", region: eu }
models:
  a/small: { context_window: 100k, price: { input: 1, output: 2, cached_input: 0.5 }, endpoints: [{ provider: p, model: s }] }
  a/large: { context_window: 100k, price: { input: 10, output: 20 }, endpoints: [{ provider: p, model: l }] }
  a/unpriced: { context_window: 100k, endpoints: [{ provider: p, model: u }] }
`;
function policyOf(rules: string): CompiledPolicy {
  const text = `kind: policy\nname: p\nrules:\n${rules}\ndefault:\n  route: { to: [a/small] }\n`;
  const { value, diagnostics } = compilePolicy([
    { name: "policy.yaml", text },
    { name: "catalog.yaml", text: catalog },
  ]);
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return value;
}
const before = policyOf(`  - id: code
    match: { tags: [code] }
    route: { to: [a/small], on_exhausted: next_rule }
  - id: secret
    match: { tags: [secret] }
    deny: "no"`);
const after = policyOf(`  - id: guard
    match: { tags: [pii] }
    require: { region: [eu] }
  - id: code
    match: { tags: [code] }
    route: { to: [a/small], on_exhausted: next_rule }
  - id: batch
    match: { priority: batch }
    route: { to: [a/large] }
  - id: odd
    match: { tags: [odd] }
    route: { to: [a/unpriced] }`);

interface Recorded {
  readonly facts: Facts;
  readonly attempts?: unknown;
  readonly revision?: string;
}
function logOf(decisions: readonly (Recorded | string)[]): Uint8Array<ArrayBuffer> {
  const lines = decisions.map((each, number) => {
    if (typeof each === "string") return each;
    const { facts, attempts, revision = before.revision } = each;
    const all = { model: "auto", tags: [], ...facts };
    const recorded = Object.entries(all).map(([name, value]) => [name, { value, source: "test" }]);
    return JSON.stringify({
      ...{ id: `dec_${number}`, policy: { name: "p", revision }, facts: Object.fromEntries(recorded) },
      ...{ fallbacks: [], world: {}, attempts },
    });
  });
  return new TextEncoder().encode(lines.join("\n"));
}
const decode = (bytes: Uint8Array, start: number, end: number) => Buffer.from(bytes).toString("utf8", start, end);
const diff = diffPolicies(before.set, after.set);
function trafficOf(decisions: readonly (Recorded | string)[]) {
  const traffic = new LogTraffic(before, after, diff.changes, decode);
  traffic.add(logOf(decisions));
  return traffic.summary;
}
const placeOf = (kind: string, from: string, to: string) =>
  diff.changes.findIndex((change) => change.kind === kind && change.from.rule === from && change.to.rule === to);

const used = { usage: { input_tokens: 1_000, output_tokens: 100, cached_input_tokens: 400 }, cost_usd: 0.001 };

describe("recorded decisions in a diff", () => {
  it("are counted at every change that they are part of", () => {
    const traffic = trafficOf([
      { facts: { context_tokens: 1_000 } },
      { facts: { context_tokens: 1_000, priority: "batch" } },
      { facts: { context_tokens: 1_000, priority: "batch", tags: ["pii"] } },
      { facts: { context_tokens: 1_000, priority: "batch", tags: ["code"] } },
      { facts: { context_tokens: 1_000, tags: ["secret"] } },
      { facts: { context_tokens: 1_000, tags: ["odd"] }, revision: "another" },
      '{"kind":"policy"}',
      "nonsense",
      "",
    ]);
    const counts = Object.fromEntries(
      diff.changes.map(({ kind, from, to }, place) => [
        `${kind} ${from.rule} → ${to.rule}`,
        traffic.changes[place]?.decisions,
      ]),
    );
    expect(counts).toEqual({
      "denied secret → none": 1,
      "required none → guard": 1,
      "routed default → batch": 2,
      "routed default → odd": 1,
      "next default → batch": 1,
      "next default → odd": 0,
    });
    expect(traffic).toMatchObject({ changed: 5, unlisted: 0, unreadable: 1, otherRevisions: 1 });
    expect(traffic.all.decisions).toBe(6);
  });

  it("cost what was recorded, and by their tokens what the first candidates cost", () => {
    const traffic = trafficOf([
      { facts: { context_tokens: 5_000, priority: "batch" }, attempts: [{ cost_usd: 0.002 }, used] },
      { facts: { context_tokens: 5_000, priority: "batch" }, attempts: [] },
      { facts: { context_tokens: 5_000, tags: ["odd"] }, attempts: [used] },
      { facts: { context_tokens: 5_000, tags: ["secret"] }, attempts: [null, { usage: "none" }] },
    ]);
    // 600 × $1 + 400 × $0.5 + 100 × $2 a million; at the large model 600 + 400 at $10 and 100 × $20.
    const [byTokens, large] = [1_000_000, 12_000_000];
    // Expected: 5,000 tokens in, 1,024 out.
    const [expected, expectedLarge] = [7_048_000, 70_480_000];
    expect(traffic.changes[placeOf("routed", "default", "batch")]).toEqual({
      decisions: 2,
      recordedKnown: 1,
      recorded: 3_000_000,
      costKnown: 2,
      byTokens: 1,
      before: byTokens + expected,
      after: large + expectedLarge,
    });
    // Without a price nothing is known.
    expect(traffic.changes[placeOf("routed", "default", "odd")]).toMatchObject({
      decisions: 1,
      costKnown: 0,
      after: 0,
    });
    // Refused before: nothing.
    expect(traffic.changes[placeOf("denied", "secret", "none")]).toMatchObject({
      ...{ recordedKnown: 0, costKnown: 1, byTokens: 0, before: 0, after: expected },
    });
  });

  it("add up over threads", () => {
    const decisions: Recorded[] = Array.from({ length: 30 }, (_, number) => ({
      facts: { context_tokens: number, tags: [["odd", "pii", "secret"][number % 3] as string] },
      attempts: [used],
    }));
    const total = emptyTraffic(diff.changes.length);
    for (let at = 0; at < 30; at += 7) mergeTraffic(total, trafficOf(decisions.slice(at, at + 7)));
    expect(total).toEqual(trafficOf(decisions));
  });

  it("that change in a way the diff does not list are said", () => {
    const traffic = new LogTraffic(before, after, [], decode);
    traffic.add(logOf([{ facts: { context_tokens: 1, priority: "batch" } }]));
    expect(traffic.summary).toMatchObject({ changed: 1, unlisted: 1 });
    const text = renderDiff(describeDiff({ ...diff, changes: [] }, before, after, traffic.summary));
    expect(text).toContain(`1 of 1 recorded decision is part of a change (100.00 %)
    all: expected $0.00205 → $0.0205 (+900.00 %)
    1 changes in a way that was not decided`);
  });
});
