import type { SpanContext } from "@opentelemetry/api";
import type { tracing } from "@opentelemetry/sdk-node";
import { quote, writeAttributes } from "./attribute-list.js";
import type { LimitedSpan, SdkSpan } from "./limited-span.js";
import { toHrTime } from "./to-hr-time.js";

/**
 * A span as OTLP/JSON, for the SDK to keep until it sends some: `text` ends in `after` of its bytes. As objects the
 * hundreds that wait would be copied by the garbage collector, again and again.
 */
export class WrittenSpan implements Pick<tracing.ReadableSpan, "spanContext" | "resource" | "instrumentationScope"> {
  readonly resource: SdkSpan["resource"];
  readonly instrumentationScope: SdkSpan["instrumentationScope"];
  readonly bytes: Buffer;
  /** Where it stands in the bytes, with a comma before it. */
  readonly from: number;
  readonly to: number;
  readonly #context: SpanContext;

  constructor({ resource, instrumentationScope }: SdkSpan, span: LimitedSpan) {
    this.resource = resource;
    this.instrumentationScope = instrumentationScope;
    this.#context = span.context;
    const text = `,${writeSpan(span)}`;
    const most = 3 * text.length; // a UTF-16 unit takes three bytes at most
    if (page.length - pageUsed < most) {
      page = Buffer.allocUnsafeSlow(Math.max(PAGE_BYTES, most));
      pageUsed = 0;
    }
    this.bytes = page;
    this.from = pageUsed;
    pageUsed += page.write(text, pageUsed);
    this.to = pageUsed;
  }

  spanContext(): SpanContext {
    return this.#context;
  }
}

/** Spans are written one behind the other, some hundred to a page. */
const PAGE_BYTES = 256 * 1024;
let page = Buffer.alloc(0);
let pageUsed = 0;

/**
 * Written spans of one resource and one scope as a request of OTLP/JSON: byte for byte what the SDK's `JsonTraceSerializer` writes
 * of them, in a third of the time: that builds two objects for each attribute, and `JSON.stringify` goes through them all.
 */
export function writeTraceRequest(spans: readonly WrittenSpan[]): Uint8Array {
  const [first] = spans;
  if (first === undefined) return Buffer.from('{"resourceSpans":[]}');
  const { resource, instrumentationScope: scope } = first;
  const resourceUrl = resource.schemaUrl ? `,"schemaUrl":${quote(resource.schemaUrl)}` : "";
  const attributes = writeAttributes(Object.entries(resource.attributes).flat() as string[]);
  const start = `{"resourceSpans":[{"resource":{"attributes":[${attributes}],"droppedAttributesCount":0${resourceUrl}},"scopeSpans":[{"scope":{"name":${quote(scope.name)}},"spans":[`;
  const parts: Buffer[] = [Buffer.from(start)];
  for (let at = 0; at < spans.length; ) {
    const { bytes, from } = spans[at] as WrittenSpan;
    let to = from;
    // Those that stand behind each other are one part.
    for (; spans[at]?.bytes === bytes && spans[at]?.from === to; at++) to = (spans[at] as WrittenSpan).to;
    parts.push(bytes.subarray(parts.length === 1 ? from + 1 : from, to));
  }
  return Buffer.concat([...parts, Buffer.from(`]}]${resourceUrl}}]}`)]);
}

function writeSpan(span: LimitedSpan): string {
  const { context, parent, status, events, startMs, endMs } = span;
  const { traceId, spanId, traceState, traceFlags } = context;
  const parentId = parent === undefined ? "" : `"parentSpanId":"${parent.spanId}",`;
  const state = traceState === undefined ? "" : `"traceState":${quote(traceState.serialize())},`;
  const message = status.message === undefined ? "" : `,"message":${quote(status.message)}`;
  const end = writeTime(endMs);
  // The bits above the W3C flags: whether the parent is remote is known, and whether it is.
  const flags = (traceFlags & 0xff) | (parent?.isRemote === true ? 0x300 : 0x100);
  const happened = events
    .map(
      (event) =>
        `{"attributes":[${writeAttributes(event.attributes)}],"name":${quote(event.name)},"timeUnixNano":${end},"droppedAttributesCount":${event.droppedAttributes}}`,
    )
    .join(",");
  return `{"traceId":"${traceId}","spanId":"${spanId}",${parentId}${state}"name":${quote(span.name)},"kind":${span.kind + 1},"startTimeUnixNano":${writeTime(startMs)},"endTimeUnixNano":${end},"attributes":[${writeAttributes(span.attributes)}],"droppedAttributesCount":${span.droppedAttributes},"events":[${happened}],"droppedEventsCount":${span.droppedEvents},"status":{"code":${status.code}${message}},"links":[],"droppedLinksCount":0,"flags":${flags}}`;
}

/** Nanoseconds since 1970: too many digits for a number. */
function writeTime(ms: number): string {
  const [seconds, nanoseconds] = toHrTime(ms);
  return `"${seconds}${String(nanoseconds).padStart(9, "0")}"`;
}
