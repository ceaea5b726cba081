import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import type { Facts } from "../../evaluate/facts.js";
import { withDefaults } from "../../evaluate/with-defaults.js";
import { readInOrder } from "../../explain/in-order-reader.js";
import type { PolicySet } from "../../policy/policy-set.js";
import { defaultRouteMeaning, requirementMeaning, routeMeaning } from "../regions/route-meaning.js";

/**
 * What a policy does with a request, without the names of its rules and pools: the text of the denial; else what is
 * required, and the routes in the order in which they are asked.
 */
export function outcomeMeaning(set: PolicySet, givenFacts: Facts): string {
  const facts = withDefaults(set, givenFacts);
  const { denied, requirements, route } = readInOrder(set, facts);
  if (denied !== undefined) return JSON.stringify({ denied: denied.rule.message });
  const required = [...new Set(requirements.map((rule) => requirementMeaning(rule.require)))].sort();
  const routes: string[] = [];
  for (let at = route.ruleNumber; at <= set.rules.length; at++) {
    const rule = set.rules[at];
    if (rule === undefined) {
      routes.push(defaultRouteMeaning(set));
      break;
    }
    if (rule.effect !== "route" || evaluateCondition(rule.condition, facts) !== true) continue;
    routes.push(routeMeaning(set, rule.route));
    if (rule.route.onExhausted === "fail") break;
  }
  return JSON.stringify({ required, routes });
}
