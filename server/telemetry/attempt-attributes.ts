import type { AttributeValue } from "@opentelemetry/api";
import type { RecordedAttempt } from "../../engine/serving.js";
import { type AttributeList, addAttribute, KnownAttributes } from "./attribute-list.js";
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
): AttributeList {
  const list: (AttributeValue | KnownAttributes)[] = [knownOf(operation, start)];
  addAttribute(list, names.GEN_AI_REQUEST_MAX_TOKENS, start.maxOutputTokens);
  addAttribute(list, names.HTTP_RESPONSE_STATUS_CODE, end.status);
  addAttribute(list, names.GEN_AI_RESPONSE_ID, said.id);
  addAttribute(list, names.GEN_AI_RESPONSE_MODEL, said.model);
  addAttribute(list, names.GEN_AI_RESPONSE_FINISH_REASONS, said.finishReasons);
  if (end.first_token_ms !== undefined) {
    list.push(names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, end.first_token_ms / 1_000);
  }
  const { usage } = end;
  if (usage !== undefined) {
    addAttribute(list, names.GEN_AI_USAGE_INPUT_TOKENS, usage.input_tokens);
    addAttribute(list, names.GEN_AI_USAGE_OUTPUT_TOKENS, usage.output_tokens);
    addAttribute(list, names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, usage.cached_input_tokens);
    addAttribute(list, names.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, usage.reasoning_output_tokens);
  }
  addAttribute(list, names.ROUTE_COST_USD, end.cost_usd);
  addAttribute(list, names.ERROR_TYPE, end.error_class);
  return list;
}

/** Of each endpoint, by operation and whether a stream is asked for. */
const known = new WeakMap<AttemptStart["endpoint"], Map<string, KnownAttributes>>();

function knownOf(operation: string, { endpoint, server, stream }: AttemptStart): KnownAttributes {
  let ofEndpoint = known.get(endpoint);
  if (ofEndpoint === undefined) {
    ofEndpoint = new Map();
    known.set(endpoint, ofEndpoint);
  }
  const asked = stream ? `${operation} stream` : operation;
  const found = ofEndpoint.get(asked);
  if (found !== undefined) return found;
  const list: AttributeValue[] = [
    ...[names.GEN_AI_OPERATION_NAME, operation],
    ...[names.GEN_AI_PROVIDER_NAME, genAiProviderName(endpoint.provider)],
    ...[names.GEN_AI_REQUEST_MODEL, endpoint.upstreamModel],
    ...[names.GEN_AI_REQUEST_STREAM, stream],
    ...[names.SERVER_ADDRESS, server.serverAddress],
    ...[names.ROUTE_MODEL, endpoint.model],
    ...[names.ROUTE_PROVIDER, endpoint.provider],
    ...[names.ROUTE_ENDPOINT, endpoint.id],
  ];
  addAttribute(list, names.SERVER_PORT, server.serverPort);
  const made = new KnownAttributes(list);
  ofEndpoint.set(asked, made);
  return made;
}
