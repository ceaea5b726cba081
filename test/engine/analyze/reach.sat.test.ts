import { describe, expect, it } from "vitest";
import { PolicyRegions } from "../../../engine/analyze/regions/policy-regions.js";
import { buildSpace } from "../../../engine/analyze/space/build-space.js";
import { anyRequests } from "../../../engine/analyze/space/request-assumptions.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { evaluateCondition } from "../../../engine/evaluate/evaluate-condition.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import { generatePolicy, type Shape, shapes } from "../../differential/generate-policy.js";
import { plantInSet } from "../../differential/plant-in-set.js";
import { Random } from "../../differential/random.js";
import { strings } from "../../differential/vocabulary.js";
import { SatOracle } from "./sat.js";
import { misreadings, scale, seed } from "./soundness.js";

/** Patterns as the texts that fit them, and one zone: what the oracle knows. */
function simplify(leaf: Condition): Condition {
  if (leaf.kind === "time") return { ...leaf, tz: "UTC" };
  if (leaf.kind !== "glob" && leaf.kind !== "prefix") return leaf;
  const fits = (strings[leaf.fact] ?? []).filter((text) => evaluateCondition(leaf, { [leaf.fact]: text } as Facts));
  return { kind: "one-of", fact: leaf.fact, values: fits.length === 0 ? ["none fits"] : fits, span: leaf.span };
}

function compare(policies: number, misread: (leaf: Condition) => Condition = (leaf) => leaf) {
  const random = new Random(seed + 1);
  const counts = { policies, rules: 0, possible: 0, impossible: 0, undecided: 0, disagreements: 0 };
  for (let policy = 0; policy < policies; policy++) {
    const set = plantInSet(generatePolicy(random, shapes[policy % shapes.length] as Shape, 30), simplify);
    const oracle = new SatOracle(set);
    const seen = plantInSet(set, misread);
    const regions = new PolicyRegions(buildSpace({ sets: [seen], assumptions: anyRequests }), seen);
    for (const [effect, rules] of [["route", regions.routes] as const, ["deny", regions.denies] as const]) {
      for (const [index, { ruleNumber }] of rules.entries()) {
        const found = regions.find(regions.acts(ruleNumber), regions.above(ruleNumber));
        const above = rules.slice(0, index).map((each) => set.rules[each.ruleNumber]!.condition);
        const rail = effect === "route" ? "true" : "not-false";
        const isPossible = oracle.isPossible(set.rules[ruleNumber]!.condition, above, rail);
        counts.rules++;
        counts[isPossible ? "possible" : "impossible"]++;
        if (found === "undecided") counts.undecided++;
        else if ((found !== "none") !== isPossible) counts.disagreements++;
      }
    }
  }
  return counts;
}

describe("box cover", () => {
  it("agrees with a SAT solver", { timeout: 300_000 * Math.max(1, scale) }, () => {
    const counts = compare(40 * scale);
    console.log(`boxes and SAT, seed ${seed + 1}: ${JSON.stringify(counts)}`);
    expect(counts).toMatchObject({ disagreements: 0, undecided: 0 });
    expect(counts.impossible).toBeGreaterThan(30);
  });

  it("would be seen to disagree if a leaf were misread", () => {
    const [, plant] = misreadings[0]!;
    expect(compare(8, plant).disagreements).toBeGreaterThan(0);
  });
});
