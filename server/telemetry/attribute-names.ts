/**
 * Every attribute name that our spans carry. HTTP names are stable (semantic conventions 1.2x); `gen_ai.*` are the
 * released ones (conventions up to 1.40, still in development there; they have moved to a repository of their own
 * since, whose names are not released). `route.*` is ours: no convention for routing decisions exists.
 */

// HTTP, https://opentelemetry.io/docs/specs/semconv/http/http-spans/
export const HTTP_REQUEST_METHOD = "http.request.method";
export const HTTP_REQUEST_METHOD_ORIGINAL = "http.request.method_original";
export const HTTP_ROUTE = "http.route";
export const HTTP_RESPONSE_STATUS_CODE = "http.response.status_code";
export const URL_PATH = "url.path";
export const URL_SCHEME = "url.scheme";
export const USER_AGENT_ORIGINAL = "user_agent.original";
export const SERVER_ADDRESS = "server.address";
export const SERVER_PORT = "server.port";
export const ERROR_TYPE = "error.type";

// GenAI client spans, https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
export const GEN_AI_OPERATION_NAME = "gen_ai.operation.name";
export const GEN_AI_PROVIDER_NAME = "gen_ai.provider.name";
/** The name the provider is asked for; the catalog's name is in {@link ROUTE_MODEL}. */
export const GEN_AI_REQUEST_MODEL = "gen_ai.request.model";
export const GEN_AI_REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens";
export const GEN_AI_REQUEST_STREAM = "gen_ai.request.stream";
export const GEN_AI_RESPONSE_ID = "gen_ai.response.id";
export const GEN_AI_RESPONSE_MODEL = "gen_ai.response.model";
export const GEN_AI_RESPONSE_FINISH_REASONS = "gen_ai.response.finish_reasons";
/** Seconds. */
export const GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk";
/** Cached tokens included. */
export const GEN_AI_USAGE_INPUT_TOKENS = "gen_ai.usage.input_tokens";
export const GEN_AI_USAGE_OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
export const GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.cache_read.input_tokens";
export const GEN_AI_USAGE_REASONING_OUTPUT_TOKENS = "gen_ai.usage.reasoning.output_tokens";

// The decision
export const ROUTE_DECISION_ID = "route.decision.id";
export const ROUTE_POLICY_NAME = "route.policy.name";
/** 64 hex digits. */
export const ROUTE_POLICY_REVISION = "route.policy.revision";
/** Id of the deny rule, else of the route rule of the first attempt, or `default`: as `x-route-rule`. */
export const ROUTE_RULE = "route.rule";
/** Ids of the require rules that act. */
export const ROUTE_REQUIREMENTS = "route.requirements";
export const ROUTE_DENIED = "route.denied";
export const ROUTE_DENIED_RULE = "route.denied.rule";
/** What is tried first: model, provider and endpoint by their names in the catalog. */
export const ROUTE_MODEL = "route.model";
export const ROUTE_PROVIDER = "route.provider";
export const ROUTE_ENDPOINT = "route.endpoint";
/** Endpoints after the first, in order. */
export const ROUTE_FALLBACKS = "route.fallbacks";
export const ROUTE_CANDIDATES_CONSIDERED = "route.candidates.considered";
export const ROUTE_CANDIDATES_EXCLUDED = "route.candidates.excluded";
/** How the request ended for the client (`answered`, `denied`, …), on the server span. */
export const ROUTE_OUTCOME = "route.outcome";
/** The stable error code of the body. */
export const ROUTE_ERROR_CODE = "route.error.code";
/** USD, on the attempt's span. */
export const ROUTE_COST_USD = "route.cost_usd";

/** One event for each candidate that was left out. */
export const CANDIDATE_EXCLUDED_EVENT = "route.candidate.excluded";
export const CANDIDATE_ENDPOINT = "route.candidate.endpoint";
export const CANDIDATE_RULE = "route.candidate.rule";
export const CANDIDATE_REASON = "route.candidate.reason";
export const CANDIDATE_DETAIL = "route.candidate.detail";
