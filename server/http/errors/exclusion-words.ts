import type { ExclusionReason } from "../../../engine/serving.js";

/**
 * What a client is told of each reason why a candidate is left out; undefined: what the plan says, which is about the request
 * and the model alone. Rules, prices and what the server lacks are for the operator, in the record.
 */
export const exclusionWords: Readonly<Record<ExclusionReason, string | undefined>> = {
  no_credentials: "it is not set up at this server",
  circuit_open: "it is failing at the moment",
  upstream_rate_limited: "its provider asks to wait",
  context_window: undefined,
  missing_capability: undefined,
  requirement: "the policy does not allow it for this request",
  over_budget: "it is expected to cost more than this request may",
  no_price: "its cost is not known, and this request has a limit",
  too_slow: "it is slower than this request asks for",
  not_allowed_for_key: "this API key may not use it",
  hint_excluded: undefined,
};
