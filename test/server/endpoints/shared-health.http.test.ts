import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { circuitRule } from "../../../server/endpoints/circuit.js";
import { hasRedis } from "../../services/available.js";
import { eventually } from "../../services/eventually.js";
import { startRedis, type TestRedis } from "../../services/redis.js";
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

interface Health {
  readonly endpoints: readonly {
    readonly circuit: { readonly state: string; readonly taken_over?: true };
    readonly rate_limited_until?: string;
  }[];
}

const firstOf = async ({ url }: TestProxy) =>
  ((await (await fetch(`${url}/admin/health`)).json()) as Health).endpoints[0]!;

describe.skipIf(!hasRedis)("servers that share a Redis", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());
  afterEach(stopAll);

  /** Servers in front of an upstream that answers as it is told, with another one to fall back to. */
  async function servers(count: number) {
    const state = { status: 500, headers: {}, now: Date.UTC(2026, 10, 25) };
    const one = await startUpstream((response) => {
      const { status, headers } = state;
      if (status === 200) sendJson(response, completion("one"));
      else sendJson(response, { error: { message: "no" } }, status, headers);
    });
    const two = await startUpstream((response) => sendJson(response, completion("two")));
    // Another name for each test: what is shared goes by it.
    const name = `one${Math.random().toString(36).slice(2, 8)}`;
    const policy = compile(
      policyOf(`{ to: [acme/${name}, acme/two], retries: 0 }`),
      catalogOf({ [name]: one.url, two: two.url }),
    );
    const start = () => startProxy(policy, { redisUrl: redis.url, now: () => state.now });
    const proxies = await Promise.all(Array.from({ length: count }, start));
    return { state, one, proxies, start };
  }

  const open = async (proxy: TestProxy) => {
    for (let n = 0; n < circuitRule.consecutiveFailures; n++) await (await proxy.ask()).text();
  };

  it("leave out an endpoint whose circuit another one opened, and call it again when a probe of any was fine", async () => {
    const { state, one, proxies, start } = await servers(2);
    const [first, second] = proxies as [TestProxy, TestProxy];
    await open(first);
    await eventually(async () => {
      expect((await firstOf(second)).circuit).toMatchObject({ state: "open", taken_over: true });
    });
    expect((await firstOf(first)).circuit).not.toHaveProperty("taken_over");
    const calls = one.requests.length;
    await (await second.ask()).text();
    expect(one.requests).toHaveLength(calls);
    expect((await second.lastDecision()).world.down).toHaveLength(1);

    // One that starts now knows too.
    const third = await start();
    await eventually(async () => expect((await firstOf(third)).circuit.state).toBe("open"));

    state.status = 200;
    state.now += circuitRule.openMs;
    await (await second.ask()).text();
    expect(one.requests).toHaveLength(calls + 1);
    for (const proxy of [first, third]) {
      await eventually(async () => expect((await firstOf(proxy)).circuit.state).toBe("closed"));
    }
  });

  it("leave alone an endpoint that asked another one to wait", async () => {
    const { state, one, proxies } = await servers(2);
    const [first, second] = proxies as [TestProxy, TestProxy];
    Object.assign(state, { status: 429, headers: { "retry-after": "20" } });
    await (await first.ask()).text();
    await eventually(async () => expect(await firstOf(second)).toHaveProperty("rate_limited_until"));
    const calls = one.requests.length;
    await (await second.ask()).text();
    expect(one.requests).toHaveLength(calls);
    expect((await second.lastDecision()).world.rate_limited).toHaveLength(1);
  });

  it("go on with what each knows itself while Redis is away, say so, and share again when it is back", async () => {
    const { one, proxies } = await servers(2);
    const [first, second] = proxies as [TestProxy, TestProxy];
    await eventually(async () => expect(await first.metrics()).toContain("routewright_endpoint_health_shared 1"));
    await redis.kill();
    await open(first);
    expect((await firstOf(first)).circuit.state).toBe("open");
    await eventually(async () => expect(await first.metrics()).toContain("routewright_endpoint_health_shared 0"));
    const ready = JSON.stringify(await (await fetch(`${first.url}/readyz`)).json());
    expect(ready).toContain("endpoints judged, by each server for itself");
    const calls = one.requests.length;
    await (await second.ask()).text();
    expect(one.requests).toHaveLength(calls + 1);

    await redis.restart();
    // What the first learned meanwhile is still true, and is told now.
    await eventually(async () => expect((await firstOf(second)).circuit).toMatchObject({ taken_over: true }));
  });
});
