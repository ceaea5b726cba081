import { NO_RULE } from "../compile/decision-tree.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { RouteRule } from "../policy/policy-set.js";
import { evaluateCondition } from "./evaluate-condition.js";
import type { Facts } from "./facts.js";
import { machineryOf } from "./machinery.js";
import type { RouteChoice } from "./outcome.js";
import { withDefaults } from "./with-defaults.js";

/**
 * The route that follows when a route says `on_exhausted: next_rule`: the first route rule after a given one whose
 * condition is true, else the default. By the tree, as `decide`.
 * @param afterRuleNumber position of the rule that was exhausted among the set's rules.
 */
export function nextRoute({ set, tree }: CompiledPolicy, facts: Facts, afterRuleNumber: number): RouteChoice {
  const { reader, walker } = machineryOf(tree);
  reader.begin();
  const found = walker.first(tree.route, facts, afterRuleNumber);
  const ruleNumber = reader.isMalformed ? nextInOrder(set, facts, afterRuleNumber) : found;
  const rule = ruleNumber === NO_RULE ? undefined : (set.rules[ruleNumber] as RouteRule);
  return rule === undefined
    ? { rule: "default", ruleNumber: set.rules.length, route: set.defaultRoute }
    : { rule: rule.id, ruleNumber, route: rule.route };
}

/** The plain reading, for facts that are not of their type; see `decide`. */
function nextInOrder(set: CompiledPolicy["set"], givenFacts: Facts, afterRuleNumber: number): number {
  const facts = withDefaults(set, givenFacts);
  const place = set.rules
    .slice(afterRuleNumber + 1)
    .findIndex(({ effect, condition }) => effect === "route" && evaluateCondition(condition, facts) === true);
  return place === -1 ? NO_RULE : afterRuleNumber + 1 + place;
}
