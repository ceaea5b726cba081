import { afterEach, describe, expect, it } from "vitest";
import { proxyOverFormats } from "../../../services/proxy-over-formats.js";
import { anthropicServer, geminiServer, openAiServer } from "../../providers/provider-servers.js";
import { stopAll } from "../harness.js";

afterEach(stopAll);

const attributes = "attributes:\n  risk: { type: number, from: { metadata: risk }, default: 0 }";
const rule = '  - { id: risky, match: { attributes.risk: { gte: 5 } }, deny: "too risky" }';

async function start() {
  const { proxy } = await proxyOverFormats({ gemini: geminiServer }, { rules: rule, more: attributes });
  const ask = (path: string, body: object) =>
    fetch(`${proxy.url}${path}`, { method: "POST", body: JSON.stringify({ model: "auto", ...body }) });
  const sources = async () => {
    const { facts } = await proxy.lastDecision();
    return Object.fromEntries(Object.entries(facts).map(([name, { source }]) => [name, source]));
  };
  return { proxy, ask, sources };
}

const messages = [{ role: "user", content: "hi" }];

describe("what people are told of a field", () => {
  it.each([
    [
      "/v1/chat/completions",
      { messages, max_tokens: 9, user: "u" },
      { max_output_tokens: "body max_tokens", user: "body user", uses_vision: "body messages" },
    ],
    [
      "/v1/messages",
      { messages, max_tokens: 9, metadata: { user_id: "u", risk: 1, tags: ["a"] } },
      {
        max_output_tokens: "body max_tokens",
        user: "body metadata.user_id",
        session: "body metadata.user_id",
        uses_json_schema: "body output_config.format",
        "attributes.risk": "body metadata.risk",
        tags: "body metadata.tags",
      },
    ],
    [
      "/v1/responses",
      { input: "hi", max_output_tokens: 9, metadata: { risk: 1 } },
      {
        max_output_tokens: "body max_output_tokens",
        uses_vision: "body input",
        uses_json_schema: "body text.format",
        "attributes.risk": "body metadata.risk",
      },
    ],
    [
      "/v1/completions",
      { prompt: "hi", max_tokens: 9 },
      { max_output_tokens: "body max_tokens", uses_vision: "body prompt" },
    ],
    ["/v1/completions", { prompt: "hi" }, { max_output_tokens: "default" }],
  ])("goes by its name in the API that the client speaks: %s", async (path, body, expected) => {
    const { ask, sources } = await start();
    expect((await ask(path, body)).status).toBe(200);
    expect(await sources()).toMatchObject(expected);
  });

  it.each([
    ["/v1/messages", { messages, max_tokens: 9, metadata: { user_id: "u" } }, "gemini: metadata.user_id: left out"],
    [
      "/v1/messages",
      {
        messages,
        max_tokens: 9,
        tools: [{ name: "f", input_schema: {} }],
        tool_choice: { type: "auto", disable_parallel_tool_use: true },
      },
      "gemini: tool_choice.disable_parallel_tool_use: left out",
    ],
    ["/v1/responses", { input: "hi", text: { verbosity: "low" }, user: "u" }, "gemini: user, text.verbosity: left out"],
  ])("also in warnings: %s", async (path, body, expected) => {
    const { ask } = await start();
    expect((await ask(path, body)).headers.get("x-route-warning")).toContain(expected);
  });

  it("also in errors", async () => {
    const { ask } = await start();
    const effort = await ask("/v1/responses", { input: "hi", reasoning: { effort: "bogus" } });
    expect([effort.status, await effort.json()]).toMatchObject([
      400,
      { error: { param: "reasoning.effort", message: expect.stringMatching(/^reasoning\.effort: it takes none/) } },
    ]);
    const image = { type: "input_image", image_url: "ftp://x" };
    const link = await ask("/v1/responses", { input: [{ role: "user", content: [image] }], instructions: "be kind" });
    expect(await link.json()).toMatchObject({ error: { param: "input", message: expect.stringMatching(/^input: /) } });
    const stop = await ask("/v1/messages", { messages, max_tokens: 9, stop_sequences: [1] });
    expect(await stop.json()).toMatchObject({
      error: { message: "stop_sequences: it takes a text or a list of texts" },
    });
  });

  it("is for this server alone: what of metadata are hints", async () => {
    const servers = { anthropic: anthropicServer, openai: openAiServer };
    const { proxy, upstreams } = await proxyOverFormats(servers, { more: attributes });
    const sent = async (model: keyof typeof servers, path: string, body: object, metadata: object) => {
      const about = { model: "auto", models: [`acme/${model}`], ...body, metadata };
      const answer = await fetch(`${proxy.url}${path}`, { method: "POST", body: JSON.stringify(about) });
      const { facts } = await proxy.lastDecision();
      expect([answer.status, facts["tags"]?.value]).toEqual([200, ["a"]]);
      const { metadata: rest } = JSON.parse(upstreams[model].requests.at(-1)!.body) as { metadata?: object };
      return { rest, warning: answer.headers.get("x-route-warning") };
    };
    const hints = { tags: "a", risk: 1 };
    const ofMessages = { messages, max_tokens: 9 };
    const kept = "metadata: left out, a chat completion takes it only when it is stored";
    expect(await sent("openai", "/v1/chat/completions", { messages }, hints)).toEqual({ warning: null });
    expect(await sent("openai", "/v1/chat/completions", { messages }, { ...hints, a: "b" })).toEqual({
      rest: { a: "b" },
      warning: null,
    });
    expect((await sent("openai", "/v1/chat/completions", { messages, store: true }, hints)).rest).toEqual(hints);
    expect(await sent("openai", "/v1/responses", { input: "hi" }, hints)).toEqual({ warning: null });
    expect(await sent("openai", "/v1/responses", { input: "hi" }, { ...hints, a: "b" })).toEqual({
      warning: kept,
    });
    expect(await sent("anthropic", "/v1/messages", ofMessages, { ...hints, user_id: "u" })).toEqual({
      rest: { user_id: "u" },
      warning: null,
    });
  });

  it("is that a value is an object, where it should have been a name", async () => {
    const { ask } = await start();
    const answer = await ask("/v1/responses", { input: "hi", include: [{ toString: 1 }] });
    expect([answer.status, answer.headers.get("x-route-warning")]).toEqual([
      200,
      "include: an object was left out, it reaches only providers that have the Responses API",
    ]);
  });

  it("is the same fact in every API: metadata that a policy reads", async () => {
    const { ask } = await start();
    const metadata = { risk: 7 };
    const bodies = {
      "/v1/chat/completions": { messages },
      "/v1/messages": { messages, max_tokens: 9 },
      "/v1/responses": { input: "hi" },
      "/v1/completions": { prompt: "hi" },
    };
    for (const [path, body] of Object.entries(bodies)) {
      expect([path, (await ask(path, { ...body, metadata })).status]).toEqual([path, 403]);
    }
  });
});
