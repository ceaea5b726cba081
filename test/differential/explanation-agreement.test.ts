import { describe, expect, it } from "vitest";
import { builtInFacts } from "../../engine/conditions/fact-definitions.js";
import { decideInOrder } from "../../engine/evaluate/decide-in-order.js";
import { withDefaults } from "../../engine/evaluate/with-defaults.js";
import { InOrderReader } from "../../engine/explain/in-order-reader.js";
import type { NumberedRules } from "../../engine/explain/numbered-rules.js";
import { ConditionWords } from "../../engine/explain/words/condition-words.js";
import { FailureFinder } from "../../engine/explain/words/find-failed-condition.js";
import type { PolicySet } from "../../engine/policy/policy-set.js";
import { compareDeciders, degenerations, describeDistribution, type PrepareDecider } from "./compare-deciders.js";

/** A long run: `EXPLANATIONS=20000000 npx vitest run test/differential/explanation-agreement.test.ts`. */
const explanations = Number(process.env["EXPLANATIONS"] ?? "250000");
const scale = Math.max(1, explanations / 250_000);
const seed = Number(process.env["EXPLANATIONS_SEED"] ?? "20261126");

const inOrder: PrepareDecider = (set) => (facts) => decideInOrder(set, facts);

/** How many failures were compared, by what they say. */
const compared = { false: 0, unknown: 0, later: 0 };

/** The rules in numbers; every hundredth reading is compared rule by rule. */
function inNumbers(set: PolicySet, plant: (rules: NumberedRules) => void = () => {}) {
  const reader = InOrderReader.of(set);
  plant(reader.rules);
  const words = new ConditionWords([...builtInFacts, ...set.attributes]);
  let readings = 0;
  return (givenFacts: Parameters<typeof decideInOrder>[1]) => {
    const facts = withDefaults(set, givenFacts);
    const { outcome, failures } = reader.read(facts);
    if (failures === undefined) throw new Error("the reader left the request to the interpreter");
    if (readings++ % 100 === 0) {
      const finder = new FailureFinder(facts, words);
      const above = set.rules.slice(0, outcome.route.ruleNumber).filter(({ effect }) => effect === "route");
      const expected = above.map(({ condition }) => {
        const failure = finder.find(condition);
        if (failure === undefined) return -1;
        const { place, truth } = failure;
        compared[truth === undefined ? "unknown" : "false"]++;
        if (place > 0) compared.later++;
        return place * 2 + (truth === undefined ? 1 : 0);
      });
      expect([...failures]).toEqual(expected);
    }
    return outcome;
  };
}

describe("the rules in numbers", () => {
  it("read as the rules in order", { timeout: 120_000 * scale }, () => {
    const comparison = { seed, policies: 250 * scale, requestsPerPolicy: 1_000, mostRules: 24 };
    const { distribution, disagreement } = compareDeciders(comparison, inOrder, (set) => inNumbers(set));
    console.log(`rules in numbers, seed ${seed}: ${describeDistribution(distribution)}; failures:`, compared);
    expect(disagreement).toBeUndefined();
    expect(degenerations(distribution)).toEqual([]);
    expect(Math.min(...Object.values(compared))).toBeGreaterThan(500);
  });

  it("read as the rules in order when there are many", { timeout: 120_000 * scale }, () => {
    const comparison = { seed: seed + 1, policies: 12 * scale, requestsPerPolicy: 200, mostRules: 1_600 };
    expect(compareDeciders(comparison, inOrder, (set) => inNumbers(set)).disagreement).toBeUndefined();
  });
});

// A comparison that cannot fail proves nothing: each fault is planted and must be found.
describe("the comparison", () => {
  const faults: readonly (readonly [string, (rules: NumberedRules) => void])[] = [
    ["words that are listed by the next part", ({ listed }) => listed.set(listed.map((part) => part ^ 1))],
    ["bounds that are one more", ({ bounds }) => bounds.set(bounds.map((bound) => bound + 1))],
    [
      "ranges that leave out their bounds",
      ({ parts }) => each(parts, 1, (at) => (parts[at + 2] = parts[at + 2]! & ~3)),
    ],
    ["`any` read as `all`", ({ parts }) => each(parts, 5, (at) => (parts[at] = 4))],
    ["`not` of another part", ({ parts }) => each(parts, 3, (at) => (parts[at + 1] = 0))],
    ["rules without their last part", withoutLastParts],
    ["rules with another first part", ({ routes }) => routes.firsts.set(routes.firsts.map((part) => part ^ 1))],
  ];
  for (const [fault, plant] of faults) {
    it(`finds ${fault}`, () => {
      const comparison = { seed, policies: 100, requestsPerPolicy: 100, mostRules: 24 };
      const find = () => {
        const { disagreement } = compareDeciders(comparison, inOrder, (set) => inNumbers(set, plant));
        if (disagreement !== undefined) throw new Error("the outcomes differ");
      };
      expect(find).toThrow();
    });
  }
});

function each(parts: Int32Array, kind: number, change: (at: number) => void): void {
  for (let at = 0; at < parts.length; at += 3) if (parts[at] === kind) change(at);
}

function withoutLastParts({ routes: { starts, parts, firsts } }: NumberedRules): void {
  for (const [at, first] of firsts.entries()) parts[starts[at + 1]! - 1] = first;
}
