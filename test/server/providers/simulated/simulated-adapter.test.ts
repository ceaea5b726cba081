import type OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { lookAtCredentials } from "../../../../server/providers/credentials.js";
import { openAiClient } from "../../../services/proxy-over-formats.js";
import { compile, policyOf, startProxy, stopAll } from "../../http/harness.js";

afterEach(stopAll);

const catalog = (simulate = "{}", price = "") => `kind: catalog
providers:
  pretend: { format: simulated, simulate: ${simulate} }
models:
  acme/pretend:
    context_window: 32k
    capabilities: [tools, json_schema]
    ${price}
    endpoints: [{ provider: pretend, model: pretend-1 }]
`;

async function clientOf(simulate?: string, price?: string) {
  const proxy = await startProxy(compile(policyOf("{ to: [acme/pretend] }"), catalog(simulate, price)));
  return { proxy, client: openAiClient(proxy) };
}
const hello = [{ role: "user" as const, content: "Hello there" }];
const tools = [
  {
    type: "function" as const,
    function: {
      name: "add",
      parameters: { type: "object", properties: { a: { type: "number" }, b: { enum: ["x"] } }, required: ["a", "b"] },
    },
  },
];

describe("the official client on the simulator", () => {
  it("gets an answer with usage, the same for the same body", async () => {
    const { client } = await clientOf("{ latency_ms: 1 }", "price: { input: 1, output: 1 }");
    const ask = () => client.chat.completions.create({ model: "auto", messages: hello }).withResponse();
    const { data, response } = await ask();
    expect(data.choices[0]).toMatchObject({
      finish_reason: "stop",
      message: { content: expect.stringContaining("Hello there") },
    });
    expect(data.usage!.total_tokens).toBe(data.usage!.prompt_tokens + data.usage!.completion_tokens);
    expect(response.headers.get("x-route-simulated")).toBe("true");
    expect(Number(response.headers.get("x-route-cost-usd"))).toBeGreaterThan(0);
    const again = (await ask()).data;
    expect({ ...again, created: 0 }).toEqual({ ...data, created: 0 });
  });

  it("streams word by word, with usage when asked for", async () => {
    const { client, proxy } = await clientOf('{ latency_ms: 1, chunk_delay_ms: 1, reply: "one two three" }');
    const stream = await client.chat.completions.create({
      model: "acme/pretend",
      messages: hello,
      stream: true,
      stream_options: { include_usage: true },
    });
    const words: string[] = [];
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) words.push(chunk.choices[0].delta.content);
      usage = chunk.usage ?? usage;
    }
    expect(words).toEqual(["one ", "two ", "three"]);
    expect(usage?.completion_tokens).toBeGreaterThan(0);
    expect((await proxy.lastDecision()).attempts[0]?.usage?.output_tokens).toBe(usage?.completion_tokens);
  });

  it("calls a tool when it must, and when the last message names one, streamed and whole", async () => {
    const { client } = await clientOf("{ latency_ms: 1 }");
    const whole = await client.chat.completions.create({
      model: "auto",
      messages: hello,
      tools,
      tool_choice: "required",
    });
    const [call] = whole.choices[0]!.message.tool_calls!;
    expect(call).toMatchObject({ type: "function", function: { name: "add", arguments: '{"a":1,"b":"x"}' } });
    expect(whole.choices[0]!.finish_reason).toBe("tool_calls");
    const runner = client.chat.completions.stream({
      model: "auto",
      messages: [{ role: "user", content: "please add" }],
      tools,
    });
    const final = await runner.finalChatCompletion();
    expect(final.choices[0]!.message.tool_calls).toMatchObject([
      { function: { name: "add", arguments: '{"a":1,"b":"x"}' } },
    ]);
    const none = await client.chat.completions.create({ model: "auto", messages: hello, tools, tool_choice: "none" });
    expect(none.choices[0]!.message.tool_calls).toBeUndefined();
  });

  it("answers once it has the result of a tool, so that an agent comes to its end", async () => {
    const { client } = await clientOf("{ latency_ms: 1 }");
    const { name, parameters } = tools[0]!.function;
    const add = { name, description: "adds", parameters, function: () => "3" };
    const runner = client.chat.completions.runTools(
      {
        model: "auto",
        messages: [{ role: "user", content: "please add" }],
        tools: [{ type: "function", function: add }],
      },
      { maxChatCompletions: 5 },
    );
    expect(await runner.finalContent()).toContain("You said: please add");
    expect(runner.allChatCompletions()).toHaveLength(2);
  });

  it("calls a tool that says nothing of its parameters with an object", async () => {
    const { client } = await clientOf("{ latency_ms: 1 }");
    for (const parameters of [undefined, {}, { type: "string" }]) {
      const { choices } = await client.chat.completions.create({
        model: "auto",
        messages: hello,
        tools: [{ type: "function", function: { name: "f", ...(parameters === undefined ? {} : { parameters }) } }],
        tool_choice: "required",
      });
      expect(choices[0]?.message.tool_calls).toMatchObject([{ function: { arguments: "{}" } }]);
    }
  });

  it("gives as many answers as are asked for, streamed and whole", async () => {
    const { client, proxy } = await clientOf('{ latency_ms: 1, chunk_delay_ms: 0, reply: "one two" }');
    const whole = await client.chat.completions.create({ model: "auto", messages: hello, n: 3 });
    expect(whole.choices.map(({ index, message }) => [index, message.content])).toEqual([
      [0, "one two"],
      [1, "one two"],
      [2, "one two"],
    ]);
    const one = await client.chat.completions.create({ model: "auto", messages: hello });
    expect(whole.usage?.completion_tokens).toBe(3 * one.usage!.completion_tokens);
    const streamed = await client.chat.completions
      .stream({ model: "auto", messages: hello, n: 2 })
      .finalChatCompletion();
    expect(streamed.choices.map(({ message }) => message.content)).toEqual(["one two", "one two"]);
    expect((await proxy.lastDecision()).result?.outcome).toBe("answered");
    const { choices } = await client.chat.completions.create({ model: "auto", messages: hello, n: 1_000_000 });
    expect(choices).toHaveLength(128);
  });

  it("answers in JSON where JSON is asked for, that fits the plain parts of the schema", async () => {
    const { client } = await clientOf("{ latency_ms: 1, chunk_delay_ms: 0 }");
    const schema = {
      type: "object",
      properties: { a: { type: "number" }, b: { anyOf: [{ type: "null" }] }, c: { $ref: "#/$defs/c" } },
      required: ["a", "b", "c"],
      $defs: { c: { type: "array", items: { const: 7 } } },
    };
    const response_format = { type: "json_schema" as const, json_schema: { name: "x", schema } };
    const whole = await client.chat.completions.create({ model: "auto", messages: hello, response_format });
    expect(JSON.parse(whole.choices[0]?.message.content ?? "")).toEqual({ a: 1, b: null, c: [7] });
    const streamed = await client.chat.completions
      .stream({ model: "auto", messages: hello, response_format: { type: "json_object" } })
      .finalChatCompletion();
    expect(JSON.parse(streamed.choices[0]?.message.content ?? "")).toEqual({
      simulated: expect.stringContaining("Hello there"),
    });
  });

  it("survives odd tools and messages", async () => {
    const { proxy } = await clientOf("{ latency_ms: 1 }");
    const names = Array.from({ length: 200 }, (_, at) => `p${at}`);
    const properties = Object.fromEntries(names.map((name) => [name, { $ref: "#" }]));
    const schema = { type: "object", properties, required: names }; // 200 of itself in each of itself
    for (const body of [
      { response_format: { type: "json_schema", json_schema: { name: "x", schema } } },
      { tools: [null, 5, {}] },
      { response_format: { type: "json_schema" } },
      { messages: [{}, { role: "user", content: [null, {}] }] },
    ]) {
      expect((await proxy.ask(body)).status).toBe(200);
    }
  });

  it("fails as often as it is told to, with the status it is told", async () => {
    const { client } = await clientOf("{ latency_ms: 1, failure_rate: 1, failure_status: 503 }");
    await expect(client.chat.completions.create({ model: "auto", messages: hello })).rejects.toMatchObject({
      status: 503,
      code: "upstream_overloaded",
    });
    await expect(
      client.chat.completions.create({ model: "auto", messages: hello, stream: true }),
    ).rejects.toMatchObject({ status: 503 });
  });
});

describe("without any provider's key", () => {
  const real = `kind: catalog
providers:
  one: { format: openai, base_url: "http://127.0.0.1:1/v1", api_key_env: ONE_KEY }
  two: { format: anthropic, base_url: "http://127.0.0.1:1/v1", api_key_env: TWO_KEY }
models:
  acme/two: { context_window: 32k, price: { input: 1, output: 1 }, endpoints: [{ provider: two, model: two }] }
`;

  it("the simulator answers for the whole catalog, says so, and costs nothing", async () => {
    const proxy = await startProxy(compile(policyOf("{ to: [acme/two] }"), real));
    const answer = await proxy.ask();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-route-simulated")).toBe("true");
    expect(answer.headers.get("x-route-cost-usd")).toBeNull();
    expect(await proxy.lastDecision()).toMatchObject({ simulated: true });
  });

  it("one key is enough to switch that off; a format that is not spoken is left out", async () => {
    const { catalog: compiled } = compile(policyOf("{ to: [acme/two] }"), real).set;
    const spoken = new Set(["openai", "simulated"] as const);
    expect(lookAtCredentials(compiled, {}, spoken)).toEqual({
      noCredentials: [],
      unfitKeys: [],
      unsupported: [],
      simulateAll: true,
    });
    expect(lookAtCredentials(compiled, { ONE_KEY: "k", TWO_KEY: "" }, spoken)).toEqual({
      noCredentials: ["two"],
      unfitKeys: [],
      unsupported: ["two"],
      simulateAll: false,
    });
  });

  it.each(["k\n", "k\r", "k\u2026"])("a key that no header can hold is no key, and named: %j", (key) => {
    const { catalog: compiled } = compile(policyOf("{ to: [acme/two] }"), real).set;
    const spoken = new Set(["openai", "anthropic", "simulated"] as const);
    expect(lookAtCredentials(compiled, { TWO_KEY: key }, spoken)).toEqual({
      noCredentials: ["one", "two"],
      unfitKeys: ["TWO_KEY"],
      unsupported: [],
      simulateAll: false,
    });
  });
});
