import { randomFillSync } from "node:crypto";
import type { Span, SpanContext } from "@opentelemetry/api";
import type { tracing } from "@opentelemetry/sdk-node";
import { together } from "../together.js";
import { toAttributes } from "./attribute-list.js";
import { type EndedSpan, type LimitedSpan, limitSpan, type SdkSpan } from "./limited-span.js";
import { toHrTime } from "./to-hr-time.js";
import { WrittenSpan } from "./written-span.js";

type ReadableSpan = tracing.ReadableSpan;

let isWritten = false;

/** From here on spans are written at once as OTLP/JSON. Call it when their only exporter is the one for that. */
export function writeSpans(): void {
  isWritten = true;
}

/**
 * Hands a span that has ended over to the SDK's exporters, in this turn of the event loop and right behind those of other requests. The SDK's
 * own spans copy and check their attributes one by one, two to three times, which takes longer than all else that is done for a request.
 */
export const exportSpan: (span: EndedSpan) => void = together(setImmediate, handOver);

function handOver(span: EndedSpan): void {
  const sdk = span.like as unknown as SdkSpan;
  const limited = limitSpan(span, sdk._spanLimits);
  const ended = isWritten ? (new WrittenSpan(sdk, limited) as Partial<ReadableSpan>) : readableSpan(sdk, limited);
  sdk._spanProcessor.onEnd(ended as ReadableSpan); // whoever keeps spans asks for no more than a written one says
}

/** As exporters read it. */
export function readableSpan({ resource, instrumentationScope }: SdkSpan, span: LimitedSpan): ReadableSpan {
  const { name, kind, context, parent, startMs, endMs, status } = span;
  const endTime = toHrTime(endMs);
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
    attributes: toAttributes(span.attributes),
    droppedAttributesCount: span.droppedAttributes,
    events: span.events.map((event) => ({
      name: event.name,
      time: endTime,
      attributes: toAttributes(event.attributes),
      droppedAttributesCount: event.droppedAttributes,
    })),
    droppedEventsCount: span.droppedEvents,
    links: [],
    droppedLinksCount: 0,
    resource,
    instrumentationScope,
  };
  return ended as ReadableSpan; // the SDK's own hold an undefined parent too
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
