import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
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
} from "./harness.js";

afterEach(stopAll);

const counting = () =>
  startUpstream((response, { body }, count) => {
    if (!body.includes('"stream":true')) return sendJson(response, completion(`answer ${count}`));
    startStream(response);
    response.end(wholeStream + done);
  });

async function proxyWithCache(upstream: { readonly url: string }, route = "{ to: [acme/one], cache: { ttl: 1h } }") {
  const rules = "  - { id: other, match: { tags: [other] }, route: { to: [acme/one], cache: { ttl: 1h } } }";
  return startProxy(compile(policyOf(route, rules), catalogOf({ one: upstream.url })));
}

/** How many requests have come whole. */
function countArrivals(server: Server): () => number {
  let arrived = 0;
  server.on("request", (request: IncomingMessage) => request.once("end", () => arrived++));
  return () => arrived;
}

async function textAndState(answer: Response) {
  return [answer.headers.get("x-route-cache"), await answer.text()] as const;
}

describe("a route with cache", () => {
  it("answers an identical request from memory, without a call, at no cost, and says so", async () => {
    const upstream = await counting();
    const proxy = await proxyWithCache(upstream);
    const first = await textAndState(await proxy.ask());
    const again = await proxy.ask();
    expect([again.headers.get("x-route-attempts"), again.headers.get("x-route-cost-usd")]).toEqual(["0", null]);
    expect(again.headers.get("x-route-model")).toBe("acme/one");
    expect([first[0], await textAndState(again)]).toEqual(["miss", ["hit", first[1]]]);
    expect(upstream.requests).toHaveLength(1);
    expect(await proxy.lastDecision()).toMatchObject({ attempts: [], result: { outcome: "answered", cache: "hit" } });
    expect(await proxy.ledger()).toHaveLength(1);
  });

  it("records that the simulator made what it answers", async () => {
    const catalog = catalogOf({ one: "" }).replace(/{ format: openai.*}/, "{ format: simulated }");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one], cache: { ttl: 1h } }"), catalog));
    for (const state of ["miss", "hit"]) {
      const answer = await proxy.ask();
      expect([answer.headers.get("x-route-cache"), answer.headers.get("x-route-simulated")]).toEqual([state, "true"]);
      await answer.arrayBuffer();
      expect(await proxy.lastDecision()).toMatchObject({ simulated: true, result: { cache: state } });
    }
  });

  it("answers a stream with the same events", async () => {
    const upstream = await counting();
    const proxy = await proxyWithCache(upstream);
    const [, first] = await textAndState(await proxy.ask({ stream: true }));
    expect(await textAndState(await proxy.ask({ stream: true }))).toEqual(["hit", first]);
    expect(first).toContain("[DONE]");
    expect(upstream.requests).toHaveLength(1);
  });

  it("takes a request for another one when anything differs that matters", async () => {
    const upstream = await counting();
    const proxy = await proxyWithCache(upstream);
    const asks: [object, Record<string, string>?][] = [
      [{}],
      [{ temperature: 0 }],
      [{ stream: true }],
      [{}, { "x-route-tags": "other" }], // another rule
    ];
    for (const [body, headers] of asks) {
      expect((await textAndState(await proxy.ask(body, headers)))[0]).toBe("miss");
    }
    expect(upstream.requests).toHaveLength(4);
    for (const [body, headers] of asks) {
      expect((await textAndState(await proxy.ask(body, headers)))[0]).toBe("hit");
    }
  });

  it("keeps what was answered under another policy apart", async () => {
    const [before, after] = [await counting(), await counting()];
    const proxy = await proxyWithCache(before);
    await (await proxy.ask()).text();
    proxy.serve(compile(policyOf("{ to: [acme/one], cache: { ttl: 1h } }"), catalogOf({ one: after.url })));
    expect((await textAndState(await proxy.ask()))[0]).toBe("miss");
    expect([before.requests.length, after.requests.length]).toEqual([1, 1]);
  });

  it("keeps answers to requests of other betas, and of other APIs, apart", async () => {
    const upstream = await counting();
    const proxy = await proxyWithCache(upstream);
    const ask = async (headers: Readonly<Record<string, string>>) => {
      const answer = await fetch(`${proxy.url}/v1/messages`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "hi" }], max_tokens: 9 }),
      });
      return (await textAndState(answer))[0];
    };
    const states: (string | null)[] = [];
    for (const headers of [{}, { "anthropic-beta": "one" }, { "anthropic-beta": "two" }, { "anthropic-beta": "one" }]) {
      states.push(await ask(headers));
    }
    expect(states).toEqual(["miss", "miss", "miss", "hit"]);
    const ofAnotherApi = await proxy.ask({ max_tokens: 9 });
    expect((await textAndState(ofAnotherApi))[0], "the same bytes, asked of another API").toBe("miss");
  });

  it("keeps tenants, and keys without a tenant, apart", async () => {
    const upstream = await counting();
    const proxy = await proxyWithCache(upstream);
    const ask = async (token: string) =>
      (await proxy.ask({}, { authorization: `Bearer ${token}` })).headers.get("x-route-cache");
    const one = await proxy.createKey({ name: "a", tenant: "acme" });
    const sameTenant = await proxy.createKey({ name: "b", tenant: "acme" });
    const otherTenant = await proxy.createKey({ name: "c", tenant: "zeta" });
    const alone = await proxy.createKey({ name: "d" });
    const alsoAlone = await proxy.createKey({ name: "e" });
    const states: (string | null)[] = [];
    for (const { token } of [one, sameTenant, otherTenant, alone, alsoAlone, alone]) states.push(await ask(token));
    expect(states).toEqual(["miss", "hit", "miss", "miss", "miss", "hit"]);
  });

  it("does not keep what another candidate answered in the place of the first", async () => {
    const first = await startUpstream((response, _request, count) =>
      count === 1 ? sendJson(response, { error: { message: "down" } }, 500) : sendJson(response, completion("first")),
    );
    const second = await startUpstream((response) => sendJson(response, completion("second")));
    const route = "{ to: [acme/one, acme/two], retries: 0, cache: { ttl: 1h } }";
    const proxy = await startProxy(compile(policyOf(route), catalogOf({ one: first.url, two: second.url })));
    const answers: string[] = [];
    for (let asks = 0; asks < 3; asks++) {
      const [state, text] = await textAndState(await proxy.ask());
      answers.push(`${state} ${JSON.parse(text).choices[0].message.content}`);
    }
    expect(answers).toEqual(["miss second", "miss first", "hit first"]);
  });

  it("is passed by with cache-control: no-cache, and kept out of routes without it", async () => {
    const upstream = await counting();
    const proxy = await proxyWithCache(upstream);
    await (await proxy.ask()).text();
    expect((await textAndState(await proxy.ask({}, { "cache-control": "no-cache" })))[0]).toBe("bypass");
    expect(upstream.requests).toHaveLength(2);
    const plain = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: upstream.url })));
    expect((await textAndState(await plain.ask()))[0]).toBeNull();
  });

  it("makes one call for identical requests at the same time", async () => {
    const held: ServerResponse[] = [];
    const upstream = await startUpstream((response) => {
      held.push(response);
    });
    const proxy = await proxyWithCache(upstream);
    const asked = [proxy.ask(), proxy.ask(), proxy.ask()];
    while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50)); // the others arrive
    for (const response of held) sendJson(response, completion("once"));
    const answers = await Promise.all((await Promise.all(asked)).map(textAndState));
    expect(answers.map(([state]) => state).sort()).toEqual(["hit", "hit", "miss"]);
    expect(upstream.requests).toHaveLength(1);
  });

  it("is not waited for by others once it is larger than what is kept", async () => {
    const upstream = await startUpstream(async (response) => {
      startStream(response);
      response.write(event({ content: "x".repeat(2 * 1024 * 1024) }));
      void tell.then(() => response.end(event({}, "stop") + done));
    });
    let end = () => {};
    const tell = new Promise<void>((resolve) => {
      end = resolve;
    });
    const proxy = await proxyWithCache(upstream);
    const first = await proxy.ask({ stream: true });
    const second = await proxy.ask({ stream: true }); // its own call: the first one has not ended
    expect(upstream.requests).toHaveLength(2);
    end();
    for (const answer of [first, second]) {
      const [state, text] = await textAndState(answer);
      expect([state, text.endsWith("data: [DONE]\n\n")]).toEqual(["miss", true]);
    }
  });

  it("lets one of those that wait ask in the place of a client that hung up, and the others wait for it", async () => {
    const upstream = await startUpstream((response, { hungUp }, count) => {
      if (count > 1) void first.then(() => sendJson(response, completion("once")));
      else void hungUp.then(tell);
    });
    let tell = () => {};
    const first = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const proxy = await proxyWithCache(upstream);
    const arrived = countArrivals(proxy.server);
    const abort = new AbortController();
    const leaving = fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "hi" }] }),
      signal: abort.signal,
    }).catch(() => undefined);
    await expect.poll(() => upstream.requests.length).toBe(1);
    const asked = [proxy.ask(), proxy.ask(), proxy.ask()];
    await expect.poll(arrived).toBe(4);
    abort.abort();
    await leaving;
    const answers = await Promise.all((await Promise.all(asked)).map(textAndState));
    expect(answers.map(([state]) => state).sort()).toEqual(["hit", "hit", "miss"]);
    expect(upstream.requests).toHaveLength(2);
  });

  it("keeps no failure, and lets those that waited for one make their own call", async () => {
    const one = await startUpstream((response, _request, count) => {
      if (count === 1) setTimeout(() => sendJson(response, {}, 500), 100);
      else sendJson(response, completion("one"));
    });
    const proxy = await proxyWithCache(one);
    const asked = [proxy.ask(), proxy.ask()];
    const statuses = (await Promise.all(asked)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 500 + 2]);
    expect((await textAndState(await proxy.ask()))[0]).toBe("hit");
  });
});
