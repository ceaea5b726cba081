import type { AttributeValue, Span } from "@opentelemetry/api";
import { createTraceState, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resources } from "@opentelemetry/sdk-node";
import { describe, expect, it } from "vitest";
import { KnownAttributes } from "../../../server/telemetry/attribute-list.js";
import { readableSpan } from "../../../server/telemetry/export-span.js";
import { type EndedSpan, limitSpan, type SdkSpan } from "../../../server/telemetry/limited-span.js";
import { WrittenSpan, writeTraceRequest } from "../../../server/telemetry/written-span.js";

const resource = resources.resourceFromAttributes({
  "service.name": 'rôute "wright"',
  "process.pid": 7,
  "process.command_args": ["node", "serve"],
});
const traceId = "0af7651916cd43dd8448eb211c80319c";
const limits = {
  attributeCountLimit: 128,
  attributeValueLengthLimit: Number.POSITIVE_INFINITY,
  eventCountLimit: 128,
  attributePerEventCountLimit: 128,
};
const sdk: SdkSpan = {
  resource,
  instrumentationScope: { name: "routewright" },
  _spanProcessor: { onEnd() {} },
  _spanLimits: limits,
};
const plain: EndedSpan = {
  like: sdk as unknown as Span,
  name: "POST /v1/chat/completions",
  kind: SpanKind.SERVER,
  context: { traceId, spanId: "b7ad6b7169203331", traceFlags: 1 },
  parent: undefined,
  startMs: 1_764_000_000_000.25,
  endMs: 1_764_000_001_999,
  attributes: ["http.request.method", "POST"],
};

/** What the SDK writes of spans, and what we do. */
function bothOf(spans: readonly EndedSpan[], like = sdk): readonly string[] {
  const limited = spans.map((span) => limitSpan(span, like._spanLimits));
  const expected = JsonTraceSerializer.serializeRequest(limited.map((span) => readableSpan(like, span)));
  const written = writeTraceRequest(limited.map((span) => new WrittenSpan(like, span)));
  return [expected ?? new Uint8Array(), written].map((bytes) => Buffer.from(bytes).toString());
}

describe("written spans", () => {
  it.each<readonly [string, readonly EndedSpan[]]>([
    ["no span", []],
    ["a root", [plain]],
    [
      "a child of a remote span, with a trace state and an error",
      [
        {
          ...plain,
          context: { ...plain.context, traceState: createTraceState("vendor=1,other=a/b") },
          parent: { traceId, spanId: "00f067aa0ba902b7", traceFlags: 1, isRemote: true },
          status: { code: SpanStatusCode.ERROR, message: 'it said "no"\n' },
        },
      ],
    ],
    [
      "attributes of every type, and texts that need escapes",
      [
        {
          ...plain,
          name: "chat größe\u2028",
          attributes: Object.entries({
            integer: 42,
            negative: -7,
            large: 1e21,
            double: 0.0015,
            infinite: Number.POSITIVE_INFINITY,
            yes: true,
            no: false,
            empty: "",
            quotes: 'a "quoted" \\ text\t',
            emoji: "🙂",
            half: "\ud83d",
            texts: [["a", 'b"', "ü"]],
            numbers: [[1, 2.5]],
            none: [[]],
            holes: [["a", null, undefined]],
            'a "name"': "x",
          }).flat(2) as AttributeValue[],
        },
      ],
    ],
    [
      "several spans, with events and what limits dropped",
      [
        plain,
        {
          ...plain,
          kind: SpanKind.INTERNAL,
          attributes: [new KnownAttributes(["known", "ü", "twice", 2]), "own", true, new KnownAttributes(["last", 1])],
          events: [
            { name: "route.candidate.excluded", attributes: ["reason", "price"] },
            { name: "bare", attributes: [] },
          ],
        },
        { ...plain, kind: SpanKind.CLIENT, attributes: ["long", "é".repeat(200_000)] },
        plain,
      ],
    ],
  ])("writes the bytes that the SDK writes: %s", (_what, spans) => {
    const [expected, written] = bothOf(spans);
    expect(written).toBe(expected);
  });

  it("says what limits dropped", () => {
    const span: EndedSpan = {
      ...plain,
      attributes: [new KnownAttributes(["a", "long", "b", ["texts", 1]] as never), "c", 3],
      events: [
        { name: "first", attributes: [] },
        { name: "last", attributes: ["a", 1, "b", 2] },
      ],
    };
    const _spanLimits = {
      attributeCountLimit: 2,
      attributeValueLengthLimit: 3,
      eventCountLimit: 1,
      attributePerEventCountLimit: 1,
    };
    const [expected, written] = bothOf([span], { ...sdk, _spanLimits });
    expect(written).toBe(expected);
    expect(written).toContain('"droppedAttributesCount":1,"events":[');
    expect(written).toContain('"stringValue":"lon"');
    expect(written).toContain('"droppedEventsCount":1');
  });

  it("says the resource's schema", () => {
    const described = resources.resourceFromAttributes({ a: "b" }, { schemaUrl: "https://example.com/1" });
    const [expected, written] = bothOf([plain], { ...sdk, resource: described });
    expect(written).toBe(expected);
  });
});
