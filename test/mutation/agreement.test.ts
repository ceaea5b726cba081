import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../engine/compile/build-decision-tree.js";
import { usualTuning } from "../../engine/compile/tree-tuning.js";
import { decideInOrder } from "../../engine/evaluate/decide-in-order.js";
import { byTree, compareDeciders, type PrepareDecider } from "../differential/compare-deciders.js";
import type { Shape } from "../differential/generate-policy.js";
import { decideWithJsonLogic } from "../differential/json-logic/decide-with-json-logic.js";
import { oddTunings } from "../differential/odd-tunings.js";

const tunings = [usualTuning, ...oddTunings];

function byTrees(): PrepareDecider {
  let built = 0;
  return (set) => {
    return byTree(set, buildDecisionTree(set, tunings[built++ % tunings.length]));
  };
}
const inOrder: PrepareDecider = (set) => (facts) => decideInOrder(set, facts);
const byJsonLogic: PrepareDecider = (set) => (facts) => decideWithJsonLogic(set, facts);

/** The comparisons of test/differential, so short that they can be run against every mutant. */
describe("decide()", () => {
  it("agrees with the rules in order", () => {
    const comparison = { seed: 7, policies: 36, requestsPerPolicy: 25, mostRules: 14 };
    expect(compareDeciders(comparison, inOrder, byTrees()).disagreement).toBeUndefined();
  });

  it("agrees with many rules in order", () => {
    const shapes: readonly Shape[] = ["selective", "keyed", "range-heavy", "wildcard-heavy"];
    const comparison = { seed: 8, policies: 8, requestsPerPolicy: 25, mostRules: 120, shapes };
    expect(compareDeciders(comparison, inOrder, byTrees()).disagreement).toBeUndefined();
  });
});

describe("decideWithJsonLogic()", () => {
  it("agrees with the rules in order", () => {
    const comparison = { seed: 9, policies: 24, requestsPerPolicy: 15, mostRules: 10 };
    expect(compareDeciders(comparison, inOrder, byJsonLogic).disagreement).toBeUndefined();
  });
});
