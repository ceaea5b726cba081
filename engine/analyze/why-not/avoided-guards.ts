import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import { type Facts, type FactValue, readFact } from "../../evaluate/facts.js";
import { withDefaults } from "../../evaluate/with-defaults.js";
import type { Rule } from "../../policy/policy-set.js";
import type { AskedModel } from "./asked-model.js";
import { isClaim } from "./fact-control.js";

/**
 * The guards that act on a request, and no longer once it says something else about itself: a tag taken away, another value of an
 * attribute. Not those that it leaves by asking for something else.
 */
export function avoidedGuards(asked: AskedModel, changed: Facts): readonly string[] {
  const { set } = asked.policy;
  const after = withDefaults(set, changed);
  const acts = (rule: Rule, facts: Facts) => evaluateCondition(rule.condition, facts) !== false;
  const left = set.rules.filter((rule) => rule.effect !== "route" && acts(rule, asked.facts) && !acts(rule, after));
  if (left.length === 0) return [];
  const said = withClaimsOf(asked.facts, after);
  return left.filter((rule) => acts(rule, said)).map(({ id }) => id);
}

/** A request that says of itself what another does. */
function withClaimsOf(before: Facts, changed: Facts): Facts {
  const facts: Record<string, FactValue | undefined> = { ...changed };
  for (const name of Object.keys({ ...before, ...changed })) if (isClaim(name)) facts[name] = readFact(before, name);
  return facts as Facts;
}
