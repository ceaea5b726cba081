import { describe, expect, it } from "vitest";
import { messagesToChat } from "../../../../server/http/fronts/messages/messages-to-chat.js";
import { plainBodyFor } from "../../../../server/http/fronts/plain-body.js";

/** What a server of OpenAI's format is sent of a request of the Messages API, and what it is not told. */
function toOpenAi(fields: object) {
  const view = messagesToChat({ model: "m", max_tokens: 10, messages: [{ role: "user", content: "hi" }], ...fields });
  if ("code" in view) throw new Error(view.message);
  return { sent: view.plainBody, warnings: [...view.warnings, ...(view.plainWarnings ?? [])] };
}

const text = { type: "string" };
const object = (properties: object, required: readonly string[], more: object = {}) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
  ...more,
});
const whole = object({ a: text, b: { anyOf: [text, { type: "null" }] } }, ["a", "b"]);

/** https://platform.openai.com/docs/guides/structured-outputs#supported-schemas, read 2026-11-27. */
describe("a schema that Anthropic holds a model to, at a server of OpenAI's format", () => {
  it.each([
    ["requires all its properties", whole, true],
    ["leaves one out", object({ a: text, b: text }, ["a"]), false],
    ["does so within another", object({ a: { type: "array", items: object({ b: text }, []) } }, ["a"]), false],
    [
      "does so in a definition",
      object({ a: { $ref: "#/$defs/d" } }, ["a"], { $defs: { d: object({ b: text }, []) } }),
      false,
    ],
    ["has a default", object({ a: { ...text, default: "x" } }, ["a"]), false],
    ["names a property default", object({ default: text }, ["default"]), true],
    ["is in parts", object({ a: { allOf: [text] } }, ["a"]), false],
    ["is no object", { type: "array", items: text }, false],
  ])("is strict as OpenAI takes it: one that %s", (_, schema, strict) => {
    const tools = [{ name: "t", strict: true, input_schema: schema }];
    const { sent, warnings } = toOpenAi({ tools, output_config: { format: { type: "json_schema", schema } } });
    const [tool] = sent["tools"] as [{ function: object }];
    expect(tool.function).toEqual({ name: "t", parameters: schema, ...(strict ? { strict } : {}) });
    expect(sent["response_format"]).toMatchObject({ json_schema: { schema, strict } });
    const why = "OpenAI takes it only for schemas whose objects require all their properties";
    expect(warnings).toEqual(
      strict
        ? []
        : [`tools: strict was left out of t, ${why}`, `output_config.format: it is asked for without strict, ${why}`],
    );
  });
});

it("a prefill for a server of OpenAI's format is warned about", () => {
  const messages = [
    { role: "user", content: "hi" },
    { role: "assistant", content: "{" },
  ];
  expect(toOpenAi({ messages }).warnings).toEqual([
    "messages: the last turn is the assistant's; servers of OpenAI's format may begin an answer anew in place of going on with it",
  ]);
});

describe("what a request of the Messages API says and other formats cannot is warned about", () => {
  const block = (fields: object) => ({
    messages: [{ role: "user", content: [{ type: "text", text: "hi", ...fields }] }],
  });
  const only = "it exists in Anthropic's API only";
  const cited = { type: "char_location", cited_text: "hi", document_index: 0, start_char_index: 0, end_char_index: 2 };

  it.each<[string, object, readonly string[]]>([
    ["metadata", { metadata: { user_id: "u", team: "x" } }, ["metadata.team: left out, only user_id is sent on"]],
    ["a tier", { service_tier: "priority" }, ["service_tier: priority was left out, Anthropic's API has no such tier"]],
    ["no tier", { service_tier: "auto" }, []],
    [
      "a field of thinking",
      { thinking: { type: "adaptive", block_binding: "strict" } },
      [`thinking.block_binding: left out, ${only}`],
    ],
    ["nothing", { container: null, mcp_servers: null, thinking: { type: "adaptive", display: "summarized" } }, []],
    ["citations", block({ citations: [cited] }), [`messages: citations of a block of type text was left out, ${only}`]],
    ["no citations", block({ citations: null, cache_control: { type: "ephemeral" } }), []],
  ])("%s", (_, fields, warnings) => {
    expect(toOpenAi(fields).warnings).toEqual(warnings);
  });

  it("and blocks are handed back as they came without one", () => {
    const content = [
      { type: "text", text: "So.", citations: null },
      { type: "tool_use", id: "toolu_1", name: "t", input: {}, caller: { type: "direct" } },
      {
        type: "tool_use",
        id: "toolu_2",
        name: "t",
        input: {},
        caller: { type: "code_execution_20260120", tool_id: "s" },
      },
    ];
    const messages = [
      { role: "user", content: "hi" },
      { role: "assistant", content },
      { role: "user", content: "well" },
    ];
    expect(toOpenAi({ messages }).warnings).toEqual([
      "messages: caller of a block of type tool_use was left out, it exists in Anthropic's API only",
    ]);
  });
});

// https://developers.openai.com/api/docs/guides/latest-model?model=gpt-5.4, read 2026-11-27
describe("a temperature, at a server of OpenAI's format", () => {
  it.each<[string, boolean, object, object, readonly string[]]>([
    [
      "gpt-5.6",
      true,
      { temperature: 0, top_p: 0.5 },
      {},
      ["temperature, top_p: left out, OpenAI's models that reason take none"],
    ],
    ["gpt-5.6", true, { temperature: 1 }, {}, []],
    ["gpt-4.1", false, { temperature: 0 }, { temperature: 0 }, []],
    ["deepseek-v4-flash", true, { temperature: 0 }, { temperature: 0 }, []],
  ])("of %s (reasons: %s) is sent where the model takes it: %j", (model, reasons, given, said, warnings) => {
    const { sent } = toOpenAi(given);
    const warned: string[] = [];
    const server = { provider: "any", model, legacyMaxTokens: false, streamUsage: false, reasons };
    const body = plainBodyFor(sent, server, (sentence) => warned.push(sentence));
    expect(body).toEqual({ model, max_completion_tokens: 10, messages: [expect.anything()], ...said });
    expect(warned).toEqual(warnings);
    const calm = { temperature: 0, reasoning_effort: "none" };
    expect(plainBodyFor(calm, server, () => undefined)).toMatchObject({ temperature: 0 });
  });
});

describe("thinking that is disabled, at a server of OpenAI's format", () => {
  it.each<[string, boolean, object, readonly string[]]>([
    ["gpt-5.6", true, { reasoning_effort: "none" }, []],
    [
      "gpt-5.3-codex",
      true,
      {},
      ["reasoning_effort: disabled was left out, many models refuse that; this one reasons as it does by itself"],
    ],
    ["gpt-4.1", false, {}, []],
    ["deepseek-v4-flash", true, { thinking: { type: "disabled" } }, []],
  ])("of %s (reasons: %s) is said only where it is known", (model, reasons, said, warnings) => {
    const { sent } = toOpenAi({ thinking: { type: "disabled" } });
    const warned: string[] = [];
    const server = { provider: "any", model, legacyMaxTokens: false, streamUsage: false, reasons };
    const body = plainBodyFor(sent, server, (sentence) => warned.push(sentence));
    expect(body).toEqual({ model, max_completion_tokens: 10, messages: [expect.anything()], ...said });
    expect(warned).toEqual(warnings);
  });
});
