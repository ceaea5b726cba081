import { describe, expect, it } from "vitest";
import { anthropicTranslator } from "../../../../server/providers/anthropic/anthropic-translator.js";
import { readChatRequest } from "../../../../server/providers/chat/read-chat-request.js";
import { endpointOf, question, translate } from "../harness.js";

const classic = "claude-sonnet-4-5";
const send = (body: object, model = classic, fields = {}) => translate(anthropicTranslator, body, model, fields);
const unable = (body: object, model = classic) =>
  anthropicTranslator.unable(readChatRequest({ ...question, ...body }), endpointOf(model));
const text = (value: string) => ({ type: "text", text: value });
const tool = (name: string, parameters?: object) => ({ type: "function", function: { name, parameters } });
const call = (id: string, name: string, args: string) => ({
  id,
  type: "function",
  function: { name, arguments: args },
});

describe("messages", () => {
  it("go with a limit, which Anthropic demands: the client's, the catalog's, or 8,192", () => {
    const { sent, path, warnings } = send({});
    expect(sent).toEqual({ model: classic, max_tokens: 8_192, messages: [{ role: "user", content: [text("hi")] }] });
    expect(path).toBe("/messages");
    expect(warnings).toEqual([]);
    expect(send({}, classic, { maxOutputTokens: 64_000 }).sent["max_tokens"]).toBe(64_000);
    expect(send({ max_tokens: 5 }).sent["max_tokens"]).toBe(5);
    expect(send({ max_tokens: 5, max_completion_tokens: 7 }).sent["max_tokens"]).toBe(7);
  });

  it("leave their system prompts at the head to `system`, and turns of one role become one", () => {
    const { sent } = send({
      messages: [
        { role: "system", content: "a" },
        { role: "developer", content: [{ type: "text", text: "b", cache_control: { type: "ephemeral" } }] },
        { role: "user", content: "1" },
        { role: "user", content: [text("2"), { type: "text", text: "" }] },
        { role: "assistant", content: "3" },
        { role: "assistant", content: null, refusal: "4" },
        { role: "user", content: "5" },
      ],
    });
    expect(sent["system"]).toEqual([text("a"), { ...text("b"), cache_control: { type: "ephemeral" } }]);
    expect(sent["messages"]).toEqual([
      { role: "user", content: [text("1"), text("2")] },
      { role: "assistant", content: [text("3"), text("4")] },
      { role: "user", content: [text("5")] },
    ]);
  });

  const midway = {
    messages: [
      { role: "user", content: "1" },
      { role: "system", content: "be brief" },
      { role: "assistant", content: "2" },
      { role: "system", content: "be long" },
      { role: "user", content: "3" },
    ],
  };
  it("keep a system message in mid-conversation in its place where model and place allow it", () => {
    const { sent, warnings } = send(midway, "claude-opus-4-8");
    expect(sent["messages"]).toEqual([
      { role: "user", content: [text("1")] },
      { role: "system", content: [text("be brief")] },
      { role: "assistant", content: [text("2")] },
      { role: "user", content: [text("<system>\nbe long\n</system>"), text("3")] },
    ]);
    expect(warnings).toEqual(["messages: a system message in mid-conversation was sent inside the user's turn"]);
  });
  it("say it inside the user's turn to other models, with a warning", () => {
    const { sent, warnings } = send(midway);
    expect(sent["messages"]).toEqual([
      { role: "user", content: [text("1"), text("<system>\nbe brief\n</system>")] },
      { role: "assistant", content: [text("2")] },
      { role: "user", content: [text("<system>\nbe long\n</system>"), text("3")] },
    ]);
    expect(warnings).toHaveLength(1);
  });

  // "messages: first message must use the \"user\" role", Anthropic answers otherwise.
  it("that begin with the assistant's turn, as greetings do, get a word of the user before it", () => {
    const messages = [
      { role: "system", content: "be kind" },
      { role: "assistant", content: "How can I help?" },
      { role: "user", content: "hi" },
    ];
    const { sent, warnings } = send({ messages });
    const turns = sent["messages"] as unknown as { role: string }[];
    expect(turns.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(warnings).toEqual([
      "messages: the conversation begins with the assistant's turn; a word of the user was put before it",
    ]);
  });

  it("of system alone become the user's turn", () => {
    const { sent, warnings } = send({ messages: [{ role: "system", content: "do" }] });
    expect(sent).not.toHaveProperty("system");
    expect(sent["messages"]).toEqual([{ role: "user", content: [text("do")] }]);
    expect(warnings).toEqual(["messages: there are only system messages; they were sent as the user's turn"]);
  });

  it("lose texts of white space only, and white space at the very end of the assistant's turn", () => {
    const { sent, warnings } = send({
      messages: [
        { role: "user", content: [text("a"), text(" \n")] },
        { role: "assistant", content: "{ " },
      ],
    });
    expect(sent["messages"]).toEqual([
      { role: "user", content: [text("a")] },
      { role: "assistant", content: [text("{")] },
    ]);
    expect(warnings).toEqual([
      "messages: a text of white space only was left out",
      "messages: white space at the end of the last turn was left out",
    ]);
  });

  it("carry pictures of image/jpg, which is no type, as image/jpeg", () => {
    const image_url = { url: "data:image/jpg;base64,/9j/" };
    const { sent } = send({ messages: [{ role: "user", content: [{ type: "image_url", image_url }] }] });
    expect(sent["messages"]).toMatchObject([{ content: [{ source: { media_type: "image/jpeg", data: "/9j/" } }] }]);
  });

  it("carry pictures and files, as data and as links", () => {
    const image = (url: string, more = {}) => ({ type: "image_url", image_url: { url, ...more } });
    const file = (file_data: string, filename?: string) => ({ type: "file", file: { file_data, filename } });
    const { sent, warnings } = send({
      messages: [
        {
          role: "user",
          content: [
            image("data:image/png;base64,iVBO", { detail: "low" }),
            image("https://example.org/a.jpg"),
            file("data:application/pdf;base64,JVBE", "a.pdf"),
            file("data:text/plain;base64,aGk="),
            file("data:image/webp;base64,UklG"),
            file("https://example.org/b.pdf"),
          ],
        },
      ],
    });
    expect(sent["messages"]).toEqual([
      {
        role: "user",
        content: [
          { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBO" } },
          { type: "image", source: { type: "url", url: "https://example.org/a.jpg" } },
          {
            type: "document",
            source: { type: "base64", media_type: "application/pdf", data: "JVBE" },
            title: "a.pdf",
          },
          { type: "document", source: { type: "text", media_type: "text/plain", data: "hi" } },
          { type: "image", source: { type: "base64", media_type: "image/webp", data: "UklG" } },
          { type: "document", source: { type: "url", url: "https://example.org/b.pdf" } },
        ],
      },
    ]);
    expect(warnings).toEqual(["image_url.detail: left out"]);
  });

  it.each<[string, object]>([
    ["audio/mp4", { type: "file", file: { file_data: "data:audio/mp4;base64,AA" } }],
    ["gs://", { type: "image_url", image_url: { url: "gs://bucket/a.png" } }],
    ["file_id", { type: "file", file: { file_id: "file-1" } }],
    ["it takes a link", { type: "image_url", image_url: { url: "/etc/passwd" } }],
    ["data takes the form", { type: "image_url", image_url: { url: "data:image/png,abc" } }],
    ["it takes text, image_url", { type: "hologram" }],
  ])("are refused with %s", (words, part) => {
    expect(() => send({ messages: [{ role: "user", content: [part] }] })).toThrow(words);
  });
});

describe("tools", () => {
  it("go with parallel calls and their results in one turn", () => {
    const { sent, warnings } = send({
      tools: [tool("weather", { type: "object", properties: { city: { type: "string" } } }), tool("now")],
      messages: [
        { role: "user", content: "?" },
        {
          role: "assistant",
          content: "Looking.",
          tool_calls: [call("functions.weather:0", "weather", '{"city":"Köln"}'), call("b", "now", "")],
        },
        { role: "tool", tool_call_id: "functions.weather:0", content: "rain" },
        {
          role: "tool",
          tool_call_id: "b",
          content: [text("noon"), { type: "image_url", image_url: { url: "https://x.org/a.png" } }],
        },
        { role: "user", content: "and?" },
      ],
    });
    expect(sent["tools"]).toEqual([
      { name: "weather", input_schema: { type: "object", properties: { city: { type: "string" } } } },
      { name: "now", input_schema: { type: "object", properties: {} } },
    ]);
    expect(sent["messages"]![1]).toEqual({
      role: "assistant",
      content: [
        text("Looking."),
        { type: "tool_use", id: "functions_weather_0", name: "weather", input: { city: "Köln" } },
        { type: "tool_use", id: "b", name: "now", input: {} },
      ],
    });
    expect(sent["messages"]![2]).toEqual({
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "functions_weather_0", content: [text("rain")] },
        {
          type: "tool_result",
          tool_use_id: "b",
          content: [text("noon"), { type: "image", source: { type: "url", url: "https://x.org/a.png" } }],
        },
        text("and?"),
      ],
    });
    expect(warnings).toEqual([]);
  });

  it("keep arguments that are no JSON as a text, with a warning", () => {
    const { sent, warnings } = send({
      messages: [
        { role: "user", content: "?" },
        { role: "assistant", content: null, tool_calls: [call("a", "f", "{broken")] },
        { role: "tool", tool_call_id: "a", content: "" },
      ],
    });
    expect(sent["messages"]![1]!["content"]).toEqual([
      { type: "tool_use", id: "a", name: "f", input: { arguments: "{broken" } },
    ]);
    expect(sent["messages"]![2]!["content"]).toEqual([{ type: "tool_result", tool_use_id: "a" }]);
    expect(warnings).toHaveLength(1);
  });

  it.each<[unknown, unknown, boolean?]>([
    [undefined, undefined],
    ["auto", { type: "auto" }],
    ["none", { type: "none" }],
    ["required", { type: "any" }],
    [
      { type: "function", function: { name: "f" } },
      { type: "tool", name: "f" },
    ],
    [undefined, { type: "auto", disable_parallel_tool_use: true }, false],
    ["required", { type: "any", disable_parallel_tool_use: true }, false],
    ["none", { type: "none" }, false],
    ["auto", { type: "auto" }, true],
  ])("are chosen as %j asks", (tool_choice, expected, parallel_tool_calls) => {
    const { sent } = send({ tools: [tool("f"), tool("g")], tool_choice, parallel_tool_calls });
    expect(sent["tool_choice"]).toEqual(expected);
  });

  it("that are not allowed are not offered", () => {
    const allowed = { mode: "required", tools: [{ type: "function", function: { name: "g" } }] };
    const { sent } = send({
      tools: [tool("f"), tool("g")],
      tool_choice: { type: "allowed_tools", allowed_tools: allowed },
    });
    expect(sent["tools"]).toEqual([expect.objectContaining({ name: "g" })]);
    expect(sent["tool_choice"]).toEqual({ type: "any" });
  });

  it("may be functions of the old kind, one call at a time", () => {
    const { sent } = send({
      functions: [{ name: "f", parameters: { type: "object", properties: {} } }],
      function_call: { name: "f" },
      messages: [
        { role: "user", content: "?" },
        { role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } },
        { role: "function", name: "f", content: "1" },
      ],
    });
    expect(sent["tool_choice"]).toEqual({ type: "tool", name: "f", disable_parallel_tool_use: true });
    expect((sent["messages"] as unknown as object[]).slice(1)).toEqual([
      { role: "assistant", content: [{ type: "tool_use", id: "call_f", name: "f", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "call_f", content: [text("1")] }] },
    ]);
  });
});

describe("thinking", () => {
  const effort = (reasoning_effort: string, model: string, more: object = {}) =>
    send({ reasoning_effort, max_tokens: 50_000, ...more }, model);

  it("is a budget before Claude 4.6", () => {
    expect(effort("high", classic).sent["thinking"]).toEqual({ type: "enabled", budget_tokens: 24_576 });
    expect(effort("minimal", classic).sent["thinking"]).toEqual({ type: "enabled", budget_tokens: 1_024 });
    expect(effort("none", classic).sent).not.toHaveProperty("thinking");
    expect(effort("high", classic, { max_tokens: 2_000 }).sent["thinking"]).toMatchObject({ budget_tokens: 1_600 });
    expect(effort("high", classic, { max_tokens: 1_100 }).sent["thinking"]).toMatchObject({ budget_tokens: 1_024 });
    expect(send({ reasoning: { max_tokens: 3_000 }, max_tokens: 2_000 })).toMatchObject({
      sent: { thinking: { budget_tokens: 1_999 } },
      warnings: ["reasoning: the budget was lowered to 1999, below the answer's limit"],
    });
    expect(send({ reasoning: { max_tokens: 3_000 } }).sent["thinking"]).toMatchObject({ budget_tokens: 3_000 });
  });

  it("is adaptive with an effort from Claude 4.6 on", () => {
    const { sent, warnings } = effort("medium", "claude-opus-5-5");
    expect(sent).toMatchObject({ thinking: { type: "adaptive" }, output_config: { effort: "medium" } });
    expect(warnings).toEqual([]);
    const shown = send({ reasoning: { effort: "low" } }, "claude-opus-5-5").sent;
    expect(shown["thinking"]).toEqual({ type: "adaptive", display: "summarized" });
    expect(effort("xhigh", "claude-sonnet-4-6").sent["output_config"]).toEqual({ effort: "high" });
    expect(effort("xhigh", "claude-opus-4-7").sent["output_config"]).toEqual({ effort: "xhigh" });
  });

  it.each([
    ["claude-opus-4-8", undefined, undefined],
    ["claude-opus-5", { type: "disabled" }, undefined],
    ["claude-haiku-5-5", { type: "disabled" }, undefined],
    ["claude-sonnet-5-5", { type: "between_tools" }, undefined],
    ["claude-opus-5-5", undefined, { effort: "low" }],
    ["claude-fable-5-1", undefined, { effort: "low" }],
  ])("is turned off as %s takes it", (model, thinking, config) => {
    const { sent } = effort("none", model);
    expect([sent["thinking"], sent["output_config"]]).toEqual([thinking, config]);
  });

  it("gives way to a forced tool, a limit that is too small, and tool calls that came back without it", () => {
    const tools = [tool("f")];
    const forced = effort("high", classic, { tools, tool_choice: "required" });
    expect(forced.sent).not.toHaveProperty("thinking");
    expect(forced.warnings).toEqual(["reasoning_effort: left out, this model does not think when a tool is forced"]);
    const adaptive = effort("high", "claude-sonnet-4-6", { tools, tool_choice: "required" });
    expect(adaptive).toMatchObject({
      sent: { thinking: { type: "adaptive" }, output_config: { effort: "high" }, tool_choice: { type: "any" } },
      warnings: [],
    });
    expect(effort("high", classic, { max_tokens: 1_000 }).warnings[0]).toContain("too small");
    const loop = [
      { role: "user", content: "?" },
      { role: "assistant", content: null, tool_calls: [call("a", "f", "{}")] },
      { role: "tool", tool_call_id: "a", content: "1" },
    ];
    const lost = effort("high", classic, { tools, messages: loop });
    expect(lost.sent).not.toHaveProperty("thinking");
    expect(lost.warnings[0]).toContain("without the reasoning_details");
  });

  it("comes back with its signature, before all else; what others signed does not", () => {
    const reasoning_details = [
      { type: "reasoning.text", text: "so", signature: "sig", format: "anthropic-claude-v1" },
      { type: "reasoning.encrypted", data: "xyz", format: "anthropic-claude-v1" },
      { type: "reasoning.encrypted", data: "abc", format: "openai-responses-v1" },
      { type: "reasoning.text", text: "unsigned" },
    ];
    const { sent, warnings } = send({
      messages: [
        { role: "user", content: "?" },
        { role: "assistant", content: "yes", reasoning_details },
        { role: "user", content: "why" },
      ],
    });
    expect(sent["messages"]![1]!["content"]).toEqual([
      { type: "thinking", thinking: "so", signature: "sig" },
      { type: "redacted_thinking", data: "xyz" },
      text("yes"),
    ]);
    expect(warnings).toEqual(["messages: reasoning that Anthropic did not sign was left out"]);
  });

  it("in Anthropic's own words wins", () => {
    const thinking = { type: "enabled", budget_tokens: 2_048, display: "omitted" };
    expect(send({ thinking, reasoning_effort: "high" }).sent["thinking"]).toEqual(thinking);
    const limited = send({ thinking, max_tokens: 2_049 });
    expect(limited).toMatchObject({ sent: { thinking }, warnings: [] });
  });

  it("in Anthropic's own words stays below the limit, or is left out", () => {
    const thinking = { type: "enabled", budget_tokens: 2_048, display: "omitted" };
    expect(send({ thinking, max_tokens: 2_048 })).toMatchObject({
      sent: { max_tokens: 2_048, thinking: { ...thinking, budget_tokens: 1_638 } },
      warnings: ["thinking: the budget was lowered to 1638, below the answer's limit"],
    });
    const small = send({ thinking, max_tokens: 1_200 });
    expect(small.sent).not.toHaveProperty("thinking");
    expect(small.warnings).toEqual(["thinking: left out, the answer's limit of 1200 tokens is too small for it"]);
    expect(send({ thinking: { type: "disabled" }, max_tokens: 1 }).sent["thinking"]).toEqual({ type: "disabled" });
  });
});

describe("sampling", () => {
  it("is sent to models that take it, in their range", () => {
    const { sent, warnings } = send({ temperature: 1.5, top_k: 40 });
    expect(sent).toMatchObject({ temperature: 1, top_k: 40 });
    expect(warnings).toEqual(["temperature: lowered to 1, the most that Anthropic takes"]);
    const both = send({ temperature: 0.5, top_p: 0.9 });
    expect(both.sent).toMatchObject({ temperature: 0.5 });
    expect(both.sent).not.toHaveProperty("top_p");
    expect(send({ temperature: 0.5, top_p: 0.9 }, "claude-3-5-sonnet-20241022").sent).toMatchObject({ top_p: 0.9 });
    expect(send({ temperature: 0.5, top_p: 0.9 }, "kimi-k3").sent).toMatchObject({ temperature: 0.5, top_p: 0.9 });
  });
  it.each(["claude-opus-4-7", "claude-sonnet-5", "claude-haiku-5-5", "claude-fable-5", "claude-mythos-preview"])(
    "is left out for %s, with warnings",
    (model) => {
      const { sent, warnings } = send({ temperature: 0, top_p: 0.5, top_k: 1 }, model);
      for (const name of ["temperature", "top_p", "top_k"]) expect(sent).not.toHaveProperty(name);
      expect(warnings).toHaveLength(3);
    },
  );
  it("leaves room for thinking", () => {
    const { sent, warnings } = send({ temperature: 0.2, top_k: 5, reasoning_effort: "low" });
    expect(sent).not.toHaveProperty("temperature");
    expect(sent).not.toHaveProperty("top_k");
    expect(warnings).toHaveLength(2);
  });
  it("stops at sequences that hold more than white space", () => {
    const { sent, warnings } = send({ stop: ["\n\n", "END", " "] });
    expect(sent["stop_sequences"]).toEqual(["END"]);
    expect(warnings).toEqual(["stop: sequences of white space only were left out"]);
    expect(send({ stop: "\n" }).sent).not.toHaveProperty("stop_sequences");
  });
});

describe("the rest", () => {
  it("asks for JSON by schema, or by words", () => {
    const schema = { type: "object", properties: {}, additionalProperties: false };
    const json_schema = { name: "x", schema, strict: true };
    expect(send({ response_format: { type: "json_schema", json_schema } }).sent["output_config"]).toEqual({
      format: { type: "json_schema", schema },
    });
    const described = { ...json_schema, description: "An answer.", schema: { ...schema, description: "Own." } };
    expect(send({ response_format: { type: "json_schema", json_schema: described } }).sent["output_config"]).toEqual({
      format: { type: "json_schema", schema: { ...schema, description: "An answer.\n\nOwn." } },
    });
    const { sent, warnings } = send({ response_format: { type: "json_object" } });
    expect(sent["system"]).toEqual([text(expect.stringContaining("one JSON object") as never)]);
    expect(warnings).toHaveLength(1);
    expect(send({ response_format: { type: "text" } }).sent).not.toHaveProperty("output_config");
  });
  describe("schemas", () => {
    const strictTool = (name: string, parameters?: object) => ({
      type: "function",
      function: { name, strict: true, parameters },
    });
    const given = {
      type: "object",
      properties: {
        minimum: { type: "integer", minimum: 1, maximum: 9, description: "How many." },
        kind: { oneOf: [{ const: "a" }, { type: "string", format: "regex" }, { $ref: "#/$defs/d" }] },
        list: { type: "array", minItems: 1, maxItems: 3, items: { type: "object", properties: {} } },
      },
      required: ["minimum"],
      $defs: { d: { type: ["string", "null"], minLength: 2, format: "date" } },
    };
    const fitted = {
      type: "object",
      properties: {
        minimum: { type: "integer", description: "How many. (minimum: 1, maximum: 9)" },
        kind: {
          anyOf: [{ const: "a" }, { type: "string", description: '(format: "regex")' }, { $ref: "#/$defs/d" }],
        },
        list: {
          ...{ type: "array", minItems: 1, description: "(maxItems: 3)" },
          items: { type: "object", properties: {}, additionalProperties: false },
        },
      },
      required: ["minimum"],
      $defs: { d: { type: ["string", "null"], format: "date", description: "(minLength: 2)" } },
      additionalProperties: false,
    };
    const words = "minimum, maximum, format, maxItems, minLength of a schema was sent as a description";

    it("say in words what Anthropic refuses in them, of answers and of strict tools", () => {
      const format = { type: "json_schema", json_schema: { name: "x", schema: given } };
      const json = send({ response_format: format });
      expect(json.sent["output_config"]).toEqual({ format: { type: "json_schema", schema: fitted } });
      expect(json.warnings).toEqual([`response_format: ${words}`]);
      const { sent, warnings } = send({ tools: [strictTool("f", given), tool("g", given), strictTool("h")] });
      expect(sent["tools"]).toEqual([
        { name: "f", input_schema: fitted, strict: true },
        { name: "g", input_schema: given },
        { name: "h", input_schema: { type: "object", properties: {}, additionalProperties: false }, strict: true },
      ]);
      expect(warnings).toEqual([`tools: ${words}`]);
    });

    it("are refused with keys that they do not name; a tool with such a schema is not strict", () => {
      const free = { type: "object", properties: { a: { type: "object", additionalProperties: { type: "number" } } } };
      expect(unable({ response_format: { type: "json_schema", json_schema: { name: "x", schema: free } } })).toContain(
        "keys that its schema does not name",
      );
      const open = {
        type: "object",
        properties: { additionalProperties: { type: "object" } },
        additionalProperties: true,
      };
      expect(
        unable({ response_format: { type: "json_schema", json_schema: { name: "x", schema: open } } }),
      ).toBeUndefined();
      const { sent, warnings } = send({ tools: [strictTool("f", free)] });
      expect(sent["tools"]).toEqual([{ name: "f", input_schema: free }]);
      expect(warnings).toEqual(["tools: strict was left out where a schema allows keys that it does not name"]);
    });

    it.each([
      ["tools", Array.from({ length: 21 }, (_, at) => strictTool(`f${at}`))],
      [
        "optional properties",
        [
          strictTool("f", {
            type: "object",
            properties: Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`p${at}`, { type: "string" }])),
          }),
        ],
      ],
    ])("are not strict when there are more %s than Anthropic takes", (_, tools) => {
      const { sent, warnings } = send({ tools });
      expect(JSON.stringify(sent["tools"])).not.toContain("strict");
      expect(warnings).toEqual([
        "tools: strict was left out, Anthropic takes 20 strict tools with 24 optional properties and 16 unions in all",
      ]);
    });
  });

  it("says who the user is, and at which tier", () => {
    expect(send({ user: "u1" }).sent["metadata"]).toEqual({ user_id: "u1" });
    expect(send({ user: "u1", safety_identifier: "s1" }).sent["metadata"]).toEqual({ user_id: "s1" });
    expect(send({ service_tier: "default" }).sent["service_tier"]).toBe("standard_only");
    expect(send({ service_tier: "auto" }).sent["service_tier"]).toBe("auto");
    expect(send({ service_tier: "flex" }).warnings).toHaveLength(1);
  });
  it.each<[object, string | undefined, string?]>([
    [{ n: 2 }, "asks for n"],
    [{ n: 1 }, undefined],
    [{ logprobs: true }, "asks for logprobs"],
    [{ logprobs: false, top_logprobs: null }, undefined],
    [{ modalities: ["text"] }, undefined],
    [{ modalities: ["text", "audio"] }, "asks for modalities"],
    [
      { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: { data: "AA", format: "wav" } }] }] },
      "holds audio",
    ],
    [{ tools: [tool("f")], tool_choice: "required" }, undefined],
    [{ tools: [tool("f")], tool_choice: "required" }, undefined, "claude-haiku-5-5"],
    [{ tools: [tool("f")], tool_choice: "required" }, "forces a tool", "claude-sonnet-5-5"],
    [{ tools: [tool("f")], tool_choice: "auto" }, undefined, "claude-sonnet-5-5"],
  ])("%j makes a candidate unfit or not: %s", (body, expected, model) => {
    const said = unable(body, model);
    if (expected === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(expected);
  });
});
