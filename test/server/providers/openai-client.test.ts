import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { openAiClient, proxyOverFormats } from "../../services/proxy-over-formats.js";
import { stopAll } from "../http/harness.js";
import { servers } from "./provider-servers.js";

afterEach(stopAll);

const keyHeaders = { openai: "authorization", anthropic: "x-api-key", gemini: "x-goog-api-key" } as const;
const tools: OpenAI.ChatCompletionTool[] = [
  { type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } },
];

describe.each(servers)("the official openai client through the proxy to %s", (format, server) => {
  async function start() {
    const { upstream, proxy } = await proxyOverFormats({ [format]: server });
    const client = openAiClient(proxy);
    const ask = (content: OpenAI.ChatCompletionUserMessageParam["content"], more: object = {}) =>
      client.chat.completions.create({ model: "auto", messages: [{ role: "user", content }], ...more });
    return { upstream, proxy, client, ask };
  }

  it("chats, with the server's key and none of the client's", async () => {
    const { ask, upstream, proxy } = await start();
    const { choices, usage, object, _request_id } = await ask("hi");
    expect(object).toBe("chat.completion");
    expect(choices).toMatchObject([{ finish_reason: "stop", message: { role: "assistant", content: "Hello there." } }]);
    expect(usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 });
    expect(upstream.requests[0]!.headers[keyHeaders[format as keyof typeof keyHeaders]]).toContain("sk-provider");
    expect(JSON.stringify(upstream.requests[0])).not.toContain("unused");
    const { id, attempts } = await proxy.lastDecision();
    expect(_request_id).toBe(id);
    expect(attempts).toMatchObject([{ status: 200, usage: { input_tokens: 10, output_tokens: 5 }, cost_usd: 0.00002 }]);
  });

  it("streams, with usage when it is asked for", async () => {
    const { client, proxy } = await start();
    for (const include_usage of [true, false]) {
      const stream = await client.chat.completions.create({
        model: "auto",
        messages: [{ role: "user", content: "hi" }],
        stream: true,
        ...(include_usage ? { stream_options: { include_usage } } : {}),
      });
      const chunks: OpenAI.ChatCompletionChunk[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Hello there.");
      expect(chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? [])).toEqual(["stop"]);
      if (include_usage) expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 15 } });
      else if (format !== "openai") expect(chunks.every(({ choices }) => choices.length > 0)).toBe(true);
      expect((await proxy.lastDecision()).attempts).toMatchObject([
        { usage: { input_tokens: 10, output_tokens: 5 }, cost_usd: 0.00002 },
      ]);
    }
  });

  it("calls tools and hands their results back, whole and streamed", async () => {
    const { client, upstream } = await start();
    const question: OpenAI.ChatCompletionMessageParam = { role: "user", content: "weather?" };
    const whole = await client.chat.completions.create({ model: "auto", messages: [question], tools });
    const streamed = await client.chat.completions
      .stream({ model: "auto", messages: [question], tools })
      .finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      const [choice] = choices;
      expect(choice?.finish_reason).toBe("tool_calls");
      const [call] = choice?.message.tool_calls ?? [];
      if (call?.type !== "function") throw new Error("no call");
      expect([call.function.name, JSON.parse(call.function.arguments)]).toEqual(["weather", { city: "Köln" }]);
      const { choices: end } = await client.chat.completions.create({
        model: "auto",
        messages: [question, choice!.message, { role: "tool", tool_call_id: call.id, content: "rain" }],
        tools,
      });
      expect(end[0]?.message.content).toBe("It is raining.");
      expect(upstream.requests.at(-1)?.body).toContain("rain");
      if (format === "gemini") expect(upstream.requests.at(-1)?.body).toContain('"thoughtSignature":"EpEg"');
    }
  });

  it("shows pictures", async () => {
    const { ask } = await start();
    const { choices } = await ask([
      { type: "text", text: "what is it" },
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
    ]);
    expect(choices[0]?.message.content).toBe("A picture.");
  });

  it("asks for JSON by schema", async () => {
    const { client } = await start();
    const schema = {
      type: "object",
      properties: { answer: { type: "number" } },
      required: ["answer"],
      additionalProperties: false,
    };
    const { choices } = await client.chat.completions.parse({
      model: "auto",
      messages: [{ role: "user", content: "?" }],
      response_format: { type: "json_schema", json_schema: { name: "x", schema, strict: true } },
    });
    expect(JSON.parse(choices[0]?.message.content ?? "")).toEqual({ answer: 42 });
  });

  it("cancels the provider's answer when it aborts", async () => {
    const { client, upstream, proxy } = await start();
    const stream = await client.chat.completions.create({
      model: "auto",
      messages: [{ role: "user", content: "stall" }],
      stream: true,
    });
    for await (const { choices } of stream) {
      if (choices[0]?.delta.content !== undefined && choices[0]?.delta.content !== "") break;
    }
    await upstream.requests[0]!.hungUp;
    await expect.poll(async () => (await proxy.lastDecision()).result?.outcome).toBe("cancelled");
  });

  it.each([
    [400, OpenAI.BadRequestError, 400],
    [401, OpenAI.InternalServerError, 502],
    [429, OpenAI.RateLimitError, 429],
    [500, OpenAI.InternalServerError, 502],
    [529, OpenAI.InternalServerError, 503],
  ])("gets an error of its own class for %s", async (status, errorClass, seen) => {
    const { ask } = await start();
    const error = await ask(`fail ${status}`).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(errorClass);
    expect(error).toMatchObject({ status: seen });
    if (status === 400) expect((error as Error).message).toContain("no: 400");
    else expect((error as Error).message).not.toContain("no:");
  });

  it.each(["cut", "break"])("sees a stream that goes wrong (%s) as an error, never as an end", async (how) => {
    const { client, proxy } = await start();
    const stream = await client.chat.completions.create({
      model: "auto",
      messages: [{ role: "user", content: how }],
      stream: true,
    });
    let text = "";
    const read = async () => {
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
    };
    await expect(read()).rejects.toThrow("the answer is incomplete");
    expect(text).toMatch(/^Hello/);
    const { result, attempts } = await proxy.lastDecision();
    expect(result).toMatchObject({ outcome: "cut", code: "stream_cut" });
    expect(attempts).toMatchObject([{ error_class: how === "cut" ? "connection" : "overloaded" }]);
  });
});
