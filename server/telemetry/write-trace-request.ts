import type { Attributes, AttributeValue, HrTime } from "@opentelemetry/api";
import type { tracing } from "@opentelemetry/sdk-node";

type Span = tracing.ReadableSpan;

/** About the size of a span as JSON, bytes: what a batch begins with. */
const USUAL_SPAN_BYTES = 1_500;

/**
 * Spans of one resource and one scope, without links, as a request of OTLP/JSON: byte for byte what the SDK's
 * `JsonTraceSerializer` writes, in half the time: that builds two objects for each attribute, and `JSON.stringify` goes through
 * them all.
 */
export function writeTraceRequest(spans: readonly Span[]): Uint8Array {
  const [first] = spans;
  const bytes = new GrowingBytes(spans.length * USUAL_SPAN_BYTES);
  if (first === undefined) return bytes.write('{"resourceSpans":[]}').written();
  const { resource, instrumentationScope: scope } = first;
  const resourceUrl = resource.schemaUrl ? `,"schemaUrl":${quote(resource.schemaUrl)}` : "";
  bytes.write(
    `{"resourceSpans":[{"resource":{"attributes":[${writeAttributes(resource.attributes)}],"droppedAttributesCount":0${resourceUrl}},"scopeSpans":[{"scope":{"name":${quote(scope.name)}},"spans":[`,
  );
  for (const span of spans) bytes.write(span === first ? writeSpan(span) : `,${writeSpan(span)}`);
  return bytes.write(`]}]${resourceUrl}}]}`).written();
}

class GrowingBytes {
  #bytes: Buffer;
  #length = 0;

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafeSlow(size);
  }

  write(text: string): this {
    const most = this.#length + 3 * text.length; // a UTF-16 unit takes three bytes at most
    if (most > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * most);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(text, this.#length);
    return this;
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

function writeSpan(span: Span): string {
  const { traceId, spanId, traceState, traceFlags } = span.spanContext();
  const { parentSpanContext: parent, status, events } = span;
  const parentId = parent === undefined ? "" : `"parentSpanId":"${parent.spanId}",`;
  const state = traceState === undefined ? "" : `"traceState":${quote(traceState.serialize())},`;
  const message = status.message === undefined ? "" : `,"message":${quote(status.message)}`;
  // The bits above the W3C flags: whether the parent is remote is known, and whether it is.
  const flags = (traceFlags & 0xff) | (parent?.isRemote === true ? 0x300 : 0x100);
  return `{"traceId":"${traceId}","spanId":"${spanId}",${parentId}${state}"name":${quote(span.name)},"kind":${span.kind + 1},"startTimeUnixNano":${writeTime(span.startTime)},"endTimeUnixNano":${writeTime(span.endTime)},"attributes":[${writeAttributes(span.attributes)}],"droppedAttributesCount":${span.droppedAttributesCount},"events":[${events.map(writeEvent).join(",")}],"droppedEventsCount":${span.droppedEventsCount},"status":{"code":${status.code}${message}},"links":[],"droppedLinksCount":0,"flags":${flags}}`;
}

function writeEvent({ name, time, attributes = {}, droppedAttributesCount = 0 }: Span["events"][number]): string {
  return `{"attributes":[${writeAttributes(attributes)}],"name":${quote(name)},"timeUnixNano":${writeTime(time)},"droppedAttributesCount":${droppedAttributesCount}}`;
}

function writeAttributes(attributes: Attributes): string {
  let text = "";
  for (const name in attributes) {
    const value = attributes[name];
    const start = startOf(name);
    if (text !== "") text += ",";
    text +=
      typeof value === "string" && needsNoEscape.test(value)
        ? `${start.ofText}${value}"}}`
        : `${start.ofAny}${writeValue(value)}}`;
  }
  return text;
}

interface AttributeStart {
  readonly ofAny: string;
  /** Up to the quotation mark of a text. */
  readonly ofText: string;
}

/** By name: there are few. */
const starts = new Map<string, AttributeStart>();

function startOf(name: string): AttributeStart {
  const known = starts.get(name);
  if (known !== undefined) return known;
  const ofAny = `{"key":${quote(name)},"value":`;
  const start = { ofAny, ofText: `${ofAny}{"stringValue":"` };
  starts.set(name, start);
  return start;
}

function writeValue(value: AttributeValue | null | undefined): string {
  switch (typeof value) {
    case "string":
      return `{"stringValue":${quote(value)}}`;
    case "number":
      return Number.isInteger(value) ? `{"intValue":${value}}` : `{"doubleValue":${JSON.stringify(value)}}`;
    case "boolean":
      return value ? '{"boolValue":true}' : '{"boolValue":false}';
    default:
      return Array.isArray(value) ? `{"arrayValue":{"values":[${value.map(writeValue).join(",")}]}}` : "{}";
  }
}

/** Nanoseconds since 1970: too many digits for a number. */
function writeTime([seconds, nanoseconds]: HrTime): string {
  return `"${seconds}${String(nanoseconds).padStart(9, "0")}"`;
}

const needsNoEscape = /^[ !#-[\]-~]*$/;

function quote(text: string): string {
  return needsNoEscape.test(text) ? `"${text}"` : JSON.stringify(text);
}
