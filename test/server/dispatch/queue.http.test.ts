import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { FAILED_CHECKS } from "../../../server/dispatch/health-checks.js";
import { circuitRule } from "../../../server/endpoints/circuit.js";
import {
  catalogOf,
  compile,
  completion,
  policyOf,
  sendJson,
  startProxy,
  startUpstream,
  stopAll,
  type TestProxy,
} from "../http/harness.js";

afterEach(stopAll);

/** An upstream that answers when it is told to. */
async function startSlow(text: string) {
  const open: ServerResponse[] = [];
  const arrivals: (() => void)[] = [];
  const upstream = await startUpstream((response) => {
    open.push(response);
    for (const arrived of arrivals.splice(0)) arrived();
  });
  return {
    url: upstream.url,
    requests: upstream.requests,
    answerOne: () => {
      const response = open.shift();
      if (response !== undefined) sendJson(response, completion(text));
    },
    async untilRequests(count: number): Promise<void> {
      while (upstream.requests.length < count) {
        await new Promise<void>((resolve) => {
          arrivals.push(resolve);
        });
      }
    },
  };
}

const limited = (catalog: string, provider: string, more: string) =>
  catalog.replace(new RegExp(`(${provider}: \\{[^}]*)\\}`), `$1, ${more} }`);

async function untilWaiting(proxy: TestProxy, count: number): Promise<void> {
  for (;;) {
    const { queue } = (await (await fetch(`${proxy.url}/admin/health`)).json()) as { queue: { waiting: number } };
    if (queue.waiting === count) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("max_concurrent", () => {
  it("passes a busy candidate over for the next one, and says so in the record", async () => {
    const one = await startSlow("one");
    const two = await startUpstream((response) => sendJson(response, completion("two")));
    const catalog = limited(catalogOf({ one: one.url, two: two.url }), "one", "max_concurrent: 1");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one, acme/two] }"), catalog));
    const first = proxy.ask();
    await one.untilRequests(1);
    expect((await proxy.ask()).headers.get("x-route-model")).toBe("acme/two");
    expect(await proxy.lastDecision()).toMatchObject({
      chosen: "acme/one@one",
      result: { passed_over: [{ endpoint: "acme/one@one", reason: "busy" }] },
    });
    one.answerOne();
    expect((await first).headers.get("x-route-model")).toBe("acme/one");
    expect(one.requests).toHaveLength(1);
  });

  it("queues when every candidate is busy: whoever came first is served as soon as a place is free", async () => {
    const one = await startSlow("one");
    const catalog = limited(catalogOf({ one: one.url }), "one", "max_concurrent: 1");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one], timeouts: { queue: 1m } }"), catalog));
    const first = proxy.ask();
    await one.untilRequests(1);
    const order: string[] = [];
    const second = proxy.ask().then(() => order.push("second"));
    await untilWaiting(proxy, 1);
    const third = proxy.ask().then(() => order.push("third"));
    await untilWaiting(proxy, 2);
    one.answerOne();
    expect((await first).status).toBe(200);
    await one.untilRequests(2);
    expect(one.requests).toHaveLength(2);
    one.answerOne();
    await second;
    await one.untilRequests(3);
    one.answerOne();
    await third;
    expect(order).toEqual(["second", "third"]);
    expect((await proxy.lastDecision()).result).toMatchObject({ outcome: "answered", queued_ms: expect.any(Number) });
  });

  it("gives up at the deadline with 503 and Retry-After, and nothing is called", async () => {
    const one = await startSlow("one");
    const catalog = limited(catalogOf({ one: one.url }), "one", "max_concurrent: 1");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one], timeouts: { queue: 30ms } }"), catalog));
    const first = proxy.ask();
    await one.untilRequests(1);
    const answer = await proxy.ask();
    expect([answer.status, answer.headers.get("retry-after"), answer.headers.get("x-route-attempts")]).toEqual([
      503,
      "1",
      "0",
    ]);
    expect(await answer.json()).toMatchObject({ error: { code: "upstream_busy" } });
    one.answerOne();
    await first;
    expect(one.requests).toHaveLength(1);
  });

  it("of a provider holds for all its endpoints together; of an endpoint, for it alone", async () => {
    const one = await startSlow("one");
    const catalog = limited(catalogOf({ one: one.url }), "one", "max_concurrent: 2")
      .replace("model: one-model }", "model: one-model, max_concurrent: 1 }")
      .concat(
        "\n  acme/more: { context_window: 8k, endpoints: [{ provider: one, model: more }] }",
        "\n  acme/most: { context_window: 8k, endpoints: [{ provider: one, model: most }] }",
      );
    const route = "{ to: [acme/one, acme/more, acme/most], timeouts: { queue: 1ms } }";
    const proxy = await startProxy(compile(policyOf(route), catalog));
    const asked = [proxy.ask()];
    await one.untilRequests(1);
    asked.push(proxy.ask());
    await one.untilRequests(2);
    expect((await proxy.ask()).status).toBe(503);
    one.answerOne();
    one.answerOne();
    const models = (await Promise.all(asked)).map((answer) => answer.headers.get("x-route-model"));
    expect(models).toEqual(["acme/one", "acme/more"]);
  });

  it("gives the place back when a client hangs up, in the queue and in a call", async () => {
    const one = await startSlow("one");
    const catalog = limited(catalogOf({ one: one.url }), "one", "max_concurrent: 1");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one], timeouts: { queue: 1m } }"), catalog));
    const abort = (signal: AbortSignal) =>
      fetch(`${proxy.url}/v1/chat/completions`, {
        method: "POST",
        body: JSON.stringify({ model: "auto", messages: [] }),
        signal,
      }).catch(() => undefined);
    const calling = new AbortController();
    const waiting = new AbortController();
    const called = abort(calling.signal);
    await one.untilRequests(1);
    const waited = abort(waiting.signal);
    await untilWaiting(proxy, 1);
    waiting.abort();
    await waited;
    await untilWaiting(proxy, 0);
    const third = proxy.ask();
    await untilWaiting(proxy, 1);
    calling.abort();
    await called;
    await one.untilRequests(2);
    one.answerOne(); // to nobody
    one.answerOne();
    expect((await third).status).toBe(200);
  });

  it("gives the place back when the circuit opened while a request waited for it", async () => {
    const state = { now: Date.UTC(2026, 10, 25), isBroken: true };
    const open: ServerResponse[] = [];
    const one = await startUpstream((response, _request, count) => {
      if (count === circuitRule.consecutiveFailures) open.push(response);
      else if (state.isBroken) sendJson(response, {}, 500);
      else sendJson(response, completion("one"));
    });
    const catalog = limited(catalogOf({ one: one.url }), "one", "max_concurrent: 1");
    const policy = compile(policyOf("{ to: [acme/one], timeouts: { queue: 1m } }"), catalog);
    const proxy = await startProxy(policy, { now: () => state.now });
    for (let n = 1; n < circuitRule.consecutiveFailures; n++) await (await proxy.ask()).text();
    const last = proxy.ask();
    while (open.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const waiting = proxy.ask();
    await untilWaiting(proxy, 1);
    for (const response of open) sendJson(response, {}, 500);
    expect((await last).status).toBe(502);
    state.isBroken = false;
    state.now += circuitRule.openMs;
    expect((await proxy.ask()).status).toBe(200);
    expect((await waiting).status).toBe(200);
  });
});

describe("while every candidate is left alone", () => {
  it("a request waits for the earliest that may be tried again", async () => {
    const one = await startUpstream((response, _request, count) => {
      if (count === 1) sendJson(response, { error: { message: "slow down" } }, 429, { "retry-after": "0.2" });
      else sendJson(response, completion("one"));
    });
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: one.url })));
    expect((await proxy.ask()).status).toBe(429);
    const answer = await proxy.ask();
    expect([answer.status, one.requests.length]).toEqual([200, 2]);
    expect((await proxy.lastDecision()).world.rate_limited).toBeUndefined();
    expect((await proxy.lastDecision()).result?.queued_ms).toBeGreaterThan(0);
  });

  it("requests wait for the probe of one of them, and all are answered after it", async () => {
    const state = { now: Date.UTC(2026, 10, 25), isBroken: true };
    const slow: ServerResponse[] = [];
    const one = await startUpstream((response, _request, count) => {
      if (state.isBroken) sendJson(response, {}, 500);
      else if (count === circuitRule.consecutiveFailures + 1) slow.push(response);
      else sendJson(response, completion("one"));
    });
    const policy = compile(policyOf("{ to: [acme/one], timeouts: { queue: 1m } }"), catalogOf({ one: one.url }));
    const proxy = await startProxy(policy, { now: () => state.now });
    for (let n = 0; n < circuitRule.consecutiveFailures; n++) await (await proxy.ask()).text();
    state.isBroken = false;
    state.now += circuitRule.openMs;
    const asked = Array.from({ length: 6 }, () => proxy.ask());
    await untilWaiting(proxy, 5);
    expect(one.requests).toHaveLength(6);
    for (const response of slow) sendJson(response, completion("probe"));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  });
});

describe("a client that waits for a candidate to come back", () => {
  it("is recorded as gone when it hangs up", async () => {
    const one = await startUpstream((response) =>
      sendJson(response, { error: { message: "slow down" } }, 429, { "retry-after": "30" }),
    );
    const policy = compile(policyOf("{ to: [acme/one], timeouts: { queue: 1m } }"), catalogOf({ one: one.url }));
    const proxy = await startProxy(policy);
    expect((await proxy.ask()).status).toBe(429);
    const leaving = new AbortController();
    const asked = fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: "auto", messages: [] }),
      signal: leaving.signal,
    }).catch(() => "gone");
    await untilWaiting(proxy, 1);
    leaving.abort();
    expect(await asked).toBe("gone");
    await untilWaiting(proxy, 0);
    await expect
      .poll(async () => (await proxy.lastDecision()).result)
      .toMatchObject({ outcome: "cancelled", status: 499 });
  });
});

describe("a health check", () => {
  it("takes an endpoint out after three failures in a row, and brings it back with one that passes", async () => {
    const state = { isHealthy: false, checks: 0 };
    const one = await startUpstream((response, { path, headers }) => {
      if (path === "/v1/models") {
        state.checks += 1;
        expect(headers).toMatchObject({ authorization: "Bearer sk-one", "x-project": "p" });
        response.writeHead(state.isHealthy ? 200 : 503).end("sk-one");
      } else sendJson(response, completion("one"));
    });
    const check = "api_key_env: ONE_KEY, health_check: { path: /models, interval: 10ms }";
    const catalog = limited(catalogOf({ one: one.url }), "one", check).replace(
      "-model }",
      "-model, headers: { x-project: p } }",
    );
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one], timeouts: { queue: 1m } }"), catalog), {
      environment: { ONE_KEY: "sk-one" },
    });
    const health = async () => (await fetch(`${proxy.url}/admin/health`)).text();
    while (!(await health()).includes('"failing"')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(state.checks).toBeGreaterThanOrEqual(FAILED_CHECKS);
    expect(JSON.parse(await health())).toMatchObject({
      endpoints: [{ health_check: { state: "failing", error: "status 503" } }],
    });
    const waiting = proxy.ask();
    await untilWaiting(proxy, 1);
    state.isHealthy = true;
    expect((await waiting).status).toBe(200);
    expect(proxy.logged.map(({ message }) => message)).toEqual([
      "acme/one@one fails its health check",
      "acme/one@one passes its health check again",
    ]);
    expect(JSON.stringify(proxy.logged)).not.toContain("sk-one");
  });
});
