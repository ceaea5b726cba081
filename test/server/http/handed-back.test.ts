import type Anthropic from "@anthropic-ai/sdk";
import type OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { anthropicClient, openAiClient } from "../../services/proxy-over-formats.js";
import { anthropicServer, geminiServer, startProvider } from "../providers/provider-servers.js";
import { compile, event, policyOf, sendJson, startProxy, startStream, startUpstream, stopAll } from "./harness.js";

afterEach(stopAll);

const reasoning = "It wants the weather.";
const call = { id: "call_1", type: "function", function: { name: "weather", arguments: "{}" } };

/** Gives reasoning in `field`, and wants it back with the calls it led to, as DeepSeek does. */
const startReasoner = (field: string) =>
  startUpstream((response, { body }) => {
    const { stream, messages } = JSON.parse(body) as { stream?: boolean; messages: Record<string, unknown>[] };
    const asked = messages.filter((message) => message["tool_calls"] !== undefined);
    if (asked.some((message) => message[field] !== reasoning)) {
      sendJson(response, { error: { message: `${field} must be passed back`, code: "invalid_request_error" } }, 400);
      return;
    }
    const message = asked.length > 0 ? { content: "Rain." } : { [field]: reasoning, tool_calls: [call] };
    const reason = asked.length > 0 ? "stop" : "tool_calls";
    if (stream !== true) {
      const choices = [{ index: 0, message: { role: "assistant", content: null, ...message }, finish_reason: reason }];
      sendJson(response, { id: "1", object: "chat.completion", created: 1, model: "m", choices });
      return;
    }
    startStream(response);
    const { tool_calls: calls, ...rest } = message as { tool_calls?: object[] };
    if (calls !== undefined) for (const part of reasoning.split(/(?= )/)) response.write(event({ [field]: part }));
    else response.write(event(rest));
    response.write(event({ tool_calls: calls?.map((one) => ({ index: 0, ...one })) }));
    response.end(`${event({}, reason)}data: [DONE]\n\n`);
  });

/** As OpenRouter says them of a model of Anthropic and one of OpenAI; of a stream the text comes in pieces, its signature last. */
const details = [
  { type: "reasoning.text", text: reasoning, signature: "c2ln", format: "anthropic-claude-v1", index: 0 },
  { type: "reasoning.encrypted", data: "gAAAAB", id: "rs_1", format: "openai-responses-v1", index: 1 },
];

/** Gives `reasoning_details`, and wants them back as they were for the model that gave them (https://openrouter.ai/docs/use-cases/reasoning-tokens, read 2026-11-27). */
const startRouter = (says: object) =>
  startUpstream((response, { body }) => {
    const { model, stream, messages } = JSON.parse(body) as {
      model: string;
      stream?: boolean;
      messages: Record<string, unknown>[];
    };
    const asked = messages.filter((message) => message["tool_calls"] !== undefined);
    const wanted = model === "other" ? undefined : JSON.stringify(details);
    if (asked.some((message) => JSON.stringify(message["reasoning_details"]) !== wanted)) {
      sendJson(response, { error: { message: "Invalid `signature` in `thinking` block" } }, 400);
      return;
    }
    const message =
      asked.length > 0 ? { content: "Rain." } : { ...says, reasoning_details: details, tool_calls: [call] };
    const reason = asked.length > 0 ? "stop" : "tool_calls";
    if (stream !== true) {
      const choices = [{ index: 0, message: { role: "assistant", content: null, ...message }, finish_reason: reason }];
      sendJson(response, { id: "1", object: "chat.completion", created: 1, model: "m", choices });
      return;
    }
    startStream(response);
    if (asked.length > 0) response.write(event(message));
    else {
      const [text, encrypted] = details;
      for (const part of reasoning.split(/(?= )/)) {
        const said = "reasoning" in says ? { reasoning: part } : {};
        response.write(event({ ...said, reasoning_details: [{ ...text, text: part, signature: null }] }));
      }
      response.write(event({ reasoning_details: [{ ...text, text: "" }] }));
      response.write(event({ reasoning_details: [encrypted], tool_calls: [{ index: 0, ...call }] }));
    }
    response.end(`${event({}, reason)}data: [DONE]\n\n`);
  });

/** Refuses reasoning, as Groq and Mistral do. */
const startStrict = () =>
  startUpstream((response, { body }) => {
    const { messages } = JSON.parse(body) as { messages: Record<string, unknown>[] };
    if (messages.some((message) => "reasoning_content" in message || "reasoning" in message)) {
      sendJson(response, { error: { message: "property is unsupported" } }, 400);
      return;
    }
    const choices = [{ index: 0, message: { role: "assistant", content: "Rain." }, finish_reason: "stop" }];
    sendJson(response, { id: "1", object: "chat.completion", created: 1, model: "m", choices });
  });

async function start(field = "reasoning_content", says: object = { reasoning }) {
  const servers = {
    reasoner: await startReasoner(field),
    router: await startRouter(says),
    strict: await startStrict(),
    anthropic: await startProvider(anthropicServer),
    gemini: await startProvider(geminiServer),
  };
  const formats = {
    reasoner: "openai",
    router: "openai",
    strict: "openai",
    anthropic: "anthropic",
    gemini: "gemini",
  } as const;
  const names = Object.keys(servers) as (keyof typeof servers)[];
  const endpoint = (name: string) =>
    `endpoints: [{ provider: ${name}, model: ${name === "gemini" ? "gemini-3" : "m"} }]`;
  const catalog = `kind: catalog
providers:
${names.map((name) => `  ${name}: { format: ${formats[name]}, base_url: ${servers[name].url} }`).join("\n")}
models:
${names.map((name) => `  acme/${name}: { context_window: 100k, capabilities: [tools, reasoning], ${endpoint(name)} }`).join("\n")}
  acme/other: { context_window: 100k, capabilities: [tools, reasoning], endpoints: [{ provider: router, model: other }] }
`;
  const proxy = await startProxy(compile(policyOf("{ to: [requested] }"), catalog));
  return { proxy, servers };
}

describe.each([false, true])("what a provider wants back, through the Messages API, streamed: %s", (stream) => {
  const tools = [{ name: "weather", input_schema: { type: "object" as const } }];
  const question: Anthropic.MessageParam = { role: "user", content: "weather?" };

  async function ask(client: Anthropic, model: string, messages: Anthropic.MessageParam[]) {
    const body = { model: `acme/${model}`, max_tokens: 100, tools, messages };
    if (stream) return { message: await client.messages.stream(body).finalMessage(), warning: null };
    const { data, response } = await client.messages.create(body).withResponse();
    return { message: data, warning: response.headers.get("x-route-warning") };
  }
  const turns = ({ content }: Anthropic.Message): Anthropic.MessageParam[] => [
    question,
    { role: "assistant", content },
    {
      role: "user",
      content: content.flatMap((block) =>
        block.type === "tool_use" ? [{ type: "tool_result" as const, tool_use_id: block.id, content: "rain" }] : [],
      ),
    },
  ];

  it.each(["reasoning_content", "reasoning"])("is %s for the server that said it, and for no other", async (field) => {
    const { proxy, servers } = await start(field);
    const client = anthropicClient(proxy);
    const { message } = await ask(client, "reasoner", [question]);
    expect(message.content).toMatchObject([{ type: "thinking", thinking: reasoning }, { type: "tool_use" }]);
    const text = [{ type: "text", text: "Rain." }];
    expect((await ask(client, "reasoner", turns(message))).message.content).toMatchObject(text);
    if (!stream) {
      const strict = await ask(client, "strict", turns(message));
      expect(strict.message.content).toMatchObject(text);
      expect(strict.warning).toBe("messages: reasoning of other providers was left out");
    }
    const own = await ask(client, "anthropic", turns(message));
    expect(servers.anthropic.requests.at(-1)!.body).not.toContain("thinking");
    expect(servers.anthropic.requests.at(-1)!.body).toContain('"tool_use"');
    if (!stream) expect(own.warning).toBe("messages: reasoning of other providers was left out");
    await ask(client, "gemini", turns(message));
    expect(servers.gemini.requests.at(-1)!.body).not.toContain(reasoning);
  });

  it.each([{ reasoning }, {}])("are OpenRouter's reasoning_details, with %o, which no other gets", async (says) => {
    const { proxy, servers } = await start("reasoning", says);
    const client = anthropicClient(proxy);
    const { message } = await ask(client, "router", [question]);
    expect(message.content).toMatchObject([
      { type: "thinking", thinking: reasoning },
      { type: "redacted_thinking" },
      { type: "tool_use", id: "call_1" },
    ]);
    expect((await ask(client, "router", turns(message))).message.content).toMatchObject([{ text: "Rain." }]);
    expect((await ask(client, "other", turns(message))).message.content).toMatchObject([{ text: "Rain." }]);
    const { warning } = await ask(client, "anthropic", turns(message));
    expect(servers.anthropic.requests.at(-1)!.body).not.toContain("thinking");
    if (!stream) expect(warning).toBe("messages: reasoning of other providers was left out");
    await ask(client, "gemini", turns(message));
    expect(servers.gemini.requests.at(-1)!.body).not.toContain("gAAAAB");
    if (!stream) {
      const strict = await ask(client, "strict", turns(message));
      expect(servers.strict.requests.at(-1)!.body).not.toContain("gAAAAB");
      expect(strict.warning).toBe("messages: reasoning of other providers was left out");
    }
  });

  it("is Gemini's signature of a call, which no other gets", async () => {
    const { proxy, servers } = await start();
    const client = anthropicClient(proxy);
    const { message } = await ask(client, "gemini", [question]);
    expect(message.content).toMatchObject([{ type: "redacted_thinking" }, { type: "tool_use" }]);
    const { warning } = await ask(client, "gemini", turns(message));
    expect(servers.gemini.requests.at(-1)!.body).toContain('"thoughtSignature":"EpEg"');
    expect(warning).toBeNull();
    await ask(client, "anthropic", turns(message));
    expect(servers.anthropic.requests.at(-1)!.body).not.toContain("thinking");
    await ask(client, "strict", turns(message)).catch(() => undefined); // it answers whole
    expect(servers.strict.requests.at(-1)!.body).not.toContain("EpEg");
  });
});

describe.each([false, true])("what a provider wants back, through the Responses API, streamed: %s", (stream) => {
  const tools: OpenAI.Responses.Tool[] = [{ type: "function", name: "weather", parameters: {}, strict: false }];
  const question: OpenAI.Responses.ResponseInput = [{ role: "user", content: "weather?" }];

  it.each(["reasoning_content", "reasoning"])("is %s for the server that said it, and for no other", async (field) => {
    const { proxy } = await start(field);
    const client = openAiClient(proxy);
    const ask = (model: string, input: OpenAI.Responses.ResponseInput, streamed = stream) => {
      const body = { model: `acme/${model}`, tools, input };
      return streamed ? client.responses.stream(body).finalResponse() : client.responses.create(body);
    };
    const { output } = await ask("reasoner", question);
    const input = [
      ...question,
      ...(output as OpenAI.Responses.ResponseInput),
      { type: "function_call_output" as const, call_id: "call_1", output: "rain" },
    ];
    expect((await ask("reasoner", input)).output_text).toBe("Rain.");
    expect((await ask("strict", input, false)).output_text).toBe("Rain.");
  });

  it.each([{ reasoning }, {}])("are OpenRouter's reasoning_details, with %o, which no other gets", async (says) => {
    const { proxy, servers } = await start("reasoning", says);
    const client = openAiClient(proxy);
    const ask = (model: string, input: OpenAI.Responses.ResponseInput, streamed = stream) => {
      const body = { model: `acme/${model}`, tools, input };
      return streamed ? client.responses.stream(body).finalResponse() : client.responses.create(body);
    };
    const { output } = await ask("router", question);
    expect(output).toMatchObject([{ summary: [{ text: reasoning }] }, { call_id: "call_1" }, { type: "reasoning" }]);
    const input = [
      ...question,
      ...(output as OpenAI.Responses.ResponseInput),
      { type: "function_call_output" as const, call_id: "call_1", output: "rain" },
    ];
    expect((await ask("router", input)).output_text).toBe("Rain.");
    expect((await ask("other", input)).output_text).toBe("Rain.");
    expect((await ask("strict", input, false)).output_text).toBe("Rain.");
    for (const other of ["anthropic", "gemini", "strict"] as const) {
      await ask(other, input, false);
      expect(servers[other].requests.at(-1)!.body).not.toMatch(/gAAAAB|c2ln/);
    }
  });
});
