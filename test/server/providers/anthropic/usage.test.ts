import { expect, it } from "vitest";
import { anthropicTranslator } from "../../../../server/providers/anthropic/anthropic-translator.js";
import { usageOf } from "../../../../server/providers/anthropic/translate-answer.js";
import { reassemble, receive, receiveWhole, streamBytes } from "../harness.js";

/** As `BetaUsage.iterations` describes it (types of the `@anthropic-ai/sdk` package 1.14.0, read 2026-11-27): totals are without compactions. */
const iterations = [
  {
    type: "compaction",
    input_tokens: 3_000,
    output_tokens: 400,
    cache_read_input_tokens: 50,
    cache_creation_input_tokens: 0,
  },
  { type: "message", input_tokens: 20, output_tokens: 5, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 },
];
const usage = {
  input_tokens: 20,
  output_tokens: 5,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
  iterations,
};
const counted = {
  prompt_tokens: 3_070,
  completion_tokens: 405,
  total_tokens: 3_475,
  prompt_tokens_details: { cached_tokens: 50, cache_write_tokens: 0 },
};

/** `BetaUsage.cache_creation`, of the same types: both are in `cache_creation_input_tokens`. */
it("what is written to the cache for an hour is counted apart, of compactions too", () => {
  const kept = (hour: number, minutes: number) => ({
    cache_creation_input_tokens: hour + minutes,
    cache_creation: { ephemeral_1h_input_tokens: hour, ephemeral_5m_input_tokens: minutes },
  });
  const compaction = { type: "compaction", input_tokens: 1, output_tokens: 1, ...kept(300, 0) };
  expect(usageOf({ ...usage, ...kept(2_000, 70), iterations: [compaction] })).toMatchObject({
    prompt_tokens_details: { cache_write_tokens: 2_370, cache_write_1h_tokens: 2_300 },
  });
  for (const cache_creation of [null, "much", {}, { ephemeral_1h_input_tokens: "9" }]) {
    const { prompt_tokens_details } = usageOf({ ...usage, cache_creation, cache_creation_input_tokens: 9 })!;
    expect(prompt_tokens_details).toEqual({ cached_tokens: 50, cache_write_tokens: 9 });
  }
});

it("what it took to compact a conversation is counted, whole and streamed", () => {
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude",
    content: [{ type: "text", text: "hi" }],
  };
  const whole = JSON.parse(
    receiveWhole(anthropicTranslator, { ...message, stop_reason: "end_turn", usage }).text,
  ) as object;
  expect(whole).toMatchObject({ usage: counted });
  const events = [
    {
      type: "message_start",
      message: { ...message, content: [], usage: { ...usage, output_tokens: 1, iterations: [] } },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "hi" } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage },
    { type: "message_stop" },
  ];
  expect(reassemble(receive(anthropicTranslator, { pieces: [streamBytes(events)] }).text)).toEqual(whole);
});
