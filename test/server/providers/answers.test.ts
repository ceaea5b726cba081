import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classifyException } from "../../../server/dispatch/answers/classify-failure.js";
import { anthropicTranslator } from "../../../server/providers/anthropic/anthropic-translator.js";
import type { Translator } from "../../../server/providers/chat/translator.js";
import { geminiTranslator } from "../../../server/providers/gemini/gemini-translator.js";
import { wireAnswers as anthropicAnswers } from "./anthropic/wire-answers.js";
import { wireAnswers as geminiAnswers } from "./gemini/wire-answers.js";
import { reassemble, receive, receiveWhole, streamBytes, type WireAnswer } from "./harness.js";

const formats: readonly [string, Translator, readonly WireAnswer[]][] = [
  ["anthropic", anthropicTranslator, anthropicAnswers],
  ["gemini", geminiTranslator, geminiAnswers],
];

describe("an answer that cannot be translated", () => {
  const deep = `${'{"a":'.repeat(8_000)}1${"}".repeat(8_000)}`; // V8 reads it, and cannot write it
  const call = { type: "tool_use", id: "toolu_1", name: "f", input: "deep" };
  const part = { functionCall: { name: "f", args: "deep" } };
  it.each([
    ["anthropic", anthropicTranslator, { type: "message", content: [call], stop_reason: "tool_use" }],
    ["gemini", geminiTranslator, { candidates: [{ content: { parts: [part] }, finishReason: "STOP" }] }],
  ])("since its arguments nest too deep is unusable: %s", (_, translator, whole) => {
    const text = JSON.stringify(whole).replace('"deep"', deep);
    const { failure } = receive(translator, { isStream: false, pieces: [Buffer.from(text)] });
    expect(classifyException(failure)).toMatchObject({ errorClass: "malformed_response" });
  });

  it.each([true, false])("since it is too large is unusable, streamed: %s", (isStream) => {
    const pieces = [Buffer.from("data: "), ...Array.from({ length: 65 }, () => Buffer.alloc(1024 * 1024, "x"))];
    const { failure } = receive(anthropicTranslator, { isStream, pieces });
    expect(classifyException(failure)).toMatchObject({ errorClass: "malformed_response" });
  });
});

describe.each(formats)("answers of %s", (_, translator, answers) => {
  describe.each(answers)("$name", ({ name, whole, events }) => {
    const expected = JSON.parse(receiveWhole(translator, whole).text) as object;

    it("is the same as a stream, split at every byte", () => {
      const bytes = streamBytes(events, name === "a text" ? "\r\n" : "\n");
      for (let at = 0; at <= bytes.length; at++) {
        const received = receive(translator, { pieces: [bytes.subarray(0, at), bytes.subarray(at)] });
        expect(received.hasEnded).toBe(true);
        expect(received.text.endsWith("data: [DONE]\n\n")).toBe(true);
        expect(reassemble(received.text), `split at ${at}`).toEqual(expected);
      }
    });

    it("is the same in pieces of any size", () => {
      const bytes = streamBytes(events);
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 50 }), (sizes) => {
          const pieces: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            pieces.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect(reassemble(receive(translator, { pieces }).text)).toEqual(expected);
        }),
        { numRuns: 30 },
      );
    });

    // Looked through again with each piece, they took minutes, in which no other request was served.
    it("may come behind however many blanks", () => {
      const blanks = Array.from({ length: 200_000 }, () => Buffer.from("  \n"));
      expect(reassemble(receive(translator, { pieces: [...blanks, streamBytes(events)] }).text)).toEqual(expected);
    });

    it("is a stream however it is labelled", () => {
      const pieces = Array.from(streamBytes(events), (byte) => Buffer.of(byte));
      for (const headers of [{}, { "content-type": "application/json" }, { "content-type": "text/plain" }]) {
        expect(reassemble(receive(translator, { headers, pieces }).text)).toEqual(expected);
      }
    });

    it("is complete also without the blank line at its very end", () => {
      const bytes = streamBytes(events);
      const { text } = receive(translator, { pieces: [bytes.subarray(0, bytes.length - 2)] });
      expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    });

    it("says neither how it ended nor [DONE] when the last event is missing", () => {
      const { text } = receive(translator, { pieces: [streamBytes(events.slice(0, -1))] });
      expect(text).not.toContain("[DONE]");
      expect(text).not.toMatch(/"finish_reason":"/);
    });

    it("has usage whose parts add up", () => {
      const { usage } = expected as { usage: Record<string, number> };
      expect(usage).toMatchObject({ prompt_tokens: 2_125, completion_tokens: 61, total_tokens: 2_186 });
      expect(usage).toMatchObject({
        prompt_tokens_details: { cached_tokens: 2_000 },
        completion_tokens_details: { reasoning_tokens: 40 },
      });
    });
  });
});
