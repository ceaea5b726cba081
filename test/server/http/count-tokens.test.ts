import Anthropic from "@anthropic-ai/sdk";
import { afterEach, describe, expect, it } from "vitest";
import { formatCatalog } from "../providers/provider-servers.js";
import { compile, policyOf, sendJson, startProxy, startUpstream, stopAll } from "./harness.js";

afterEach(stopAll);

const messages: Anthropic.MessageParam[] = [{ role: "user", content: "hi" }];
const environment = { KEY: "sk-provider" };

async function start(format: string, count: (body: string) => [status: number, answer: object], rules = "[]") {
  const upstream = await startUpstream((response, { path, body }) => {
    if (path !== "/v1/messages/count_tokens") throw new Error(path);
    const [status, answer] = count(body);
    sendJson(response, answer, status);
  });
  const policy = compile(policyOf(`{ to: [acme/${format}] }`, rules), formatCatalog({ [format]: upstream.url }));
  const proxy = await startProxy(policy, { environment });
  const client = new Anthropic({ baseURL: proxy.url, apiKey: "unused", maxRetries: 0 });
  const ask = (system?: string) =>
    client.messages
      .countTokens({ model: "auto", messages, ...(system === undefined ? {} : { system }) })
      .withResponse()
      .then(({ data, response }) => ({
        tokens: data.input_tokens,
        by: response.headers.get("x-route-token-count"),
        warning: response.headers.get("x-route-warning"),
        model: response.headers.get("x-route-model"),
      }));
  return { upstream, proxy, ask };
}

describe("POST /v1/messages/count_tokens", () => {
  it("is asked of a provider that has it, byte for byte but for the model, and costs nothing", async () => {
    const { upstream, proxy, ask } = await start("anthropic", () => [200, { input_tokens: 1_234 }]);
    expect(await ask()).toEqual({ tokens: 1_234, by: "provider", warning: null, model: "acme/anthropic" });
    expect(JSON.parse(upstream.requests[0]!.body)).toEqual({ model: "anthropic-model", messages });
    expect(upstream.requests[0]!.headers).toMatchObject({ "x-api-key": "sk-provider" });
    const { attempts, result, facts } = await proxy.lastDecision();
    expect([attempts.length, attempts[0]?.usage, attempts[0]?.cost_usd]).toEqual([1, undefined, undefined]);
    expect(result).toMatchObject({ status: 200, outcome: "answered" });
    expect(facts).not.toHaveProperty("max_output_tokens");
    expect(await proxy.ledger()).toEqual([]);
  });

  it.each(["openai", "gemini"])("is estimated for %s, without a call", async (format) => {
    const { upstream, proxy, ask } = await start(format, () => [500, {}]);
    const { tokens, by } = await ask("be kind");
    const { facts } = await proxy.lastDecision();
    expect([tokens, by]).toEqual([facts["context_tokens"]?.value, "estimate"]);
    expect(tokens).toBeGreaterThan(5);
    expect(upstream.requests).toEqual([]);
  });

  it.each([404, 500, 529])("is estimated when the provider answers %i, and says so", async (status) => {
    const { proxy, ask } = await start("anthropic", () => [status, { type: "error", error: { message: "no" } }]);
    const { by, warning } = await ask();
    expect(by).toBe("estimate");
    expect(warning).toBe(`anthropic: it did not count the tokens (status ${status}); this is an estimate`);
    expect((await proxy.lastDecision()).attempts).toMatchObject([{ status }]);
  });

  it("passes on that the request is at fault", async () => {
    const error = { type: "error", error: { type: "invalid_request_error", message: "tools: no" } };
    const { ask } = await start("anthropic", () => [400, error]);
    await expect(ask()).rejects.toMatchObject({ status: 400, error: { error: { message: "tools: no" } } });
  });

  it("is refused where a message would be: nothing reaches a provider that the policy keeps it from", async () => {
    const rule = "  - { id: no, match: { stream: false }, deny: no }";
    const { upstream, ask } = await start("anthropic", () => [200, { input_tokens: 1 }], rule);
    await expect(ask()).rejects.toMatchObject({ status: 403 });
    expect(upstream.requests).toEqual([]);
  });

  it("is answered for a request that no model may serve, and takes no other method", async () => {
    const rule = "  - { id: eu, require: { region: [eu] } }";
    const { proxy, ask } = await start("anthropic", () => [200, { input_tokens: 1 }], rule);
    expect(await ask()).toMatchObject({ by: "estimate", model: null });
    const answer = await fetch(`${proxy.url}/v1/messages/count_tokens`);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  });
});
