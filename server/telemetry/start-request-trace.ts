import { performance } from "node:perf_hooks";
import {
  type AttributeValue,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { withoutQuery } from "../without-query.js";
import { type AttemptStart, attemptAttributes } from "./attempt-attributes.js";
import { addAttribute, KnownAttributes } from "./attribute-list.js";
import * as names from "./attribute-names.js";
import { decisionAttributes, exclusionAttributes } from "./decision-attributes.js";
import { childOf, exportSpan, parentOf } from "./export-span.js";
import { genAiOperation, routeOfPath } from "./known-routes.js";
import type { AttemptTrace, RequestTrace, SaidByAnswer, StartRequestTrace } from "./request-tracing.js";

const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]);
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
const ERROR: SpanStatus = { code: SpanStatusCode.ERROR };
/** The SDK's from the moment that it is registered (start-telemetry.ts). */
const tracer = trace.getTracer("routewright");

/**
 * Begins the server span of a request over `@opentelemetry/api` alone. Until an SDK is registered (start-telemetry.ts)
 * every call is a no-op; spans begin to be recorded with the first request after it.
 *
 * The SDK makes this span, and its sampler decides on it. All samplers of `OTEL_TRACES_SAMPLER` decide for a whole trace,
 * so the request's other spans follow it.
 */
export const startRequestTrace: StartRequestTrace = ({ method: written, path: target, headers }) => {
  const path = withoutQuery(target);
  const route = routeOfPath(path);
  const method = methods.has(written) ? written : "_OTHER";
  const verb = method === "_OTHER" ? "HTTP" : method;
  const name = route === undefined ? verb : `${verb} ${route}`;
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER }, propagation.extract(ROOT_CONTEXT, headers));
  if (!span.isRecording()) return unrecorded(span.spanContext());
  const attributes: (AttributeValue | KnownAttributes)[] = [
    names.HTTP_REQUEST_METHOD,
    method,
    names.URL_PATH,
    path,
    HTTP,
  ];
  if (method === "_OTHER") attributes.push(names.HTTP_REQUEST_METHOD_ORIGINAL, written);
  addAttribute(attributes, names.HTTP_ROUTE, route);
  addAttribute(attributes, names.USER_AGENT_ORIGINAL, headers["user-agent"]);
  return new SpansOfRequest(span, name, attributes, genAiOperation(path));
};

const HTTP = new KnownAttributes([names.URL_SCHEME, "http"]);

/** Nobody wants its spans: the client's trace is passed on, and that is all. */
function unrecorded(context: SpanContext): RequestTrace {
  return {
    decided: () => undefined,
    attempt: () => ({ headers: contextHeaders(context), end: () => undefined }),
    end: () => undefined,
  };
}

class SpansOfRequest implements RequestTrace {
  readonly #span: Span;
  readonly #name: string;
  readonly #attributes: (AttributeValue | KnownAttributes)[];
  readonly #operation: string;
  readonly #startMs = Date.now();
  readonly #startedAt = performance.now();

  /** @param span of the SDK; it is never ended, what is exported is made by hand. */
  constructor(span: Span, name: string, attributes: (AttributeValue | KnownAttributes)[], operation: string) {
    this.#span = span;
    this.#name = name;
    this.#attributes = attributes;
    this.#operation = operation;
  }

  decided(decision: Parameters<RequestTrace["decided"]>[0]): void {
    const { policy, plan, startedAtMs, endedAtMs } = decision;
    const server = this.#span.spanContext();
    exportSpan({
      like: this.#span,
      name: `route ${policy.name}`,
      kind: SpanKind.INTERNAL,
      context: childOf(server),
      parent: server,
      startMs: startedAtMs,
      endMs: endedAtMs,
      attributes: decisionAttributes(decision),
      events: plan?.excluded.map((exclusion) => ({
        name: names.CANDIDATE_EXCLUDED_EVENT,
        attributes: exclusionAttributes(exclusion),
      })),
    });
  }

  attempt(start: AttemptStart): AttemptTrace {
    return new SpanOfAttempt(this.#span, this.#operation, start);
  }

  end({ status, outcome, code }: Parameters<RequestTrace["end"]>[0]): void {
    const attributes = this.#attributes;
    attributes.push(names.HTTP_RESPONSE_STATUS_CODE, status, names.ROUTE_OUTCOME, outcome);
    addAttribute(attributes, names.ROUTE_ERROR_CODE, code);
    // Of a server span only 5xx are errors, and an answer that was cut after its status was sent.
    const isError = status >= 500 || outcome === "cut";
    if (isError) attributes.push(names.ERROR_TYPE, code ?? (status >= 500 ? `${status}` : "cut"));
    exportSpan({
      like: this.#span,
      name: this.#name,
      kind: SpanKind.SERVER,
      context: this.#span.spanContext(),
      parent: parentOf(this.#span),
      startMs: this.#startMs,
      endMs: this.#startMs + performance.now() - this.#startedAt,
      attributes,
      status: isError ? ERROR : undefined,
    });
  }
}

class SpanOfAttempt implements AttemptTrace {
  readonly headers: Readonly<Record<string, string>>;
  readonly #span: Span;
  readonly #operation: string;
  readonly #start: AttemptStart;
  readonly #context: SpanContext;
  readonly #startMs = Date.now();
  readonly #startedAt = performance.now();

  /** @param span of the request. */
  constructor(span: Span, operation: string, start: AttemptStart) {
    this.#span = span;
    this.#operation = operation;
    this.#start = start;
    this.#context = childOf(span.spanContext());
    this.headers = sendsW3cOnly() ? w3cHeaders(this.#context) : contextHeaders(this.#context);
  }

  end(attempt: Parameters<AttemptTrace["end"]>[0], said: SaidByAnswer): void {
    const { error: message, error_class: errorClass } = attempt;
    // A client that hung up, or a call that was hedged away, is nobody's error.
    const isError = errorClass !== undefined && errorClass !== "cancelled" && errorClass !== "outrun";
    exportSpan({
      like: this.#span,
      name: `${this.#operation} ${this.#start.endpoint.model}`,
      kind: SpanKind.CLIENT,
      context: this.#context,
      parent: this.#span.spanContext(),
      startMs: this.#startMs,
      endMs: this.#startMs + performance.now() - this.#startedAt,
      attributes: attemptAttributes(this.#operation, this.#start, attempt, said),
      status: !isError ? undefined : message === undefined ? ERROR : { ...ERROR, message },
    });
  }
}

let isW3cOnly: boolean | undefined;

/** Whether `OTEL_PROPAGATORS` asks for no other headers than those of W3C, as by default. Call it once there is an SDK. */
function sendsW3cOnly(): boolean {
  if (isW3cOnly === undefined) {
    const fields = propagation.fields();
    isW3cOnly = fields.includes("traceparent") && fields.every((field) => w3cFields.includes(field));
  }
  return isW3cOnly;
}

const w3cFields: readonly string[] = ["traceparent", "tracestate", "baggage"];

/** What {@link contextHeaders} gives then, without contexts and carriers (https://www.w3.org/TR/trace-context/). */
function w3cHeaders({ traceId, spanId, traceFlags, traceState }: SpanContext): Readonly<Record<string, string>> {
  const traceparent = `00-${traceId}-${spanId}-0${traceFlags.toString(16)}`;
  return traceState === undefined ? { traceparent } : { traceparent, tracestate: traceState.serialize() };
}

/** The headers of a span. A client's `baggage` is not passed on: it is not meant for providers. */
function contextHeaders(context: SpanContext): Readonly<Record<string, string>> {
  const carrier: Record<string, string> = {};
  propagation.inject(trace.setSpanContext(ROOT_CONTEXT, context), carrier);
  const { traceparent, tracestate } = carrier;
  if (traceparent === undefined) return NO_HEADERS;
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
}
