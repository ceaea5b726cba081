import {
  type Attributes,
  type Context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import * as names from "./attribute-names.js";
import { decisionAttributes, exclusionAttributes } from "./decision-attributes.js";
import { genAiProviderName } from "./genai-provider-name.js";
import { genAiOperation, routeOfPath } from "./known-routes.js";
import type { AttemptTrace, RequestTrace, StartRequestTrace } from "./request-tracing.js";

const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]);
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Begins the server span of a request over `@opentelemetry/api` alone. Until an SDK is registered (start-telemetry.ts)
 * every call is a no-op; spans begin to be recorded with the first request after it.
 */
export const startRequestTrace: StartRequestTrace = (request) => {
  const tracer = trace.getTracer("routewright");
  const path = request.path.split("?", 1)[0] ?? request.path;
  const route = routeOfPath(path);
  const method = methods.has(request.method) ? request.method : "_OTHER";
  const parent = propagation.extract(ROOT_CONTEXT, request.headers);
  const name = method === "_OTHER" ? "HTTP" : method;
  const userAgent = request.headers["user-agent"];
  const attributes: Attributes = {
    [names.HTTP_REQUEST_METHOD]: method,
    [names.URL_PATH]: path,
    [names.URL_SCHEME]: "http",
    ...(method === "_OTHER" ? { [names.HTTP_REQUEST_METHOD_ORIGINAL]: request.method } : {}),
    ...(route === undefined ? {} : { [names.HTTP_ROUTE]: route }),
    ...(userAgent === undefined ? {} : { [names.USER_AGENT_ORIGINAL]: userAgent }),
  };
  const span = tracer.startSpan(
    route === undefined ? name : `${name} ${route}`,
    { kind: SpanKind.SERVER, attributes },
    parent,
  );
  return new SpansOfRequest(tracer, span, trace.setSpan(parent, span), genAiOperation(path));
};

class SpansOfRequest implements RequestTrace {
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #context: Context;
  readonly #operation: string;

  constructor(tracer: Tracer, span: Span, spanContext: Context, operation: string) {
    this.#tracer = tracer;
    this.#span = span;
    this.#context = spanContext;
    this.#operation = operation;
  }

  decided(decision: Parameters<RequestTrace["decided"]>[0]): void {
    if (!this.#span.isRecording()) return;
    const span = this.#tracer.startSpan(
      `route ${decision.policy.name}`,
      { kind: SpanKind.INTERNAL, startTime: decision.startedAtMs, attributes: decisionAttributes(decision) },
      this.#context,
    );
    for (const exclusion of decision.plan?.excluded ?? []) {
      span.addEvent(names.CANDIDATE_EXCLUDED_EVENT, exclusionAttributes(exclusion), decision.endedAtMs);
    }
    span.end(decision.endedAtMs);
  }

  attempt(start: Parameters<RequestTrace["attempt"]>[0]): AttemptTrace {
    // Set when the span is made, for samplers: the convention asks for it.
    const attributes: Attributes = {
      [names.GEN_AI_OPERATION_NAME]: this.#operation,
      [names.GEN_AI_PROVIDER_NAME]: genAiProviderName(start.provider),
      [names.GEN_AI_REQUEST_MODEL]: start.upstreamModel,
      [names.GEN_AI_REQUEST_STREAM]: start.stream,
      [names.SERVER_ADDRESS]: start.serverAddress,
      ...(start.serverPort === undefined ? {} : { [names.SERVER_PORT]: start.serverPort }),
      ...(start.maxOutputTokens === undefined ? {} : { [names.GEN_AI_REQUEST_MAX_TOKENS]: start.maxOutputTokens }),
      [names.ROUTE_MODEL]: start.model,
      [names.ROUTE_PROVIDER]: start.provider,
    };
    const span = this.#tracer.startSpan(
      `${this.#operation} ${start.model}`,
      { kind: SpanKind.CLIENT, attributes },
      this.#context,
    );
    return { headers: contextHeaders(trace.setSpan(this.#context, span)), end: (attempt) => endAttempt(span, attempt) };
  }

  end(result: Parameters<RequestTrace["end"]>[0]): void {
    if (this.#span.isRecording()) {
      this.#span.setAttributes({
        [names.HTTP_RESPONSE_STATUS_CODE]: result.status,
        [names.ROUTE_OUTCOME]: result.outcome,
        ...(result.code === undefined ? {} : { [names.ROUTE_ERROR_CODE]: result.code }),
      });
      // Of a server span only 5xx are errors, and an answer that was cut after its status was sent.
      if (result.status >= 500 || result.outcome === "cut") {
        this.#span.setAttribute(names.ERROR_TYPE, result.code ?? (result.status >= 500 ? `${result.status}` : "cut"));
        this.#span.setStatus({ code: SpanStatusCode.ERROR });
      }
    }
    this.#span.end();
  }
}

function endAttempt(span: Span, attempt: Parameters<AttemptTrace["end"]>[0]): void {
  if (span.isRecording()) {
    const { usage } = attempt;
    const attributes: Readonly<Record<string, string | number | string[] | undefined>> = {
      [names.ROUTE_ENDPOINT]: attempt.endpoint,
      [names.HTTP_RESPONSE_STATUS_CODE]: attempt.status,
      [names.GEN_AI_RESPONSE_ID]: attempt.responseId,
      [names.GEN_AI_RESPONSE_MODEL]: attempt.responseModel,
      [names.GEN_AI_RESPONSE_FINISH_REASONS]:
        attempt.finishReasons === undefined ? undefined : [...attempt.finishReasons],
      [names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK]:
        attempt.first_token_ms === undefined ? undefined : attempt.first_token_ms / 1_000,
      [names.GEN_AI_USAGE_INPUT_TOKENS]: usage?.input_tokens,
      [names.GEN_AI_USAGE_OUTPUT_TOKENS]: usage?.output_tokens,
      [names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS]: usage?.cached_input_tokens,
      [names.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS]: usage?.reasoning_output_tokens,
      [names.ROUTE_COST_USD]: attempt.cost_usd,
      [names.ERROR_TYPE]: attempt.error_class,
    };
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined) span.setAttribute(name, value);
    }
    // A client that hung up, or a call that was hedged away, is nobody's error.
    if (attempt.error_class !== undefined && attempt.error_class !== "cancelled" && attempt.error_class !== "outrun") {
      span.setStatus({
        code: SpanStatusCode.ERROR,
        ...(attempt.error === undefined ? {} : { message: attempt.error }),
      });
    }
  }
  span.end();
}

/** The W3C headers of a span. A client's `baggage` is not passed on: it is not meant for providers. */
function contextHeaders(spanContext: Context): Readonly<Record<string, string>> {
  const carrier: Record<string, string> = {};
  propagation.inject(spanContext, carrier);
  const { traceparent, tracestate } = carrier;
  if (traceparent === undefined) return NO_HEADERS;
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
}
