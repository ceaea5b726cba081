import { candidateRules, firstInOrder } from "../compile/candidate-rules.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { DenyRule, RequireRule, RouteRule } from "../policy/policy-set.js";
import { evaluateCondition } from "./evaluate-condition.js";
import type { Facts } from "./facts.js";
import type { Outcome } from "./outcome.js";
import { withDefaults } from "./with-defaults.js";

/**
 * Decides a request by the compiled tree. Same answer as `decideInOrder` for every input; only the rules that the
 * request's own strings and tags lead to are looked at.
 */
export function decide({ set, tree }: CompiledPolicy, givenFacts: Facts): Outcome {
  const facts = withDefaults(set, givenFacts);
  const { rules } = set;
  const isNotFalse = (ruleNumber: number) =>
    evaluateCondition((rules[ruleNumber] as DenyRule | RequireRule).condition, facts) !== false;

  const deniedBy = firstInOrder(candidateRules(tree.deny, facts), isNotFalse);
  const requirements: RequireRule[] = [];
  firstInOrder(candidateRules(tree.require, facts), (ruleNumber) => {
    if (isNotFalse(ruleNumber)) requirements.push(rules[ruleNumber] as RequireRule);
    return false;
  });
  const routedBy = firstInOrder(
    candidateRules(tree.route, facts),
    (ruleNumber) => evaluateCondition((rules[ruleNumber] as RouteRule).condition, facts) === true,
  );
  const rule = rules[routedBy] as RouteRule | undefined;
  return {
    denied: deniedBy === -1 ? undefined : { rule: rules[deniedBy] as DenyRule },
    requirements,
    route:
      rule === undefined
        ? { rule: "default", ruleNumber: rules.length, route: set.defaultRoute }
        : { rule: rule.id, ruleNumber: routedBy, route: rule.route },
  };
}
