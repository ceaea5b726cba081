import { expect, it } from "vitest";
import type { AnswerNotes } from "../../../../server/dispatch/answers/attempt-result.js";
import { receiveStream } from "../../../../server/dispatch/answers/receive-stream.js";
import { done, event } from "../../http/harness.js";

function receive(choices = 1, notes: AnswerNotes = {}) {
  const written: string[] = [];
  let contents = 0;
  const receiver = receiveStream({
    choices,
    notes,
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
