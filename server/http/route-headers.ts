import { formatUsd, type PlannedAttempt, usdToNano } from "../../engine/index.js";
import { type Decision, ruleOf } from "./decision.js";
import { headerValue } from "./request-headers.js";

/** Of all warnings together, characters; the record has the rest. */
const MAX_WARNING = 1_000;

export interface AnswerFacts {
  /** The attempt that answers; undefined when none does. */
  readonly planned?: PlannedAttempt;
  /** Calls made to providers. */
  readonly attempts: number;
  readonly isSimulated: boolean;
  readonly costUsd?: number | undefined;
  readonly warnings: readonly string[];
}

/** The `x-route-*` headers of an answer (docs/http.md, "Response headers"). */
export function routeHeaders(decision: Decision, answer: AnswerFacts): Record<string, string> {
  const headers: Record<string, string> = {
    "x-route-decision": decision.id,
    "x-route-policy": headerValue(decision.serving.label),
    "x-route-rule": headerValue(ruleOf(decision)),
    "x-route-attempts": String(answer.attempts),
  };
  if (answer.planned !== undefined) {
    headers["x-route-model"] = headerValue(answer.planned.endpoint.model);
    headers["x-route-provider"] = headerValue(answer.planned.endpoint.provider);
  }
  if (answer.costUsd !== undefined) headers["x-route-cost-usd"] = formatUsd(usdToNano(answer.costUsd));
  if (answer.isSimulated) headers["x-route-simulated"] = "true";
  const { warnings } = answer;
  if (warnings.length > 0) headers["x-route-warning"] = headerValue(warnings.join("; ")).slice(0, MAX_WARNING);
  return headers;
}
