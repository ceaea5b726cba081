import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { openAiClient, proxyOverFormats } from "../../services/proxy-over-formats.js";
import { streamBytes } from "../providers/harness.js";
import { type Format, responsesServer, servers } from "../providers/provider-servers.js";
import { stopAll } from "./harness.js";

afterEach(stopAll);

const tools: OpenAI.Responses.Tool[] = [
  { type: "function", name: "weather", parameters: { type: "object", properties: {} }, strict: false },
];
const model = "auto";
const withResponsesApi = (catalog: string) =>
  catalog.replace("api_key_env: KEY", "api_key_env: KEY, responses_api: true");

const native = "openai with its Responses API";

describe.each([...servers, [native, responsesServer] as const])(
  "the official openai client through POST /v1/responses to %s",
  (name, server) => {
    const format = name === native ? "openai" : name;
    async function start() {
      const over = await proxyOverFormats({ [format]: server }, name === native ? { catalog: withResponsesApi } : {});
      return { ...over, client: openAiClient(over.proxy) };
    }

    it("answers, with instructions, and says the same streamed", async () => {
      const { client, upstream } = await start();
      const whole = await client.responses.create({
        model,
        instructions: "be kind",
        input: "hi",
        max_output_tokens: 50,
      });
      expect(whole).toMatchObject({
        status: "completed",
        output_text: "Hello there.",
        usage: { input_tokens: 10, output_tokens: 5 },
      });
      expect(upstream.requests[0]!.body).toContain("be kind");
      const stream = client.responses.stream({ model, input: "hi" });
      const types: string[] = [];
      stream.on("event", ({ type }) => types.push(type));
      const streamed = await stream.finalResponse();
      expect(streamed.output).toMatchObject(whole.output);
      expect(streamed.usage).toEqual(whole.usage);
      expect(types).toEqual([
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
      ]);
    });

    it("calls tools and hands everything back, signatures included", async () => {
      const { client, upstream } = await start();
      const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: "weather?" }];
      const whole = await client.responses.create({ model, input, tools });
      const streamed = await client.responses.stream({ model, input, tools }).finalResponse();
      expect(streamed.output).toMatchObject(whole.output);
      const call = whole.output.find((item) => item.type === "function_call")!;
      expect([call.name, JSON.parse(call.arguments)]).toEqual(["weather", { city: "Köln" }]);
      const result = { type: "function_call_output", call_id: call.call_id, output: "rain" } as const;
      const end = await client.responses.create({
        model,
        tools,
        input: [...input, ...(whole.output as OpenAI.Responses.ResponseInput), result],
      });
      expect(end.output_text).toBe("It is raining.");
      if (format === "gemini") expect(upstream.requests.at(-1)!.body).toContain('"thoughtSignature":"EpEg"');
      else expect(upstream.requests.at(-1)!.body).not.toContain("extra_content");
    });

    it("shows pictures, and asks for JSON by schema", async () => {
      const { client } = await start();
      const picture = await client.responses.create({
        model,
        input: [
          {
            role: "user",
            content: [{ type: "input_image", detail: "auto", image_url: "data:image/png;base64,iVBORw0KGgo=" }],
          },
        ],
      });
      expect(picture.output_text).toBe("A picture.");
      // As chat completions say it, and LangChain in this API too: OpenAI itself would refuse it.
      const url = "data:image/png;base64,iVBORw0KGgo=";
      const content = [
        { type: "text", text: "What is this?" },
        { type: "image_url", image_url: { url } },
      ] as never;
      const other = client.responses.create({ model, input: [{ role: "user", content }] });
      const { data, response } = await other.withResponse();
      expect([data.output_text, response.headers.get("x-route-warning")]).toEqual([
        name === native ? expect.anything() : "A picture.",
        null,
      ]);
      const schema = { type: "object", properties: {}, additionalProperties: false };
      const json = await client.responses.create({
        model,
        input: "?",
        text: { format: { type: "json_schema", name: "x", schema, strict: true } },
      });
      expect(json.output_text).toBe('{"answer":42}');
    });

    it.each([
      [400, OpenAI.BadRequestError],
      [401, OpenAI.InternalServerError],
      [500, OpenAI.InternalServerError],
      [429, OpenAI.RateLimitError],
      [529, OpenAI.InternalServerError],
    ])("gets an error of its own class for %s", async (status, errorClass) => {
      const { client } = await start();
      await expect(client.responses.create({ model, input: `fail ${status}` })).rejects.toBeInstanceOf(errorClass);
    });

    it("cancels the provider's answer when it aborts", async () => {
      const { client, proxy, upstream } = await start();
      const stream = await client.responses.create({ model, input: "stall", stream: true });
      for await (const { type } of stream) if (type === "response.output_text.delta") break;
      await upstream.requests[0]!.hungUp;
      await expect.poll(async () => (await proxy.lastDecision()).result?.outcome).toBe("cancelled");
    });

    it("sees a stream that goes wrong as an error, never as an end", async () => {
      const { client, proxy } = await start();
      const stream = client.responses.stream({ model, input: "cut" });
      await expect(stream.finalResponse()).rejects.toThrow("the answer is incomplete");
      expect((await proxy.lastDecision()).result).toMatchObject({ outcome: "cut" });
    });
  },
);

describe("POST /v1/responses", () => {
  it("names what a chat completion cannot say, and nothing that changes nothing", async () => {
    const { proxy } = await proxyOverFormats({ openai: servers[0]![1] });
    const warningOf = async (fields: object) => {
      const body = JSON.stringify({ input: "x", ...fields });
      return (await fetch(`${proxy.url}/v1/responses`, { method: "POST", body })).headers.get("x-route-warning");
    };
    const include = ["reasoning.encrypted_content"];
    expect(await warningOf({ store: false, include, truncation: "disabled", max_tool_calls: null })).toBeNull();
    const only = "it reaches only providers that have the Responses API";
    expect(await warningOf({ store: true })).toContain("store: left out");
    const tool = { type: "function", name: "f", parameters: { type: "object" } };
    for (const [fields, warning] of [
      [
        {
          input: [
            {
              role: "user",
              content: [{ type: "input_text", text: "x", prompt_cache_breakpoint: { mode: "explicit" } }],
            },
          ],
        },
        `input: prompt_cache_breakpoint was left out, ${only}`,
      ],
      [{ max_tool_calls: 3 }, `max_tool_calls: left out, ${only}`],
      [
        { include: [...include, "message.output_text.logprobs"] },
        `include: message.output_text.logprobs was left out, ${only}`,
      ],
      [{ text: { format: { type: "grammar" } } }, `text.format: grammar was left out, ${only}`],
      [{ reasoning: { summary: "auto" } }, `reasoning.summary: left out, ${only}`],
      [{ reasoning: { context: "auto" } }, `reasoning.context: left out, ${only}`],
      [{ tools: [{ ...tool, defer_loading: true }] }, `tools: defer_loading was left out, ${only}`],
      [{ tools: [tool], tool_choice: { type: "web_search" } }, `tool_choice: web_search was left out, ${only}`],
      [
        {
          input: [
            { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "x" }] },
            { role: "user", content: "x" },
          ],
        },
        "input: reasoning without encrypted_content was left out, a summary of it is of no use to a model",
      ],
      [
        {
          input: [
            { type: "item_reference", id: "rs_1" },
            { role: "user", content: "x" },
          ],
        },
        "input: reasoning that an item_reference names was left out, this server keeps none; send it itself",
      ],
      [
        {
          input: [
            { role: "user", content: "x" },
            { type: "function_call_output", call_id: "call_0", output: "its call was cut off" },
            { role: "user", content: "y" },
          ],
        },
        "input: results of calls that are not there, or were left out, were left out too",
      ],
    ] as const) {
      expect(await warningOf(fields)).toBe(warning);
    }
  });

  it("refuses what it cannot read, with its place", async () => {
    const { upstream, proxy } = await proxyOverFormats({ openai: servers[0]![1] });
    const part = (fields: unknown) => ({ input: [{ role: "user", content: [fields] }] });
    for (const [fields, message] of [
      [{ input: ["hi"] }, "input[0]: it takes an object"],
      [{ input: [{}] }, "input[0].role: it takes a text; other items than messages have a type"],
      [{ input: [{ type: 5 }] }, "input[0].type: it takes a text"],
      [{ input: [{ role: "user" }] }, "input[0].content: it takes a text or a list of parts"],
      [{ input: [{ role: "user", content: 5 }] }, "input[0].content: it takes a text or a list of parts"],
      [part(5), "input[0].content[0]: it takes an object"],
      [part({}), "input[0].content[0].type: it takes a text"],
      [part({ type: "input_text", text: 5 }), "input[0].content[0].text: it takes a text"],
      [{ input: [{ type: "function_call", call_id: "c", name: "f" }] }, "input[0].arguments: it takes a text"],
      [{ input: [{ type: "function_call_output", output: "x" }] }, "input[0].call_id: it takes a text"],
      [
        { input: [{ type: "function_call_output", call_id: "c" }] },
        "input[0].output: it takes a text or a list of parts",
      ],
      [{ input: "x", tools: [5] }, "tools[0]: it takes an object"],
    ] as const) {
      const answer = await fetch(`${proxy.url}/v1/responses`, { method: "POST", body: JSON.stringify(fields) });
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { error: { code: "invalid_request", message } },
      ]);
    }
    expect(upstream.requests).toEqual([]);
  });

  it("asks providers to show their reasoning when a summary is asked for", async () => {
    const { upstream, proxy } = await proxyOverFormats({ gemini: servers[2]![1] });
    const body = JSON.stringify({ input: "x", reasoning: { effort: "low", summary: "auto" } });
    const answer = await fetch(`${proxy.url}/v1/responses`, { method: "POST", body });
    expect(answer.headers.get("x-route-warning")).toBeNull();
    expect(JSON.parse(upstream.requests[0]!.body)).toMatchObject({
      generationConfig: { thinkingConfig: { includeThoughts: true } },
    });
  });

  it("leaves out those that do not have the API for what only its provider can read", async () => {
    const said = (part: object) => ({ role: "user", content: [part] });
    const both = { openai: responsesServer, anthropic: servers[1]![1] };
    const route = "{ to: [acme/anthropic, acme/openai] }";
    const { proxy } = await proxyOverFormats(both, { route, catalog: withResponsesApi });
    for (const [item, why] of [
      [said({ type: "input_image", file_id: "file-1" }), "names a file that its provider keeps"],
      [said({ type: "input_file", file_id: "file-1" }), "names a file that its provider keeps"],
      [{ type: "compaction_trigger" }, "asks to compact the conversation"],
      [
        { type: "compaction", encrypted_content: "gAAA" },
        "holds a compacted conversation, which only its provider can read",
      ],
    ] as const) {
      const body = JSON.stringify({ input: [item] });
      const answer = await fetch(`${proxy.url}/v1/responses`, { method: "POST", body });
      expect([answer.status, answer.headers.get("x-route-provider")]).toEqual([200, "openai"]);
      expect((await proxy.lastDecision()).world.incapable).toEqual({
        "acme/anthropic@anthropic": why,
      });
    }
  });

  it("refuses what needs a memory", async () => {
    const { upstream, proxy } = await proxyOverFormats({ openai: servers[0]![1] });
    for (const body of [
      { input: "x", previous_response_id: "resp_1" },
      { input: "x", conversation: "conv_1" },
      { input: "x", prompt: { id: "pmpt_1" } },
      { input: "x", background: true },
      { input: "x", background: "true" },
      {
        input: [
          { type: "item_reference", id: "msg_1" },
          { role: "user", content: "x" },
        ],
      },
      {},
      { input: ["x"] },
      { input: "x", instructions: ["be kind"] },
      { input: "x", reasoning: "high" },
      { input: "x", text: "json" },
    ]) {
      const answer = await fetch(`${proxy.url}/v1/responses`, { method: "POST", body: JSON.stringify(body) });
      expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: "invalid_request" } }]);
    }
    expect(upstream.requests).toEqual([]);
  });
});

describe("POST /v1/responses to a provider that has it", () => {
  async function start(server: Format = responsesServer, route = "{ to: [acme/openai] }", rules = "[]") {
    const { upstream, proxy } = await proxyOverFormats({ openai: server }, { route, rules, catalog: withResponsesApi });
    const ask = (body: object, headers: Record<string, string> = {}) =>
      fetch(`${proxy.url}/v1/responses`, { method: "POST", body: JSON.stringify(body), headers });
    return { upstream, proxy, ask };
  }

  it("passes it on byte for byte, but for the model, and the answer back; usage is read", async () => {
    const { upstream, proxy } = await start();
    const body = '{ "model":"auto", "input": "hi","temperature":1.0, "include":["x"],"metadata":{"a":"b"} }';
    const answer = await fetch(`${proxy.url}/v1/responses`, { method: "POST", body });
    expect(await answer.text()).toBe(JSON.stringify(responsesServer.whole(["Hello ", "there."])));
    expect(upstream.requests).toMatchObject([
      { path: "/v1/responses", body: body.replace('"auto"', '"openai-model"') },
    ]);
    expect((await proxy.lastDecision()).attempts).toMatchObject([
      {
        usage: { input_tokens: 10, output_tokens: 5, cached_input_tokens: 4, reasoning_output_tokens: 2 },
        cost_usd: 0.00002,
      },
    ]);
  });

  it("passes streams on byte for byte, with usage from their last event", async () => {
    const { proxy, ask } = await start();
    const answer = await ask({ input: "hi", stream: true });
    expect(await answer.text()).toBe(streamBytes(responsesServer.events(["Hello ", "there."])).toString());
    expect((await proxy.lastDecision()).attempts).toMatchObject([{ usage: { input_tokens: 10, output_tokens: 5 } }]);
  });

  it("puts the record before the last event of a stream", async () => {
    const { ask } = await start();
    const answer = await ask({ input: "hi", stream: true }, { "x-route-explain": "true" });
    const types = (await answer.text()).split("\n\n").map((event) => /^event: (.*)/.exec(event)?.[1]);
    expect(types.slice(-3)).toEqual(["route", "response.completed", undefined]);
  });

  it("keeps a whole stream in the cache, its last event too", async () => {
    const { upstream, ask } = await start(responsesServer, "{ to: [acme/openai], cache: { ttl: 1m } }");
    const first = await (await ask({ input: "hi", stream: true })).text();
    const second = await ask({ input: "hi", stream: true });
    expect([second.headers.get("x-route-cache"), await second.text()]).toEqual(["hit", first]);
    expect(upstream.requests).toHaveLength(1);
  });

  it("sees facts that only its own API shows: built-in tools, pictures that the provider keeps", async () => {
    const rules = [
      "  - { id: no-tools, match: { uses_tools: true }, deny: no tools }",
      "  - { id: no-pictures, match: { uses_vision: true }, deny: no pictures }",
    ];
    const { upstream, ask } = await start(responsesServer, "{ to: [acme/openai] }", rules.join("\n"));
    const content = [{ type: "input_image", file_id: "file_1" }];
    for (const [body, rule] of [
      [{ input: "hi", tools: [{ type: "web_search" }] }, "no-tools"],
      [{ input: [{ role: "user", content }] }, "no-pictures"],
    ] as const) {
      const answer = await ask(body);
      expect([answer.status, answer.headers.get("x-route-rule")]).toEqual([403, rule]);
    }
    expect(upstream.requests).toEqual([]);
  });

  it("gets nothing of the reasoning of others, and everything else", async () => {
    const { upstream, ask } = await start();
    const items = [
      { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAA" },
      { role: "user", content: "hi" },
    ];
    const others = [
      { type: "reasoning", id: "rs_rw1_x", summary: [] },
      { type: "reasoning", summary: [], encrypted_content: `rw1.${"x".repeat(10_000)}` },
      { type: "item_reference", id: "rs_rw1_x" },
    ];
    const fields = { store: false, tools: [{ type: "web_search" }] };
    const answer = await ask({ ...fields, input: [...others, ...items] });
    expect(await answer.json()).toMatchObject({ object: "response", status: "completed" });
    expect(upstream.requests).toMatchObject([{ path: "/v1/responses" }]);
    expect(JSON.parse(upstream.requests[0]!.body)).toEqual({ ...fields, input: items, model: "openai-model" });
    expect(answer.headers.get("x-route-warning")).toBe("input: reasoning of other providers was left out");
  });

  it.each([
    ["server_error", "server_error"],
    ["invalid_prompt", "invalid_request"],
    ["rate_limit_exceeded", "rate_limited"],
    ["image_content_policy_violation", "content_filter"],
    ["server_is_overloaded", "overloaded"],
  ])("classifies a response that failed with %s as %s, whole and streamed", async (code, errorClass) => {
    const failed = { ...responsesServer.whole(["", ""]), status: "failed", output: [], error: { code, message: "no" } };
    const { proxy, ask } = await start({
      ...responsesServer,
      whole: () => failed,
      events: () => [{ type: "response.failed", response: failed }],
    });
    for (const stream of [false, true]) {
      expect((await ask({ input: "hi", stream })).status).toBeGreaterThanOrEqual(400);
      expect((await proxy.lastDecision()).attempts).toMatchObject([{ error_class: errorClass }]);
    }
  });

  // As it is sent (`{"type":"error","error":{"type","code","message"}}`), and as the types have it (`ResponseErrorEvent` of `openai` 6.49.0).
  it.each([
    { error: { type: "service_unavailable_error", code: "slow_down", message: "Slow down.", param: null } },
    { code: "slow_down", message: "Slow down.", param: null },
  ])("classifies an error event by what it holds: %j", async (fields) => {
    const events = () => [{ type: "error", sequence_number: 0, ...fields }];
    const { proxy, ask } = await start({ ...responsesServer, events });
    expect((await ask({ input: "hi", stream: true })).status).toBe(503);
    const [attempt] = (await proxy.lastDecision()).attempts;
    expect(attempt).toMatchObject({ error_class: "overloaded", error: "Slow down." });
  });

  it("compacts a conversation: the answer comes back as it was, and its usage is counted", async () => {
    const compacted = {
      id: "resp_1",
      object: "response.compaction",
      created_at: 1,
      output: [{ id: "cmp_1", type: "compaction", encrypted_content: "gAAA" }],
      usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120 },
    };
    const { proxy, upstream } = await start({ ...responsesServer, whole: () => compacted });
    const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: "hi" }];
    expect(await openAiClient(proxy).responses.compact({ model, input })).toMatchObject(compacted);
    expect(upstream.requests).toMatchObject([
      { path: "/v1/responses/compact", body: JSON.stringify({ model: "openai-model", input }) },
    ]);
    expect((await proxy.lastDecision()).attempts).toMatchObject([{ usage: { input_tokens: 100, output_tokens: 20 } }]);
  });

  it("says who can compact when nobody can", async () => {
    const { proxy } = await proxyOverFormats({ openai: servers[0]![1] });
    const asked = openAiClient(proxy).responses.compact({ model, input: "hi" });
    await expect(asked).rejects.toThrow(/acme\/openai@openai: the request asks to compact the conversation/);
  });

  it("falls back to a chat completion of another format, before the first content", async () => {
    const empty = { ...responsesServer, whole: () => ({}), events: () => [] };
    const both = { openai: empty, anthropic: servers[1]![1] };
    const { proxy } = await proxyOverFormats(both, { catalog: withResponsesApi });
    for (const stream of [false, true]) {
      const body = JSON.stringify({ input: "hi", stream });
      const answer = await fetch(`${proxy.url}/v1/responses`, { method: "POST", body });
      const text = await answer.text();
      expect([answer.status, text.includes("Hello there."), text.includes("completed")]).toEqual([200, true, true]);
      expect(answer.headers.get("x-route-model")).toBe("acme/anthropic");
    }
  });
});
