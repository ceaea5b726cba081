import { afterEach, describe, expect, it } from "vitest";
import { circuitRule } from "../../../server/endpoints/circuit.js";
import {
  catalogOf,
  compile,
  completion,
  done,
  event,
  policyOf,
  sendJson,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
  wholeStream,
} from "../http/harness.js";

afterEach(stopAll);

interface Health {
  readonly endpoints: readonly { readonly endpoint: string; readonly circuit: Readonly<Record<string, unknown>> }[];
}

/** An upstream that can be broken and mended, in front of one that answers; and a clock that is moved by hand. */
async function proxyWithBroken(more: { readonly catalog?: (text: string) => string; readonly onlyOne?: boolean } = {}) {
  const state = { isBroken: true, now: Date.UTC(2026, 10, 25) };
  const one = await startUpstream((response, { body }) => {
    if (state.isBroken) return sendJson(response, { error: { message: "sk-secret is not the word" } }, 500);
    if (!body.includes('"stream":true')) return sendJson(response, completion("one"));
    startStream(response);
    response.end(wholeStream + done);
  });
  const two = await startUpstream((response) => sendJson(response, completion("two")));
  const catalog = catalogOf({ one: one.url, two: two.url });
  const policy = compile(
    policyOf(more.onlyOne === true ? "{ to: [acme/one] }" : "{ to: [acme/one, acme/two] }"),
    more.catalog?.(catalog) ?? catalog,
  );
  const proxy = await startProxy(policy, { now: () => state.now });
  const health = async () => (await (await fetch(`${proxy.url}/admin/health`)).json()) as Health;
  return { state, one, two, proxy, health };
}

async function askTimes(proxy: { ask(): Promise<Response> }, times: number): Promise<void> {
  for (let n = 0; n < times; n++) await (await proxy.ask()).text();
}

describe("an endpoint that keeps failing", () => {
  it("is not closed to chat completions by an API that its server does not have", async () => {
    const absent = { error: { message: "This is a chat model and not supported in the v1/completions endpoint." } };
    const one = await startUpstream((response, { path }) =>
      path === "/v1/chat/completions" ? sendJson(response, completion("one")) : sendJson(response, absent, 404),
    );
    const route = policyOf("{ to: [acme/one], strategy: balanced }");
    const proxy = await startProxy(compile(route, catalogOf({ one: one.url })));
    for (let n = 0; n < circuitRule.consecutiveFailures; n++) {
      const body = JSON.stringify({ prompt: "hi" });
      expect((await fetch(`${proxy.url}/v1/completions`, { method: "POST", body })).status).toBe(502);
    }
    expect((await proxy.ask()).status).toBe(200);
    expect((await proxy.lastDecision()).world.error_rate).toBeUndefined();
  });

  it("is probed again after a probe that a fault of ours kept from being made", async () => {
    const { state, proxy } = await proxyWithBroken({ onlyOne: true });
    await askTimes(proxy, circuitRule.consecutiveFailures);
    state.isBroken = false;
    state.now += circuitRule.openMs;
    const { token } = await proxy.createKey({ name: "a", limits: { budgets: { day: "5" } } });
    const reserve = proxy.budgets.reserve.bind(proxy.budgets);
    proxy.budgets.reserve = () => {
      throw new Error("a fault of ours");
    };
    const authorization = `Bearer ${token}`;
    expect((await proxy.ask({}, { authorization })).status).toBe(500);
    proxy.budgets.reserve = reserve;
    expect((await proxy.ask({}, { authorization })).status).toBe(200);
  });

  it("is left out as circuit_open, shown with its evidence, probed once its time is over, and comes back", async () => {
    const { state, one, proxy, health } = await proxyWithBroken();
    await askTimes(proxy, circuitRule.consecutiveFailures);
    expect(one.requests).toHaveLength(5);

    await askTimes(proxy, 3);
    expect(one.requests).toHaveLength(5);
    expect((await proxy.lastDecision()).world).toMatchObject({ down: ["acme/one@one"] });
    const { record } = (await (
      await fetch(`${proxy.url}/admin/decisions/${(await proxy.lastDecision()).id}`)
    ).json()) as { record: { candidates: readonly object[] } };
    expect(record.candidates).toContainEqual(
      expect.objectContaining({ endpoint: "acme/one@one", verdict: "excluded", reason: "circuit_open" }),
    );
    const at = new Date(state.now).toISOString();
    const shown = await health();
    expect(shown.endpoints.map(({ endpoint }) => endpoint)).toEqual(["acme/one@one", "acme/two@two"]);
    expect(shown.endpoints[0]?.circuit).toEqual({
      state: "open",
      since: at,
      retry_at: new Date(state.now + circuitRule.openMs).toISOString(),
      consecutive_failures: 5,
      recent: { calls: 5, failures: 5 },
      last_error: { class: "server_error", at },
    });
    expect(JSON.stringify(shown)).not.toContain("sk-secret");
    expect(await proxy.metrics()).toContain('routewright_endpoint_circuit_open{endpoint="acme/one@one"} 1');

    state.now += circuitRule.openMs;
    state.isBroken = false;
    const probe = await proxy.ask();
    expect(probe.headers.get("x-route-model")).toBe("acme/one");
    expect((await health()).endpoints[0]?.circuit).toMatchObject({ state: "closed", consecutive_failures: 0 });
    expect(await proxy.metrics()).toContain('routewright_endpoint_circuit_open{endpoint="acme/one@one"} 0');
  });

  it("is probed by a stream too, and closed by its first content", async () => {
    const { state, proxy, health } = await proxyWithBroken();
    await askTimes(proxy, 5);
    state.now += circuitRule.openMs;
    state.isBroken = false;
    const answer = await proxy.ask({ stream: true });
    expect(answer.headers.get("x-route-model")).toBe("acme/one");
    expect((await health()).endpoints[0]?.circuit).toMatchObject({ state: "closed" });
    expect(await answer.text()).toContain(event({ content: "Hel" }));
  });

  it("without any other candidate gives 503 with Retry-After while it is probed, too", async () => {
    let now = Date.now();
    const one = await startUpstream((response, _request, count) => {
      if (count <= 5) sendJson(response, {}, 500); // and a probe that takes its time
    });
    const route = "{ to: [acme/one], timeouts: { queue: 1ms } }";
    const proxy = await startProxy(compile(policyOf(route), catalogOf({ one: one.url })), { now: () => now });
    await askTimes(proxy, 5);
    now += 10_001;
    const probe = proxy.ask().catch(() => undefined);
    await expect.poll(() => one.requests.length).toBe(6);
    const answer = await proxy.ask();
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    await one.stop();
    await probe;
  });

  it("leaves a request without a candidate that waited for a place when the circuit opened", async () => {
    let fail = () => {};
    const one = await startUpstream((response, _request, count) => {
      fail = () => sendJson(response, {}, 500);
      if (count < circuitRule.consecutiveFailures) fail();
    });
    const catalog = catalogOf({ one: one.url }).replace("region: eu }", "region: eu, max_concurrent: 1 }");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog));
    await askTimes(proxy, circuitRule.consecutiveFailures - 1);
    const last = proxy.ask();
    await expect.poll(() => one.requests.length).toBe(circuitRule.consecutiveFailures);
    const waiting = proxy.ask();
    const waits = async () => ((await (await fetch(`${proxy.url}/admin/health`)).json()) as { queue: object }).queue;
    await expect.poll(waits).toMatchObject({ waiting: 1 });
    fail();
    await last;
    expect((await waiting).status).toBe(503);
    expect((await proxy.lastDecision()).result).toMatchObject({ outcome: "no_candidate", code: "no_candidate" });
  });

  it("without any other candidate gives 503 with Retry-After, and nothing is called", async () => {
    const { one, proxy } = await proxyWithBroken({ onlyOne: true });
    await askTimes(proxy, 5);
    const answer = await proxy.ask();
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "10"]);
    expect(await answer.json()).toMatchObject({
      error: { code: "no_candidate", message: expect.stringContaining("acme/one@one: it is failing at the moment") },
    });
    expect(one.requests).toHaveLength(5);
  });

  it.each([
    ["its provider", (text: string) => text.replace("region: eu }", "region: eu, circuit_breaker: false }")],
    [
      "the endpoint itself",
      (text: string) => text.replace("model: one-model", "model: one-model, circuit_breaker: false"),
    ],
  ])("is called all the same when %s says circuit_breaker: false", async (_who, catalog) => {
    const { one, proxy, health } = await proxyWithBroken({ catalog });
    await askTimes(proxy, 8);
    expect(one.requests).toHaveLength(8);
    expect((await health()).endpoints[0]?.circuit).toMatchObject({ state: "off", consecutive_failures: 8 });
  });

  it("has a breaker again when the endpoint says so against its provider", async () => {
    const { one, proxy } = await proxyWithBroken({
      catalog: (text) =>
        text
          .replace("region: eu }", "region: eu, circuit_breaker: false }")
          .replace("model: one-model", "model: one-model, circuit_breaker: true"),
    });
    await askTimes(proxy, 8);
    expect(one.requests).toHaveLength(5);
  });

  it("is not opened by faults of the requests themselves", async () => {
    const upstream = await startUpstream((response) => sendJson(response, { error: { message: "bad" } }, 400));
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: upstream.url })));
    await askTimes(proxy, 8);
    expect(upstream.requests).toHaveLength(8);
  });
});
