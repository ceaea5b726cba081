import { afterEach, describe, expect, it } from "vitest";
import { proxyOverFormats } from "../../services/proxy-over-formats.js";
import {
  anthropicServer,
  type Format,
  openAiServer,
  responsesServer,
  type Said,
} from "../providers/provider-servers.js";
import { catalogOf, compile, completion, policyOf, sendJson, startProxy, startUpstream, stopAll } from "./harness.js";

afterEach(stopAll);

const TIERS = "service_tiers: { flex: 0.5, priority: 2, fast: 6 }";
const TIERED = `{ input: 1, output: 2, cached_input: 0.5, ${TIERS} }`;
const usage = { prompt_tokens: 1_000, completion_tokens: 500 };

/** A proxy before a provider that says in which tier it serves; undefined: it does not say. */
async function proxyServing(tier?: unknown) {
  const answer = { ...completion("hello", { usage }), ...(tier === undefined ? {} : { service_tier: tier }) };
  const upstream = await startUpstream((response) => sendJson(response, answer));
  const catalog = catalogOf({ left: upstream.url }).replace("{ input: 1, output: 2, cached_input: 0.5 }", TIERED);
  return startProxy(compile(policyOf("{ to: [acme/left] }"), catalog));
}

/** Says that its answers were fast, as the Messages API does. */
const fast: Format = {
  ...anthropicServer,
  whole: (words) => {
    const usage = { input_tokens: 10, output_tokens: 5, service_tier: "standard", speed: "fast" };
    return { ...anthropicServer.whole(words), usage };
  },
};

describe("service tiers", () => {
  it.each([
    ["priority", undefined, 4_000_000],
    ["flex", undefined, 1_000_000],
    ["default", undefined, 2_000_000],
    ["constructor", undefined, 2_000_000],
    [7, undefined, 2_000_000],
    // What the provider says counts: it was too busy, or the project has a tier of its own.
    ["priority", "default", 2_000_000],
    ["auto", "priority", 4_000_000],
    [undefined, "flex", 1_000_000],
    ["priority", null, 4_000_000],
    ["priority", "", 4_000_000],
    ["flex", "__proto__", 2_000_000],
  ])("asked for %s and served as %s cost what the catalog says", async (asked, served, cost) => {
    const proxy = await proxyServing(served);
    const response = await proxy.ask({ service_tier: asked });
    expect(response.status).toBe(200);
    await response.text();
    expect(await proxy.ledger()).toMatchObject([{ incurred_nano: cost, charged_nano: cost, cost_source: "usage" }]);
  });

  it("are in the price that a row has", async () => {
    const proxy = await proxyServing("priority");
    await (await proxy.ask()).text();
    expect((await proxy.ledger())[0]?.price).toBe('{"input":2000000,"output":4000000,"cachedInput":1000000}');
  });

  it("count when the cost is held, so that no budget lets a dearer tier through that it cannot pay", async () => {
    const proxy = await proxyServing();
    const { token } = await proxy.createKey({ limits: { budgets: { day: "0.0015" } } });
    const ask = async (tier: string) => {
      const body = { service_tier: tier, max_completion_tokens: 500 }; // at most 0.001 and some for the prompt
      const response = await proxy.ask(body, { authorization: `Bearer ${token}` });
      await response.text();
      return response.status;
    };
    expect(await ask("priority")).toBe(429);
    expect(await ask("default")).toBe(200);
  });

  const model = "auto";
  const messages = [{ role: "user", content: "hello" }];
  const [chat, message, response] = ["/v1/chat/completions", "/v1/messages", "/v1/responses"];
  it.each<readonly [string, object, Format, number]>([
    [chat, { messages }, saying(openAiServer), 2],
    [chat, { messages, stream: true }, saying(openAiServer), 2],
    [chat, { messages, max_tokens: 9 }, fast, 6],
    [message, { messages, max_tokens: 9 }, fast, 6],
    // The answers do not say it: what was asked for counts.
    [message, { messages, max_tokens: 9, speed: "fast" }, anthropicServer, 6],
    [message, { messages, max_tokens: 9, speed: "fast", stream: true }, anthropicServer, 6],
    [message, { messages, max_tokens: 9 }, anthropicServer, 1],
    [response, { input: "hello" }, saying(openAiServer), 2],
    [response, { input: "hello" }, saying(responsesServer), 2],
    [response, { input: "hello", stream: true }, saying(responsesServer), 2],
  ])("of %s %o count as its provider says", async (path, body, server, factor) => {
    const name = server === fast || server === anthropicServer ? "anthropic" : "openai";
    const isOwn = path === response && server.read === responsesServer.read;
    const { proxy } = await proxyOverFormats(
      { [name]: server },
      {
        catalog: (text) =>
          text
            .replace("{ input: 1, output: 2 }", TIERED)
            .replace("api_key_env: KEY", `api_key_env: KEY${isOwn ? ", responses_api: true" : ""}`),
      },
    );
    const answer = await fetch(`${proxy.url}${path}`, { method: "POST", body: JSON.stringify({ model, ...body }) });
    expect(answer.status).toBe(200);
    await answer.text();
    const rows = await proxy.ledger();
    expect(rows.map(({ price }) => (JSON.parse(price ?? "") as { input: number }).input / 1_000_000)).toEqual([factor]);
  });
});

/** As the server, and says that it served the request as `priority`. */
function saying(server: Format): Format {
  const tier = { service_tier: "priority" };
  return {
    ...server,
    whole: (words: Said) => ({ ...server.whole(words), ...tier }),
    events: (words: Said) =>
      server.events(words).map((event) => {
        const { response } = event as { readonly response?: object };
        return response === undefined ? { ...event, ...tier } : { ...event, response: { ...response, ...tier } };
      }),
  };
}
