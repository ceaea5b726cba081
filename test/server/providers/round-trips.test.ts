import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anthropicTranslator } from "../../../server/providers/anthropic/anthropic-translator.js";
import { geminiTranslator } from "../../../server/providers/gemini/gemini-translator.js";
import { reassemble, receive, receiveWhole, streamBytes, translate } from "./harness.js";

// What a provider says is handed back to it as it came: an answer becomes a message of the next request.
const text = fc.string({ minLength: 1, unit: "grapheme" }).filter((one) => one.trim() !== "");
const name = fc.stringMatching(/^[a-z_]{1,12}$/);
const args = fc
  .dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
  .map((object) => JSON.parse(JSON.stringify(object)) as object);
const calls = fc.array(fc.record({ name, args }), { maxLength: 3 });
const pieces = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });

function cut(whole: string, sizes: readonly number[]): string[] {
  const characters = [...whole];
  const parts: string[] = [];
  for (let turn = 0; characters.length > 0; turn++)
    parts.push(characters.splice(0, sizes[turn % sizes.length]).join(""));
  return parts;
}

const messageOf = (completion: unknown) => (completion as { choices: { message: object }[] }).choices[0]?.message ?? {};
const next = (message: object, count: number) => ({
  messages: [
    { role: "user", content: "?" },
    message,
    ...Array.from({ length: count }, (_, at) => ({ role: "tool", tool_call_id: `toolu_${at}`, content: "1" })),
    { role: "user", content: "go on" },
  ],
});

describe("an answer of anthropic", () => {
  const thinking = fc.option(fc.record({ thinking: fc.string(), signature: name }), { nil: undefined });
  it("goes back block by block, thinking and signatures included", () => {
    fc.assert(
      fc.property(thinking, fc.option(text, { nil: undefined }), calls, pieces, (thought, said, called, sizes) => {
        const blocks = [
          ...(thought === undefined ? [] : [{ type: "thinking", ...thought }]),
          ...(said === undefined ? [] : [{ type: "text", text: said }]),
          ...called.map((call, at) => ({ type: "tool_use", id: `toolu_${at}`, name: call.name, input: call.args })),
        ];
        fc.pre(blocks.length > 0);
        const whole = { id: "msg_1", type: "message", content: blocks, stop_reason: "end_turn" };
        const events = [
          { type: "message_start", message: { ...whole, content: [], stop_reason: null } },
          ...blocks.flatMap((block, index) => anthropicEvents(block, index, sizes)),
          { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: {} },
          { type: "message_stop" },
        ];
        const answer: unknown = JSON.parse(receiveWhole(anthropicTranslator, whole).text);
        const streamed = reassemble(receive(anthropicTranslator, { pieces: [streamBytes(events)] }).text);
        for (const one of [answer, streamed]) {
          const { sent } = translate(anthropicTranslator, next(messageOf(one), called.length), "claude-sonnet-4-5");
          expect(sent["messages"]![1]!["content"]).toEqual(blocks);
        }
      }),
    );
  });
});

function anthropicEvents(block: object, index: number, sizes: readonly number[]): object[] {
  const one = block as Readonly<Record<string, string>> & { input?: object };
  const delta = (type: string, key: string, value: string) => ({
    type: "content_block_delta",
    index,
    delta: { type, [key]: value },
  });
  const start = (content_block: object) => ({ type: "content_block_start", index, content_block });
  const stop = { type: "content_block_stop", index };
  switch (one["type"]) {
    case "text":
      return [
        start({ type: "text", text: "" }),
        ...cut(one["text"]!, sizes).map((part) => delta("text_delta", "text", part)),
        stop,
      ];
    case "thinking":
      return [
        start({ type: "thinking", thinking: "", signature: "" }),
        ...cut(one["thinking"]!, sizes).map((part) => delta("thinking_delta", "thinking", part)),
        delta("signature_delta", "signature", one["signature"]!),
        stop,
      ];
    default: {
      const isEmpty = Object.keys(one.input ?? {}).length === 0;
      const parts = isEmpty ? [""] : cut(JSON.stringify(one.input), sizes);
      const deltas = parts.map((part) => delta("input_json_delta", "partial_json", part));
      return [start({ ...one, input: {} }), ...deltas, stop];
    }
  }
}

describe("an answer of gemini", () => {
  const signature = fc.option(name, { nil: undefined });
  it("goes back part by part, signatures included", () => {
    fc.assert(
      fc.property(fc.option(text, { nil: undefined }), calls, signature, pieces, (said, called, signed, sizes) => {
        const callParts = called.map((call, at) => ({
          functionCall: { id: `toolu_${at}`, name: call.name, args: call.args },
          ...(at === 0 && signed !== undefined ? { thoughtSignature: signed } : {}),
        }));
        const parts = [...(said === undefined ? [] : [{ text: said }]), ...callParts];
        fc.pre(parts.length > 0);
        const answerOf = (these: object[], more: object = {}) => ({
          candidates: [{ content: { role: "model", parts: these }, ...more }],
        });
        const whole = answerOf(parts, { finishReason: "STOP" });
        const events = [
          ...(said === undefined ? [] : cut(said, sizes).map((piece) => answerOf([{ text: piece }]))),
          ...callParts.map((part) => answerOf([part])),
          answerOf([{ text: "" }], { finishReason: "STOP" }),
        ];
        const answer: unknown = JSON.parse(receiveWhole(geminiTranslator, whole).text);
        const streamed = reassemble(receive(geminiTranslator, { pieces: [streamBytes(events)] }).text);
        for (const one of [answer, streamed]) {
          const { sent } = translate(geminiTranslator, next(messageOf(one), called.length), "gemini-2.5-flash");
          expect(sent["contents"]![1]!["parts"]).toEqual(parts);
        }
      }),
    );
  });
});

describe("an answer to legacy functions", () => {
  it("names one function, whole and streamed", () => {
    const whole = {
      id: "msg_1",
      type: "message",
      content: [{ type: "tool_use", id: "toolu_0", name: "f", input: { a: 1 } }],
      stop_reason: "tool_use",
    };
    const body = { functions: [{ name: "f" }] };
    const events = [
      { type: "message_start", message: { ...whole, content: [] } },
      ...anthropicEvents(whole.content[0]!, 0, [3]),
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: {} },
      { type: "message_stop" },
    ];
    const answer: unknown = JSON.parse(receiveWhole(anthropicTranslator, whole, body).text);
    expect(answer).toMatchObject({
      choices: [{ finish_reason: "function_call", message: { function_call: { name: "f", arguments: '{"a":1}' } } }],
    });
    expect(JSON.stringify(answer)).not.toContain("tool_calls");
    const streamed = receive(anthropicTranslator, { body, pieces: [streamBytes(events)] }).text;
    expect(streamed).not.toContain("tool_calls");
    expect(reassemble(streamed)).toMatchObject({
      choices: [{ finish_reason: "function_call", message: { function_call: { name: "f", arguments: '{"a":1}' } } }],
    });
  });
});
