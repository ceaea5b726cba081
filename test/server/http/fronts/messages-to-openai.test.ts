import { describe, expect, it } from "vitest";
import { messagesToChat } from "../../../../server/http/fronts/messages/messages-to-chat.js";

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
