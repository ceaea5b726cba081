import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attributesOf, type OtlpReceiver, startReceiver } from "../server/telemetry/otlp-receiver.js";
import { eventually } from "../services/eventually.js";
import { type ProxyProcess, startProxy } from "./proxy-process.js";
import { startUpstream, type Upstream, writePolicies } from "./two-upstreams.js";

const SERVER_KIND = 2;
const CLIENT_KIND = 3;

// A real OTLP/HTTP receiver beside a real proxy process.
describe("traces of a served request", () => {
  let receiver: OtlpReceiver;
  let left: Upstream;
  let right: Upstream;
  let policies: { directory: string; remove: () => Promise<void> };
  let proxy: ProxyProcess;

  beforeAll(async () => {
    receiver = await startReceiver();
    left = await startUpstream("left");
    right = await startUpstream("right");
    policies = await writePolicies(left, right);
    proxy = await startProxy(policies.directory, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    });
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all([receiver.stop(), left.stop(), right.stop(), policies.remove()]);
  });

  it("arrive with the decision's attributes, an event for every candidate left out, and the client's trace", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const clientSpanId = "b7ad6b7169203331";
    // The SDK is loaded after listening: ask until a trace of ours arrived.
    const { server, decision, client } = await eventually(async () => {
      const answer = await fetch(`${proxy.url}/v1/chat/completions`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-route-tags": "pii",
          traceparent: `00-${traceId}-${clientSpanId}-01`,
        },
        body: JSON.stringify({ model: "auto", max_tokens: 50, messages: [{ role: "user", content: "hi" }] }),
      });
      expect(answer.status).toBe(200);
      await answer.text();
      const ours = receiver.spans().filter((span) => span.traceId === traceId);
      const serverSpan = ours.find((span) => span.kind === SERVER_KIND);
      const children = ours.filter((span) => span.parentSpanId === serverSpan?.spanId);
      const decisionSpan = children.find((span) => span.name.startsWith("route "));
      const clientSpan = ours.find((span) => span.kind === CLIENT_KIND);
      if (serverSpan === undefined || decisionSpan === undefined || clientSpan === undefined)
        throw new Error("no trace yet");
      return { server: serverSpan, decision: decisionSpan, client: clientSpan };
    });

    expect(server.parentSpanId).toBe(clientSpanId);
    expect(attributesOf(decision)).toMatchObject({
      "route.policy.name": "two-upstreams",
      "route.policy.revision": expect.stringMatching(/^[0-9a-f]{12,64}$/),
      "route.rule": "default",
      "route.requirements": ["pii-in-eu"],
    });
    expect(decision.events?.map(attributesOf)).toEqual([
      expect.objectContaining({
        "route.candidate.endpoint": "acme/small@left",
        "route.candidate.reason": "requirement",
      }),
    ]);
    expect(client.name).toBe("chat acme/large");
    expect(attributesOf(client)).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": expect.stringContaining("large"),
      "gen_ai.request.max_tokens": 50,
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 4,
      "server.address": "127.0.0.1",
    });
  });
});
