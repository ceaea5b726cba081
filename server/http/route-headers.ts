import { formatUsd, type PlannedAttempt, usdToNano } from "../../engine/serving.js";
import { type Decision, ruleOf } from "./decision.js";
import { headerValue } from "./request-headers.js";

/** Of all warnings together, characters; the record has the rest. */
const MAX_WARNING = 1_000;

export interface AnswerFacts {
  /** The attempt that answers; undefined when none does. */
  readonly planned: PlannedAttempt | undefined;
  /** Calls made to providers. */
  readonly attempts: number;
  readonly isSimulated: boolean;
  readonly costUsd: number | undefined;
  readonly warnings: readonly string[];
}

/** Adds the `x-route-*` headers of an answer (docs/http.md, "Response headers"). */
export function addRouteHeaders(
  headers: Record<string, string | number>,
  decision: Decision,
  { planned, attempts, isSimulated, costUsd, warnings }: AnswerFacts,
): void {
  headers["x-route-decision"] = decision.id;
  headers["x-route-policy"] = headerValue(decision.serving.label);
  headers["x-route-rule"] = headerValue(ruleOf(decision));
  headers["x-route-attempts"] = attempts;
  if (planned !== undefined) {
    headers["x-route-model"] = headerValue(planned.endpoint.model);
    headers["x-route-provider"] = headerValue(planned.endpoint.provider);
  }
  if (costUsd !== undefined) headers["x-route-cost-usd"] = formatUsd(usdToNano(costUsd));
  if (isSimulated) headers["x-route-simulated"] = "true";
  if (warnings.length > 0) headers["x-route-warning"] = headerValue(warnings.join("; ")).slice(0, MAX_WARNING);
}
