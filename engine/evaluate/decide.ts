import * as layout from "../compile/decision-tree.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { DenyRule, PolicySet, RequireRule, RouteRule } from "../policy/policy-set.js";
import { decideInOrder } from "./decide-in-order.js";
import type { Facts } from "./facts.js";
import { machineryOf } from "./machinery.js";
import type { Outcome } from "./outcome.js";
import type { TreeWalker } from "./tree-walker.js";

const { NO_RULE } = layout;
const noRequirements: readonly RequireRule[] = [];

/**
 * Decides a request by the compiled tree. Same answer as `decideInOrder` for every input; only the rules that the
 * request's own cells lead to are looked at. Allocates the outcome and nothing else (JsonLogic conditions apart).
 */
export function decide({ set, tree }: CompiledPolicy, facts: Facts): Outcome {
  const { reader, walker } = machineryOf(tree);
  reader.begin();
  const deniedBy = walker.first(tree.deny, facts);
  const required = walker.all(tree.require, facts);
  const routedBy = walker.first(tree.route, facts);
  // A fact that is not of its type has no cell; what conditions make of it is what the plain reading says.
  if (reader.isMalformed) return decideInOrder(set, facts);
  const { rules } = set;
  // Never index with NO_RULE: reading out of bounds makes the compiler of the runtime give this function up, again and again.
  const rule = routedBy === NO_RULE ? undefined : (rules[routedBy] as RouteRule);
  return {
    denied: deniedBy === NO_RULE ? undefined : { rule: rules[deniedBy] as DenyRule },
    requirements: required === 0 ? noRequirements : takeRules(rules, walker, required),
    route:
      rule === undefined
        ? { rule: "default", ruleNumber: rules.length, route: set.defaultRoute }
        : { rule: rule.id, ruleNumber: routedBy, route: rule.route },
  };
}

function takeRules(rules: PolicySet["rules"], walker: TreeWalker, count: number): RequireRule[] {
  const taken: RequireRule[] = [];
  for (let index = 0; index < count; index++) taken.push(rules[walker.ruleAt(index)] as RequireRule);
  return taken;
}
