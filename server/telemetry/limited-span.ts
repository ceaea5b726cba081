import { type Span, type SpanContext, type SpanKind, type SpanStatus, SpanStatusCode } from "@opentelemetry/api";
import type { tracing } from "@opentelemetry/sdk-node";
import { type AttributeList, withinLimits } from "./attribute-list.js";

/** A recording span of the SDK, with what it does not show: there is no public way to hand over a span that has ended. */
export interface SdkSpan extends Pick<tracing.ReadableSpan, "resource" | "instrumentationScope" | "parentSpanContext"> {
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
  /** A recording span of the SDK: exporters, resource, scope and limits are its. */
  readonly like: Span;
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly startMs: number;
  readonly endMs: number;
  /** What is not known is left out. */
  readonly attributes: AttributeList;
  /** All happened at the end. */
  readonly events?: readonly SpanEvent[] | undefined;
  readonly status?: SpanStatus | undefined;
}

interface SpanEvent {
  readonly name: string;
  readonly attributes: AttributeList;
}

/** A span within the limits. */
export interface LimitedSpan extends Omit<EndedSpan, "like" | "events" | "status"> {
  readonly status: SpanStatus;
  readonly droppedAttributes: number;
  readonly events: readonly (SpanEvent & { readonly droppedAttributes: number })[];
  readonly droppedEvents: number;
}

const UNSET: SpanStatus = { code: SpanStatusCode.UNSET };
const NONE: readonly never[] = [];

/** A span as far as the limits let it be. */
export function limitSpan(span: EndedSpan, limits: SdkSpan["_spanLimits"]): LimitedSpan {
  const { name, kind, context, parent, startMs, events = NONE, status = UNSET } = span;
  const {
    attributeCountLimit,
    attributePerEventCountLimit,
    eventCountLimit,
    attributeValueLengthLimit: length,
  } = limits;
  const { list, dropped } = withinLimits(span.attributes, attributeCountLimit, length);
  const droppedEvents = Math.max(0, events.length - eventCountLimit);
  return {
    name,
    kind,
    context,
    parent,
    startMs,
    endMs: Math.max(startMs, span.endMs),
    attributes: list,
    droppedAttributes: dropped,
    events:
      events.length === 0
        ? NONE
        : events.slice(droppedEvents).map((event) => {
            const within = withinLimits(event.attributes, attributePerEventCountLimit, length);
            return { name: event.name, attributes: within.list, droppedAttributes: within.dropped };
          }),
    droppedEvents,
    status,
  };
}
