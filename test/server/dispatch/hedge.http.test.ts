import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { PlannedAttempt } from "../../../engine/index.js";
import { ClientPresence } from "../../../server/dispatch/answers/client-presence.js";
import { hedge } from "../../../server/dispatch/hedge.js";
import { startRequestTrace } from "../../../server/telemetry/start-request-trace.js";
import {
  catalogOf,
  compile,
  completion,
  done,
  event,
  policyOf,
  proxyOver,
  sendJson,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
  textOf,
  wholeStream,
} from "../http/harness.js";

afterEach(() => {
  vi.useRealTimers();
  return stopAll();
});

const route = (ms: number) => `{ to: [acme/one, acme/two], hedge_after_ms: ${ms} }`;
const silent = () => startUpstream(() => undefined);
const answering = (text: string) =>
  startUpstream((response, { body }) => {
    if (!body.includes('"stream":true')) return sendJson(response, completion(text));
    startStream(response);
    response.end(wholeStream + done);
  });

describe("hedge_after_ms", () => {
  it.each([false, true])(
    "calls the next candidate beside a slow one, ends the slow one, records both (streamed: %s)",
    async (stream) => {
      const one = await silent();
      const two = await answering("two");
      const proxy = await proxyOver({ one, two }, route(20));
      const answer = await proxy.ask({ stream, stream_options: { include_usage: true } });
      expect([answer.status, answer.headers.get("x-route-model")]).toEqual([200, "acme/two"]);
      const text = await answer.text();
      expect(stream ? textOf(text) : text).toContain(stream ? "Hello" : "two");
      await one.requests[0]?.hungUp;
      const { attempts, result } = await proxy.lastDecision();
      expect(attempts.map(({ endpoint, error_class }) => [endpoint, error_class])).toEqual([
        ["acme/one@one", "outrun"],
        ["acme/two@two", undefined],
      ]);
      expect(result?.outcome).toBe("answered");
      const rows = await proxy.ledger();
      expect(rows.map(({ endpoint, outcome }) => [endpoint, outcome]).sort()).toEqual([
        ["acme/one@one", "outrun"],
        ["acme/two@two", "answered"],
      ]);
      // What the slow one may have cost is known, and nobody's to pay but the operator's.
      const loser = rows.find((row) => row.outcome === "outrun");
      expect([Number(loser?.charged_nano), Number(loser?.incurred_nano) > 0]).toEqual([0, true]);
      const { endpoints } = (await (await fetch(`${proxy.url}/admin/health`)).json()) as {
        endpoints: { circuit: { consecutive_failures: number }; in_flight: number; latency_ms?: { p50: number } }[];
      };
      expect(endpoints[0]?.latency_ms?.p50, "that it is slow is learned").toBeGreaterThan(0);
      expect(endpoints.map(({ circuit, in_flight }) => [circuit.consecutive_failures, in_flight])).toEqual([
        [0, 0],
        [0, 0],
      ]);
    },
  );

  it("calls one candidate alone when it is fast enough", async () => {
    const one = await answering("one");
    const two = await answering("two");
    const proxy = await proxyOver({ one, two }, route(60_000));
    expect((await proxy.ask()).headers.get("x-route-model")).toBe("acme/one");
    expect(two.requests).toHaveLength(0);
  });

  it("takes the first candidate's answer when it comes first after all, and ends the second", async () => {
    const held: ServerResponse[] = [];
    const one = await startUpstream((response) => {
      held.push(response);
    });
    const two = await startUpstream(() => {
      for (const response of held) sendJson(response, completion("one, late"));
    });
    const proxy = await proxyOver({ one, two }, route(20));
    const answer = await proxy.ask();
    expect(answer.headers.get("x-route-model")).toBe("acme/one");
    expect(await answer.text()).toContain("one, late");
    await two.requests[0]?.hungUp;
    expect((await proxy.lastDecision()).attempts.map(({ endpoint, error_class }) => [endpoint, error_class])).toEqual([
      ["acme/two@two", "outrun"],
      ["acme/one@one", undefined],
    ]);
  });

  it("waits for the other when one fails, and goes on behind both when both fail", async () => {
    const held: ServerResponse[] = [];
    const one = await startUpstream((response) => {
      held.push(response);
    });
    const two = await startUpstream((response) => {
      sendJson(response, {}, 500);
      for (const slow of held) sendJson(slow, {}, 503);
    });
    const three = await answering("three");
    const proxy = await proxyOver({ one, two, three }, "{ to: [acme/one, acme/two, acme/three], hedge_after_ms: 20 }");
    const answer = await proxy.ask();
    expect(answer.headers.get("x-route-model")).toBe("acme/three");
    const { attempts } = await proxy.lastDecision();
    expect(attempts.map((attempt) => attempt.error_class).sort()).toEqual(["overloaded", "server_error", undefined]);
    expect([one, two, three].map(({ requests }) => requests.length)).toEqual([1, 1, 1]);
  });

  it("ends the other call when a fault of ours ends one", async () => {
    const one = await silent();
    const two = await silent();
    let calls = 0;
    const startTrace: typeof startRequestTrace = (request) => {
      const trace = startRequestTrace(request);
      const attempt: typeof trace.attempt = (about) => {
        calls += 1;
        if (calls === 2) throw new Error("a fault of ours");
        return trace.attempt(about);
      };
      return { ...trace, attempt };
    };
    const policy = compile(policyOf(route(20)), catalogOf({ one: one.url, two: two.url }));
    const proxy = await startProxy(policy, { startTrace });
    expect((await proxy.ask()).status).toBe(500);
    await one.requests[0]?.hungUp;
    expect((await proxy.lastDecision()).attempts).toMatchObject([{ endpoint: "acme/one@one", error_class: "outrun" }]);
    expect(two.requests).toHaveLength(0);
  });

  it("leaves no timer behind when the first call fails for a fault of ours", async () => {
    vi.useFakeTimers();
    const planned = { route: { hedgeAfterMs: 60_000 } } as PlannedAttempt;
    const side = { client: new ClientPresence(), sink: undefined };
    const attempt = () => Promise.reject(new Error("a fault of ours"));
    await expect(hedge(planned, planned, attempt, side, () => false)).rejects.toThrow("a fault of ours");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends both when the client hangs up", async () => {
    const one = await silent();
    const two = await silent();
    const proxy = await proxyOver({ one, two }, route(10));
    const client = new AbortController();
    const asked = fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: "auto", messages: [] }),
      signal: client.signal,
    }).catch(() => undefined);
    while (two.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    client.abort();
    await asked;
    await Promise.all([one.requests[0]?.hungUp, two.requests[0]?.hungUp]);
  });

  it("is not undone by a cut of the stream that won", async () => {
    const one = await silent();
    const two = await startUpstream((response) => {
      startStream(response);
      response.write(event({ content: "Hel" }));
      setTimeout(() => response.socket?.resetAndDestroy(), 20);
    });
    const proxy = await proxyOver({ one, two }, route(10));
    const text = await (await proxy.ask({ stream: true })).text();
    expect(text).toContain("stream_cut");
    expect(text).not.toContain("[DONE]");
  });
});
