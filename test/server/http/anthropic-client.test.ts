import Anthropic from "@anthropic-ai/sdk";
import { afterEach, describe, expect, it } from "vitest";
import { anthropicClient, proxyOverFormats } from "../../services/proxy-over-formats.js";
import { anthropicServer, formatCatalog, servers } from "../providers/provider-servers.js";
import { catalogOf, compile, policyOf, sendJson, startProxy, startUpstream, stopAll } from "./harness.js";

afterEach(stopAll);

const tools: Anthropic.Tool[] = [{ name: "weather", input_schema: { type: "object", properties: {} } }];
const model = "auto";
const max_tokens = 100;

describe.each(servers)("the official Anthropic client through POST /v1/messages to %s", (format, server) => {
  async function start() {
    const { upstream, proxy } = await proxyOverFormats({ [format]: server });
    const client = anthropicClient(proxy);
    const ask = (content: Anthropic.MessageParam["content"], more: object = {}) =>
      client.messages.create({ model, max_tokens, messages: [{ role: "user", content }], ...more });
    return { upstream, proxy, client, ask };
  }

  it("chats", async () => {
    const { ask, proxy, upstream } = await start();
    const message = (await ask("hi")) as Anthropic.Message & { readonly _request_id?: string };
    expect(message).toMatchObject({ type: "message", role: "assistant", stop_reason: "end_turn" });
    // The AI SDK refuses an answer that says `citations: null`.
    expect(message.content).toEqual([{ type: "text", text: "Hello there." }]);
    expect(message.usage).toMatchObject({ input_tokens: 10, output_tokens: 5 });
    expect(JSON.stringify(upstream.requests[0])).not.toContain("unused");
    const { facts, attempts } = await proxy.lastDecision();
    expect(facts).toMatchObject({ max_output_tokens: { value: 100 }, stream: { value: false } });
    expect(attempts).toMatchObject([{ usage: { input_tokens: 10, output_tokens: 5 }, cost_usd: 0.00002 }]);
    expect(message._request_id).toBe((await proxy.lastDecision()).id);
  });

  it("streams", async () => {
    const { client, proxy } = await start();
    const events: string[] = [];
    const stream = client.messages.stream({ model, max_tokens, messages: [{ role: "user", content: "hi" }] });
    let tokensAtStart = 0;
    stream.on("streamEvent", (event) => {
      events.push(event.type);
      if (event.type === "content_block_start") expect(event.content_block).toEqual({ type: "text", text: "" });
      if (event.type === "message_start") tokensAtStart = event.message.usage.input_tokens;
    });
    const message = await stream.finalMessage();
    expect(message.content).toMatchObject([{ type: "text", text: "Hello there." }]);
    expect(message).toMatchObject({ stop_reason: "end_turn", usage: { input_tokens: 10, output_tokens: 5 } });
    // Before the provider has said it, what was measured here stands for it.
    expect(tokensAtStart).toBe(format === "anthropic" ? 10 : 8);
    expect(events).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    expect((await proxy.lastDecision()).attempts).toMatchObject([{ usage: { input_tokens: 10, output_tokens: 5 } }]);
  });

  it("calls tools and hands their results back, whole and streamed", async () => {
    const { client, upstream } = await start();
    const question: Anthropic.MessageParam = { role: "user", content: "weather?" };
    const whole = await client.messages.create({ model, max_tokens, messages: [question], tools });
    const streamed = await client.messages.stream({ model, max_tokens, messages: [question], tools }).finalMessage();
    for (const { content, stop_reason } of [whole, streamed]) {
      expect(stop_reason).toBe("tool_use");
      const call = content.find((block) => block.type === "tool_use")!;
      expect([call.name, call.input]).toEqual(["weather", { city: "Köln" }]);
      const result: Anthropic.ToolResultBlockParam = { type: "tool_result", tool_use_id: call.id, content: "rain" };
      const end = await client.messages.create({
        model,
        max_tokens,
        messages: [
          question,
          { role: "assistant", content: content as Anthropic.ContentBlockParam[] },
          { role: "user", content: [result] },
        ],
        tools,
      });
      expect(end.content).toMatchObject([{ type: "text", text: "It is raining." }]);
      expect(upstream.requests.at(-1)?.body).toContain("rain");
    }
  });

  it("shows pictures, and asks for JSON by schema", async () => {
    const { ask, proxy } = await start();
    const source = { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } as const;
    const picture = (await ask([{ type: "image", source }])) as Anthropic.Message;
    expect(picture.content).toMatchObject([{ text: "A picture." }]);
    const schema = { type: "object", properties: {}, additionalProperties: false };
    const format = { type: "json_schema", schema } as const;
    for (const fields of [{ output_config: { format } }, { output_format: format }]) {
      const json = (await ask("?", fields)) as Anthropic.Message;
      expect(json.content).toMatchObject([{ text: '{"answer":42}' }]);
      const { facts } = await proxy.lastDecision();
      expect(facts["uses_json_schema"]?.value).toBe(true);
    }
  });

  it("cancels the provider's answer when it aborts", async () => {
    const { client, upstream, proxy } = await start();
    const stream = client.messages.stream({ model, max_tokens, messages: [{ role: "user", content: "stall" }] });
    for await (const event of stream) if (event.type === "content_block_delta") break;
    await upstream.requests[0]!.hungUp;
    await expect.poll(async () => (await proxy.lastDecision()).result?.outcome).toBe("cancelled");
  });

  it.each([
    [400, Anthropic.BadRequestError, "invalid_request_error"],
    [429, Anthropic.RateLimitError, "rate_limit_error"],
    [500, Anthropic.InternalServerError, "api_error"],
    [529, Anthropic.InternalServerError, "overloaded_error"],
  ])("gets an error of its own class for %s", async (status, errorClass, type) => {
    const { ask } = await start();
    const error = (await ask(`fail ${status}`).catch((thrown: unknown) => thrown)) as InstanceType<
      typeof Anthropic.APIError
    >;
    expect(error).toBeInstanceOf(errorClass);
    expect(error.error).toMatchObject({ type: "error", error: { type } });
  });

  it.each(["cut", "break"])("sees a stream that goes wrong (%s) as an error, never as an end", async (how) => {
    const { client, proxy } = await start();
    const stream = client.messages.stream({ model, max_tokens, messages: [{ role: "user", content: how }] });
    await expect(stream.finalMessage()).rejects.toThrow("the answer is incomplete");
    expect((await proxy.lastDecision()).result).toMatchObject({ outcome: "cut", code: "stream_cut" });
  });
});

// Its tool runner asks for a thread by itself, and sends what is new of it from then on.
describe.each(servers)(
  "a conversation that the official Anthropic client has its provider keep, at %s",
  (format, server) => {
    it("goes on, with all of it in each request", async () => {
      const { proxy, upstream } = await proxyOverFormats({ [format]: server });
      const client = anthropicClient(proxy);
      const weather = { ...tools[0]!, run: () => "rain", parse: (input: unknown) => input };
      const messages: Anthropic.Beta.BetaMessageParam[] = [{ role: "user", content: "weather?" }];
      const answer = await client.beta.messages.toolRunner({ model, max_tokens, messages, tools: [weather as never] });
      expect(answer.content).toEqual([{ type: "text", text: "It is raining." }]);
      const thread = client.beta.messages.thread({ model, max_tokens, system: "Be short." });
      for (const content of ["one", "two", "three"]) {
        const { content: said } = await thread.send({ role: "user", content });
        expect(said).toMatchObject([{ text: "Hello there." }]);
      }
      expect(upstream.requests.at(-1)?.body).toMatch(/Be short.*one.*two.*three|one.*two.*three.*Be short/s);
      for (const { body } of upstream.requests) expect(body).not.toContain("thread");
      expect((await proxy.lastDecision()).warnings).toContain("thread: left out, this server keeps no conversations");
    });
  },
);

describe("POST /v1/messages", () => {
  const body = `{ "max_tokens": 1e2, "unknown": 1.0,\n"model":"auto", "messages":[{"role":"user","content":"\\u00e9é"}] }`;

  it("passes a request on byte for byte, but for the model, to a provider of that format, and the answer back", async () => {
    const { upstream, proxy } = await proxyOverFormats({ anthropic: servers[1]![1] });
    const headers = {
      "x-api-key": "mine",
      "anthropic-beta": "context-1m",
      "anthropic-version": "2023-06-01",
      cookie: "a",
    };
    for (const stream of ["", '"stream":true,']) {
      const sent = body.replace("{ ", `{ ${stream}`);
      const answer = await fetch(`${proxy.url}/v1/messages`, { method: "POST", headers, body: sent });
      const text = await answer.text();
      const received = upstream.requests.at(-1)!;
      expect(received.body).toBe(sent.replace('"auto"', '"anthropic-model"'));
      expect(received.headers).toMatchObject({ "anthropic-beta": "context-1m", "x-api-key": "sk-provider" });
      expect(received.headers).not.toHaveProperty("cookie");
      if (stream === "") expect(JSON.parse(text)).toMatchObject({ id: "msg_1", type: "message" });
      else expect(text.endsWith('event: message_stop\ndata: {"type":"message_stop"}\n\n')).toBe(true);
    }
  });

  it("sees facts that only its own API shows: server tools, pictures that the provider keeps", async () => {
    const rules = [
      "  - { id: no-tools, match: { uses_tools: true }, deny: no tools }",
      "  - { id: no-pictures, match: { uses_vision: true }, deny: no pictures }",
    ];
    const { upstream, proxy } = await proxyOverFormats({ anthropic: anthropicServer }, { rules: rules.join("\n") });
    const image = { type: "image", source: { type: "file", file_id: "f" } };
    const result = { type: "tool_result", tool_use_id: "t", content: [image] };
    for (const [fields, rule] of [
      [{ tools: [{ type: "web_search_20260209", name: "web_search" }] }, "no-tools"],
      [{ mcp_servers: [{ type: "url", url: "https://example.com" }] }, "no-tools"],
      [{ messages: [{ role: "user", content: [result] }] }, "no-pictures"],
    ] as const) {
      const body = { model: "auto", max_tokens: 5, messages: [{ role: "user", content: "hi" }], ...fields };
      const answer = await fetch(`${proxy.url}/v1/messages`, { method: "POST", body: JSON.stringify(body) });
      expect([answer.status, answer.headers.get("x-route-rule")]).toEqual([403, rule]);
    }
    expect(upstream.requests).toEqual([]);
  });

  it("loses nothing of arguments that are cut off or no JSON object", async () => {
    const written = ['{"city": "Köl', "Köln", "[1]", "", " "];
    const upstream = await startUpstream((response) => {
      const tool_calls = written.map((text, at) => ({
        id: `call_${at}`,
        type: "function",
        function: { name: "weather", arguments: text },
      }));
      const message = { role: "assistant", content: null, tool_calls };
      sendJson(response, { id: "chatcmpl-1", choices: [{ index: 0, message, finish_reason: "length" }] });
    });
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: upstream.url })));
    const { content } = await anthropicClient(proxy).messages.create({
      model,
      max_tokens,
      messages: [{ role: "user", content: "weather?" }],
      tools,
    });
    const inputs = content.map((block) => (block.type === "tool_use" ? block.input : block.type));
    expect(inputs).toEqual([{ arguments: written[0] }, { arguments: "Köln" }, { arguments: "[1]" }, {}, {}]);
  });

  it("refuses what it cannot read, and names what a chat completion cannot say", async () => {
    const { upstream, proxy } = await proxyOverFormats({ openai: servers[0]![1] });
    const ask = (fields: object) => {
      const body = { model: "auto", max_tokens: 5, messages: [{ role: "user", content: "hi" }], ...fields };
      return fetch(`${proxy.url}/v1/messages`, { method: "POST", body: JSON.stringify(body) });
    };
    for (const [field, value] of Object.entries({
      system: 5,
      stop_sequences: "END",
      tool_choice: "auto",
      thinking: "on",
      output_config: [],
      output_format: "json",
      messages: [{ role: "user", content: ["hi"] }],
    })) {
      const answer = await ask({ [field]: value });
      const { error } = (await answer.json()) as { error: object };
      expect([answer.status, error]).toMatchObject([
        400,
        { code: "invalid_request", message: expect.stringContaining(field) },
      ]);
    }
    const block = (fields: object) => ({ messages: [{ role: "user", content: [fields] }] });
    const place = "messages[0].content[0]";
    for (const [fields, message] of [
      [{ messages: [{ content: "hi" }] }, "messages[0].role: it takes a text"],
      [{ tools: [5] }, "tools[0]: it takes an object"],
      [{ system: [{ type: "text" }] }, "system[0].text: it takes a text"],
      [block({ text: "x" }), `${place}.type: it takes a text`],
      [block({ type: "text", text: 5 }), `${place}.text: it takes a text`],
      [block({ type: "image" }), `${place}.source: it takes an object`],
      [block({ type: "image", source: { type: "base64", data: "" } }), `${place}.source.media_type: it takes a text`],
      [block({ type: "tool_result", content: "x" }), `${place}.tool_use_id: it takes a text`],
      [
        block({ type: "tool_result", tool_use_id: "t", content: [{ type: "text" }] }),
        `${place}.content[0].text: it takes a text`,
      ],
    ] as const) {
      const answer = await ask(fields);
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { error: { code: "invalid_request", message } },
      ]);
    }
    const stranger = await ask({ messages: [{ role: "oracle", content: "hi" }] });
    expect([stranger.status, await stranger.json()]).toMatchObject([
      400,
      {
        error: {
          code: "no_candidate",
          message: expect.stringContaining("another role than user, assistant and system"),
        },
      },
    ]);
    expect(upstream.requests).toEqual([]);
    expect((await ask({ shiny: 1, stop_sequences: null })).headers.get("x-route-warning")).toBe(
      "shiny: left out, it is not known here",
    );
  });

  it("finds no thread, whatever else a request holds, and takes none that it cannot read", async () => {
    const { proxy, upstream } = await proxyOverFormats({ anthropic: anthropicServer });
    const ask = (thread: unknown, path = "/v1/messages") =>
      fetch(proxy.url + path, { method: "POST", body: JSON.stringify({ model, max_tokens, messages: [], thread }) });
    for (const path of ["/v1/messages", "/v1/messages/count_tokens"]) {
      const lost = await ask({ type: "continue", previous_message_id: "msg_1" }, path);
      expect([lost.status, await lost.json()]).toMatchObject([
        404,
        { error: { type: "not_found_error", details: { error_code: "thread_not_found" } } },
      ]);
    }
    for (const thread of ["x", {}, { type: "fork" }]) {
      const wrong = await ask(thread);
      expect([wrong.status, await wrong.json()]).toMatchObject([400, { error: { code: "invalid_request" } }]);
    }
    expect(upstream.requests).toHaveLength(0);
  });

  it("answers errors of its own in the API's form, with the decision's id", async () => {
    const rules = `  - { id: no, match: { tags: [secret] }, deny: "No." }`;
    const { proxy } = await proxyOverFormats({ anthropic: servers[1]![1] }, { rules });
    const send = (sent: object, headers = {}) =>
      fetch(`${proxy.url}/v1/messages`, { method: "POST", headers, body: JSON.stringify(sent) });
    const messages = [{ role: "user", content: "x" }];
    const noLimit = await send({ messages });
    expect([noLimit.status, await noLimit.json()]).toMatchObject([
      400,
      { type: "error", error: { type: "invalid_request_error" } },
    ]);
    const denied = await send({ messages, max_tokens: 1 }, { "x-route-tags": "secret" });
    expect(denied.status).toBe(403);
    expect(await denied.json()).toMatchObject({
      type: "error",
      error: { type: "permission_error", message: "No." },
      decision: denied.headers.get("x-route-decision"),
    });
    expect(denied.headers.get("request-id")).toBe(denied.headers.get("x-route-decision"));
  });

  it("has errors of addresses that are none, and of methods, in the API's form too", async () => {
    const proxy = await startProxy(
      compile(policyOf("{ to: [requested] }"), formatCatalog({ gemini: "http://192.0.2.1" })),
    );
    const client = anthropicClient(proxy);
    await expect(client.messages.batches.list()).rejects.toMatchObject({
      status: 404,
      error: { type: "error", error: { type: "not_found_error", code: "unknown_url" } },
    });
    for (const [path, status, type] of [
      ["/v1/messages", 405, "invalid_request_error"],
      ["/v1/v1/messages", 404, "not_found_error"],
    ] as const) {
      const answer = await fetch(`${proxy.url}${path}`);
      expect([answer.status, await answer.json()]).toMatchObject([status, { type: "error", error: { type } }]);
    }
  });

  it("lists models for the official client", async () => {
    const catalog = formatCatalog({ anthropic: "http://192.0.2.1/v1", gemini: "http://192.0.2.1/v1" });
    const proxy = await startProxy(compile(policyOf("{ to: [requested] }"), catalog));
    const client = anthropicClient(proxy);
    const models: Anthropic.ModelInfo[] = [];
    for await (const model of client.models.list()) models.push(model);
    const shown = { type: "model", created_at: "1970-01-01T00:00:00Z" };
    expect(models).toMatchObject([
      { ...shown, id: "acme/anthropic", display_name: "acme/anthropic" },
      { ...shown, id: "acme/gemini", display_name: "acme/gemini" },
      { ...shown, id: "auto", display_name: "auto" },
    ]);
    expect(await client.models.retrieve("acme/gemini")).toMatchObject({ display_name: "acme/gemini" });
  });

  it("names what is left out of tools, documents and thoughts, and sends search results as text", async () => {
    const both = { openai: servers[0]![1], gemini: servers[2]![1] };
    const { proxy, upstreams } = await proxyOverFormats(both, { route: "{ to: [requested] }" });
    const { openai, gemini } = upstreams;
    const ask = async (model: string, fields: object) => {
      const body = { model: `acme/${model}`, max_tokens: 5_000, messages: [{ role: "user", content: "x" }], ...fields };
      const answer = await fetch(`${proxy.url}/v1/messages`, { method: "POST", body: JSON.stringify(body) });
      await answer.text();
      return answer.headers.get("x-route-warning");
    };
    const said = (...content: object[]) => ({ messages: [{ role: "user", content }] });
    const only = "exists in Anthropic's API only";
    expect(
      await ask("openai", { tools: [{ name: "f", input_schema: {}, defer_loading: true, cache_control: {} }] }),
    ).toBe(`tools: defer_loading was left out, it ${only}`);
    expect(await ask("openai", { output_config: { task_budget: {} } })).toBe(
      `output_config.task_budget: left out, it ${only}`,
    );
    const source = { type: "text", media_type: "text/plain", data: "long" };
    expect(
      await ask("openai", said({ type: "document", source, context: "a book", citations: { enabled: true } })),
    ).toBe("messages: citations of documents were left out, they exist in Anthropic's API only");
    expect(openai.requests.at(-1)?.body).toContain("a book");
    const parts = [{ type: "text", text: "found" }];
    await ask("openai", said({ type: "document", title: "T", source: { type: "content", content: parts } }));
    expect(JSON.parse(openai.requests.at(-1)!.body)).toMatchObject({ messages: [{ content: "T\n\nfound" }] });
    expect(await ask("openai", said({ type: "search_result", source: "u", title: "T", content: parts }))).toBe(
      "messages: search results were sent as text",
    );
    expect(JSON.parse(openai.requests.at(-1)!.body)).toMatchObject({ messages: [{ content: "T\nu\nfound" }] });
    // What Claude Code's search for tools finds.
    const found = [{ type: "tool_reference", tool_name: "mcp__x__f" }];
    const searched = [
      { role: "user", content: "x" },
      { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "ToolSearch", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: found }] },
    ];
    expect(await ask("openai", { messages: searched })).toBe("messages: references to tools were sent as text");
    expect(JSON.parse(openai.requests.at(-1)!.body)).toMatchObject({
      messages: [{}, {}, { role: "tool", content: "The tool mcp__x__f can be called now." }],
    });
    const compaction = { role: "assistant", content: [{ type: "compaction", content: "they met" }] };
    const compacted = { messages: [compaction, { role: "user", content: "x" }] };
    expect(await ask("openai", compacted)).toBe("messages: the summary of a compacted conversation was sent as text");
    expect(JSON.parse(openai.requests.at(-1)!.body)).toMatchObject({ messages: [{ content: "they met" }, {}] });
    const thought = { role: "assistant", content: [{ type: "thinking", thinking: "t", signature: "s" }, ...parts] };
    const messages = [{ role: "user", content: "x" }, thought, { role: "user", content: "y" }];
    expect(await ask("openai", { messages, top_k: 3 })).toBe(
      "top_k: left out, OpenAI's format has no way to say it; messages: reasoning of other providers was left out",
    );
    expect(await ask("gemini", { top_k: 3 })).toBeNull();
    await ask("gemini", { thinking: { type: "enabled", budget_tokens: 2_000 } });
    expect(JSON.parse(gemini.requests.at(-1)!.body)).toMatchObject({
      generationConfig: { thinkingConfig: { includeThoughts: true } },
    });
  });

  it("leaves out those that do not have the API when a file is named by its id", async () => {
    const { proxy, upstreams } = await proxyOverFormats({ openai: servers[0]![1], anthropic: servers[1]![1] });
    const { openai } = upstreams;
    const image = { type: "image", source: { type: "file", file_id: "f" } };
    for (const block of [image, { type: "tool_result", tool_use_id: "t", content: [image] }]) {
      const body = { max_tokens: 5, messages: [{ role: "user", content: [block] }] };
      const answer = await fetch(`${proxy.url}/v1/messages`, { method: "POST", body: JSON.stringify(body) });
      expect([answer.status, answer.headers.get("x-route-provider")]).toEqual([200, "anthropic"]);
    }
    expect(openai.requests).toEqual([]);
  });

  it("carries the record when it is asked for", async () => {
    const { upstream, proxy } = await proxyOverFormats({ openai: servers[0]![1] });
    const headers = { "x-route-explain": "true" };
    for (const stream of [false, true]) {
      const sent = { messages: [{ role: "user", content: "x" }], max_tokens: 5, top_k: 3, stream };
      const answer = await fetch(`${proxy.url}/v1/messages`, { method: "POST", headers, body: JSON.stringify(sent) });
      expect(answer.headers.get("x-route-warning")).toBe("top_k: left out, OpenAI's format has no way to say it");
      expect(await answer.text()).toContain('"route":{"id":"dec_');
      expect(JSON.parse(upstream.requests.at(-1)!.body)).not.toHaveProperty("top_k");
    }
  });
});
