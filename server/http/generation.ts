import type { RecordedAttempt } from "../../engine/serving.js";
import type { StoredKey } from "../keys/api-key.js";
import type { DecisionStore, StoredDecision } from "../storage/decisions/decision-store.js";
import type { ApiError } from "./errors/api-error.js";

/**
 * What became of one request, as OpenRouter's `GET /generation` tells it
 * (https://openrouter.ai/docs/api-reference/get-a-generation, read 2026-11-25).
 *
 * @param id of the decision: what `x-route-decision` held.
 * @param key who asks; a key sees its own requests only.
 */
export async function findGeneration(
  id: string | null,
  key: StoredKey | undefined,
  decisions: Pick<DecisionStore, "find">,
): Promise<object | ApiError> {
  const stored = id === null ? undefined : await decisions.find(id);
  const owner = stored?.facts["key"]?.value;
  if (stored === undefined || (key !== undefined && owner !== key.id)) {
    return {
      status: 404,
      type: "not_found_error",
      code: "generation_not_found",
      message: "no request of this key has that id; send the id of the header x-route-decision: ?id=dec_…",
      param: "id",
    };
  }
  return { data: generation(stored) };
}

function generation({ id, time, facts, attempts = [], result, simulated }: StoredDecision): object {
  const last = attempts.at(-1);
  const [model = null, provider = null] = last?.endpoint.split("@") ?? [];
  const usage = last?.usage ?? {};
  return {
    id,
    created_at: time,
    model,
    provider_name: provider,
    streamed: facts["stream"]?.value === true,
    app: facts["app"]?.value ?? null,
    user: facts["user"]?.value ?? null,
    tokens_prompt: usage.input_tokens ?? null,
    tokens_completion: usage.output_tokens ?? null,
    native_tokens_cached: usage.cached_input_tokens ?? null,
    native_tokens_reasoning: usage.reasoning_output_tokens ?? null,
    total_cost: totalCost(attempts),
    latency: last?.first_token_ms ?? null,
    generation_time: last?.total_ms ?? null,
    cancelled: result?.outcome === "cancelled",
    status: result?.status ?? null,
    outcome: result?.outcome ?? null,
    is_simulated: simulated === true,
    provider_responses: attempts.map((attempt) => ({
      endpoint: attempt.endpoint,
      status: attempt.status ?? null,
      error_class: attempt.error_class ?? null,
      latency: attempt.total_ms,
    })),
  };
}

/** USD; null when the cost of an attempt that was answered is not known. What failed is charged to nobody. */
function totalCost(attempts: readonly RecordedAttempt[]): number | null {
  const answered = attempts.filter((attempt) => attempt.error_class === undefined);
  if (answered.some(({ cost_usd: cost }) => cost === undefined)) return null;
  const charged = attempts.filter(
    ({ error_class: errorClass }) => errorClass === undefined || errorClass === "cancelled",
  );
  return charged.reduce((sum, { cost_usd: cost = 0 }) => sum + cost, 0);
}
