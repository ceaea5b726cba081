import { createOpenAI } from "@ai-sdk/openai";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { generateObject, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import { afterEach, describe, expect, it } from "vitest";
import { proxyOverFormats } from "../../services/proxy-over-formats.js";
import { servers } from "../providers/provider-servers.js";
import {
  catalogOf,
  compile,
  policyOf,
  sendJson,
  startProxy,
  startUpstream,
  stopAll,
  type TestProxy,
  type Upstream,
} from "./harness.js";

afterEach(stopAll);

async function start(format: string, server: (typeof servers)[number][1]) {
  return proxyOverFormats({ [format]: server });
}

const PICTURE = "data:image/png;base64,iVBORw0KGgo=";
/** The provider's status, and the client's. */
const failures = [
  [400, 400],
  [401, 502],
  [429, 429],
  [500, 502],
  [529, 503],
] as const;

async function cancelled(proxy: TestProxy, upstream: Upstream): Promise<void> {
  await upstream.requests[0]?.hungUp;
  await expect.poll(async () => (await proxy.lastDecision()).result?.outcome).toBe("cancelled");
}

const weather = {
  name: "weather",
  description: "The weather of a city",
  schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
} as const;

describe.each(servers)("LangChain through the proxy to %s", (format, server) => {
  const model = (url: string) =>
    new ChatOpenAI({ model: "auto", apiKey: "unused", maxRetries: 0, configuration: { baseURL: `${url}/v1` } });

  it("chats, streams and calls tools", async () => {
    const { proxy } = await start(format, server);
    const chat = model(proxy.url);
    const answer = await chat.invoke("hi");
    expect(answer.text).toBe("Hello there.");
    expect(answer.usage_metadata).toMatchObject({ input_tokens: 10, output_tokens: 5 });
    let text = "";
    for await (const chunk of await chat.stream("hi")) text += chunk.text;
    expect(text).toBe("Hello there.");
    const question = new HumanMessage("weather?");
    const withTools = chat.bindTools([{ type: "function", function: { ...weather, parameters: weather.schema } }]);
    const called = await withTools.invoke([question]);
    expect(called.tool_calls).toMatchObject([{ name: "weather", args: { city: "Köln" } }]);
    const result = new ToolMessage({ tool_call_id: called.tool_calls?.[0]?.id ?? "", content: "rain" });
    const end = await withTools.invoke([question, called, result]);
    expect(end.text).toBe("It is raining.");
  });

  it("gets structured output", async () => {
    const { proxy } = await start(format, server);
    const schema = { title: "x", type: "object", properties: { answer: { type: "number" } }, required: ["answer"] };
    const chat = model(proxy.url).withStructuredOutput(schema, { method: "jsonSchema" });
    expect(await chat.invoke("?")).toEqual({ answer: 42 });
  });

  it("shows pictures", async () => {
    const { proxy } = await start(format, server);
    const content = [
      { type: "text", text: "what is it" },
      { type: "image_url", image_url: { url: PICTURE } },
    ];
    expect((await model(proxy.url).invoke([new HumanMessage({ content })])).text).toBe("A picture.");
  });

  it("cancels the provider's answer when it aborts", async () => {
    const { proxy, upstream } = await start(format, server);
    const abort = new AbortController();
    const read = async () => {
      for await (const { text } of await model(proxy.url).stream("stall", { signal: abort.signal })) {
        if (text !== "") abort.abort();
      }
    };
    await expect(read()).rejects.toThrow(/abort/i);
    await cancelled(proxy, upstream);
  });

  it.each(failures)("fails with the error of the answer: %i", async (status, seen) => {
    const { proxy } = await start(format, server);
    await expect(model(proxy.url).invoke(`fail ${status}`)).rejects.toMatchObject({ status: seen });
  });
});

describe("LangChain's embeddings", () => {
  it("go through", async () => {
    const upstream = await startUpstream((response) =>
      sendJson(response, { object: "list", data: [{ index: 0, embedding: [1, 2] }], usage: { prompt_tokens: 1 } }),
    );
    const vectors = `  acme/vectors: { context_window: 8k, capabilities: [embeddings], endpoints: [{ provider: one, model: v }] }\n`;
    const proxy = await startProxy(compile(policyOf("{ to: [requested] }"), catalogOf({ one: upstream.url }, vectors)));
    const embeddings = new OpenAIEmbeddings({
      model: "acme/vectors",
      apiKey: "unused",
      configuration: { baseURL: `${proxy.url}/v1` },
      encodingFormat: "float",
    });
    expect(await embeddings.embedQuery("a")).toEqual([1, 2]);
  });
});

describe.each(servers)("the AI SDK through the proxy to %s", (format, server) => {
  const ways = ["chat", "responses"] as const;

  it.each(ways)("chats, streams and loops over tools (%s)", async (way) => {
    const { proxy } = await start(format, server);
    const provider = createOpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "unused" });
    const model = provider[way]("auto");
    const { text, usage } = await generateText({ model, prompt: "hi", maxRetries: 0 });
    expect([text, usage.inputTokens, usage.outputTokens]).toEqual(["Hello there.", 10, 5]);
    expect(await streamText({ model, prompt: "hi", maxRetries: 0 }).text).toBe("Hello there.");
    const asked: unknown[] = [];
    const looped = await generateText({
      model,
      prompt: "weather?",
      maxRetries: 0,
      stopWhen: stepCountIs(3),
      tools: {
        weather: tool({
          description: weather.description,
          inputSchema: jsonSchema<{ city: string }>({ ...weather.schema, required: ["city"] }),
          execute: async (input) => {
            asked.push(input);
            return "rain";
          },
        }),
      },
    });
    expect([looped.text, asked]).toEqual(["It is raining.", [{ city: "Köln" }]]);
  });

  it.each(ways)("shows pictures (%s)", async (way) => {
    const { proxy } = await start(format, server);
    const model = createOpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "unused" })[way]("auto");
    const image = Buffer.from(PICTURE.slice(PICTURE.indexOf(",") + 1), "base64");
    const content = [
      { type: "text" as const, text: "what is it" },
      { type: "image" as const, image },
    ];
    const { text } = await generateText({ model, messages: [{ role: "user", content }], maxRetries: 0 });
    expect(text).toBe("A picture.");
  });

  it.each(ways)("cancels the provider's answer when it aborts (%s)", async (way) => {
    const { proxy, upstream } = await start(format, server);
    const model = createOpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "unused" })[way]("auto");
    const abort = new AbortController();
    const { textStream } = streamText({ model, prompt: "stall", maxRetries: 0, abortSignal: abort.signal });
    for await (const text of textStream) if (text !== "") abort.abort();
    await cancelled(proxy, upstream);
  });

  it.each(ways)("gets objects, and errors of their own class (%s)", async (way) => {
    const { proxy } = await start(format, server);
    const provider = createOpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "unused" });
    const model = provider[way]("auto");
    const schema = jsonSchema<{ answer: number }>({
      type: "object",
      properties: { answer: { type: "number" } },
      required: ["answer"],
      additionalProperties: false,
    });
    expect((await generateObject({ model, schema, prompt: "?", maxRetries: 0 })).object).toEqual({ answer: 42 });
    for (const [status, seen] of failures) {
      const error = generateText({ model, prompt: `fail ${status}`, maxRetries: 0 });
      await expect(error).rejects.toMatchObject({ statusCode: seen, isRetryable: seen !== 400 });
    }
  });
});
