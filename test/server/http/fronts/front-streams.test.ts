import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Front, Reasoner } from "../../../../server/http/fronts/front.js";
import { messagesToChat } from "../../../../server/http/fronts/messages/messages-to-chat.js";
import { messagesFront } from "../../../../server/http/fronts/messages-front.js";
import { responsesFront } from "../../../../server/http/fronts/responses-front.js";
import type { Json } from "../../../../server/json/json.js";
import { anthropicTranslator } from "../../../../server/providers/anthropic/anthropic-translator.js";
import { readChatRequest } from "../../../../server/providers/chat/read-chat-request.js";
import { endpointOf } from "../../providers/harness.js";

const text = fc.string({ minLength: 1, unit: "grapheme" });
const name = fc.stringMatching(/^[a-z_]{1,12}$/);
const args = fc
  .dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  .map((object) => JSON.stringify(object));
const answer = fc.record({
  thought: fc.option(
    fc.record({
      text,
      signature: fc.option(name, { nil: undefined }),
      field: fc.constantFrom("reasoning_content", "reasoning"),
    }),
    { nil: undefined },
  ),
  reasoner: fc.option(fc.record({ provider: name, model: name }), { nil: undefined }),
  content: fc.option(text, { nil: undefined }),
  refusal: fc.option(text, { nil: undefined }),
  calls: fc.array(fc.record({ name, args, extra: fc.option(fc.constant({ google: { thought_signature: "s" } })) }), {
    maxLength: 3,
  }),
  reason: fc.constantFrom("stop", "length", "tool_calls", "content_filter"),
  size: fc.integer({ min: 1, max: 5 }),
});
type Answer = typeof answer extends fc.Arbitrary<infer T> ? T : never;

const usage = {
  prompt_tokens: 30,
  completion_tokens: 7,
  total_tokens: 37,
  prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 5 },
  completion_tokens_details: { reasoning_tokens: 2 },
};
const head = { id: "chatcmpl-1", created: 1, model: "m" };

function wholeOf({ thought, content, refusal, calls, reason }: Answer): Buffer {
  const message = {
    role: "assistant",
    content: content ?? null,
    ...(refusal === undefined ? {} : { refusal }),
    ...(thought === undefined
      ? {}
      : {
          [thought.field]: thought.text,
          ...detailsOf(thought),
        }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((call, at) => ({
            id: `call_${at}`,
            type: "function",
            function: { name: call.name, arguments: call.args },
            ...extraOf(call),
          })),
        }),
  };
  return Buffer.from(JSON.stringify({ ...head, choices: [{ index: 0, message, finish_reason: reason }], usage }));
}

function detailsOf({ text, signature }: NonNullable<Answer["thought"]>): object {
  return signature === undefined ? {} : { reasoning_details: [{ type: "reasoning.text", text, signature }] };
}

function extraOf({ extra }: Answer["calls"][number]): object {
  return extra === null ? {} : { extra_content: extra };
}

function cut(whole: string, size: number): string[] {
  const characters = [...whole];
  const parts: string[] = [];
  while (characters.length > 0) parts.push(characters.splice(0, size).join(""));
  return parts;
}

function chunksOf({ thought, content, refusal, calls, reason, size }: Answer): Buffer[] {
  const deltas: object[] = [
    { role: "assistant" },
    ...cut(thought?.text ?? "", size).map((part) => ({ [thought?.field ?? ""]: part })),
    ...(thought === undefined ? [] : [detailsOf(thought)]),
    ...cut(content ?? "", size).map((part) => ({ content: part })),
    ...cut(refusal ?? "", size).map((part) => ({ refusal: part })),
    ...calls.flatMap((call, index) => [
      {
        tool_calls: [
          {
            ...{ index, id: `call_${index}`, type: "function", function: { name: call.name, arguments: "" } },
            ...extraOf(call),
          },
        ],
      },
      ...cut(call.args, size).map((part) => ({ tool_calls: [{ index, function: { arguments: part } }] })),
    ]),
  ];
  const event = (fields: object) => Buffer.from(`data: ${JSON.stringify({ ...head, ...fields })}\n\n`);
  return [
    ...deltas.map((delta) => event({ choices: [{ index: 0, delta, finish_reason: null }] })),
    event({ choices: [{ index: 0, delta: {}, finish_reason: reason }] }),
    event({ choices: [], usage }),
  ];
}

const about = { id: "dec_1", created: 1, model: "m" };

function streamThrough(front: Front, chunks: readonly Buffer[], reasoner?: Reasoner): readonly Json[] {
  const stream = front.stream(false, { ...about, reasoner });
  const all = chunks.map((chunk) => stream.write(chunk).toString("utf8")).join("") + stream.end(undefined, undefined);
  return all
    .split("\n\n")
    .filter((part) => part !== "")
    .map((part) => JSON.parse(part.slice(part.indexOf("data: ") + 6)) as Json);
}

/** Puts a message together from its events, as Anthropic's clients do. */
function assemble(events: readonly Json[]): object {
  let message: Record<string, unknown> = {};
  const content: Record<string, unknown>[] = [];
  const inputs = new Map<unknown, string>();
  for (const event of events as readonly (Json & Record<string, never>)[]) {
    const block = content[event["index"]!] ?? {};
    const delta = event["delta"] as unknown as Record<string, string>;
    if (event["type"] === "message_start") message = { ...(event["message"] as unknown as object) };
    else if (event["type"] === "content_block_start")
      content.push({ ...(event["content_block"] as unknown as object) });
    else if (event["type"] === "message_delta") Object.assign(message, delta, { usage: event["usage"] });
    else if (event["type"] !== "content_block_delta") continue;
    else if (delta["type"] === "text_delta") block["text"] = `${block["text"]}${delta["text"]}`;
    else if (delta["type"] === "thinking_delta") block["thinking"] = `${block["thinking"]}${delta["thinking"]}`;
    else if (delta["type"] === "signature_delta") block["signature"] = delta["signature"];
    else inputs.set(block, `${inputs.get(block) ?? ""}${delta["partial_json"]}`);
  }
  for (const [block, json] of inputs) (block as Record<string, unknown>)["input"] = JSON.parse(json);
  return { ...message, content };
}

describe("a stream that is translated for its client, put together, is the whole answer", () => {
  it("of the Messages API", () => {
    fc.assert(
      fc.property(answer, (one) => {
        const whole = JSON.parse(
          messagesFront.answer(wholeOf(one), { ...about, reasoner: one.reasoner }).toString(),
        ) as object;
        const events = streamThrough(messagesFront, chunksOf(one), one.reasoner);
        expect(assemble(events)).toEqual(whole);
        expect(events.at(-1)).toEqual({ type: "message_stop" });
      }),
    );
  });

  it("of the Responses API, item by item and as its last event says", () => {
    fc.assert(
      fc.property(answer, (one) => {
        const whole = JSON.parse(
          responsesFront.answer(wholeOf(one), { ...about, reasoner: one.reasoner }).toString(),
        ) as Record<string, unknown>;
        const events = streamThrough(responsesFront, chunksOf(one), one.reasoner);
        expect(events.at(-1)?.["response"]).toEqual(whole);
        expect(events.map((event) => event["sequence_number"])).toEqual(events.map((_, at) => at));
        const items = events.filter(({ type }) => type === "response.output_item.done").map(({ item }) => item);
        expect(items).toHaveLength((whole["output"] as unknown[]).length);
        for (const item of items) expect(whole["output"]).toContainEqual(item);
      }),
    );
  });

  it.each([
    [
      messagesFront,
      [
        { type: "thinking", thinking: "so it is", signature: "" },
        { type: "text", text: "yes, it is" },
      ],
    ],
    [responsesFront, [{ summary: [{ text: "so it is" }] }, { content: [{ text: "yes, it is" }] }]],
  ] as const)("of Mistral's content in parts", (front, content) => {
    const mistral = { provider: "mistral", model: "magistral" };
    const thinking = (words: string) => ({ type: "thinking", thinking: [{ type: "text", text: words }] });
    const said = (words: string) => ({ type: "text", text: words });
    const message = { role: "assistant", content: [thinking("so it is"), said("yes, it is")] };
    const whole = Buffer.from(JSON.stringify({ ...head, choices: [{ index: 0, message, finish_reason: "stop" }] }));
    const deltas = [[thinking("so ")], [thinking("it is"), said("yes")], ", it is"];
    const chunks = deltas.map((part) =>
      Buffer.from(`data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta: { content: part } }] })}\n\n`),
    );
    const events = streamThrough(front, chunks, mistral);
    const of = (one: object) => ("output" in one ? one.output : (one as { content?: unknown }).content);
    expect(of(JSON.parse(front.answer(whole, { ...about, reasoner: mistral }).toString()) as object)).toMatchObject(
      content,
    );
    const streamed = front === messagesFront ? assemble(events) : (events.at(-1)?.["response"] as object);
    expect(of(streamed)).toMatchObject(content);
  });

  // As a true stream of Azure begins (https://github.com/quarkiverse/quarkus-langchain4j, AzureOpenAiStreamingChatModel tests, read 2026-11-27).
  it("is named by its first chunk with a choice, not by Azure's chunk before that", () => {
    const filters = { choices: [], created: 0, id: "", model: "", object: "", prompt_filter_results: [] };
    const said = { ...head, choices: [{ index: 0, delta: { content: "yes" } }] };
    const chunks = [filters, said].map((chunk) => Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`));
    expect(streamThrough(messagesFront, chunks)[0]).toMatchObject({ message: { id: "msg_chatcmpl-1", model: "m" } });
    const named = { id: "resp_chatcmpl-1", created_at: 1, model: "m" };
    for (const event of [0, -1])
      expect(streamThrough(responsesFront, chunks).at(event)?.["response"]).toMatchObject(named);
  });

  it.each([[null], ["0"], [1]])("is there whatever the index of its one choice: %j", (index) => {
    const choices = [{ delta: { content: "Hel" } }, { delta: { content: "lo" } }, { delta: {}, finish_reason: "stop" }];
    const chunks = choices.map((choice) => ({ ...head, choices: [{ index, ...choice } as object] }));
    // Another choice is none of it, where they can be told apart.
    if (index !== null) chunks.splice(1, 0, { ...head, choices: [{ index: 7, delta: { content: "no" } }] });
    const events = chunks.map((chunk) => Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`));
    expect(assemble(streamThrough(messagesFront, events))).toMatchObject({
      content: [{ type: "text", text: "Hello" }],
    });
    expect(streamThrough(responsesFront, events).at(-1)).toMatchObject({
      response: { output: [{ content: [{ text: "Hello" }] }] },
    });
  });

  it("has arguments that can be parsed where a server gives a call none, in the Responses API", () => {
    const calls = [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }];
    const choice = { index: 0, finish_reason: "tool_calls" };
    const whole = { ...head, choices: [{ ...choice, message: { tool_calls: calls } }] };
    const chunk = { ...head, choices: [{ ...choice, delta: { tool_calls: calls } }] };
    const output = [{ type: "function_call", arguments: "{}" }];
    expect(JSON.parse(responsesFront.answer(Buffer.from(JSON.stringify(whole)), about).toString())).toMatchObject({
      output,
    });
    const events = streamThrough(responsesFront, [Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)]);
    expect(events.at(-1)).toMatchObject({ response: { output } });
    expect(events).toContainEqual(
      expect.objectContaining({ type: "response.function_call_arguments.delta", delta: "{}" }),
    );
  });

  it("stops for its tools in the Messages API when OpenAI says `stop` of a call that was forced", () => {
    const calls = [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{}" } }];
    const choice = { index: 0, finish_reason: "stop" };
    const whole = { ...head, choices: [{ ...choice, message: { tool_calls: calls } }] };
    const chunk = { ...head, choices: [{ ...choice, delta: { tool_calls: calls } }] };
    const stops = { stop_reason: "tool_use" };
    expect(JSON.parse(messagesFront.answer(Buffer.from(JSON.stringify(whole)), about).toString())).toMatchObject(stops);
    const events = streamThrough(messagesFront, [Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)]);
    expect(assemble(events)).toMatchObject(stops);
  });

  it("is cut off where Mistral says that the model's window is full", () => {
    const choice = { index: 0, finish_reason: "model_length" };
    const whole = Buffer.from(JSON.stringify({ ...head, choices: [{ ...choice, message: { content: "so" } }] }));
    const chunk = Buffer.from(
      `data: ${JSON.stringify({ ...head, choices: [{ ...choice, delta: { content: "so" } }] })}\n\n`,
    );
    const stops = { stop_reason: "max_tokens" };
    expect(JSON.parse(messagesFront.answer(whole, about).toString())).toMatchObject(stops);
    expect(assemble(streamThrough(messagesFront, [chunk]))).toMatchObject(stops);
    const incomplete = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
    expect(JSON.parse(responsesFront.answer(whole, about).toString())).toMatchObject(incomplete);
    expect(streamThrough(responsesFront, [chunk]).at(-1)).toMatchObject({ response: incomplete });
  });

  it.each([{}, { id: "", created: 0, model: "" }, { id: null, created: "now", model: null }])(
    "has an id, a time and a model where its server gives none: %j",
    (given) => {
      const choice = { index: 0, finish_reason: "stop" };
      const whole = Buffer.from(JSON.stringify({ ...given, choices: [{ ...choice, message: { content: "so" } }] }));
      const chunk = Buffer.from(
        `data: ${JSON.stringify({ ...given, choices: [{ ...choice, delta: { content: "so" } }] })}\n\n`,
      );
      const named = { id: "msg_dec_1", model: "m" };
      expect(JSON.parse(messagesFront.answer(whole, about).toString())).toMatchObject(named);
      expect(assemble(streamThrough(messagesFront, [chunk]))).toMatchObject(named);
      const response = { id: "resp_dec_1", created_at: 1, model: "m", output: [{ id: "msg_dec_1" }] };
      expect(JSON.parse(responsesFront.answer(whole, about).toString())).toMatchObject(response);
      expect(streamThrough(responsesFront, [chunk]).at(-1)).toMatchObject({ response });
    },
  );

  // `StopReason`, `RefusalStopDetails` and `OutputTokensDetails` of the `@anthropic-ai/sdk` package 1.14.0, `ResponseUsage` of `openai` 6.49.0.
  it("is a refusal in the Messages API where OpenAI says `stop` of one, and counts what each API counts", () => {
    const choice = { index: 0, finish_reason: "stop" };
    const whole = { ...head, choices: [{ ...choice, message: { content: null, refusal: "I will not." } }], usage };
    const chunk = { ...head, choices: [{ ...choice, delta: { refusal: "I will not." } }], usage };
    const event = [Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)];
    const refused = {
      content: [{ type: "text", text: "I will not." }],
      stop_reason: "refusal",
      stop_details: { type: "refusal", category: null, explanation: "I will not." },
      usage: { output_tokens: 7, output_tokens_details: { thinking_tokens: 2 } },
    };
    const answer = Buffer.from(JSON.stringify(whole));
    expect(JSON.parse(messagesFront.answer(answer, about).toString())).toMatchObject(refused);
    expect(assemble(streamThrough(messagesFront, event))).toMatchObject(refused);
    expect(JSON.parse(responsesFront.answer(answer, about).toString())).toMatchObject({
      usage: { input_tokens_details: { cached_tokens: 10, cache_write_tokens: 5 } },
    });
  });

  it("of the Messages API has estimates where the provider counts nothing", () => {
    const words = Array.from({ length: 40 }, (_, at) => `word${at} `);
    const whole = { ...head, choices: [{ message: { role: "assistant", content: words.join("") } }] };
    const counted = { ...about, inputTokens: 12 };
    const { usage } = JSON.parse(messagesFront.answer(Buffer.from(JSON.stringify(whole)), counted).toString());
    expect(usage).toMatchObject({ input_tokens: 12, cache_read_input_tokens: 0 });
    expect(usage.output_tokens).toBe(Math.ceil(JSON.stringify([{ type: "text", text: words.join("") }]).length / 4));
    const stream = messagesFront.stream(false, counted);
    const end = { delta: {}, finish_reason: "stop" }; // shorter than all of them
    for (const choice of [...words.map((content) => ({ delta: { content } })), end]) {
      const chunk = { ...head, choices: [{ index: 0, ...choice }] };
      stream.write(Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`));
    }
    const [, delta] = /event: message_delta\ndata: (.*)\n/.exec(stream.end(undefined, undefined)) ?? [];
    // One an event; those of ten words and more are a letter longer.
    expect(JSON.parse(delta ?? "").usage).toMatchObject({ input_tokens: 12, output_tokens: 40 + Math.floor(30 / 4) });
  });

  it("is a refusal in the Responses API also when it is streamed", () => {
    const delta = (fields: object) =>
      Buffer.from(`data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta: fields }] })}\n\n`);
    const events = streamThrough(responsesFront, [delta({ refusal: "I " }), delta({ refusal: "will not." })]);
    expect(events.map(({ type }) => type)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.refusal.delta",
      "response.refusal.delta",
      "response.refusal.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect(events.at(-4)).toMatchObject({ refusal: "I will not.", content_index: 0 });
  });

  it.each(["functions.weather:0", "call_", "x".repeat(300)])(
    "has items of the Responses API that OpenAI takes back: of the call %s",
    (id) => {
      const calls = [{ index: 0, id, type: "function", function: { name: "f", arguments: "{}" } }];
      const named = { ...head, id: "gen:1/ä" };
      const choice = { index: 0, finish_reason: "tool_calls" };
      const whole = { ...named, choices: [{ ...choice, message: { content: "so", tool_calls: calls } }] };
      const chunk = { ...named, choices: [{ ...choice, delta: { content: "so", tool_calls: calls } }] };
      const { output } = JSON.parse(responsesFront.answer(Buffer.from(JSON.stringify(whole)), about).toString()) as {
        output: { id: string; call_id?: string }[];
      };
      expect(output.map((item) => item.id)).toEqual([
        expect.stringMatching(/^msg_[A-Za-z0-9_-]{1,59}[A-Za-z0-9]$/),
        expect.stringMatching(/^fc_[A-Za-z0-9_-]{1,60}[A-Za-z0-9]$/),
      ]);
      expect(output[1]?.call_id).toBe(id);
      const events = streamThrough(responsesFront, [Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)]);
      expect(events.at(-1)).toMatchObject({ response: { output } });
      const ids = events.flatMap(({ item_id: one }) => (one === undefined ? [] : [one]));
      for (const one of ids) expect(output.map((item) => item.id)).toContain(one);
    },
  );

  // `ResponseStatus` and `ResponseOutputTextAnnotationAddedEvent` of the `openai` package 6.49.0, read 2026-11-27.
  it("has links to what was read, and says of the last item that it is cut off, in the Responses API", () => {
    const url_citation = { start_index: 0, end_index: 2, title: "T", url: "https://example.org" };
    const annotations = [{ type: "url_citation", url_citation }];
    const annotation = { type: "url_citation", ...url_citation };
    const choice = { index: 0, finish_reason: "length" };
    const whole = { ...head, choices: [{ ...choice, message: { content: "so", annotations } }] };
    const chunks = [{ content: "so" }, { annotations }].map((delta) => ({ ...head, choices: [{ index: 0, delta }] }));
    const events = streamThrough(
      responsesFront,
      [...chunks, { ...head, choices: [{ ...choice, delta: {} }] }].map((chunk) =>
        Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`),
      ),
    );
    const { output } = JSON.parse(responsesFront.answer(Buffer.from(JSON.stringify(whole)), about).toString()) as {
      output: object[];
    };
    expect(output).toMatchObject([{ status: "incomplete", content: [{ text: "so", annotations: [annotation] }] }]);
    expect(events.at(-1)).toMatchObject({ type: "response.incomplete", response: { output } });
    expect(events.find(({ type }) => type === "response.output_text.annotation.added")).toMatchObject({
      ...{ item_id: "msg_chatcmpl-1", output_index: 0, content_index: 0, annotation_index: 0, annotation },
    });
    const calls = ["a", "b"].map((id) => ({ id, type: "function", function: { name: "f", arguments: "{" } }));
    const cut = { ...head, choices: [{ ...choice, message: { content: "so", tool_calls: calls } }] };
    const items = JSON.parse(responsesFront.answer(Buffer.from(JSON.stringify(cut)), about).toString()) as typeof whole;
    expect(items).toMatchObject({
      output: [{ status: "completed" }, { status: "completed" }, { status: "incomplete" }],
    });
  });

  it("has the pictures that a model made, in the Responses API", () => {
    const images = [{ type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } }];
    const choice = { index: 0, finish_reason: "stop" };
    const whole = { ...head, choices: [{ ...choice, message: { content: "see", images } }] };
    const chunks = [{ content: "see" }, { images }].map((delta) => ({ ...head, choices: [{ index: 0, delta }] }));
    const events = streamThrough(
      responsesFront,
      [...chunks, { ...head, choices: [{ ...choice, delta: {} }] }].map((chunk) =>
        Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`),
      ),
    );
    const picture = { id: "ig_chatcmpl-1_0", type: "image_generation_call", status: "completed", result: "iVBO" };
    const { output } = JSON.parse(responsesFront.answer(Buffer.from(JSON.stringify(whole)), about).toString()) as {
      output: object[];
    };
    expect(output).toMatchObject([{ content: [{ text: "see" }] }, picture]);
    expect(events.at(-1)).toMatchObject({ type: "response.completed", response: { output } });
  });

  it("holds a call together that a provider talks in, and what it says", () => {
    const part = (fields: object) => ({ tool_calls: [{ index: 0, ...fields }] });
    const said = [{ content: "so " }, { reasoning_content: "why" }, { content: "it is" }];
    const deltas = (first: string, rest: string) => [
      part({ id: "a", function: { name: "f", arguments: first } }),
      ...said,
      part({ function: { arguments: rest } }),
    ];
    for (const [first, rest] of [
      ["", '{"x":1}'],
      ['{"x"', ":1}"],
      ['{"x":1}', " "],
    ] as const) {
      const chunks = deltas(first, rest).map((delta) =>
        Buffer.from(`data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`),
      );
      expect(assemble(streamThrough(messagesFront, chunks))).toMatchObject({
        content: [
          { id: "a", name: "f", input: { x: 1 } },
          { type: "text", text: "so " },
          { type: "thinking", thinking: "why" },
          { type: "text", text: "it is" },
        ],
        stop_reason: "tool_use",
      });
    }
  });

  const part = (index: number, fields: object) => ({ tool_calls: [{ index, ...fields }] });
  const chunksOfDeltas = (deltas: readonly object[]) =>
    deltas.map((delta) =>
      Buffer.from(`data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`),
    );
  const mixed = [
    part(0, { id: "a", function: { name: "f", arguments: '{"x"' } }),
    part(1, { id: "b", function: { name: "g", arguments: '{"y"' } }),
    part(0, { function: { arguments: ":1}" } }),
    part(1, { function: { arguments: ":2}" } }),
  ];

  it("holds calls that a provider mixes apart", () => {
    expect(assemble(streamThrough(messagesFront, chunksOfDeltas(mixed)))).toMatchObject({
      content: [
        { id: "a", name: "f", input: { x: 1 } },
        { id: "b", name: "g", input: { y: 2 } },
      ],
    });
  });

  // As OpenAI's do: pi reads arguments of the call that began last.
  it.each([
    ["one after the other", [mixed[0], mixed[2], mixed[1], mixed[3]], [":1}", ":2}"]],
    ["mixed", mixed, [":1}", '{"y":2}']],
  ])("ends a call on /v1/responses before the next begins: %s", (_how, deltas, lastDeltas) => {
    const events = streamThrough(responsesFront, chunksOfDeltas(deltas as object[]));
    const said = events.filter(({ type }) => /output_item|arguments/.test(String(type)));
    const ofCall = (at: number) => said.filter(({ output_index: index }) => index === at);
    expect(said).toEqual([...ofCall(0), ...ofCall(1)]);
    for (const [at, whole] of ['{"x":1}', '{"y":2}'].entries()) {
      const pieces = ofCall(at).filter(({ type }) => String(type).endsWith("arguments.delta"));
      expect(pieces.at(-1)).toMatchObject({ delta: lastDeltas[at] });
      expect(pieces.map(({ delta }) => delta).join("")).toBe(whole);
      expect(ofCall(at).at(-1)).toMatchObject({ type: "response.output_item.done", item: { arguments: whole } });
    }
  });

  it("ends a call on /v1/responses before a text behind it begins", () => {
    const deltas = [mixed[0], mixed[2], { content: "so " }, { content: "it is" }] as object[];
    const items = streamThrough(responsesFront, chunksOfDeltas(deltas)).filter(({ type }) =>
      /_item/.test(String(type)),
    );
    expect(items.map(({ output_index: index }) => index)).toEqual([0, 0, 1, 1]);
  });
});

describe("a stream that says much in little", () => {
  // Counted anew for each, they took minutes, in which no other request was served.
  it("has as many items of the Responses API as its provider makes", () => {
    const deltas = Array.from({ length: 50_000 }, (_, at) => (at % 2 === 0 ? { content: "a" } : { reasoning: "b" }));
    const choices = deltas.map((delta) => ({ index: 0, delta, finish_reason: null }));
    const chunk = Buffer.from(`data: ${JSON.stringify({ ...head, choices })}\n\n`);
    const { response } = streamThrough(responsesFront, [chunk]).at(-1) as { response: { output: { id: string }[] } };
    expect(response.output).toHaveLength(50_000);
    expect(new Set(response.output.map(({ id }) => id)).size).toBe(50_000);
  });
});

describe("a request of the Messages API", () => {
  it("comes back out as it went in, when its provider speaks that API after all", () => {
    const request = {
      model: "claude-sonnet-4-5",
      max_tokens: 2_000,
      system: [{ type: "text", text: "be kind", cache_control: { type: "ephemeral" } }],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "look" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBO" } },
            { type: "document", source: { type: "url", url: "https://example.org/a.pdf" } },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "so", signature: "sig" },
            { type: "redacted_thinking", data: "xyz" },
            { type: "text", text: "calling" },
            { type: "tool_use", id: "toolu_1", name: "f", input: { a: 1 } },
            { type: "tool_use", id: "toolu_2", name: "g", input: {} },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "1" }] },
            { type: "tool_result", tool_use_id: "toolu_2" },
            { type: "text", text: "go on" },
          ],
        },
      ],
      tools: [{ name: "f", description: "d", input_schema: { type: "object", properties: {} } }],
      tool_choice: { type: "tool", name: "f", disable_parallel_tool_use: true },
      stop_sequences: ["END"],
      temperature: 0.5,
      top_k: 4,
      output_config: { format: { type: "json_schema", schema: { type: "object", additionalProperties: false } } },
      metadata: { user_id: "u" },
    };
    const chat = messagesToChat(request);
    if ("code" in chat) throw new Error(chat.message);
    const { body } = anthropicTranslator.request(readChatRequest(chat.body), endpointOf("claude-sonnet-4-5"), false);
    expect(body).toEqual(request);
  });
});
