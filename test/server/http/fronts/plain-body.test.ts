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

it("ids that OpenAI refuses as too long are others, the same for a call and its result", () => {
  const id = `chatcmpl-tool-${"0".repeat(32)}`; // of vLLM
  const calls = [{ id, type: "function", function: { name: "look", arguments: "{}" } }];
  const messages = [
    { role: "assistant", content: null, tool_calls: calls },
    { role: "tool", tool_call_id: id, content: "rain" },
  ];
  const server = { provider: "any", model: "gpt-5.6", legacyMaxTokens: false, streamUsage: false, reasons: false };
  const { messages: sent } = plainBodyFor({ messages }, server, () => undefined);
  const fit = expect.stringMatching(/^call_[0-9a-f]{32}$/);
  expect(sent).toMatchObject([{ tool_calls: [{ id: fit }] }, { tool_call_id: fit }]);
  const [{ tool_calls: made }, result] = sent as [{ tool_calls: { id: string }[] }, { tool_call_id: string }];
  expect(made[0]!.id).toBe(result.tool_call_id);
});

it.each([
  ["deepseek-v4-pro", true, [undefined, "", undefined, undefined, undefined]],
  ["kimi-k3", true, [undefined, "", undefined, undefined, undefined]],
  ["moonshotai/kimi-k2.5", true, [undefined, "", undefined, undefined, undefined]],
  ["moonshotai/kimi-k2-instruct", false, []],
  ["deepseek-reasoner", false, []],
  ["deepseek-r1-distill-llama-70b", true, []],
  ["gpt-5.6", true, []],
])("messages of others have an empty reasoning for %s (reasons: %s), where it wants one", (model, reasons, wanted) => {
  const server = { provider: "any", model, legacyMaxTokens: true, streamUsage: false, reasons };
  const { messages } = plainBodyFor({ messages: conversation }, server, () => undefined) as { messages: object[] };
  const said = messages.map((message) => (message as { reasoning_content?: string }).reasoning_content);
  expect(said).toEqual(wanted.length === 0 ? messages.map(() => undefined) : wanted);
});

// "Assistant message must have either content or tool_calls, but not none" (Mistral, Ollama), "expected a string, got null" (OpenAI).
it.each([null, "", []])("a turn of the assistant with the content %o and no calls is left out", (content) => {
  const server = { provider: "any", model: "m", legacyMaxTokens: true, streamUsage: false, reasons: true };
  const thought = { type: "reasoning.text", text: "Hm.", format: "rw1.reasoning_content@any" };
  const empty = { role: "assistant", content, reasoning_details: [thought] };
  const messages = [{ role: "user", content: "hi" }, empty, { role: "user", content: "go on" }];
  expect(plainBodyFor({ messages }, server, () => undefined)).toMatchObject({
    messages: [{ content: "hi" }, { content: "go on" }],
  });
});

// "reasoning_effort='medium' is not supported for this model. Must be one of none, high" (Mistral).
it.each([
  ["mistral-medium-3-5", "medium", "high", true],
  ["mistral-small-4", "none", "none", false],
  ["openai/gpt-oss-120b", "max", "high", true],
  ["openai/gpt-oss-120b", "medium", "medium", false],
  ["gpt-5.6", "max", "max", false],
])("asks %s for an effort that it has: %s is %s", (model, reasoning_effort, sent, isWarned) => {
  const warned: string[] = [];
  const server = { provider: "any", model, legacyMaxTokens: true, streamUsage: false, reasons: true };
  expect(plainBodyFor({ reasoning_effort }, server, (one) => warned.push(one))).toMatchObject({
    reasoning_effort: sent,
  });
  const sentence = `reasoning_effort: ${reasoning_effort} was sent as ${sent}, this model has no such effort`;
  expect(warned).toEqual(isWarned ? [sentence] : []);
});

it("Mistral gets nothing that it refuses", () => {
  const warned: string[] = [];
  const asked = { prompt_cache_key: "k", user: "u", service_tier: "default", verbosity: "low" };
  const server = {
    ...{ provider: "any", model: "mistral-medium-3-5", legacyMaxTokens: true, streamUsage: false, reasons: true },
  };
  expect(plainBodyFor(asked, server, (one) => warned.push(one))).toEqual({
    model: "mistral-medium-3-5",
    prompt_cache_key: "k",
  });
  expect(warned).toEqual(["verbosity, user, service_tier: left out, Mistral refuses that"]);
});

it("its own reasoning stays", () => {
  const own = { type: "reasoning.text", text: "It rains.", format: "rw1.reasoning_content@any" };
  const server = {
    provider: "any",
    model: "deepseek-v4-pro",
    legacyMaxTokens: true,
    streamUsage: false,
    reasons: true,
  };
  const messages = [{ role: "assistant", content: "rain", reasoning_details: [own] }];
  expect(plainBodyFor({ messages }, server, () => undefined)).toMatchObject({
    messages: [{ role: "assistant", content: "rain", reasoning_content: "It rains." }],
  });
});
