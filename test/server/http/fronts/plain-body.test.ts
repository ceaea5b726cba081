import { expect, it } from "vitest";
import { plainBodyFor } from "../../../../server/http/fronts/plain-body.js";

const conversation = [
  { role: "user", content: "the weather?" },
  {
    role: "assistant",
    content: null,
    tool_calls: ["toolu_01A", "call_1", "abcDEF123"].map((id) => ({
      id,
      type: "function",
      function: { name: "look" },
    })),
  },
  ...["toolu_01A", "call_1", "abcDEF123"].map((id) => ({ role: "tool", tool_call_id: id, content: "rain" })),
];

function idsFor(model: string) {
  const server = { provider: "any", model, legacyMaxTokens: true, streamUsage: false, reasons: false };
  const { messages } = plainBodyFor({ messages: conversation }, server, () => undefined) as {
    messages: { tool_calls?: { id: string }[]; tool_call_id?: string }[];
  };
  return {
    calls: messages.flatMap(({ tool_calls: calls = [] }) => calls.map(({ id }) => id)),
    results: messages.flatMap(({ tool_call_id: id }) => (id === undefined ? [] : [id])),
  };
}

it.each(["mistral-medium-3-5", "mistralai/devstral-medium"])(
  "a conversation that began elsewhere has ids of tool calls that %s takes",
  (model) => {
    const { calls, results } = idsFor(model);
    expect(calls).toEqual([expect.any(String), expect.any(String), "abcDEF123"]);
    for (const id of calls) expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(new Set(calls).size).toBe(3);
    expect(results).toEqual(calls);
    expect(idsFor(model).calls).toEqual(calls);
  },
);

it("others get the ids as they are", () => {
  expect(idsFor("gpt-5.6").results).toEqual(["toolu_01A", "call_1", "abcDEF123"]);
});
