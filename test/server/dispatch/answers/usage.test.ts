import { describe, expect, it } from "vitest";
import { readUsage } from "../../../../server/dispatch/answers/usage.js";

describe("readUsage()", () => {
  it("reads OpenAI's usage; what is missing or impossible is unknown, never zero", () => {
    expect(
      readUsage({
        prompt_tokens: 10,
        completion_tokens: 4,
        prompt_tokens_details: { cached_tokens: 6 },
        completion_tokens_details: { reasoning_tokens: 1 },
      }),
    ).toEqual({ input_tokens: 10, output_tokens: 4, cached_input_tokens: 6, reasoning_output_tokens: 1 });
    expect(readUsage({ prompt_tokens: -1, completion_tokens: 4.5 })).toBeUndefined();
    expect(readUsage({ prompt_tokens: 1, prompt_tokens_details: null })).toEqual({ input_tokens: 1 });
    for (const nothing of [undefined, null, 5, "x", {}]) expect(readUsage(nothing)).toBeUndefined();
  });
});
