import { randomFillSync } from "node:crypto";
import {
  type Attributes,
  type AttributeValue,
  type HrTime,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
} from "@opentelemetry/api";
import type { tracing } from "@opentelemetry/sdk-node";

/** A recording span of the SDK, with what it does not show: there is no public way to hand over a span that has ended. */
interface SdkSpan extends tracing.ReadableSpan {
  readonly _spanProcessor: Pick<tracing.SpanProcessor, "onEnd">;
  /** Of the variables `OTEL_SPAN_*_LIMIT` and the SDK's defaults. */
  readonly _spanLimits: {
    readonly attributeCountLimit: number;
    readonly attributeValueLengthLimit: number;
    readonly eventCountLimit: number;
    readonly attributePerEventCountLimit: number;
  };
}

/** What there is to say of a span when it has ended. Times are epoch milliseconds. */
export interface EndedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly startMs: number;
  readonly endMs: number;
  /** What is not known is left out. */
  readonly attributes: Attributes;
  /** All happened at the end. */
  readonly events?: readonly { readonly name: string; readonly attributes: Attributes }[] | undefined;
  readonly status?: SpanStatus | undefined;
}

const UNSET: SpanStatus = { code: SpanStatusCode.UNSET };

/**
 * Hands a span over to the SDK's exporters, made at once when it has ended. The SDK's own spans copy and check their attributes one by one,
 * two to three times, which takes longer than all else that is done for a request.
 *
 * @param like a recording span of the SDK: exporters, resource, scope and limits are its.
 */
export function exportSpan(like: Span, span: EndedSpan): void {
  const { _spanProcessor: processor, _spanLimits: limits, resource, instrumentationScope } = like as unknown as SdkSpan;
  const { name, kind, context, parent, startMs, events = [], status = UNSET } = span;
  const endMs = Math.max(startMs, span.endMs);
  const endTime = toHrTime(endMs);
  const { attributes, dropped } = withinLimits(span.attributes, limits.attributeCountLimit, limits);
  const droppedEvents = Math.max(0, events.length - limits.eventCountLimit);
  const ended = {
    name,
    kind,
    spanContext: () => context,
    parentSpanContext: parent,
    startTime: toHrTime(startMs),
    endTime,
    duration: toHrTime(endMs - startMs),
    ended: true,
    status,
    attributes,
    droppedAttributesCount: dropped,
    events: events.slice(droppedEvents).map((event) => {
      const within = withinLimits(event.attributes, limits.attributePerEventCountLimit, limits);
      return { ...event, time: endTime, attributes: within.attributes, droppedAttributesCount: within.dropped };
    }),
    droppedEventsCount: droppedEvents,
    links: [],
    droppedLinksCount: 0,
    resource,
    instrumentationScope,
  };
  processor.onEnd(ended as tracing.ReadableSpan); // the SDK's own hold an undefined parent too
}

/** @returns the parent of a recording span of the SDK; undefined when it begins a trace. */
export function parentOf(span: Span): SpanContext | undefined {
  return (span as unknown as SdkSpan).parentSpanContext;
}

/** @returns the context of a new child. */
export function childOf(parent: SpanContext): SpanContext {
  const { traceId, traceFlags, traceState } = parent;
  const context = { traceId, spanId: newSpanId(), traceFlags };
  return traceState === undefined ? context : { ...context, traceState };
}

const ID_BYTES = 8;
const random = Buffer.alloc(ID_BYTES * 512);
let used = random.length;

function newSpanId(): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += ID_BYTES;
  return random.toString("hex", used - ID_BYTES, used);
}

/** No span has as many attributes. */
const MANY_ATTRIBUTES = 32;

function withinLimits(
  attributes: Attributes,
  count: number,
  { attributeValueLengthLimit: length }: SdkSpan["_spanLimits"],
): { readonly attributes: Attributes; readonly dropped: number } {
  if (count >= MANY_ATTRIBUTES && length === Number.POSITIVE_INFINITY) return { attributes, dropped: 0 };
  const all = Object.entries(attributes);
  const kept = all.slice(0, count).map(([name, value]) => [name, length > 0 ? shortened(value, length) : value]);
  return { attributes: Object.fromEntries(kept), dropped: all.length - kept.length };
}

function shortened(value: AttributeValue | undefined, length: number): AttributeValue | undefined {
  if (typeof value === "string") return value.slice(0, length);
  if (!Array.isArray(value)) return value;
  return value.map((part) => (typeof part === "string" ? part.slice(0, length) : part)) as AttributeValue;
}

/** Whole seconds, and nanoseconds. */
function toHrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.floor((ms - seconds * 1_000) * 1_000_000)];
}
