import { createTraceState, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resources, type tracing } from "@opentelemetry/sdk-node";
import { describe, expect, it } from "vitest";
import { writeTraceRequest } from "../../../server/telemetry/write-trace-request.js";

type Span = tracing.ReadableSpan;

const resource = resources.resourceFromAttributes({
  "service.name": 'rôute "wright"',
  "process.pid": 7,
  "process.command_args": ["node", "serve"],
});
const traceId = "0af7651916cd43dd8448eb211c80319c";
const plain: Span = {
  name: "POST /v1/chat/completions",
  kind: SpanKind.SERVER,
  spanContext: () => ({ traceId, spanId: "b7ad6b7169203331", traceFlags: 1 }),
  startTime: [1_764_000_000, 5],
  endTime: [1_764_000_001, 999_999_999],
  duration: [1, 999_999_994],
  ended: true,
  status: { code: SpanStatusCode.UNSET },
  attributes: { "http.request.method": "POST" },
  events: [],
  links: [],
  resource,
  instrumentationScope: { name: "routewright" },
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
};

describe("writeTraceRequest()", () => {
  it.each<readonly [string, readonly Span[]]>([
    ["no span", []],
    ["a root", [plain]],
    [
      "a child of a remote span, with a trace state and an error",
      [
        {
          ...plain,
          spanContext: () => ({ ...plain.spanContext(), traceState: createTraceState("vendor=1,other=a/b") }),
          parentSpanContext: { traceId, spanId: "00f067aa0ba902b7", traceFlags: 1, isRemote: true },
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
          attributes: {
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
            texts: ["a", 'b"', "ü"],
            numbers: [1, 2.5],
            none: [],
            holes: ["a", null, undefined],
            'a "name"': "x",
          },
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
          droppedAttributesCount: 2,
          droppedEventsCount: 3,
          events: [
            { name: "route.candidate.excluded", time: [1_764_000_000, 0], attributes: { reason: "price" } },
            { name: "bare", time: [1_764_000_000, 1], droppedAttributesCount: 1 },
          ],
        },
        { ...plain, kind: SpanKind.CLIENT, attributes: { long: "é".repeat(5_000) } },
      ],
    ],
  ])("writes the bytes that the SDK writes: %s", (_what, spans) => {
    const expected = JsonTraceSerializer.serializeRequest([...spans]) ?? new Uint8Array();
    expect(Buffer.from(writeTraceRequest(spans)).toString()).toBe(Buffer.from(expected).toString());
  });

  it("says the resource's schema", () => {
    const spans = [
      { ...plain, resource: resources.resourceFromAttributes({ a: "b" }, { schemaUrl: "https://example.com/1" }) },
    ];
    const expected = JsonTraceSerializer.serializeRequest(spans) ?? new Uint8Array();
    expect(Buffer.from(writeTraceRequest(spans)).toString()).toBe(Buffer.from(expected).toString());
  });
});
