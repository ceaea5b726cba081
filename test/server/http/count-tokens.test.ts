import type { ServerResponse } from "node:http";
import type Anthropic from "@anthropic-ai/sdk";
import { afterEach, describe, expect, it } from "vitest";
import { circuitRule } from "../../../server/endpoints/circuit.js";
import { anthropicClient, openAiClient } from "../../services/proxy-over-formats.js";
import { formatCatalog } from "../providers/provider-servers.js";
import { compile, policyOf, sendJson, startProxy, startUpstream, stopAll } from "./harness.js";

afterEach(stopAll);

const messages: Anthropic.MessageParam[] = [{ role: "user", content: "hi" }];
const environment = { KEY: "sk-provider" };

interface Upstream {
  readonly rules?: string;
  readonly catalog?: (text: string) => string;
  /** Answers to messages; none are expected without. */
  readonly message?: (response: ServerResponse) => void;
  readonly now?: () => number;
}

async function start(
  format: string,
  count: (body: string) => [status: number, answer: object],
  { rules = "[]", catalog = (text) => text, message, now = Date.now }: Upstream = {},
) {
  const upstream = await startUpstream((response, { path, body }) => {
    if (path === "/v1/messages" && message !== undefined) return message(response);
    if (path !== "/v1/messages/count_tokens") throw new Error(path);
    const [status, answer] = count(body);
    sendJson(response, answer, status);
  });
  const catalogText = catalog(formatCatalog({ [format]: upstream.url }));
  const policy = compile(policyOf(`{ to: [acme/${format}], timeouts: { queue: 1ms } }`, rules), catalogText);
  const proxy = await startProxy(policy, { environment, now });
  const client = anthropicClient(proxy);
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
    const { upstream, ask } = await start("anthropic", () => [200, { input_tokens: 1 }], { rules: rule });
    await expect(ask()).rejects.toMatchObject({ status: 403 });
    expect(upstream.requests).toEqual([]);
  });

  it("is answered for a request that no model may serve, and takes no other method", async () => {
    const rule = "  - { id: eu, require: { region: [eu] } }";
    const { proxy, ask } = await start("anthropic", () => [200, { input_tokens: 1 }], { rules: rule });
    expect(await ask()).toMatchObject({ by: "estimate", model: null });
    const answer = await fetch(`${proxy.url}/v1/messages/count_tokens`);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  });

  it("is not asked of an endpoint whose circuit is open or waits for its probe: a probe is for requests", async () => {
    let at = Date.UTC(2026, 10, 26);
    const failing = (response: ServerResponse) => sendJson(response, { type: "error", error: { message: "no" } }, 529);
    const started = await start("anthropic", () => [200, { input_tokens: 7 }], { message: failing, now: () => at });
    const { proxy, upstream, ask } = started;
    for (let n = 0; n < circuitRule.consecutiveFailures; n++) await (await proxy.ask()).text();
    const health = (await (await fetch(`${proxy.url}/admin/health`)).json()) as { endpoints: object[] };
    expect(health.endpoints[0]).not.toHaveProperty("count_tokens_circuit"); // no call was made
    const counted = () => upstream.requests.filter(({ path }) => path.endsWith("count_tokens")).length;
    expect(await ask()).toMatchObject({ by: "estimate", model: null });
    at += circuitRule.openMs;
    expect(await ask()).toMatchObject({
      by: "estimate",
      warning: "anthropic: it did not count the tokens (it fails at the moment); this is an estimate",
    });
    expect(counted()).toBe(0);
    const passedOver = [{ endpoint: "acme/anthropic@anthropic", reason: "circuit_open" }];
    expect((await proxy.lastDecision()).result).toMatchObject({ passed_over: passedOver });
  });

  it("is left alone after failures in a row, until a probe of its own; requests go on meanwhile", async () => {
    let at = Date.UTC(2026, 10, 26);
    let status = 404;
    const answer = { id: "m", type: "message", role: "assistant", content: [{ type: "text", text: "hi" }] };
    const fine = (response: ServerResponse) => sendJson(response, { ...answer, stop_reason: "end_turn" });
    const started = await start("anthropic", () => [status, { input_tokens: 7 }], { message: fine, now: () => at });
    const { proxy, upstream, ask } = started;
    for (let n = 0; n < circuitRule.consecutiveFailures; n++) await ask();
    expect(await ask()).toMatchObject({ by: "estimate", warning: expect.stringContaining("it fails at the moment") });
    expect(upstream.requests).toHaveLength(circuitRule.consecutiveFailures);
    expect((await proxy.ask()).status).toBe(200);
    expect((await proxy.lastDecision()).world).not.toHaveProperty("down");
    const health = async () => {
      const { endpoints } = (await (await fetch(`${proxy.url}/admin/health`)).json()) as { endpoints: object[] };
      return endpoints;
    };
    const since = new Date(at).toISOString();
    const openings = { retry_at: new Date(at + circuitRule.openMs).toISOString(), last_error: { at: since } };
    expect(await health()).toMatchObject([
      { circuit: { state: "closed" }, count_tokens_circuit: { state: "open", since, ...openings } },
    ]);
    at += circuitRule.openMs;
    status = 200;
    expect(await ask()).toMatchObject({ by: "provider", tokens: 7 });
    expect(await health()).toMatchObject([{ count_tokens_circuit: { state: "closed", consecutive_failures: 0 } }]);
  });

  it("takes a place of max_concurrent, and is estimated while there is none", async () => {
    const waiting: ServerResponse[] = [];
    const limited = (text: string) => text.replace("api_key_env: KEY", "api_key_env: KEY, max_concurrent: 1");
    const hold = (response: ServerResponse) => void waiting.push(response);
    const started = await start("anthropic", () => [200, { input_tokens: 7 }], { message: hold, catalog: limited });
    const { proxy, upstream, ask } = started;
    const asked = proxy.ask();
    await expect.poll(() => waiting.length).toBe(1);
    expect(await ask()).toMatchObject({
      by: "estimate",
      warning: "anthropic: it did not count the tokens (it is at its limit); this is an estimate",
    });
    expect(upstream.requests).toHaveLength(1);
    for (const response of waiting) sendJson(response, { type: "error", error: { message: "no" } }, 400);
    await (await asked).text();
    expect(await ask()).toMatchObject({ by: "provider" });
  });
});

describe("POST /v1/responses/input_tokens", () => {
  async function startResponses(fields: string, count: (body: string) => [status: number, answer: object]) {
    const upstream = await startUpstream((response, { path, body }) => {
      if (path !== "/v1/responses/input_tokens") throw new Error(path);
      const [status, answer] = count(body);
      sendJson(response, answer, status);
    });
    const catalog = formatCatalog({ openai: upstream.url }).replace("api_key_env: KEY", `${fields}api_key_env: KEY`);
    const proxy = await startProxy(compile(policyOf("{ to: [acme/openai], timeouts: { queue: 1ms } }"), catalog), {
      environment,
    });
    const client = openAiClient(proxy);
    const ask = () =>
      client.responses.inputTokens.count({ model: "auto", input: "hi", instructions: "be kind" }).withResponse();
    return { upstream, proxy, ask };
  }

  it("is asked of a provider that has the Responses API, byte for byte but for the model, and costs nothing", async () => {
    const counted = { object: "response.input_tokens", input_tokens: 77 };
    const { upstream, proxy, ask } = await startResponses("responses_api: true, ", () => [200, counted]);
    const { data, response } = await ask();
    expect([data, response.headers.get("x-route-token-count")]).toEqual([counted, "provider"]);
    expect(JSON.parse(upstream.requests[0]!.body)).toEqual({
      model: "openai-model",
      input: "hi",
      instructions: "be kind",
    });
    expect((await proxy.lastDecision()).facts).not.toHaveProperty("max_output_tokens");
    expect(await proxy.ledger()).toEqual([]);
  });

  it.each([
    ["has no Responses API", "", 0],
    ["does not count", "responses_api: true, ", 1],
  ])("is estimated where the provider %s", async (_, fields, calls) => {
    const { upstream, proxy, ask } = await startResponses(fields, () => [404, { error: { message: "no" } }]);
    const { data, response } = await ask();
    const { facts } = await proxy.lastDecision();
    expect(data).toEqual({ object: "response.input_tokens", input_tokens: facts["context_tokens"]?.value });
    expect([response.headers.get("x-route-token-count"), upstream.requests.length]).toEqual(["estimate", calls]);
  });
});
