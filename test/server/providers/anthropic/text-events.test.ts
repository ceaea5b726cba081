import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anthropicTranslator } from "../../../../server/providers/anthropic/anthropic-translator.js";
import { chunksOf, receive, streamBytes, testContext } from "../harness.js";

const begin = [
  { type: "message_start", message: { id: "msg_ü", model: "modèle", usage: { input_tokens: 3, output_tokens: 1 } } },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
];
const end = [
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } },
  { type: "message_stop" },
];

/** An event of text, whose JSON string is given as it stands. */
const eventOf = (string: string, spaces = "") =>
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":${string}}${spaces}}\n\n`;

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
/** A JSON string of a text: as `JSON.stringify` writes it, or with every unit escaped. */
const jsonString = fc.oneof(
  text.map((value) => JSON.stringify(value)),
  text.map((value) => `"${[...Array(value.length).keys()].map((at) => escapeOf(value.charCodeAt(at))).join("")}"`),
  fc.constantFrom('"\\/\\b\\f\\n\\r\\t\\"\\\\"', '"\\ud800"', '"\\uD83D\\uDE00"', '"}}"'),
);
const escapeOf = (unit: number) => `\\u${unit.toString(16).padStart(4, "0")}`;

const stream = () => anthropicTranslator.stream(testContext());
const latin1 = (value: string) => Buffer.from(value).toString("latin1");

describe("events of text", () => {
  it("say the same read and unread, alone and together, wherever a stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(jsonString, { minLength: 1, maxLength: 6 }),
        fc.constantFrom("", "  ", "         "),
        fc.nat(),
        (strings, spaces, cut) => {
          const texts = strings.map((string) => Buffer.from(eventOf(string, spaces)));
          const rest = Buffer.concat([...texts, streamBytes(end)]);
          const read = receive(anthropicTranslator, { pieces: [Buffer.concat([streamBytes(begin), rest])] });
          const at = cut % rest.length;
          for (const pieces of [
            [streamBytes(begin), ...texts, streamBytes(end)],
            [streamBytes(begin), Buffer.concat(texts), streamBytes(end)],
            [streamBytes(begin), rest.subarray(0, at), rest.subarray(at)],
          ]) {
            const unread = receive(anthropicTranslator, { pieces });
            expect(unread.hasEnded).toBe(true);
            expect(chunksOf(unread.text)).toEqual(chunksOf(read.text));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("are not read, with the provider's id and model", () => {
    const translated = stream();
    for (const event of begin) translated.push(event);
    const chunk = translated.pushText?.(latin1(eventOf('"ä\\n"')));
    expect(chunk === undefined ? undefined : chunksOf(Buffer.from(chunk, "latin1").toString())).toEqual([
      {
        id: "msg_ü",
        object: "chat.completion.chunk",
        created: 1_700_000_000,
        model: "modèle",
        choices: [{ index: 0, delta: { content: "ä\n" }, logprobs: null, finish_reason: null }],
      },
    ]);
  });

  it.each([
    ["no text", eventOf('""')],
    ["a line break in the string", eventOf('"a\nb"')],
    ["an escape that JSON does not have", eventOf('"\\x41"')],
    ["half an escape", eventOf('"\\u00"')],
    ["more than text", eventOf('"a","more":1')],
    ["another kind of delta", eventOf('"a"').replace("text_delta", "thinking_delta")],
    ["another event behind", `${eventOf('"a"')}event: ping\ndata: {"type":"ping"}\n\n`],
    ["half an event behind", `${eventOf('"a"')}event: content_block_delta\n`],
    ["something before", `: comment\n${eventOf('"a"')}`],
  ])("are read when there is %s", (_, events) => {
    expect(stream().pushText?.(events)).toBeUndefined();
  });

  it("are read when they are not UTF-8", () => {
    const event = Buffer.from(eventOf('"a?b"'));
    event[event.indexOf("?")] = 0xff;
    const { text: received } = receive(anthropicTranslator, { pieces: [streamBytes(begin), event] });
    expect(received).toContain('"content":"a\ufffdb"');
  });
});
