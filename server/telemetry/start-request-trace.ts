import {
  type Context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import * as names from "./attribute-names.js";
import { decisionAttributes, exclusionAttributes } from "./decision-attributes.js";
import { genAiProviderName } from "./genai-provider-name.js";
import { genAiOperation, routeOfPath } from "./known-routes.js";
import type { AttemptTrace, RequestTrace, StartRequestTrace } from "./request-tracing.js";

const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]);
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
const ERROR: SpanStatus = { code: SpanStatusCode.ERROR };
/** The SDK's tracer from the moment it is registered (start-telemetry.ts). */
const tracer = trace.getTracer("routewright");
/** What there is of a request while no SDK is registered: nothing. */
const untraced: RequestTrace = {
  decided: () => undefined,
  attempt: () => ({ headers: NO_HEADERS, end: () => undefined }),
  end: () => undefined,
};

/**
 * Begins the server span of a request over `@opentelemetry/api` alone. Until an SDK is registered (start-telemetry.ts)
 * every call is a no-op; spans begin to be recorded with the first request after it.
 *
 * A span gets its attributes at once when it ends: each time they are handed over they are copied. No sampler that can be
 * set up with `OTEL_TRACES_SAMPLER` looks at them.
 */
export const startRequestTrace: StartRequestTrace = (request) => {
  const parent = propagation.extract(ROOT_CONTEXT, request.headers);
  const path = withoutQuery(request.path);
  const route = routeOfPath(path);
  const method = methods.has(request.method) ? request.method : "_OTHER";
  const name = method === "_OTHER" ? "HTTP" : method;
  const span = tracer.startSpan(route === undefined ? name : `${name} ${route}`, { kind: SpanKind.SERVER }, parent);
  if (!trace.isSpanContextValid(span.spanContext())) return untraced;
  return new SpansOfRequest(request, { method, path, route }, span, trace.setSpan(parent, span));
};

function withoutQuery(path: string): string {
  const end = path.indexOf("?");
  return end === -1 ? path : path.slice(0, end);
}

interface RequestLine {
  /** A known one, or `_OTHER`. */
  readonly method: string;
  readonly path: string;
  readonly route: string | undefined;
}

class SpansOfRequest implements RequestTrace {
  readonly #request: Parameters<StartRequestTrace>[0];
  readonly #line: RequestLine;
  readonly #span: Span;
  readonly #context: Context;

  constructor(request: Parameters<StartRequestTrace>[0], line: RequestLine, span: Span, spanContext: Context) {
    this.#request = request;
    this.#line = line;
    this.#span = span;
    this.#context = spanContext;
  }

  decided(decision: Parameters<RequestTrace["decided"]>[0]): void {
    if (!this.#span.isRecording()) return;
    const span = tracer.startSpan(
      `route ${decision.policy.name}`,
      { kind: SpanKind.INTERNAL, startTime: decision.startedAtMs },
      this.#context,
    );
    span.setAttributes(decisionAttributes(decision));
    for (const exclusion of decision.plan?.excluded ?? []) {
      span.addEvent(names.CANDIDATE_EXCLUDED_EVENT, exclusionAttributes(exclusion), decision.endedAtMs);
    }
    span.end(decision.endedAtMs);
  }

  attempt(start: Parameters<RequestTrace["attempt"]>[0]): AttemptTrace {
    const operation = genAiOperation(this.#line.path);
    const span = tracer.startSpan(`${operation} ${start.model}`, { kind: SpanKind.CLIENT }, this.#context);
    return {
      headers: contextHeaders(trace.setSpan(this.#context, span)),
      end: (attempt) => endAttempt(span, operation, start, attempt),
    };
  }

  end({ status, outcome, code }: Parameters<RequestTrace["end"]>[0]): void {
    const span = this.#span;
    if (span.isRecording()) {
      const { method, path, route } = this.#line;
      // Of a server span only 5xx are errors, and an answer that was cut after its status was sent.
      const isError = status >= 500 || outcome === "cut";
      span.setAttributes({
        [names.HTTP_REQUEST_METHOD]: method,
        [names.URL_PATH]: path,
        [names.URL_SCHEME]: "http",
        [names.HTTP_REQUEST_METHOD_ORIGINAL]: method === "_OTHER" ? this.#request.method : undefined,
        [names.HTTP_ROUTE]: route,
        [names.USER_AGENT_ORIGINAL]: this.#request.headers["user-agent"],
        [names.HTTP_RESPONSE_STATUS_CODE]: status,
        [names.ROUTE_OUTCOME]: outcome,
        [names.ROUTE_ERROR_CODE]: code,
        [names.ERROR_TYPE]: isError ? (code ?? (status >= 500 ? `${status}` : "cut")) : undefined,
      });
      if (isError) span.setStatus(ERROR);
    }
    span.end();
  }
}

function endAttempt(
  span: Span,
  operation: string,
  start: Parameters<RequestTrace["attempt"]>[0],
  attempt: Parameters<AttemptTrace["end"]>[0],
): void {
  if (span.isRecording()) {
    const { usage, error_class: errorClass, first_token_ms: firstTokenMs } = attempt;
    span.setAttributes({
      [names.GEN_AI_OPERATION_NAME]: operation,
      [names.GEN_AI_PROVIDER_NAME]: genAiProviderName(start.provider),
      [names.GEN_AI_REQUEST_MODEL]: start.upstreamModel,
      [names.GEN_AI_REQUEST_STREAM]: start.stream,
      [names.SERVER_ADDRESS]: start.serverAddress,
      [names.SERVER_PORT]: start.serverPort,
      [names.GEN_AI_REQUEST_MAX_TOKENS]: start.maxOutputTokens,
      [names.ROUTE_MODEL]: start.model,
      [names.ROUTE_PROVIDER]: start.provider,
      [names.ROUTE_ENDPOINT]: attempt.endpoint,
      [names.HTTP_RESPONSE_STATUS_CODE]: attempt.status,
      [names.GEN_AI_RESPONSE_ID]: attempt.responseId,
      [names.GEN_AI_RESPONSE_MODEL]: attempt.responseModel,
      [names.GEN_AI_RESPONSE_FINISH_REASONS]: attempt.finishReasons as string[] | undefined,
      [names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK]: firstTokenMs === undefined ? undefined : firstTokenMs / 1_000,
      [names.GEN_AI_USAGE_INPUT_TOKENS]: usage?.input_tokens,
      [names.GEN_AI_USAGE_OUTPUT_TOKENS]: usage?.output_tokens,
      [names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS]: usage?.cached_input_tokens,
      [names.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS]: usage?.reasoning_output_tokens,
      [names.ROUTE_COST_USD]: attempt.cost_usd,
      [names.ERROR_TYPE]: errorClass,
    });
    // A client that hung up, or a call that was hedged away, is nobody's error.
    if (errorClass !== undefined && errorClass !== "cancelled" && errorClass !== "outrun") {
      span.setStatus(attempt.error === undefined ? ERROR : { ...ERROR, message: attempt.error });
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
