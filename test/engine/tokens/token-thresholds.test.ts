import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../../engine/compile/build-decision-tree.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { decideInOrder } from "../../../engine/evaluate/decide-in-order.js";
import type { Endpoint, PolicySet, Route, Rule } from "../../../engine/policy/policy-set.js";
import {
  needsExactCount,
  type TokenThresholds,
  tokenThresholds as thresholdsOf,
} from "../../../engine/tokens/token-thresholds.js";

const tokenThresholds = (set: PolicySet) => thresholdsOf({ set, tree: buildDecisionTree(set) });

const span = { file: "policy.yaml", start: 0, end: 0 };
const route: Route = {
  to: [],
  fallback: [],
  strategy: "order",
  timeouts: {},
  retries: 0,
  fallbackOn: [],
  onExhausted: "fail",
  span,
};

describe("tokenThresholds()", () => {
  it("cuts where a range's answer changes, below not, all and any, each value once", () => {
    const set = policyOf([
      range({ gte: 200 }),
      { kind: "not", condition: range({ lt: 200 }), span },
      { kind: "all", conditions: [range({ gt: 300 }), { kind: "any", conditions: [range({ lte: 50 })], span }], span },
      { ...range({ gte: 7 }), fact: "max_output_tokens" },
    ]);
    expect(tokenThresholds(set)).toEqual({ cuts: [51, 200, 301], windows: [], alwaysExact: false });
  });

  it("lists the windows of all endpoints, ascending and once", () => {
    expect(tokenThresholds(policyOf([], [200_000, 128_000, 200_000])).windows).toEqual([128_000, 200_000]);
  });

  it("asks for the exact count always when a logic condition reads context_tokens, and only then", () => {
    const logic = (reads: readonly string[]): Condition => ({ kind: "logic", rule: true, reads, required: [], span });
    expect(tokenThresholds(policyOf([logic(["context_tokens"])])).alwaysExact).toBe(true);
    expect(tokenThresholds(policyOf([logic(["max_output_tokens"])])).alwaysExact).toBe(false);
  });
});

describe("needsExactCount()", () => {
  const cutAt = (...cuts: number[]): TokenThresholds => ({ cuts, windows: [], alwaysExact: false });
  const windowOf = (...windows: number[]): TokenThresholds => ({ cuts: [], windows, alwaysExact: false });

  it.each([
    [cutAt(10), 9, 10, undefined, true],
    [cutAt(10), 10, 12, undefined, false],
    [cutAt(10), 5, 9, undefined, false],
    [cutAt(10, 20, 30), 11, 19, undefined, false],
    [cutAt(10, 20, 30), 11, 20, undefined, true],
    [windowOf(100), 100, 101, undefined, true],
    [windowOf(100), 90, 100, undefined, false],
    [windowOf(100), 101, 110, undefined, false],
    [windowOf(100), 90, 91, 10, true],
    [windowOf(100), 91, 99, 10, false],
    [{ cuts: [], windows: [], alwaysExact: true }, 1, 2, undefined, true],
    [{ cuts: [1], windows: [1], alwaysExact: true }, 2, 2, undefined, false],
  ])("with %j says of %d to %d tokens and %j for the answer: %j", (thresholds, lower, upper, output, needed) => {
    expect(needsExactCount(thresholds, { lower, upper }, output)).toBe(needed);
  });

  it("is false only if every value within the bounds gives the same decision and fits the same windows", () => {
    let same = 0;
    let needed = 0;
    const bound = fc.integer({ min: 0, max: 40 });
    const condition = fc.letrec<{ node: Condition }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.record({ min: fc.option(inclusive(bound)), max: fc.option(inclusive(bound)) }).map(toRange),
        tie("node").map((inner): Condition => ({ kind: "not", condition: inner, span })),
        fc
          .tuple(fc.constantFrom("all" as const, "any" as const), fc.array(tie("node"), { maxLength: 3 }))
          .map(([kind, conditions]): Condition => ({ kind, conditions, span })),
      ),
    })).node;
    fc.assert(
      fc.property(
        fc.array(condition, { maxLength: 3 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 3 }),
        bound,
        fc.integer({ min: 0, max: 12 }),
        fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
        (conditions, windows, lower, breadth, output) => {
          const set = policyOf(conditions, windows);
          const upper = lower + breadth;
          if (needsExactCount(tokenThresholds(set), { lower, upper }, output)) {
            needed++;
            return;
          }
          same++;
          const answers = new Set<string>();
          for (let tokens = lower; tokens <= upper; tokens++) {
            const outcome = decideInOrder(set, { context_tokens: tokens });
            const fits = windows.map((window) => tokens + (output ?? 0) <= window);
            answers.add(
              JSON.stringify([
                outcome.denied?.rule.id,
                outcome.requirements.map(({ id }) => id),
                outcome.route.ruleNumber,
                fits,
              ]),
            );
          }
          expect(answers.size).toBe(1);
        },
      ),
      { seed: 20261103, numRuns: 5_000 },
    );
    console.log(`needsExactCount: ${same} bounds decide alike, ${needed} need the exact count`);
    expect(Math.min(same, needed)).toBeGreaterThan(500);
  });
});

function inclusive(value: fc.Arbitrary<number>) {
  return fc.record({ value, inclusive: fc.boolean() });
}

type Bound = { readonly value: number; readonly inclusive: boolean };

function toRange({ min, max }: { readonly min: Bound | null; readonly max: Bound | null }): Condition {
  const ends = { ...(min === null ? {} : { min }), ...(max === null ? {} : { max }) };
  return { kind: "range", fact: "context_tokens", ...ends, span };
}

function range(bound: { gte?: number; gt?: number; lte?: number; lt?: number }) {
  const min = bound.gte ?? bound.gt;
  const max = bound.lte ?? bound.lt;
  return {
    kind: "range" as const,
    fact: "context_tokens",
    ...(min === undefined ? {} : { min: { value: min, inclusive: bound.gte !== undefined } }),
    ...(max === undefined ? {} : { max: { value: max, inclusive: bound.lte !== undefined } }),
    span,
  };
}

/** Deny, require and route rules in turn. */
function policyOf(conditions: readonly Condition[], windows: readonly number[] = []): PolicySet {
  const rules = conditions.map((condition, index): Rule => {
    const base = { id: `r${index}`, condition, span };
    if (index % 3 === 0) return { ...base, effect: "route", route };
    return index % 3 === 1
      ? { ...base, effect: "deny", message: "no" }
      : { ...base, rule: base.id, effect: "require", require: { region: ["eu"] } };
  });
  const endpoints = windows.map(
    (contextWindow, index): Endpoint => ({
      id: `a/m@p${index}`,
      model: "a/m",
      provider: `p${index}`,
      upstreamModel: "m",
      contextWindow,
      span,
    }),
  );
  const models = [{ id: "a/m", contextWindow: 1, capabilities: [], endpoints, span }];
  return { name: "t", attributes: [], pools: [], rules, defaultRoute: route, catalog: { providers: [], models } };
}
