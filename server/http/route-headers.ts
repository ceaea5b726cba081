import { formatUsd, type PlannedAttempt, usdToNano } from "../../engine/serving.js";
import { type Decision, ruleOf } from "./decision.js";
import { headerValue } from "./observe/request-headers.js";

/** Of all warnings together, characters; the record has the rest. */
const MAX_WARNING = 1_000;

/** Headers as node writes them: a name, its value, the next name. */
export type HeaderList = (string | number)[];

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
  headers: HeaderList,
  decision: Decision,
  { planned, attempts, isSimulated, costUsd, warnings }: AnswerFacts,
): void {
  headers.push("x-route-decision", decision.id, "x-route-policy", headerValue(decision.serving.label));
  headers.push("x-route-rule", headerValue(ruleOf(decision)), "x-route-attempts", attempts);
  if (planned !== undefined) {
    const { model, provider } = planned.endpoint;
    headers.push("x-route-model", headerValue(model), "x-route-provider", headerValue(provider));
  }
  if (costUsd !== undefined) headers.push("x-route-cost-usd", formatUsd(usdToNano(costUsd)));
  if (isSimulated) headers.push("x-route-simulated", "true");
  if (warnings.length > 0) headers.push("x-route-warning", warningValue(warnings.join("; ")));
}

/** Cut between characters, of which one can take twelve: what is left can be read again. */
function warningValue(text: string): string {
  const value = headerValue(text);
  if (value.length <= MAX_WARNING) return value;
  let cut = "";
  for (const character of text) {
    const next = headerValue(character);
    if (cut.length + next.length > MAX_WARNING) break;
    cut += next;
  }
  return cut;
}
