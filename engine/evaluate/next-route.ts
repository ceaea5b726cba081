import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { evaluateCondition } from "./evaluate-condition.js";
import type { Facts } from "./facts.js";
import type { RouteChoice } from "./outcome.js";
import { withDefaults } from "./with-defaults.js";

/**
 * The route that follows when a route says `on_exhausted: next_rule`: the first route rule after a given one whose
 * condition is true, else the default.
 * @param afterRuleNumber position of the rule that was exhausted among the set's rules.
 */
export function nextRoute({ set }: CompiledPolicy, givenFacts: Facts, afterRuleNumber: number): RouteChoice {
  const facts = withDefaults(set, givenFacts);
  for (let ruleNumber = afterRuleNumber + 1; ruleNumber < set.rules.length; ruleNumber++) {
    const rule = set.rules[ruleNumber];
    if (rule?.effect === "route" && evaluateCondition(rule.condition, facts) === true) {
      return { rule: rule.id, ruleNumber, route: rule.route };
    }
  }
  return { rule: "default", ruleNumber: set.rules.length, route: set.defaultRoute };
}
