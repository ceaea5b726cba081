import { expect, it } from "vitest";
import type { AnswerNotes } from "../../../../server/dispatch/answers/attempt-result.js";
import { receiveStream } from "../../../../server/dispatch/answers/receive-stream.js";
import { anthropicTranslator } from "../../../../server/providers/anthropic/anthropic-translator.js";
import { responsesPassThrough } from "../../../../server/providers/openai-responses.js";
import type { PassThrough } from "../../../../server/providers/pass-through.js";
import { passThroughOf } from "../../../../server/providers/passed-answer.js";
import { done, event } from "../../http/harness.js";

function receive(choices = 1, notes: AnswerNotes = {}, passThrough?: PassThrough) {
  const written: string[] = [];
  let contents = 0;
  const receiver = receiveStream({
    choices,
    notes,
    passThrough,
    keepsUsage: false,
    onContent: () => void contents++,
    write: (events) => void written.push(...events.map(String)),
  });
  const push = (text: string) => receiver.push(Buffer.from(text));
  return { push, end: () => receiver.end(), written, contents: () => contents };
}

it("passes an end on that lacks its blank line", () => {
  const { push, end, written } = receive();
  const [text, stop] = [event({ content: "Hello" }), event({}, "stop")];
  expect(push(text + stop.trimEnd())).toBeUndefined();
  expect(written).toEqual([text]);
  expect(end()).toEqual({ kind: "streamed" });
  expect(written).toEqual([text, stop]);
});

it("passes an answer on that is nothing but its end, which lacks its blank line", () => {
  const { push, end, written, contents } = receive();
  const stop = event({}, "stop");
  expect(push(stop.trimEnd())).toBeUndefined();
  expect(end()).toEqual({ kind: "streamed" });
  expect([written, contents()]).toEqual([[stop], 1]);
});

it("holds 4 MiB back before the first content, and gives up beyond", () => {
  const comment = `: ${"-".repeat(1024 * 1024 - 4)}\n\n`;
  const fits = receive();
  for (let times = 0; times < 4; times++) expect(fits.push(comment)).toBeUndefined();
  expect(fits.push(event({ content: "Hello" }) + done)).toMatchObject({ kind: "streamed" });
  expect(fits.written).toHaveLength(5);
  const endless = receive();
  for (let times = 0; times < 4; times++) expect(endless.push(comment)).toBeUndefined();
  expect(endless.push(comment)).toMatchObject({
    kind: "failed",
    failure: { errorClass: "malformed_response", message: "the stream holds no content in its first 4 MiB" },
  });
  expect(endless.written).toEqual([]);
});

it("cuts what is larger than 256 MiB", () => {
  const { push } = receive();
  const text = event({ content: "-".repeat(1024 * 1024) });
  for (let times = 0; times < 255; times++) expect(push(text)).toBeUndefined();
  expect(push(text)).toMatchObject({
    kind: "cut",
    failure: { errorClass: "malformed_response", message: "the stream is larger than 256 MiB" },
  });
});

it("notes no more ends than choices were asked for, and no reason that is none: a stream lasts for minutes", () => {
  const notes: AnswerNotes = {};
  const { push } = receive(2, notes);
  const long = "x".repeat(1_000);
  const end = (index: unknown, reason: string) =>
    `data: ${JSON.stringify({ choices: [{ index, delta: { content: "a" }, finish_reason: reason }] })}\n\n`;
  expect(push(end(0, "stop") + end(1, long))).toBeUndefined();
  for (let index = 2; index < 1_000; index++) expect(push(end(`${index}${long}`, "stop"))).toBeUndefined();
  expect(notes.finishReasons).toHaveLength(128);
  expect(new Set(notes.finishReasons)).toEqual(new Set(["stop"]));
});

it("is cut by an error in a field of its own, as llama.cpp's, though [DONE] follows", () => {
  const { push } = receive();
  expect(push(event({ content: "Hel" }))).toBeUndefined();
  expect(push(`error: {"code":500,"message":"no room"}\n\n${done}`)).toMatchObject({
    kind: "cut",
    failure: { errorClass: "server_error", message: "no room" },
  });
});

const typed = (type: string, fields: object = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const place = { item_id: "msg_1", output_index: 0, content_index: 0 };
it.each([
  [
    "a chat completion",
    undefined,
    `${event({ role: "assistant", content: "" })}: ping\n\n`,
    event({ content: "word" }),
    event({}, "stop"),
  ],
  [
    "the Messages API",
    passThroughOf(anthropicTranslator),
    typed("message_start", { message: { id: "msg_1", content: [], usage: { input_tokens: 9, output_tokens: 1 } } }) +
      typed("content_block_start", { index: 0, content_block: { type: "text", text: "" } }) +
      typed("ping"),
    typed("content_block_delta", { index: 0, delta: { type: "text_delta", text: "word" } }),
    typed("content_block_stop", { index: 0 }) + typed("message_delta", { delta: { stop_reason: "end_turn" } }),
  ],
  [
    "the Responses API",
    responsesPassThrough,
    typed("response.created", { response: { id: "resp_1" } }) + typed("response.in_progress"),
    typed("response.output_text.delta", { ...place, delta: "word" }),
    typed("response.output_text.done", { ...place, text: "word ".repeat(300) }) + typed("keepalive"),
  ],
])(
  "estimates the size of %s by its pieces alone, none of which is a comment, a ping or an end",
  (_, format, head, piece, tail) => {
    const notes: AnswerNotes = {};
    const { push } = receive(1, notes, format);
    for (const events of [head + piece.repeat(20), piece.repeat(280), tail]) expect(push(events)).toBeUndefined();
    expect(notes.streamed?.tokens).toBeGreaterThanOrEqual(300);
    expect(notes.streamed?.tokens).toBeLessThan(320);
    if (head.includes("message_start")) expect(notes.usage).toEqual({ input_tokens: 9 });
  },
);
