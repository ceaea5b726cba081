import type { Attributes } from "@opentelemetry/api";
import type { RecordedAttempt } from "../../engine/index.js";
import * as names from "./attribute-names.js";
import { genAiProviderName } from "./genai-provider-name.js";
import type { RequestTrace, SaidByAnswer } from "./request-tracing.js";

export type AttemptStart = Parameters<RequestTrace["attempt"]>[0];

/** A call as attributes of its span. @param operation `gen_ai.operation.name` */
export function attemptAttributes(
  operation: string,
  start: AttemptStart,
  end: RecordedAttempt,
  said: SaidByAnswer,
): Attributes {
  const attributes: Attributes = {
    [names.GEN_AI_OPERATION_NAME]: operation,
    [names.GEN_AI_PROVIDER_NAME]: genAiProviderName(start.provider),
    [names.GEN_AI_REQUEST_MODEL]: start.upstreamModel,
    [names.GEN_AI_REQUEST_STREAM]: start.stream,
    [names.SERVER_ADDRESS]: start.serverAddress,
    [names.ROUTE_MODEL]: start.model,
    [names.ROUTE_PROVIDER]: start.provider,
    [names.ROUTE_ENDPOINT]: end.endpoint,
  };
  const add = (name: string, value: string | number | undefined) => {
    if (value !== undefined) attributes[name] = value;
  };
  add(names.SERVER_PORT, start.serverPort);
  add(names.GEN_AI_REQUEST_MAX_TOKENS, start.maxOutputTokens);
  add(names.HTTP_RESPONSE_STATUS_CODE, end.status);
  add(names.GEN_AI_RESPONSE_ID, said.id);
  add(names.GEN_AI_RESPONSE_MODEL, said.model);
  if (said.finishReasons !== undefined) attributes[names.GEN_AI_RESPONSE_FINISH_REASONS] = [...said.finishReasons];
  if (end.first_token_ms !== undefined) {
    attributes[names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] = end.first_token_ms / 1_000;
  }
  const { usage } = end;
  if (usage !== undefined) {
    add(names.GEN_AI_USAGE_INPUT_TOKENS, usage.input_tokens);
    add(names.GEN_AI_USAGE_OUTPUT_TOKENS, usage.output_tokens);
    add(names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, usage.cached_input_tokens);
    add(names.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, usage.reasoning_output_tokens);
  }
  add(names.ROUTE_COST_USD, end.cost_usd);
  add(names.ERROR_TYPE, end.error_class);
  return attributes;
}
