import type Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { anthropicClient, openAiClient } from "../../services/proxy-over-formats.js";
import { compile, policyOf, startProxy, startStream, startUpstream, stopAll } from "../http/harness.js";
import { streamBytes } from "../providers/harness.js";
import {
  anthropicServer,
  type Format,
  geminiServer,
  openAiServer,
  responsesServer,
  startProvider,
} from "../providers/provider-servers.js";

afterEach(stopAll);

const said = ["Hello ", "there."] as const;

/** How many events of each server's stream there are up to the first piece of its text. */
const begun = [
  ["openai", openAiServer, 2],
  ["openai with its Responses API", responsesServer, 5],
  ["anthropic", anthropicServer, 3],
  ["gemini", geminiServer, 1],
] as const;
const others = [
  ["openai", openAiServer],
  ["anthropic", anthropicServer],
] as const;
const pairs = begun.flatMap(([one, first, events]) =>
  others.map(([two, second]) => ({ one, two, first, second, events })),
);

/** Two models, `acme/one` and `acme/two`, of which the second goes on with the first. */
async function start(
  one: string,
  first: readonly object[],
  two: string,
  second: Format,
  environment: NodeJS.ProcessEnv = {},
) {
  const breaking = await startUpstream((response) => {
    startStream(response);
    response.write(streamBytes(first));
    setTimeout(() => response.socket?.resetAndDestroy(), 30);
  });
  const goingOn = await startProvider(second);
  const provider = (name: string, url: string) =>
    name === "openai with its Responses API"
      ? `{ format: openai, base_url: ${url}, responses_api: true }`
      : `{ format: ${name}, base_url: ${url} }`;
  const model = (name: string) =>
    `acme/${name}: { context_window: 100k, capabilities: [tools, vision], price: { input: 1, output: 2 }, endpoints: [{ provider: ${name}, model: ${name}-model }] }`;
  const catalog = `kind: catalog
providers:
  one: ${provider(one, breaking.url)}
  two: ${provider(two, goingOn.url)}
models:
  ${model("one")}
  ${model("two")}
`;
  const policy = compile(policyOf("{ to: [acme/one, acme/two], continue: true }"), catalog);
  const proxy = await startProxy(policy, { environment });
  const asked = () =>
    JSON.parse(goingOn.requests[0]?.body ?? "{}") as {
      readonly messages: { content: unknown }[];
      readonly max_tokens?: number;
      readonly max_completion_tokens?: number;
      readonly thinking?: { readonly budget_tokens?: number };
    };
  return { proxy, goingOn, asked };
}

async function outcomesOf({ lastDecision, ledger }: Awaited<ReturnType<typeof startProxy>>) {
  const { attempts, result } = await lastDecision();
  const rows = await ledger();
  return {
    errors: attempts.map((attempt) => attempt.error_class),
    outcome: result?.outcome,
    ledger: rows.map((row) => row.outcome).sort(),
  };
}
const wentOn = { errors: ["connection", undefined], outcome: "answered", ledger: ["answered", "cut"] };
const cut = { errors: ["connection"], outcome: "cut", ledger: ["cut"] };

/** Only clients of the Responses API see a provider's. */
const chatPairs = pairs.filter(({ first }) => first !== responsesServer);

describe("continue: true with a thinking budget", () => {
  const budget = { max_tokens: 2_000, thinking: { type: "enabled", budget_tokens: 1_999 } };

  it.each(["chat/completions", "messages"])("keeps it below what is left of the limit: /v1/%s", async (path) => {
    const events = anthropicServer.events([...said]).slice(0, 3);
    const { proxy, asked } = await start("anthropic", events, "anthropic", anthropicServer);
    const body = { model: "auto", stream: true, messages: [{ role: "user", content: "hi" }], ...budget };
    const answer = await fetch(`${proxy.url}/v1/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    await answer.text();
    const { max_tokens: limit, thinking } = asked();
    expect(limit).toBe(1_998);
    expect(thinking?.budget_tokens).toBeGreaterThanOrEqual(1_024);
    expect(thinking?.budget_tokens).toBeLessThan(1_998);
    const { warnings } = await proxy.lastDecision();
    expect(warnings).toContainEqual(
      expect.stringMatching(/^two: .*the budget was lowered to \d+, below the answer's limit$/),
    );
    expect(await outcomesOf(proxy)).toEqual(wentOn);
  });
});

describe("continue: true through POST /v1/messages", () => {
  const message = { model: "auto", max_tokens: 100, messages: [{ role: "user" as const, content: "hi" }] };

  it.each(chatPairs)("goes on from $one to $two, and the official client has one message", async (pair) => {
    const { proxy, asked } = await start(
      pair.one,
      pair.first.events([...said]).slice(0, pair.events),
      pair.two,
      pair.second,
    );
    const client = anthropicClient(proxy);
    const whole = await client.messages.stream(message).finalMessage();
    expect(whole.content).toMatchObject([{ type: "text", text: "Hello Hello there." }]);
    expect(whole).toMatchObject({ stop_reason: "end_turn", usage: { input_tokens: 10, output_tokens: 5 } });
    const { max_tokens = 0, max_completion_tokens = max_tokens } = asked();
    expect(max_completion_tokens).toBe(98); // of 100
    const [, partial, goOn] = asked().messages;
    expect(JSON.stringify(partial)).toContain("Hello ");
    expect(JSON.stringify(goOn)).toContain("Go on exactly where it stops");
    expect(await outcomesOf(proxy)).toEqual(wentOn);
  });

  const block = (index: number, content_block: object, delta: object) => [
    { type: "content_block_start", index, content_block },
    { type: "content_block_delta", index, delta },
  ];
  const text = block(0, { type: "text", text: "" }, { type: "text_delta", text: "Let me see" });
  const toolAfterText = (tool: object) => [
    ...text,
    { type: "content_block_stop", index: 0 },
    ...block(1, tool, { type: "input_json_delta", partial_json: "{" }),
  ];
  const [head] = anthropicServer.events([...said]);
  it.each([
    ["a tool call", toolAfterText({ type: "tool_use", id: "t", name: "f", input: {} })],
    [
      "thinking",
      [
        ...block(0, { type: "thinking", thinking: "", signature: "" }, { type: "thinking_delta", thinking: "hm" }),
        { type: "content_block_stop", index: 0 },
        ...block(1, { type: "text", text: "" }, { type: "text_delta", text: "So" }),
      ],
    ],
    ["a server's tool", toolAfterText({ type: "server_tool_use", id: "s", name: "web_search", input: {} })],
    [
      "a citation",
      [...text, { type: "content_block_delta", index: 0, delta: { type: "citations_delta", citation: {} } }],
    ],
    ["the end of the text", [...text, { type: "content_block_stop", index: 0 }]],
  ])("cuts the stream after %s", async (_, events) => {
    const { proxy, goingOn } = await start("anthropic", [head!, ...events], "openai", openAiServer);
    const client = anthropicClient(proxy);
    await expect(client.messages.stream(message).finalMessage()).rejects.toThrow(/stream_cut/);
    expect(goingOn.requests).toHaveLength(0);
    expect(await outcomesOf(proxy)).toEqual(cut);
  });

  it("cuts the stream where the request names a file that only its provider has", async () => {
    const events = anthropicServer.events([...said]).slice(0, 3);
    const { proxy, goingOn } = await start("anthropic", events, "anthropic", anthropicServer);
    const client = anthropicClient(proxy);
    const picture = { type: "image", source: { type: "file", file_id: "file_1" } };
    const asking = client.messages.stream({
      ...message,
      messages: [{ role: "user", content: [picture as unknown as Anthropic.ImageBlockParam] }],
    });
    await expect(asking.finalMessage()).rejects.toThrow(/stream_cut/);
    expect(goingOn.requests).toHaveLength(0);
  });
});

describe("continue: true through POST /v1/responses", () => {
  it.each(pairs)("goes on from $one to $two, and the official client has one response", async (pair) => {
    const { proxy, asked } = await start(
      pair.one,
      pair.first.events([...said]).slice(0, pair.events),
      pair.two,
      pair.second,
    );
    const client = openAiClient(proxy);
    const stream = client.responses.stream({ model: "auto", input: "hi" });
    const numbers: number[] = [];
    stream.on("event", ({ sequence_number }) => numbers.push(sequence_number));
    const whole = await stream.finalResponse();
    expect(whole).toMatchObject({
      status: "completed",
      output_text: "Hello Hello there.",
      usage: { output_tokens: 5 },
    });
    expect(whole.output).toHaveLength(1);
    expect(numbers).toEqual(numbers.map((_, index) => index));
    const [, partial, goOn] = asked().messages;
    expect(JSON.stringify(partial)).toContain("Hello ");
    expect(JSON.stringify(goOn)).toContain("Go on exactly where it stops");
    expect(await outcomesOf(proxy)).toEqual(wentOn);
  });

  it("keeps the names of the response and of its message", async () => {
    const events = responsesServer.events([...said]).slice(0, 5);
    const { proxy } = await start("openai with its Responses API", events, "openai", openAiServer);
    const client = openAiClient(proxy);
    const whole = await client.responses.stream({ model: "auto", input: "hi" }).finalResponse();
    expect([whole.id, whole.output[0]?.id]).toEqual(["resp_1", "msg_1"]);
  });

  const [created, , added, part, delta] = responsesServer.events([...said]);
  it.each([
    ["a tool call", responsesServer.events("call").slice(0, 4)],
    [
      "reasoning",
      [
        created!,
        { type: "response.output_item.added", output_index: 0, item: { type: "reasoning", id: "rs_1", summary: [] } },
        ...[added!, part!, delta!].map((event) => ({ ...event, output_index: 1 })),
      ],
    ],
    [
      "an annotation",
      [
        created!,
        added!,
        part!,
        delta!,
        { type: "response.output_text.annotation.added", output_index: 0, content_index: 0 },
      ],
    ],
    ["the end of the text", responsesServer.events([...said]).slice(0, 7)],
  ])("cuts the stream after %s", async (_, events) => {
    const { proxy, goingOn } = await start("openai with its Responses API", events, "openai", openAiServer);
    const client = openAiClient(proxy);
    await expect(client.responses.stream({ model: "auto", input: "hi" }).finalResponse()).rejects.toThrow(/incomplete/);
    expect(goingOn.requests).toHaveLength(0);
    expect(await outcomesOf(proxy)).toEqual(cut);
  });
});

describe("continue: true through POST /v1/completions", () => {
  const piece = (text: string, finish_reason: string | null = null) => ({
    id: "cmpl-1",
    object: "text_completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, text, logprobs: null, finish_reason }],
  });
  const completions: Format = { ...openAiServer, events: () => [piece(" there"), piece("", "stop")] };
  const ask = async (url: string, more: object = {}) => {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "unused", maxRetries: 0 });
    let text = "";
    const stream = await client.completions.create({ model: "auto", prompt: "Say ", stream: true, ...more });
    for await (const { choices } of stream) text += choices[0]?.text ?? "";
    return text;
  };

  it("has the next candidate complete the prompt and what has come", async () => {
    const server: Format = { ...completions, read: () => ({ ...none, isStream: true }) };
    const { proxy, goingOn } = await start("openai", [piece("Hello")], "openai", server);
    expect(await ask(proxy.url, { max_tokens: 9, provider: { ignore: [] } })).toBe("Hello there");
    const [request] = goingOn.requests;
    expect(JSON.parse(request?.body ?? "")).toEqual({
      model: "two-model",
      prompt: "Say Hello",
      stream: true,
      max_tokens: 8,
    });
    expect(await outcomesOf(proxy)).toEqual(wentOn);
  });

  it("goes on as a chat where the next candidate only chats, and the other way round", async () => {
    const toChat = await start("openai", [piece("Hello ")], "anthropic", anthropicServer);
    expect(await ask(toChat.proxy.url)).toBe("Hello Hello there.");
    expect(toChat.asked()).toMatchObject({ messages: { length: 3 }, max_tokens: 14 });
    const server: Format = { ...completions, read: () => ({ ...none, isStream: true }) };
    const fromChat = await start("anthropic", anthropicServer.events([...said]).slice(0, 3), "openai", server);
    expect(await ask(fromChat.proxy.url)).toBe("Hello  there");
    expect(fromChat.asked()).toMatchObject({ prompt: "Say Hello ", max_tokens: 14 });
  });

  it("goes on as a chat where the text is more than what the model completed", async () => {
    const { proxy, asked } = await start("openai", [piece("Say Hello ")], "anthropic", anthropicServer);
    expect(await ask(proxy.url, { echo: true })).toBe("Say Hello Hello there.");
    expect(asked()).toMatchObject({ messages: { length: 3 }, max_tokens: 16 });
  });
});

const none = { text: "", offersTools: false, hasResults: false, hasImage: false, hasSchema: false };
