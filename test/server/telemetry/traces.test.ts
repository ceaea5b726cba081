import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "rolldown";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../services/eventually.js";
import { attributesOf, type OtlpReceiver, type ReceivedSpan, startReceiver } from "./otlp-receiver.js";

interface TracedServer {
  readonly url: string;
  readonly enabled: boolean;
  /** Packages of @opentelemetry that were loaded. */
  readonly packages: readonly string[];
  /** Sends a request; gives the headers that its attempts would carry. */
  ask(headers?: Record<string, string>, path?: string): Promise<Record<string, string>[]>;
  /** Those in its log so far. */
  warnings(): Promise<readonly string[]>;
  end(): Promise<{ readonly warnings: string[]; readonly shutdownMs: number }>;
}

/** Where packages are found from. */
const BUNDLE = join(import.meta.dirname, "../../../dist/test");
beforeAll(async () => {
  await build({
    input: join(import.meta.dirname, "traced-server.ts"),
    platform: "node",
    external: (id) => !id.startsWith(".") && !id.startsWith("/"),
    output: { dir: BUNDLE },
  });
});

const children: ChildProcess[] = [];
const receivers: OtlpReceiver[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const receiver of receivers.splice(0)) receiver.stop();
});

async function receive(status?: number): Promise<OtlpReceiver> {
  const receiver = await startReceiver(status);
  receivers.push(receiver);
  return receiver;
}

async function startTracedServer(environment: Record<string, string>): Promise<TracedServer> {
  const child = spawn(process.execPath, [join(BUNDLE, "traced-server.js")], {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => JSON.parse((await lines.next()).value as string);
  const ready = (await nextLine()) as Pick<TracedServer, "url" | "enabled" | "packages">;
  return {
    ...ready,
    ask: async (headers = {}, path = "/v1/chat/completions") =>
      (await (await fetch(`${ready.url}${path}`, { method: "POST", headers })).json()) as Record<string, string>[],
    warnings: async () => (await (await fetch(`${ready.url}/warnings`)).json()) as string[],
    end: async () => {
      child.stdin.write("end\n");
      return await nextLine();
    },
  };
}

const json = (receiver: OtlpReceiver) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
});
const traceId = "0af7651916cd43dd8448eb211c80319c";
const clientSpan = "b7ad6b7169203331";
const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);

describe("the spans of a request", () => {
  it("are server, decision and attempts, in the client's trace, with their attributes and events", async () => {
    const receiver = await receive();
    const server = await startTracedServer(json(receiver));
    const sent = await server.ask(
      {
        traceparent: `00-${traceId}-${clientSpan}-01`,
        tracestate: "vendor=1",
        baggage: "secret=1",
        "user-agent": "test/1",
      },
      "/v1/chat/completions?api-key=secret",
    );
    await server.end();

    const spans = receiver.spans();
    expect(spans.map((span) => [span.name, span.kind, span.traceId])).toEqual([
      ["route production", 1, traceId],
      ["chat acme/large", 3, traceId],
      ["chat acme/large", 3, traceId],
      ["POST /v1/chat/completions", 2, traceId],
    ]);
    const [decision, failed, answered, request] = spans as [ReceivedSpan, ReceivedSpan, ReceivedSpan, ReceivedSpan];
    expect(request.parentSpanId).toBe(clientSpan);
    for (const child of [decision, failed, answered]) expect(child.parentSpanId).toBe(request.spanId);

    expect(attributesOf(request)).toEqual({
      "http.request.method": "POST",
      "http.route": "/v1/chat/completions",
      "http.response.status_code": 200,
      "route.outcome": "answered",
      "url.path": "/v1/chat/completions",
      "url.scheme": "http",
      "user_agent.original": "test/1",
    });
    expect(attributesOf(decision)).toEqual({
      "route.decision.id": "dec_1",
      "route.policy.name": "production",
      "route.policy.revision": "ab".repeat(32),
      "route.rule": "code",
      "route.requirements": ["pii-in-eu"],
      "route.denied": false,
      "route.model": "acme/large",
      "route.provider": "left",
      "route.endpoint": "acme/large@left",
      "route.fallbacks": ["acme/large@right"],
      "route.candidates.considered": 4,
      "route.candidates.excluded": 2,
    });
    expect(Number(decision.endTimeUnixNano.slice(0, -3)) - Number(decision.startTimeUnixNano.slice(0, -3))).toBe(2_000);
    expect(decision.events?.map((event) => [event.name, attributesOf(event)])).toEqual([
      [
        "route.candidate.excluded",
        {
          "route.candidate.endpoint": "acme/small@left",
          "route.candidate.rule": "code",
          "route.candidate.reason": "requirement",
          "route.candidate.detail": "pii-in-eu: region us is not eu",
        },
      ],
      [
        "route.candidate.excluded",
        {
          "route.candidate.endpoint": "acme/tiny@left",
          "route.candidate.rule": "code",
          "route.candidate.reason": "context_window",
          "route.candidate.detail": "needs 250,000 tokens",
        },
      ],
    ]);
    expect(attributesOf(answered)).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "gcp.gemini",
      "gen_ai.request.model": "large-right",
      "gen_ai.request.max_tokens": 50,
      "gen_ai.request.stream": true,
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.response.model": "large-2026",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.response.time_to_first_chunk": 0.25,
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 4,
      "gen_ai.usage.cache_read.input_tokens": 6,
      "gen_ai.usage.reasoning.output_tokens": 1,
      "http.response.status_code": 200,
      "route.cost_usd": 0.0015,
      "route.endpoint": "acme/large@right",
      "route.model": "acme/large",
      "route.provider": "google",
      "server.address": "127.0.0.1",
      "server.port": 8443,
    });
    expect(attributesOf(failed)).toMatchObject({
      "error.type": "overloaded",
      "gen_ai.provider.name": "left",
      "http.response.status_code": 503,
    });
    expect(failed.status).toEqual({ code: 2, message: "busy" });
    expect(answered.status.code ?? 0).toBe(0);

    // Upstream: the attempt's own span, the client's tracestate, and no baggage.
    expect(sent).toEqual([
      { traceparent: `00-${traceId}-${failed.spanId}-01`, tracestate: "vendor=1" },
      { traceparent: `00-${traceId}-${answered.spanId}-01`, tracestate: "vendor=1" },
    ]);
    expect(receiver.resource()["service.name"]).toBe("routewright");
    expect(JSON.stringify(spans)).not.toContain("secret");
  });

  it("say that a request was denied, begin a trace of their own, and mark only server faults as errors", async () => {
    const receiver = await receive();
    const server = await startTracedServer(json(receiver));
    await server.ask({ "x-deny": "1" });
    await server.ask({ "x-fail": "1" }, "/v1/embeddings");
    await server.ask({}, "/v1/models/acme/large");
    await server.ask({}, "/v1/generation?id=none");
    await server.ask({}, "/v1/key");
    await server.ask({}, "/v1/made/up/1234");
    await server.end();
    const spans = receiver.spans();
    const [refused] = named(spans, "POST /v1/chat/completions");
    expect(refused).not.toHaveProperty("parentSpanId", clientSpan);
    expect(refused?.status.code ?? 0).toBe(0);
    expect(attributesOf(refused!)).toMatchObject({
      "http.response.status_code": 403,
      "route.outcome": "denied",
      "route.error.code": "denied",
    });
    const decision = named(spans, "route production").find((span) => span.parentSpanId === refused?.spanId);
    expect(attributesOf(decision!)).toMatchObject({
      "route.rule": "no-secrets",
      "route.denied": true,
      "route.denied.rule": "no-secrets",
      "route.candidates.considered": 0,
    });
    const [failed] = named(spans, "POST /v1/embeddings");
    expect(failed?.status.code).toBe(2);
    expect(attributesOf(failed!)).toMatchObject({ "error.type": "all_failed" });
    expect(named(spans, "embeddings acme/large")).toHaveLength(2);
    expect(named(spans, "POST /v1/models/{id}")).toHaveLength(1);
    expect(named(spans, "POST /v1/generation")).toHaveLength(1);
    expect(named(spans, "POST /v1/key")).toHaveLength(1);
    expect(named(spans, "POST")).toHaveLength(1); // no span name for each path a client makes up
  });

  it("are passed on but not exported when the client did not sample", async () => {
    const receiver = await receive();
    const server = await startTracedServer(json(receiver));
    const [sent] = await server.ask({ traceparent: `00-${traceId}-${clientSpan}-00` });
    await server.end();
    expect(sent?.["traceparent"]).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    expect(receiver.spans()).toEqual([]);
  });
});

describe("the SDK's variables", () => {
  it("limit what a span holds, and the spans say how much was dropped", async () => {
    const receiver = await receive();
    const server = await startTracedServer({
      ...json(receiver),
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "5",
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "6",
      OTEL_SPAN_EVENT_COUNT_LIMIT: "1",
      OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: "3",
    });
    await server.ask();
    await server.end();
    const [decision] = named(receiver.spans(), "route production");
    expect(attributesOf(decision!)).toMatchObject({
      "route.policy.revision": "ababa",
      "route.requirements": ["pii-i"],
    });
    expect(decision).toMatchObject({ droppedAttributesCount: 6, droppedEventsCount: 1 });
    expect(decision?.attributes).toHaveLength(6);
    expect(decision?.events).toMatchObject([{ droppedAttributesCount: 1 }]);
    expect(decision?.events?.map(attributesOf)).toEqual([
      { "route.candidate.endpoint": "acme/", "route.candidate.rule": "code", "route.candidate.reason": "conte" }, // the last one
    ]);
  });

  it.each([
    ["always_off", {}, 0],
    ["always_on", { traceparent: `00-${traceId}-${clientSpan}-00` }, 4],
    ["traceidratio", { traceparent: `00-${"f".repeat(8)}${"0".repeat(24)}-${clientSpan}-01` }, 0],
    ["parentbased_always_off", { traceparent: `00-${traceId}-${clientSpan}-01` }, 4],
    ["parentbased_always_off", {}, 0],
  ])("sample the whole trace: %s with %j", async (sampler, headers, count) => {
    const receiver = await receive();
    const server = await startTracedServer({
      ...json(receiver),
      OTEL_TRACES_SAMPLER: sampler,
      OTEL_TRACES_SAMPLER_ARG: "0.5",
    });
    const sent = await server.ask(headers);
    await server.end();
    expect(receiver.spans()).toHaveLength(count);
    for (const { traceparent } of sent) expect(traceparent).toMatch(count === 0 ? /-00$/ : /-01$/);
  });
});

describe("startTelemetry()", () => {
  it("imports no SDK without an exporter, and requests are served without headers to send", async () => {
    const server = await startTracedServer({});
    expect(server.enabled).toBe(false);
    expect(server.packages).toEqual(["api"]);
    expect(await server.ask({ traceparent: `00-${traceId}-${clientSpan}-01` })).toEqual([{}, {}]);
    expect(await server.end()).toMatchObject({ warnings: [] });
  });

  it.each([
    ["OTEL_SDK_DISABLED", "true"],
    ["OTEL_TRACES_EXPORTER", "none"],
  ])("stays off with %s=%s though an endpoint is named", async (name, value) => {
    const receiver = await receive();
    const server = await startTracedServer({ ...json(receiver), [name]: value });
    expect(server).toMatchObject({ enabled: false, packages: ["api"] });
  });

  it("sends protobuf by default, to the traces endpoint, with the headers that were set", async () => {
    const receiver = await receive();
    const server = await startTracedServer({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/custom`,
      OTEL_EXPORTER_OTLP_HEADERS: "x-token=abc",
      OTEL_SERVICE_NAME: "edge",
    });
    expect(server.enabled).toBe(true);
    expect(server.packages).toContain("sdk-node");
    await server.ask();
    await server.end();
    expect(receiver.requests.map((request) => request.path)).toEqual(["/custom"]); // traces only: no metrics, no logs
    const [request] = receiver.requests;
    expect(request?.headers).toMatchObject({ "content-type": "application/x-protobuf", "x-token": "abc" });
    expect(request?.body.includes("POST /v1/chat/completions")).toBe(true);
    expect(request?.body.includes("edge")).toBe(true);
  });

  it("keeps the service name of OTEL_RESOURCE_ATTRIBUTES", async () => {
    const receiver = await receive();
    const server = await startTracedServer({
      ...json(receiver),
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,service.name=edge",
    });
    await server.ask();
    await server.end();
    expect(receiver.resource()).toMatchObject({ "service.name": "edge", "deployment.environment.name": "test" });
  });

  it.each([
    ["refuses", async () => (await receive(400)).url, /.\(400\)$/],
    ["is away", async () => "http://127.0.0.1:9", /: connect ECONNREFUSED 127\.0\.0\.1:9$/],
  ])(
    "serves requests and ends in time when the collector %s, with a warning in the log",
    async (_how, url, warning) => {
      const server = await startTracedServer({
        OTEL_EXPORTER_OTLP_ENDPOINT: await url(),
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_BSP_SCHEDULE_DELAY: "50",
        OTEL_EXPORTER_OTLP_TIMEOUT: "1000",
      });
      for (let request = 0; request < 5; request++) expect(await server.ask()).toHaveLength(2);
      // An export that is under way when the server ends may fail too late to be said.
      await eventually(async () => expect(await server.warnings()).toHaveLength(1));
      const { warnings, shutdownMs } = await server.end();
      expect(shutdownMs).toBeLessThan(20_000);
      expect(warnings.length).toBeGreaterThanOrEqual(1);
      expect(warnings.length).toBeLessThanOrEqual(2); // one a minute, and perhaps one at the end
      for (const said of warnings) {
        expect(said).toMatch(/^OpenTelemetry: |^the last spans could not be exported: /);
        expect(said).toMatch(warning);
      }
    },
  );
});
