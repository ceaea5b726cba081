import { describe, expect, it } from "vitest";
import { readChatRequest } from "../../../../server/providers/chat/read-chat-request.js";
import { geminiTranslator } from "../../../../server/providers/gemini/gemini-translator.js";
import { endpointOf, question, translate } from "../harness.js";

const classic = "gemini-2.5-flash";
const newer = "gemini-3.8-flash";
const send = (body: object, model = classic) => translate(geminiTranslator, body, model);
const config = (body: object, model = classic) => send(body, model).sent["generationConfig"];
const unable = (body: object, model: string) =>
  geminiTranslator.unable(readChatRequest({ ...question, ...body }), endpointOf(model));
const tool = (name: string, parameters?: object) => ({ type: "function", function: { name, parameters } });
const call = (id: string, name: string, args: string, more = {}) => ({
  id,
  type: "function",
  function: { name, arguments: args },
  ...more,
});

describe("messages", () => {
  it("go to the model's own address", () => {
    const { sent, path, warnings } = send({});
    expect(sent).toEqual({ contents: [{ role: "user", parts: [{ text: "hi" }] }] });
    expect(path).toBe("/models/gemini-2.5-flash:generateContent");
    expect(warnings).toEqual([]);
    const endpoint = endpointOf("tunedModels/mine");
    expect(geminiTranslator.request(readChatRequest(question), endpoint, true).path).toBe(
      "/tunedModels/mine:streamGenerateContent?alt=sse",
    );
  });

  it("leave their system prompts at the head to systemInstruction; later ones go into the user's turn", () => {
    const { sent, warnings } = send({
      messages: [
        { role: "system", content: "a" },
        { role: "developer", content: "b" },
        { role: "user", content: "1" },
        { role: "user", content: "2" },
        { role: "assistant", content: "3" },
        { role: "system", content: "c" },
        { role: "user", content: "4" },
      ],
    });
    expect(sent["systemInstruction"]).toEqual({ parts: [{ text: "a" }, { text: "b" }] });
    expect(sent["contents"]).toEqual([
      { role: "user", parts: [{ text: "1" }, { text: "2" }] },
      { role: "model", parts: [{ text: "3" }] },
      { role: "user", parts: [{ text: "<system>\nc\n</system>" }, { text: "4" }] },
    ]);
    expect(warnings).toEqual(["messages: a system message in mid-conversation was sent inside the user's turn"]);
  });

  // "Please ensure that function call turn comes immediately after a user turn", Gemini answers otherwise.
  it("that begin with the assistant's turn get a word of the user before it", () => {
    const messages = [
      { role: "assistant", content: null, tool_calls: [call("a", "f", "{}")] },
      { role: "tool", tool_call_id: "a", content: "1" },
    ];
    const { sent, warnings } = send({ messages, tools: [tool("f")] });
    const turns = sent["contents"] as unknown as { role: string }[];
    expect(turns.map(({ role }) => role)).toEqual(["user", "model", "user"]);
    expect(warnings).toEqual([
      "messages: the conversation begins with the assistant's turn; a word of the user was put before it",
    ]);
  });

  it("carry pictures, files and sound, as data and as links", () => {
    const content = [
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } },
      { type: "image_url", image_url: { url: "https://example.org/a.JPG?x=1" } },
      { type: "image_url", image_url: { url: "https://example.org/a" } },
      { type: "image_url", image_url: { url: "gs://bucket/b.webp" } },
      { type: "file", file: { file_data: "data:application/pdf;base64,JVBE" } },
      { type: "input_audio", input_audio: { data: "UklG", format: "wav" } },
    ];
    expect(send({ messages: [{ role: "user", content }] }).sent["contents"]).toEqual([
      {
        role: "user",
        parts: [
          { inlineData: { mimeType: "image/png", data: "iVBO" } },
          { fileData: { fileUri: "https://example.org/a.JPG?x=1", mimeType: "image/jpeg" } },
          { fileData: { fileUri: "https://example.org/a" } },
          { fileData: { fileUri: "gs://bucket/b.webp", mimeType: "image/webp" } },
          { inlineData: { mimeType: "application/pdf", data: "JVBE" } },
          { inlineData: { mimeType: "audio/wav", data: "UklG" } },
        ],
      },
    ]);
  });
});

const conversation = (calls: object[], ...results: object[]) => ({
  messages: [{ role: "user", content: "?" }, { role: "assistant", content: "Looking.", tool_calls: calls }, ...results],
});

describe("tools", () => {
  it("go with parallel calls and their results in one turn", () => {
    const { sent, warnings } = send({
      tools: [
        { type: "function", function: { name: "weather", description: "d", parameters: { type: "object" } } },
        tool("now"),
      ],
      ...conversation(
        [call("a", "weather", '{"city":"Köln"}'), call("b", "now", "")],
        { role: "tool", tool_call_id: "a", content: '{"rain":true}' },
        { role: "tool", tool_call_id: "b", content: "noon" },
      ),
    });
    expect(sent["tools"]).toEqual([
      {
        functionDeclarations: [
          { name: "weather", description: "d", parametersJsonSchema: { type: "object" } },
          { name: "now" },
        ],
      },
    ]);
    expect((sent["contents"] as unknown as object[]).slice(1)).toEqual([
      {
        role: "model",
        parts: [
          { text: "Looking." },
          { functionCall: { id: "a", name: "weather", args: { city: "Köln" } } },
          { functionCall: { id: "b", name: "now", args: {} } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "a", name: "weather", response: { rain: true } } },
          { functionResponse: { id: "b", name: "now", response: { output: "noon" } } },
        ],
      },
    ]);
    expect(warnings).toEqual([]);
  });

  it("come back with their signatures; where they were lost, Gemini 3 is told so", () => {
    const extra_content = { google: { thought_signature: "EpEg" } };
    const result = { role: "tool", tool_call_id: "a", content: "1" };
    const signed = send(conversation([call("a", "f", "{}", { extra_content })], result), newer);
    expect(signed.sent["contents"]![1]!["parts"][1]).toEqual({
      functionCall: { id: "a", name: "f", args: {} },
      thoughtSignature: "EpEg",
    });
    expect(signed.warnings).toEqual([]);
    const lost = send(conversation([call("a", "f", "{}"), call("b", "f", "{}")], result), newer);
    const parts = lost.sent["contents"]![1]!["parts"] as unknown as { thoughtSignature?: string }[];
    expect(parts.map((part) => part.thoughtSignature)).toEqual([
      undefined,
      "skip_thought_signature_validator",
      undefined,
    ]);
    expect(lost.warnings).toHaveLength(1);
    expect(send(conversation([call("a", "f", "{}")], result), classic).warnings).toEqual([]);
  });

  it("refuse a result whose call nobody made", () => {
    const messages = [
      { role: "user", content: "?" },
      { role: "tool", tool_call_id: "x", content: "" },
    ];
    expect(() => send({ messages })).toThrow("no message before holds the tool call");
  });

  it.each<[unknown, unknown]>([
    [undefined, undefined],
    ["auto", undefined],
    ["none", { mode: "NONE" }],
    ["required", { mode: "ANY" }],
    [
      { type: "function", function: { name: "f" } },
      { mode: "ANY", allowedFunctionNames: ["f"] },
    ],
    [
      {
        type: "allowed_tools",
        allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "g" } }] },
      },
      { mode: "ANY", allowedFunctionNames: ["g"] },
    ],
  ])("are chosen as %j asks", (tool_choice, expected) => {
    const { sent } = send({ tools: [tool("f"), tool("g")], tool_choice });
    expect(sent["toolConfig"]).toEqual(expected === undefined ? undefined : { functionCallingConfig: expected });
  });
});

describe("parameters", () => {
  it("have their own names", () => {
    expect(
      config({
        max_completion_tokens: 9,
        temperature: 1.5,
        top_p: 0.5,
        top_k: 3,
        frequency_penalty: 0.1,
        presence_penalty: 0.2,
        seed: 7,
        stop: "\n",
        n: 2,
        logprobs: true,
        top_logprobs: 4,
      }),
    ).toEqual({
      maxOutputTokens: 9,
      temperature: 1.5,
      topP: 0.5,
      topK: 3,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      seed: 7,
      stopSequences: ["\n"],
      candidateCount: 2,
      responseLogprobs: true,
      logprobs: 4,
    });
  });
  it.each([0, -1, 1.5])("are refused with %s answers", (n) => {
    expect(() => send({ n })).toThrow("it takes a whole number from 1 on");
  });
  it("stop at the first five sequences", () => {
    const { sent, warnings } = send({ stop: ["1", "2", "3", "4", "5", "6"] });
    expect(sent["generationConfig"]!["stopSequences"]).toHaveLength(5);
    expect(warnings).toEqual(["stop: only the first 5 were sent"]);
    const withEmpty = send({ stop: ["1", "", "2", "3", "4", "5"] });
    expect(withEmpty.sent["generationConfig"]!["stopSequences"]).toEqual(["1", "2", "3", "4", "5"]);
    expect(withEmpty.warnings).toEqual(["stop: empty sequences were left out"]);
  });
  it("lose the names of files, with a warning", () => {
    const file = { file_data: "data:application/pdf;base64,AA", filename: "report.pdf" };
    const { warnings } = send({ messages: [{ role: "user", content: [{ type: "file", file }] }] });
    expect(warnings).toEqual(["messages: the names of files were left out"]);
  });
  it("ask for JSON, by schema or free", () => {
    const schema = { type: "object", properties: {} };
    expect(config({ response_format: { type: "json_schema", json_schema: { name: "x", schema } } })).toEqual({
      responseMimeType: "application/json",
      responseJsonSchema: schema,
    });
    const json_schema = { name: "x", description: "An answer.", schema };
    expect(config({ response_format: { type: "json_schema", json_schema } })).toMatchObject({
      responseJsonSchema: { ...schema, description: "An answer." },
    });
    expect(config({ response_format: { type: "json_object" } })).toEqual({ responseMimeType: "application/json" });
  });
  it.each<[string, string, object | undefined, number]>([
    ["high", classic, { thinkingBudget: 24_576 }, 0],
    ["none", classic, { thinkingBudget: 0 }, 0],
    ["none", "gemini-2.5-pro", { thinkingBudget: 128 }, 1],
    ["high", newer, { thinkingLevel: "HIGH" }, 0],
    ["max", newer, { thinkingLevel: "HIGH" }, 1],
    ["minimal", newer, { thinkingLevel: "LOW" }, 0],
    ["minimal", "gemini-3-flash-preview", { thinkingLevel: "MINIMAL" }, 0],
    ["none", "gemini-3.1-pro-preview", { thinkingLevel: "LOW" }, 1],
    ["low", "gemini-flash-latest", { thinkingLevel: "LOW" }, 0],
    ["low", "gemini-2.0-flash", undefined, 1],
  ])("think with effort %s on %s", (reasoning_effort, model, expected, warned) => {
    const { sent, warnings } = send({ reasoning_effort }, model);
    expect(sent["generationConfig"]?.["thinkingConfig"]).toEqual(expected);
    expect(warnings).toHaveLength(warned);
  });
  it("show thoughts when they are asked for, and take Google's own words", () => {
    expect(config({ reasoning: { effort: "low" } }, newer)).toEqual({
      thinkingConfig: { thinkingLevel: "LOW", includeThoughts: true },
    });
    const google = {
      thinking_config: { thinking_budget: 9 },
      cached_content: "cachedContents/1",
      safety_settings: [{}],
    };
    const { sent } = send({ extra_body: { google }, reasoning_effort: "high" });
    expect(sent).toMatchObject({
      generationConfig: { thinkingConfig: { thinking_budget: 9 } },
      cachedContent: "cachedContents/1",
      safetySettings: [{}],
    });
  });
  const json = { response_format: { type: "json_object" }, tools: [tool("f")] };
  it.each<[object, string, string | undefined]>([
    [json, classic, "JSON and tools at once"],
    [json, newer, undefined],
    [{ ...json, tool_choice: "required" }, newer, "JSON and a forced tool at once"],
    [{ modalities: ["audio"] }, newer, "asks for modalities"],
    [{ n: 2, logprobs: true }, newer, undefined],
  ])("%j makes %s unfit or not", (body, model, expected) => {
    const said = unable(body, model);
    if (expected === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(expected);
  });
});
