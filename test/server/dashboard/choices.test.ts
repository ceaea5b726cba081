import { describe, expect, it } from "vitest";
import { type Choices, type Chunk, withChunk } from "../../../server/dashboard/playground/choices.js";

function together(chunks: readonly Chunk[]): Choices {
  return chunks.reduce<Choices>(withChunk, {});
}

describe("what the playground has of an answer", () => {
  it("keeps several choices apart, and says why each ended", () => {
    const piece = (index: number, content: string) => ({
      choices: [{ index, delta: { content }, finish_reason: null }],
    });
    const end = (index: number, finish_reason: string) => ({ choices: [{ index, delta: {}, finish_reason }] });
    const choices = together([
      piece(0, "A"),
      piece(1, "B"),
      piece(0, "a"),
      piece(1, "b"),
      end(0, "stop"),
      end(1, "length"),
    ]);
    expect(choices).toEqual({
      0: { text: "Aa", refusal: "", calls: {}, finish: "stop" },
      1: { text: "Bb", refusal: "", calls: {}, finish: "length" },
    });
  });

  it("puts the calls of tools together, and a refusal", () => {
    const call = (index: number, of: object) => ({ choices: [{ delta: { tool_calls: [{ index, function: of }] } }] });
    const calls = together([
      call(0, { name: "weather", arguments: "" }),
      call(1_000_000_000, { name: "time", arguments: "{}" }),
      call(0, { arguments: '{"city":' }),
      call(0, { arguments: '"Rome"}' }),
    ])[0]?.calls;
    expect(calls).toEqual({
      0: { name: "weather", arguments: '{"city":"Rome"}' },
      1000000000: { name: "time", arguments: "{}" },
    });
    expect(
      together([{ choices: [{ delta: { refusal: "I " } }] }, { choices: [{ delta: { refusal: "won't." } }] }])[0],
    ).toMatchObject({
      text: "",
      refusal: "I won't.",
    });
  });

  it("is the same where a piece says nothing", () => {
    const before = together([{ choices: [{ delta: { content: "A" } }] }]);
    expect(withChunk(before, { choices: [{ delta: { content: "" }, finish_reason: null }] })).toBe(before);
    expect(withChunk(before, {})).toBe(before);
  });
});
