import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../engine/compile/build-decision-tree.js";
import { type TreeTuning, usualTuning } from "../../engine/compile/tree-tuning.js";
import { decideInOrder } from "../../engine/evaluate/decide-in-order.js";
import { commonMisreadings, type Misreading } from "./common-misreadings.js";
import {
  byTree,
  type Comparison,
  compareDeciders,
  degenerations,
  describeDistribution,
  type PrepareDecider,
} from "./compare-deciders.js";
import type { Shape } from "./generate-policy.js";
import { decideWithJsonLogic } from "./json-logic/decide-with-json-logic.js";
import { oddTunings } from "./odd-tunings.js";
import { plantInSet } from "./plant-in-set.js";
import { treeFaults } from "./tree-faults.js";
import { TreeKinds } from "./tree-kinds.js";

const tunings: readonly TreeTuning[] = [usualTuning, ...oddTunings];
const kinds = new TreeKinds();
let built = 0;

const byCompiledTree: PrepareDecider = (set) => {
  const tree = structuredClone(buildDecisionTree(set, tunings[built++ % tunings.length]));
  kinds.count(tree);
  return byTree(set, tree);
};
const inOrder: PrepareDecider = (set) => (facts) => decideInOrder(set, facts);
const byJsonLogic: PrepareDecider = (set) => (facts) => decideWithJsonLogic(set, facts);

/** A long run: `DIFFERENTIAL_DECISIONS=100000000 npx vitest run test/differential/decide-agreement.test.ts`. */
const decisions = Number(process.env["DIFFERENTIAL_DECISIONS"] ?? "2200000");
const scale = Math.max(1, decisions / 2_200_000);
/** Set it to try other policies; a seed that finds a disagreement becomes a case below. */
const seed = Number(process.env["DIFFERENTIAL_SEED"] ?? "20261124");

function expectAgreement(title: string, comparison: Comparison, actual: PrepareDecider, judged = true) {
  const { distribution, disagreement } = compareDeciders(comparison, inOrder, actual);
  console.log(`${title}, seed ${comparison.seed}: ${describeDistribution(distribution)}`);
  expect(disagreement).toBeUndefined();
  if (judged) expect(degenerations(distribution)).toEqual([]);
}

describe("the compiled tree", () => {
  it("decides as the rules read in order", { timeout: 300_000 * scale }, () => {
    // Small policies reach every corner; larger ones, below, every kind of node.
    const comparison = { seed, policies: 2_000 * scale, requestsPerPolicy: 1_100, mostRules: 24 };
    expectAgreement("tree and in order", { ...comparison, mostDecisions: decisions }, byCompiledTree);
  });

  it("decides as the rules read in order when there are many", { timeout: 300_000 * scale }, () => {
    const comparison: Comparison = {
      seed: seed + 1,
      policies: 30 * scale,
      requestsPerPolicy: 300,
      mostRules: 1_600,
      shapes: ["selective", "selective", "keyed", "range-heavy", "wildcard-heavy"],
    };
    // With so many rules some route nearly always matches and some guard nearly always denies.
    expectAgreement("tree and in order, many rules", comparison, byCompiledTree, false);
    console.log(`nodes and columns: ${kinds.describe()}`);
    expect(kinds.missing()).toEqual([]);
  });
});

describe("guarded JsonLogic", () => {
  it("decides as the rules read in order", { timeout: 300_000 * scale }, () => {
    const comparison = { seed: seed + 2, policies: 250 * Math.min(scale, 10), requestsPerPolicy: 100, mostRules: 30 };
    expectAgreement("JsonLogic and in order", comparison, byJsonLogic);
  });
});

// A comparison that cannot fail proves nothing: each fault is planted in one decider and must be found.
describe("the comparison", () => {
  // Without the selective shape: rules that rarely act hide a fault for long.
  const leanings: readonly Shape[] = ["mixed", "keyed", "wildcard-heavy", "range-heavy", "guards"];
  const comparison: Comparison = { seed, policies: 200, requestsPerPolicy: 200, mostRules: 30, shapes: leanings };
  const faults: readonly Misreading[] = [
    ...commonMisreadings,
    [
      "a window one minute long",
      (leaf) => (leaf.kind === "time" && leaf.toMinute === 1440 ? { ...leaf, toMinute: 1439 } : leaf),
    ],
  ];

  for (const fault of treeFaults) {
    it(`finds a tree with ${fault.name}`, () => {
      const faulty: PrepareDecider = (set) => byTree(set, fault.plant(buildDecisionTree(set)));
      expect(compareDeciders(comparison, inOrder, faulty).disagreement).toBeDefined();
    });
  }

  for (const [fault, plant] of faults) {
    for (const [name, decider] of [
      ["tree", byCompiledTree],
      ["JsonLogic", byJsonLogic],
    ] as const) {
      it(`finds ${fault}, planted for the ${name}`, () => {
        const faulty: PrepareDecider = (set) => {
          const planted = plantInSet(set, plant);
          const act = decider(planted);
          // The outcome's rules are the planted copies; put the set's own in their place.
          return (facts) => {
            const { denied, requirements, route } = act(facts);
            const own = <T>(rule: T): T => set.rules[planted.rules.indexOf(rule as never)] as T;
            return {
              denied: denied === undefined ? undefined : { rule: own(denied.rule) },
              requirements: requirements.map(own),
              route,
            };
          };
        };
        const { disagreement } = compareDeciders(comparison, inOrder, faulty);
        expect(disagreement).toBeDefined();
        // Shrunk to the one rule that was misread.
        expect(disagreement?.set.rules).toHaveLength(1);
      });
    }
  }
});
