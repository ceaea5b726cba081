import { buildDecisionTree } from "../../../dist/engine/compile/build-decision-tree.js";
import { decide } from "../../../dist/engine/evaluate/decide.js";
import { policySetOf } from "./policy-set.mjs";

export const name = "routewright";

export function load(rules) {
  const set = policySetOf(rules);
  const policy = { name: "bench", revision: "", set, tree: buildDecisionTree(set), tests: [], files: [] };
  return (facts) => decide(policy, facts).route.ruleNumber;
}
