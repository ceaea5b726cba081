import type { DenyRule, PolicySet, RequireRule } from "../policy/policy-set.js";
import { evaluateCondition } from "./evaluate-condition.js";
import type { Facts } from "./facts.js";
import type { Outcome, RouteChoice } from "./outcome.js";
import { withDefaults } from "./with-defaults.js";

/**
 * What a policy means: the rules, read from top to bottom. The compiled tree (`decide`) must give the same outcome for
 * every input. Guards act when their condition is not false; the first route whose condition is true decides.
 */
export function decideInOrder(set: PolicySet, givenFacts: Facts): Outcome {
  const facts = withDefaults(set, givenFacts);
  let denied: DenyRule | undefined;
  const requirements: RequireRule[] = [];
  let route: RouteChoice | undefined;
  for (const [ruleNumber, rule] of set.rules.entries()) {
    switch (rule.effect) {
      case "deny":
        if (denied === undefined && evaluateCondition(rule.condition, facts) !== false) denied = rule;
        break;
      case "require":
        if (evaluateCondition(rule.condition, facts) !== false) requirements.push(rule);
        break;
      case "route":
        if (route === undefined && evaluateCondition(rule.condition, facts) === true) {
          route = { rule: rule.id, ruleNumber, route: rule.route };
        }
    }
  }
  return {
    denied: denied === undefined ? undefined : { rule: denied },
    requirements,
    route: route ?? { rule: "default", ruleNumber: set.rules.length, route: set.defaultRoute },
  };
}
