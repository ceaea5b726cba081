import { describe, expect, it } from "vitest";
import { readUsage } from "../../../../server/dispatch/answers/usage.js";
import { responsesPassThrough } from "../../../../server/providers/openai-responses.js";

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

it("keeps what OpenRouter reports of costs in a usage of the Responses API", () => {
  const costs = { cost: 0.1, is_byok: true, cost_details: { upstream_inference_cost: 0.2 } };
  const usage = { input_tokens: 3, output_tokens: 4, total_tokens: 7, ...costs };
  expect(responsesPassThrough.whole({ output: [], usage })).toMatchObject({
    usage: { prompt_tokens: 3, completion_tokens: 4, ...costs },
  });
});
