import { decideInOrder } from "../../../dist/engine/evaluate/decide-in-order.js";
import { policySetOf } from "./policy-set.mjs";

/** Routewright's own plain reading of the rules: the reference every answer is compared with. */
export const name = "routewright, in order";

export function load(rules) {
  const set = policySetOf(rules);
  return (facts) => decideInOrder(set, facts).route.ruleNumber;
}
