import { decide } from "../evaluate/decide.js";
import type { Facts } from "../evaluate/facts.js";
import type { Outcome } from "../evaluate/outcome.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { TokenBounds } from "../tokens/token-bounds.js";
import { needsExactCount, type TokenThresholds } from "../tokens/token-thresholds.js";
import { expandCandidates } from "./expand-candidates.js";

/** So many values are tried; a decision takes about a microsecond, counting a long prompt thousands. */
const MAX_TRIED = 64;

/**
 * Whether two prompt sizes within the bounds can lead this request to different answers: to another rule, or to another set
 * of candidates whose window is large enough. Narrower than {@link needsExactCount}, which knows the policy alone: most
 * rules on the size are for other tenants and tasks. False: any value within the bounds gives the same plan, as far as
 * costs, which are expectations, do not decide it.
 *
 * @param facts all but `context_tokens`, which is not looked at.
 */
export function dependsOnPromptSize(
  policy: CompiledPolicy,
  thresholds: TokenThresholds,
  facts: Facts,
  bounds: TokenBounds,
): boolean {
  if (!needsExactCount(thresholds, bounds, facts.max_output_tokens)) return false;
  if (thresholds.alwaysExact) return true;
  const { lower, upper } = bounds;
  const outcomeAt = (tokens: number) => decide(policy, { ...facts, context_tokens: tokens });
  const outcome = outcomeAt(lower);
  let tried = 0;
  for (const cut of thresholds.cuts) {
    if (cut <= lower || cut > upper) continue;
    tried += 1;
    if (tried > MAX_TRIED || !isSame(outcome, outcomeAt(cut))) return true;
  }
  if (outcome.denied !== undefined) return false;
  const { route } = outcome.route;
  if (route.onExhausted === "next_rule") return true; // the routes behind it may have cuts of their own
  const { to, fallback } = expandCandidates(policy.set, route, facts.model);
  const windows = [...to, ...fallback].map(({ endpoint }) => endpoint.contextWindow).sort((a, b) => a - b);
  return needsExactCount({ cuts: [], windows, alwaysExact: false }, bounds, facts.max_output_tokens);
}

function isSame(a: Outcome, b: Outcome): boolean {
  return (
    a.denied?.rule === b.denied?.rule &&
    a.route.ruleNumber === b.route.ruleNumber &&
    a.requirements.length === b.requirements.length &&
    a.requirements.every((rule, index) => rule === b.requirements[index])
  );
}
