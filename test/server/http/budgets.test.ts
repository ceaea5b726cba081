import type { ServerResponse } from "node:http";
import { createServer, type Socket } from "node:net";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import type { NanoUsd } from "../../../engine/index.js";
import { startRequestTrace } from "../../../server/telemetry/start-request-trace.js";
import { listen, portOf } from "../../services/listen.js";
import { proxyOverFormats } from "../../services/proxy-over-formats.js";
import { anthropicServer, type Said } from "../providers/provider-servers.js";
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
  type TestProxy,
  wholeStream,
} from "./harness.js";

afterEach(stopAll);

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const errorOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string; message: string; type: string } }).error;
/** 1,000 and 500 tokens at 1 and 2 USD per million: 0.002 USD. */
const answering = (fields: object = {}) => startUpstream((response) => sendJson(response, completion("hello", fields)));
const limited = (limits: object, more: object = {}) => ({ limits, ...more });
/** The answer may have 500 tokens, so what is reserved is close to what it costs. */
const SHORT = { max_completion_tokens: 500 };
const spentBy = async (proxy: TestProxy, id: string, period: "day" | "total" = "day") =>
  (await proxy.budgets.balances([{ subject: `key:${id}`, period, limit: 0 as NanoUsd }], Date.now()))[0]!;

describe("the ledger", () => {
  it("charges nothing for what the simulator answers in a provider's place", async () => {
    const catalog = catalogOf({ left: "http://127.0.0.1:1/v1" }).replace("region: eu", "api_key_env: LEFT_API_KEY");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/left] }"), catalog));
    const { token, id } = await proxy.createKey(limited({ budgets: { day: 1 } }));
    const answer = await proxy.ask(SHORT, bearer(token));
    expect(answer.headers.get("x-route-simulated")).toBe("true");
    await answer.text();
    expect(await proxy.ledger()).toMatchObject([{ outcome: "answered", incurred_nano: 0, charged_nano: 0 }]);
    expect(await spentBy(proxy, id)).toMatchObject({ spent: 0, reserved: 0 });
  });

  it("has a row for each call with tokens, price, cost, and whose it is", async () => {
    const usage = {
      prompt_tokens: 1_000,
      completion_tokens: 500,
      prompt_tokens_details: { cached_tokens: 600 },
      completion_tokens_details: { reasoning_tokens: 100 },
    };
    const proxy = await proxyOver({ left: await answering({ usage }) });
    const { token, id } = await proxy.createKey({ tenant: "t", app: "a" });
    const response = await proxy.ask({ user: "u" }, bearer(token));
    expect(response.headers.get("x-route-cost-usd")).toBe("0.0017");
    const rows = await proxy.ledger();
    expect(rows).toEqual([
      expect.objectContaining({
        id: `${response.headers.get("x-route-decision")}.1`,
        ...{ key: id, tenant: "t", app: "a", user_id: "u", rule: "default", outcome: "answered", status: 200 },
        ...{ model: "acme/left", endpoint: "acme/left@left", provider: "left", is_stream: 0 },
        ...{ input: 400, cached_input: 600, output: 400, reasoning: 100, cache_write: 0 },
        price: '{"input":1000000,"output":2000000,"cachedInput":500000}',
        ...{ incurred_nano: 1_700_000, charged_nano: 1_700_000, cost_source: "usage" },
      }),
    ]);
  });

  it("charges what Anthropic keeps for an hour at its own price, of its Messages API and of a chat, streamed too", async () => {
    const kept = { ephemeral_1h_input_tokens: 1_000, ephemeral_5m_input_tokens: 500 };
    const usage = { input_tokens: 10, cache_creation_input_tokens: 1_500, cache_creation: kept, output_tokens: 5 };
    const whole = (said: Said) => ({ ...anthropicServer.whole(said), usage });
    const events = (said: Said) =>
      anthropicServer.events(said).map((event) => {
        const { message } = event as { readonly message?: object };
        return message === undefined ? event : { ...event, message: { ...message, usage } };
      });
    const price = "{ input: 1, output: 2, cache_write: 3, cache_write_1h: 4 }";
    const { proxy } = await proxyOverFormats(
      { anthropic: { ...anthropicServer, whole, events } },
      { catalog: (text) => text.replace("{ input: 1, output: 2 }", price) },
    );
    const messages = [{ role: "user", content: "hello" }];
    for (const path of ["/v1/messages", "/v1/chat/completions"]) {
      for (const stream of [false, true]) {
        const body = JSON.stringify({ model: "auto", max_tokens: 100, messages, stream });
        const answer = await fetch(`${proxy.url}${path}`, { method: "POST", body });
        expect(answer.status).toBe(200);
        await answer.text();
      }
    }
    const rows = await proxy.ledger();
    expect(rows).toHaveLength(4);
    for (const row of rows) {
      expect(row).toMatchObject({
        input: 10,
        cache_write: 1_500,
        output: 5,
        incurred_nano: 10_000 + 5_500_000 + 10_000,
      });
      expect(row.price).toContain('"cacheWrite1h":4000000');
    }
  });

  it("prefers what the provider says it cost", async () => {
    for (const name of ["cost", "estimated_cost"]) {
      const usage = { prompt_tokens: 1_000, completion_tokens: 500, [name]: 0.0012 };
      const proxy = await proxyOver({ left: await answering({ usage }) });
      expect((await proxy.ask()).headers.get("x-route-cost-usd")).toBe("0.0012");
      expect(await proxy.ledger()).toMatchObject([{ charged_nano: 1_200_000, cost_source: "provider", key: "" }]);
    }
  });

  it("counts what a call of OpenRouter's with the operator's own key costs at its provider, beside the fee", async () => {
    const tokens = { prompt_tokens: 1_000, completion_tokens: 500 };
    for (const [details, charged, source] of [
      [{ upstream_inference_cost: 0.0012 }, 1_300_000, "provider"],
      [{ upstream_inference_cost: null }, 2_000_000, "usage"],
    ] as const) {
      const usage = { ...tokens, cost: 0.0001, is_byok: true, cost_details: details };
      const proxy = await proxyOver({ left: await answering({ usage }) });
      await (await proxy.ask()).text();
      expect(await proxy.ledger()).toMatchObject([{ charged_nano: charged, cost_source: source }]);
    }
  });

  it("does not believe a cost that no price explains, and says so", async () => {
    const usage = { prompt_tokens: 1_000, completion_tokens: 500, cost: 90_000 };
    const proxy = await proxyOver({ left: await answering({ usage }) });
    const response = await proxy.ask();
    expect(response.headers.get("x-route-cost-usd")).toBe("0.002");
    expect(response.headers.get("x-route-warning")).toContain("it reported a cost of $90000");
    expect(await proxy.ledger()).toMatchObject([{ charged_nano: 2_000_000, cost_source: "usage" }]);
  });

  it("charges a failed call to nobody, and the fallback that answered", async () => {
    const broken = await startUpstream((response) => sendJson(response, { error: { message: "no" } }, 500));
    const proxy = await proxyOver({ left: broken, right: await answering() });
    const { token, id } = await proxy.createKey(limited({ budgets: { day: "1" } }));
    await proxy.ask(SHORT, bearer(token));
    expect(await proxy.ledger()).toMatchObject([
      { model: "acme/left", outcome: "failed", error_class: "server_error", incurred_nano: 0, charged_nano: 0 },
      { model: "acme/right", outcome: "answered", charged_nano: 2_000_000 },
    ]);
    expect(await spentBy(proxy, id)).toMatchObject({ spent: 2_000_000, reserved: 0 });
  });

  it("says of a call that failed in the midst of its answer what that took, as far as it is known", async () => {
    const head = { "content-type": "application/json" };
    const left = await startUpstream((response) => {
      response.writeHead(200, { ...head, "content-length": 1_000 }).write('{"choices":', () => response.destroy());
    });
    const right = await answering({ choices: [{ index: 0, message: { content: "Hel" }, finish_reason: "error" }] });
    const proxy = await proxyOver({ left, right });
    const answer = await proxy.ask();
    expect([answer.status, answer.headers.has("x-route-cost-usd")]).toEqual([502, false]);
    await proxy.lastDecision();
    const asked = await fetch(`${proxy.url}/v1/generation?id=${answer.headers.get("x-route-decision")}`);
    expect(await asked.json()).toMatchObject({ data: { total_cost: 0 } });
    expect(await proxy.ledger()).toMatchObject([
      { error_class: "connection", incurred_nano: null, charged_nano: 0, cost_source: "unknown" },
      { error_class: "server_error", incurred_nano: 2_000_000, charged_nano: 0, cost_source: "usage" },
    ]);
  });

  it("charges a client that hung up for what had come, and holds nothing more for it", async () => {
    const upstream = await startUpstream((response) => {
      startStream(response);
      for (let count = 0; count < 10; count++) response.write(event({ content: "word" }));
    });
    const proxy = await proxyOver({ left: upstream });
    const { token, id } = await proxy.createKey(limited({ budgets: { day: "1" } }));
    const abort = new AbortController();
    const second = await fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", ...bearer(token) },
      body: JSON.stringify({ stream: true, messages: [{ role: "user", content: "hi" }], ...SHORT }),
      signal: abort.signal,
    });
    await second.body?.getReader().read();
    abort.abort();
    await expect.poll(async () => (await proxy.ledger()).some((row) => row.outcome === "cancelled")).toBe(true);
    const row = (await proxy.ledger()).find(({ outcome }) => outcome === "cancelled")!;
    expect(row).toMatchObject({ cost_source: "estimate" });
    expect(row.output).toBeGreaterThan(0);
    expect(row.charged_nano).toBeGreaterThan(0);
    expect(row.charged_nano).toBe(row.incurred_nano);
    expect((await spentBy(proxy, id)).spent).toBeGreaterThanOrEqual(row.charged_nano);
  });

  it("estimates no answer as longer than the request allows, so what was held is never exceeded", async () => {
    const upstream = await startUpstream((response) => {
      startStream(response);
      // Events whose length says nothing about their text.
      for (let count = 0; count < 3; count++)
        response.write(event({ content: "word", padding: "x".repeat(count * 900) }));
      response.end(event({}, "stop") + done);
    });
    const proxy = await proxyOver({ left: upstream });
    const { token } = await proxy.createKey(limited({ budgets: { day: "1" } }));
    const asked = { stream: true, stream_options: null, max_completion_tokens: 3, n: 2 };
    await (await proxy.ask(asked, bearer(token))).text();
    expect(await proxy.ledger()).toMatchObject([{ cost_source: "estimate", output: 6 }]);
  });

  it("holds and charges an answer to a limit of 0, which some servers take for none, as one without a limit", async () => {
    const proxy = await proxyOver({ left: await answering({ usage: undefined }) });
    const { token } = await proxy.createKey(limited({ budgets: { day: 0.01 } }));
    expect((await errorOf(await proxy.ask({ max_tokens: 0 }, bearer(token)))).code).toBe("budget_insufficient");
    const { token: other } = await proxy.createKey(limited({ budgets: { day: 100 } }));
    await (await proxy.ask({ max_tokens: 0 }, bearer(other))).text();
    const [row] = await proxy.ledger();
    expect(row).toMatchObject({ cost_source: "estimate" });
    expect(Number(row?.["output"])).toBeGreaterThan(0);
  });

  it("holds for a text completion without a limit what its model allows: only OpenAI assumes 16 tokens", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { token } = await proxy.createKey(limited({ budgets: { day: 0.01 } }));
    const ask = (fields: object) =>
      fetch(`${proxy.url}/v1/completions`, {
        method: "POST",
        headers: bearer(token),
        body: JSON.stringify({ model: "auto", prompt: "hi", ...fields }),
      });
    expect((await errorOf(await ask({}))).code).toBe("budget_insufficient");
    expect((await ask({ max_tokens: 500 })).status).toBe(200);
  });

  it("estimates nothing of embeddings but what was read", async () => {
    const vectors = { object: "list", data: [{ object: "embedding", index: 0, embedding: Array(500).fill(0.125) }] };
    const upstream = await startUpstream((response) => sendJson(response, vectors));
    const catalog = catalogOf({ left: upstream.url }).replace(/capabilities: \[.*?\]/g, "capabilities: [embeddings]");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/left] }"), catalog));
    const body = JSON.stringify({ model: "auto", input: "some words to embed" });
    await (await fetch(`${proxy.url}/v1/embeddings`, { method: "POST", body })).text();
    const [row] = await proxy.ledger();
    expect(row).toMatchObject({ cost_source: "estimate", output: 0 });
    expect(row!.input).toBeGreaterThan(0);
  });

  it.each([
    ["the client hangs up", "{ total: 1h }", "cancelled"],
    ["a timer runs out", "{ total: 100ms }", "failed"],
    ["the connection does not stand in time", "{ connect: 50ms }", "failed"],
  ])("charges nothing for a call that never reached its provider: %s", async (_, timeouts, outcome) => {
    const mute = createServer(); // takes connections and never says a word of TLS
    const connected = new Promise<Socket>((resolve) => mute.once("connection", resolve));
    await listen(mute);
    const url = `https://127.0.0.1:${portOf(mute)}/v1`;
    const route = `{ to: [acme/one], timeouts: ${timeouts} }`;
    const proxy = await startProxy(compile(policyOf(route), catalogOf({ one: url })));
    const { token, id } = await proxy.createKey(limited({ budgets: { day: "1" } }));
    const abort = new AbortController();
    const answer = fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", ...bearer(token) },
      body: JSON.stringify({ messages: [{ role: "user", content: "hi" }], ...SHORT }),
      signal: abort.signal,
    }).catch(() => undefined);
    const socket = await connected;
    if (outcome === "cancelled") abort.abort();
    await answer;
    await expect.poll(() => proxy.ledger()).toHaveLength(1);
    expect(await proxy.ledger()).toMatchObject([{ outcome, cost_source: "none", incurred_nano: 0, charged_nano: 0 }]);
    expect(await spentBy(proxy, id)).toMatchObject({ spent: 0, reserved: 0 });
    socket.destroy();
    mute.close();
  });

  it("does not charge a stream that broke off", async () => {
    const upstream = await startUpstream((response) => {
      startStream(response);
      response.write(event({ content: "Hel" }), () => response.destroy());
    });
    const proxy = await proxyOver({ left: upstream });
    const { token, id } = await proxy.createKey(limited({ budgets: { day: "1" } }));
    await (await proxy.ask({ stream: true, ...SHORT }, bearer(token))).text();
    const [row] = await proxy.ledger();
    expect(row).toMatchObject({ outcome: "cut", charged_nano: 0 });
    expect(row!.incurred_nano).toBeGreaterThan(0);
    expect(await spentBy(proxy, id)).toMatchObject({ spent: 0, reserved: 0 });
  });

  it("reads the usage of a stream's last chunk", async () => {
    const last = event({}, null, { choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } });
    const upstream = await startUpstream((response) => {
      startStream(response);
      response.end(`${wholeStream}${last}data: [DONE]\n\n`);
    });
    const proxy = await proxyOver({ left: upstream });
    const { token } = await proxy.createKey();
    await (await proxy.ask({ stream: true }, bearer(token))).text();
    expect(await proxy.ledger()).toMatchObject([{ is_stream: 1, input: 10, output: 5, charged_nano: 20_000 }]);
  });
});

describe("budgets", () => {
  it("are used up, then refuse with the reset time, and never go beyond their limit", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { token, id } = await proxy.createKey(limited({ budgets: { day: "0.005", month: "50" } }));
    const statuses: number[] = [];
    let refused: Response | undefined;
    for (let count = 0; count < 6; count++) {
      const response = await proxy.ask(SHORT, bearer(token));
      statuses.push(response.status);
      if (response.status !== 200) refused ??= response;
    }
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
    expect(statuses.at(-1)).toBe(429);
    const { spent, reserved } = await spentBy(proxy, id);
    expect(spent).toBeLessThanOrEqual(6_000_000);
    expect(reserved).toBe(0);
    const error = await errorOf(refused!);
    expect(error.type).toBe("insufficient_quota");
    expect(error.message).toMatch(new RegExp(`key \`${id}\``));
    expect(error.message).toMatch(/daily budget of \$0.005.*resets at \d{4}-\d\d-\d\dT00:00:00.000Z/);
    expect(Number(refused!.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("that are used up are told by SDKs at once, which else would sleep until the reset", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { token } = await proxy.createKey(limited({ budgets: { month: "0.000001" } }));
    const messages = [{ role: "user" as const, content: "hi" }];
    const openai = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: token });
    const anthropic = new Anthropic({ baseURL: proxy.url, apiKey: token });
    for (const call of [
      openai.chat.completions.create({ model: "auto", messages }),
      anthropic.messages.create({ model: "auto", max_tokens: 100, messages }),
    ]) {
      await expect(call).rejects.toMatchObject({ status: 429 });
    }
  });

  it("that are taken away and given again count what was spent between", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { token, id } = await proxy.createKey(limited({ budgets: { day: "1" } }));
    const admin = async (method: string, path: string, body: object) => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${proxy.url}/admin${path}`, { method, headers, body: JSON.stringify(body) });
      expect(answer.status).toBe(200);
    };
    const ask = () => proxy.ask(SHORT, bearer(token));
    await ask();
    await admin("PATCH", `/keys/${id}`, { limits: { budgets: { day: null } } });
    await ask();
    await admin("PATCH", `/keys/${id}`, { limits: { budgets: { day: 2 } } });
    await expect.poll(async () => (await spentBy(proxy, id)).spent).toBe(4_000_000);
    await ask();
    expect(await spentBy(proxy, id)).toMatchObject({ spent: 6_000_000, reserved: 0 });
    expect((await proxy.metrics()).match(/^routewright_budget_corrections_total.*$/m)?.[0]).toMatch(/ 0$/);
  });

  it("of tenant and app hold for all their keys together", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const put = await fetch(`${proxy.url}/admin/limits`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ tenant: "t", limits: { budgets: { total: "0.0035" } } }),
    });
    expect(put.status).toBe(200);
    const [first, second] = [await proxy.createKey({ tenant: "t" }), await proxy.createKey({ tenant: "t", app: "x" })];
    const body = { max_completion_tokens: 500 };
    expect((await proxy.ask(body, bearer(first.token))).status).toBe(200);
    expect((await proxy.ask(body, bearer(second.token))).status).toBe(200);
    const refused = await proxy.ask(body, bearer(first.token));
    expect(refused.status).toBe(402);
    expect(refused.headers.get("retry-after")).toBeNull();
    expect((await errorOf(refused)).message).toContain(
      "tenant `t` has spent its total budget of $0.0035; it does not reset",
    );
  });

  it("hold the upper bound while a call runs, so that requests at the same time cannot overshoot", async () => {
    const upstream = await startUpstream((response) => {
      setTimeout(() => sendJson(response, completion("hello")), 50);
    });
    const proxy = await proxyOver({ left: upstream });
    const { token, id } = await proxy.createKey(limited({ budgets: { day: "0.01" } }));
    const responses = await Promise.all(
      Array.from({ length: 40 }, () => proxy.ask({ max_completion_tokens: 1_000 }, bearer(token))),
    );
    const answered = responses.filter(({ status }) => status === 200).length;
    expect(answered).toBe(upstream.requests.length);
    expect(answered).toBeGreaterThanOrEqual(4);
    const { spent, reserved } = await spentBy(proxy, id);
    expect(spent).toBe(answered * 2_000_000);
    expect(spent).toBeLessThanOrEqual(10_000_000);
    expect(reserved).toBe(0);
    const refused = responses.find(({ status }) => status !== 200)!;
    expect(await errorOf(refused)).toMatchObject({ code: expect.stringMatching(/^budget_(reserved|insufficient)$/) });
  });

  it("are free again at once when a fault of ours comes between the hold and the call", async () => {
    const upstream = await answering();
    const startTrace: typeof startRequestTrace = (request) => ({
      ...startRequestTrace(request),
      attempt() {
        throw new Error("a fault of ours");
      },
    });
    const policy = compile(policyOf("{ to: [acme/left] }"), catalogOf({ left: upstream.url }));
    const proxy = await startProxy(policy, { startTrace });
    const { token, id } = await proxy.createKey(limited({ budgets: { day: "0.01" } }));
    for (const _ of Array(20))
      expect((await proxy.ask({ max_completion_tokens: 1_000 }, bearer(token))).status).toBe(500);
    expect(await spentBy(proxy, id)).toMatchObject({ spent: 0, reserved: 0 });
    expect([upstream.requests, await proxy.ledger()]).toEqual([[], []]);
  });

  it("are checked for a fallback too: one that is too dear is passed over for one that is not", async () => {
    const [dear, cheap] = [await answering(), await answering()];
    const catalog = catalogOf({ dear: dear.url, cheap: cheap.url }).replace(
      "price: { input: 1, output: 2, cached_input: 0.5 }",
      "price: { input: 100, output: 200 }",
    );
    const proxy = await startProxy(compile(policyOf("{ to: [acme/dear, acme/cheap] }"), catalog));
    const { token } = await proxy.createKey(limited({ budgets: { day: "0.01" } }));
    const response = await proxy.ask(SHORT, bearer(token));
    expect(response.headers.get("x-route-model")).toBe("acme/cheap");
    expect(dear.requests).toHaveLength(0);
  });

  it("that do not let a fallback be called do not hide that a provider failed", async () => {
    const broken = await startUpstream((response) => sendJson(response, {}, 503, { "retry-after": "7" }));
    const dear = await answering();
    const catalog = catalogOf({ dear: dear.url, cheap: broken.url }).replace(
      "price: { input: 1, output: 2, cached_input: 0.5 }",
      "price: { input: 100, output: 200 }",
    );
    const proxy = await startProxy(compile(policyOf("{ to: [acme/cheap, acme/dear] }"), catalog));
    const { token, id } = await proxy.createKey(limited({ budgets: { day: "0.01" } }));
    const refused = await proxy.ask(SHORT, bearer(token));
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "7"]);
    expect(await errorOf(refused)).toMatchObject({
      code: "upstream_overloaded",
      message: expect.stringMatching(
        new RegExp(
          `^no provider could answer \\(acme/cheap@cheap: .*503.*\\); try again later\\. acme/dear@dear cannot be paid for: this request can cost up to \\$0\\.10.*key \`${id}\` has \\$0.01 left`,
        ),
      ),
    });
    expect((await proxy.lastDecision()).result).toMatchObject({
      ...{ outcome: "failed", code: "upstream_overloaded" },
      passed_over: [{ endpoint: "acme/dear@dear", reason: "unpaid" }],
    });
    expect(dear.requests).toHaveLength(0);
  });

  it("that let only a busy model be called say that it is busy", async () => {
    const slow = await startUpstream(() => undefined);
    const dear = await answering();
    const catalog = catalogOf({ dear: dear.url, cheap: slow.url })
      .replace("price: { input: 1, output: 2, cached_input: 0.5 }", "price: { input: 100, output: 200 }")
      .replace("model: cheap-model", "model: cheap-model, max_concurrent: 1");
    const route = "{ to: [acme/cheap, acme/dear], timeouts: { queue: 20ms } }";
    const proxy = await startProxy(compile(policyOf(route), catalog));
    const { token } = await proxy.createKey(limited({ budgets: { day: "0.01" } }));
    const first = proxy.ask(SHORT, bearer(token)).catch(() => undefined);
    await expect.poll(() => slow.requests.length).toBe(1);
    const refused = await proxy.ask(SHORT, bearer(token));
    expect(refused.status).toBe(503);
    expect(await errorOf(refused)).toMatchObject({
      code: "upstream_busy",
      message: expect.stringMatching(/can be paid for is at its limit of calls.* acme\/dear@dear cannot be paid for: /),
    });
    await slow.stop();
    await first;
  });

  it("say so, not that it is busy, of a model that became free and could not be paid for then", async () => {
    const open: ServerResponse[] = [];
    const slow = await startUpstream((response) => open.push(response));
    const catalog = catalogOf({ slow: slow.url }).replace("model: slow-model", "model: slow-model, max_concurrent: 1");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/slow], timeouts: { queue: 1m } }"), catalog));
    const { token } = await proxy.createKey(limited({ budgets: { day: "0.002" } }));
    const first = proxy.ask(SHORT, bearer(token));
    await expect.poll(() => open.length).toBe(1);
    const second = proxy.ask(SHORT, bearer(token));
    const waiting = async () => {
      const { queue } = (await (await fetch(`${proxy.url}/admin/health`)).json()) as { queue: { waiting: number } };
      return queue.waiting;
    };
    await expect.poll(waiting).toBe(1);
    for (const response of open) sendJson(response, completion("hello"));
    expect((await first).status).toBe(200);
    const refused = await second;
    // What the first has cost may be in the books by then, or held still.
    const code = expect.stringMatching(/^budget_(exhausted|reserved)$/);
    expect([refused.status, await errorOf(refused)]).toMatchObject([429, { code }]);
    expect((await proxy.lastDecision()).result).toMatchObject({ outcome: "rejected", code });
    expect(open).toHaveLength(1);
  });

  it("refuse a model without a price: unknown is not free", async () => {
    const upstream = await answering();
    const catalog = catalogOf({ left: upstream.url }).replace("price: { input: 1, output: 2, cached_input: 0.5 }", "");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/left] }"), catalog));
    const { token } = await proxy.createKey(limited({ budgets: { day: "1" } }));
    const refused = await proxy.ask({}, bearer(token));
    expect(refused.status).toBe(402);
    expect(await errorOf(refused)).toMatchObject({ code: "no_price" });
    const free = await proxy.createKey();
    expect((await proxy.ask({}, bearer(free.token))).status).toBe(200);
    expect(await proxy.ledger()).toMatchObject([{ incurred_nano: null, charged_nano: 0, cost_source: "unknown" }]);
  });

  it("are a fact: spend_ratio, with the window it is of", async () => {
    const [strong, economy] = [await answering(), await answering()];
    const rules = "  - id: nearly-spent\n    match: { spend_ratio: { gte: 0.5 } }\n    route: { to: [acme/economy] }";
    const policy = policyOf("{ to: [acme/strong] }", rules);
    const proxy = await startProxy(compile(policy, catalogOf({ strong: strong.url, economy: economy.url })));
    const { token } = await proxy.createKey(limited({ budgets: { day: "0.004", month: "50" } }));
    const model = async () => (await proxy.ask(SHORT, bearer(token))).headers.get("x-route-model");
    expect(await model()).toBe("acme/strong");
    expect((await proxy.lastDecision()).facts["spend_ratio"]).toEqual({
      value: 0,
      source: "key: $0 of $0.004/day spent",
    });
    expect(await model()).toBe("acme/economy");
    expect((await proxy.lastDecision()).facts["spend_ratio"]).toEqual({
      value: 0.5,
      source: "key: $0.002 of $0.004/day spent",
    });
  });

  it("know after a restart what was spent before", async () => {
    const upstream = await answering();
    const policy = compile(policyOf("{ to: [acme/left] }"), catalogOf({ left: upstream.url }));
    const proxy = await startProxy(policy);
    const { token, id } = await proxy.createKey(limited({ budgets: { day: "1" } }));
    await proxy.ask(SHORT, bearer(token));
    const { MemoryBudgets } = await import("../../../server/ledger/memory-budgets.js");
    const { LedgerStore } = await import("../../../server/ledger/ledger-store.js");
    const store = new LedgerStore(proxy.database);
    const again = new MemoryBudgets({
      chargedIn: (subject, window) => store.chargedIn(subject, window),
      now: Date.now,
    });
    for (const period of ["hour", "day", "week", "month", "total"] as const) {
      const [balance] = await again.balances([{ subject: `key:${id}`, period, limit: 0 as NanoUsd }], Date.now());
      expect(balance).toMatchObject({ spent: 2_000_000 });
    }
    await again.close();
  });
});

describe("rates", () => {
  it("of requests refuse with the time to wait, and say what is left", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { token, id } = await proxy.createKey(limited({ requests_per_minute: 2 }));
    const first = await proxy.ask({}, bearer(token));
    expect(first.headers.get("x-ratelimit-limit-requests")).toBe("2");
    expect(first.headers.get("x-ratelimit-remaining-requests")).toBe("1");
    expect(first.headers.get("x-ratelimit-reset-requests")).toMatch(/^\d+s$/);
    await proxy.ask({}, bearer(token));
    const refused = await proxy.ask({}, bearer(token));
    expect(refused.status).toBe(429);
    expect(refused.headers.get("x-ratelimit-remaining-requests")).toBe("0");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(50);
    expect(refused.headers.get("x-should-retry")).toBeNull();
    const error = await errorOf(refused);
    expect(error).toMatchObject({ type: "rate_limit_error", code: "rate_limit_exceeded" });
    expect(error.message).toContain(`key \`${id}\` may make 2 requests per minute; try again in`);
  });

  it("of tokens count the prompt before and the answer after", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { token } = await proxy.createKey(limited({ tokens_per_minute: 2_000 }));
    const first = await proxy.ask({}, bearer(token));
    expect(Number(first.headers.get("x-ratelimit-remaining-tokens"))).toBeGreaterThan(1_900);
    await proxy.ask({}, bearer(token)); // both bring 1,500
    await expect.poll(async () => (await proxy.ask({}, bearer(token))).status).toBe(429);
    const long = await proxy.ask({ messages: [{ role: "user", content: "word ".repeat(5_000) }] }, bearer(token));
    expect(await errorOf(long)).toMatchObject({ code: "request_exceeds_limit" });
    expect(long.headers.get("x-should-retry")).toBe("false");
  });

  it("of requests at once give a place back when a request ends, however it ends", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const upstream = await startUpstream((response, _request, count) => {
      if (count === 1) void held.then(() => response.destroy());
      else sendJson(response, completion("hello"));
    });
    const proxy = await proxyOver({ left: upstream });
    const { token } = await proxy.createKey(limited({ concurrent: 1 }));
    const first = proxy.ask({}, bearer(token));
    await expect.poll(() => upstream.requests.length).toBe(1);
    const refused = await proxy.ask({}, bearer(token));
    expect(await errorOf(refused)).toMatchObject({ code: "too_many_concurrent_requests" });
    release();
    expect((await first).status).toBe(502);
    expect((await proxy.ask({}, bearer(token))).status).toBe(200);
  });
});

describe("what was used", () => {
  it("is told by /admin/usage as JSON and CSV, and by GET /v1/key", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { token, id } = await proxy.createKey(limited({ budgets: { day: "1" } }, { tenant: "t", name: "web" }));
    await proxy.ask(SHORT, bearer(token));
    await proxy.ledger();
    const usage = await (await fetch(`${proxy.url}/admin/usage?by=model,key&tenant=t`)).json();
    expect(usage).toMatchObject({
      by: ["model", "key"],
      usage: [{ model: "acme/left", key: id, attempts: 1, input: 1_000, output: 500, charged_usd: 0.002 }],
    });
    const csv = await fetch(`${proxy.url}/admin/usage?by=day&format=csv`);
    expect(csv.headers.get("content-type")).toContain("text/csv");
    expect(await csv.text()).toMatch(/^time,attempts,answered,.*\r\n\d{4}-\d\d-\d\dT00:00:00.000Z,1,1,1000,0/);
    const refused = await fetch(`${proxy.url}/admin/usage?by=everything`);
    expect(await errorOf(refused)).toMatchObject({ code: "invalid_parameter" });

    const key = await (await fetch(`${proxy.url}/v1/key`, { headers: bearer(token) })).json();
    expect(key).toMatchObject({
      id,
      name: "web",
      tenant: "t",
      limits: { budgets: { day: 1 } },
      budgets: [{ of: `key ${id}`, period: "day", limit_usd: 1, spent_usd: 0.002, reserved_usd: 0, free_usd: 0.998 }],
    });
    expect((await fetch(`${proxy.url}/v1/key`)).status).toBe(401);
  });

  it("is told by GET /v1/key as OpenRouter's clients look for it: the tightest budget, and what was charged", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const none = { label: "no key", usage: 0, usage_monthly: 0, limit: null, limit_remaining: null };
    expect(await (await fetch(`${proxy.url}/v1/key`)).json()).toMatchObject({ id: null, data: none });
    const bound = await proxy.createKey(limited({ budgets: { month: "5", total: "2" } }, { name: "web" }));
    const free = await proxy.createKey();
    const dataOf = async (token: string) => {
      await proxy.ask(SHORT, bearer(token));
      await proxy.ledger();
      return (await (await fetch(`${proxy.url}/v1/key`, { headers: bearer(token) })).json()) as { data: object };
    };
    const used = { usage: 0.002, usage_daily: 0.002, usage_weekly: 0.002, usage_monthly: 0.002 };
    const plain = { ...used, is_free_tier: false, expires_at: null };
    expect((await dataOf(bound.token)).data).toEqual({
      ...{ label: "web", limit: 2, limit_remaining: 1.998, limit_reset: null },
      ...plain,
    });
    expect((await dataOf(free.token)).data).toEqual({
      ...{ label: free.id, limit: null, limit_remaining: null, limit_reset: null },
      ...plain,
    });
  });
});
