import { describe, expect, it } from "vitest";
import { fronts } from "../../../../server/http/fronts/fronts.js";
import type { Json } from "../../../../server/json/json.js";
import { flatTokens } from "../../../../server/tokens/prompt-parts.js";
import { PromptSize } from "../../../../server/tokens/prompt-size.js";

const long = "word ".repeat(20_000);
const base64 = "A".repeat(100_000);

function read(path: string, body: Json) {
  const view = fronts.get(path)!.readChat({ model: "auto", max_tokens: 5, ...body });
  if ("code" in view) throw new Error(view.message);
  return { unseen: view.unseen, tokens: new PromptSize(view.body, view.unseen).estimate };
}

const says = (...content: Json[]): Json => ({
  messages: [
    { role: "user", content: "a" },
    { role: "assistant", content },
    { role: "user", content: "b" },
  ],
});
const shows = (...content: Json[]): Json => ({ messages: [{ role: "user", content }] });
const result = (text: string) => ({ type: "mcp_tool_result", tool_use_id: "t", content: [{ type: "text", text }] });
const document = (data: string) => ({ type: "document", source: { type: "text", media_type: "text/plain", data } });
const item = (fields: Json): Json => ({ input: [fields, { role: "user", content: "hi" }] });
const listed = { name: "f", description: "d", input_schema: {} };
const tool = { type: "function", name: "f", parameters: {} };

describe("the size of a prompt", () => {
  it.each<[string, string, Json]>([
    ["results of a provider's own tools", "/v1/messages", says(result(long))],
    ["what such a tool is called with", "/v1/messages", says({ type: "server_tool_use", input: { signature: long } })],
    ["documents of text", "/v1/messages", shows(document(long))],
    [
      "the same in a result",
      "/v1/messages",
      shows({ type: "tool_result", tool_use_id: "t", content: [document(long)] }),
    ],
    ["thoughts", "/v1/messages", says({ type: "thinking", thinking: long, signature: "s" })],
    ["examples of a tool", "/v1/messages", { ...shows(), tools: [{ ...listed, input_examples: [{ a: long }] }] }],
    ["tools in the conversation", "/v1/messages", says({ type: "mcp_tool_listing", tools: [{ ...listed, a: long }] })],
    ["outputs of a provider's own tools", "/v1/responses", item({ type: "mcp_call", name: "f", output: long })],
    ["outputs without a call", "/v1/responses", item({ type: "function_call_output", call_id: "c", output: long })],
    ["outputs of a shell", "/v1/responses", item({ type: "shell_call_output", output: [{ stdout: long }] })],
    ["parts that are not known", "/v1/responses", item({ role: "user", content: [{ type: "new", text: long }] })],
    ["reasoning", "/v1/responses", item({ type: "reasoning", content: [{ type: "reasoning_text", text: long }] })],
    ["a namespace", "/v1/responses", { input: "hi", tools: [{ type: "namespace", description: long, tools: [tool] }] }],
    ["what follows the prompt", "/v1/completions", { prompt: "a", suffix: long }],
    ["reasoning", "/v1/chat/completions", { messages: [{ role: "assistant", reasoning_content: long }] }],
  ])("counts %s: %s", (_, path, body) => {
    expect(read(path, body).tokens).toBeGreaterThan(19_000);
    expect(read(path, JSON.parse(JSON.stringify(body).replace(long, "")) as Json).tokens).toBeLessThan(100);
  });

  it("takes a suffix for each of several prompts", () => {
    const [one, two] = ["a", ["a", "a"]].map((prompt) => read("/v1/completions", { prompt, suffix: long }).tokens);
    expect(two).toBeGreaterThan(1.9 * one!);
    const { unseen } = read("/v1/completions", { prompt: ["a", "a"], suffix: long });
    expect(unseen?.largestPrompt).toBeGreaterThan(19_000);
  });

  it.each<[string, number, string, Json]>([
    [
      "pictures that a model made",
      flatTokens.image,
      "/v1/responses",
      { type: "image_generation_call", result: base64 },
    ],
    [
      "pictures of a screen",
      flatTokens.image,
      "/v1/responses",
      {
        type: "computer_call_output",
        output: { type: "computer_screenshot", image_url: `data:image/png;base64,${base64}` },
      },
    ],
    [
      "pictures that a provider keeps",
      flatTokens.image,
      "/v1/responses",
      { role: "user", content: [{ type: "input_image", file_id: "file_1" }] },
    ],
    [
      "files that it keeps",
      flatTokens.file,
      "/v1/messages",
      { type: "document", source: { type: "file", file_id: "file_1" } },
    ],
    [
      "files that a tool found",
      flatTokens.file,
      "/v1/messages",
      { type: "web_fetch_tool_result", content: { type: "document", source: { type: "base64", data: base64 } } },
    ],
    ["what is encrypted", 0, "/v1/messages", { type: "web_search_result", encrypted_content: base64 }],
    ["state of a provider", 0, "/v1/responses", { type: "reasoning", summary: [], encrypted_content: base64 }],
  ])("takes a flat amount for %s", (_, flat, path, entry) => {
    const { tokens } = read(path, path === "/v1/messages" ? shows(entry) : item(entry));
    expect(tokens).toBeGreaterThanOrEqual(flat);
    expect(tokens).toBeLessThan(flat + 100);
  });

  it("counts nothing twice", () => {
    const both = { role: "assistant", reasoning: long, reasoning_details: [{ type: "reasoning.text", text: long }] };
    expect(read("/v1/chat/completions", { messages: [both] }).tokens).toBeLessThan(30_000);
    expect(read("/v1/messages", { ...shows({ type: "text", text: "a" }), tools: [listed] }).unseen?.prompt).toBe(
      undefined,
    );
    const results = [{ type: "tool_reference", tool_name: "f" }, { type: "search_result", content: [] }, document("a")];
    const result = { type: "tool_result", tool_use_id: "t", content: results };
    expect(read("/v1/messages", shows(result)).unseen?.prompt).toBe(undefined);
    const call = { type: "function_call", call_id: "c", name: "f", arguments: "{}" };
    const output = { type: "function_call_output", call_id: "c", output: "a" };
    expect(read("/v1/responses", { input: [call, output] }).unseen?.prompt).toBe(undefined);
    expect(read("/v1/responses", { input: "hi", tools: [tool] }).unseen?.prompt).toBe(undefined);
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
    const shown = { input: [{ role: "user", content: [{ type: "text", text: "a" }, image] }] };
    expect(read("/v1/responses", shown).unseen).toMatchObject({ images: true, prompt: undefined });
  });
});

it("sees the picture that a tool is given", () => {
  const mask = { type: "image_generation", input_image_mask: { file_id: "file_1" } };
  expect(read("/v1/responses", { input: "hi", tools: [mask] }).unseen?.images).toBe(true);
});

describe("tools that a conversation brings", () => {
  it.each<[string, Json, boolean]>([
    ["/v1/responses", item({ type: "additional_tools", role: "developer", tools: [{ type: "web_search" }] }), true],
    ["/v1/responses", item({ type: "tool_search_output", tools: [tool] }), true],
    ["/v1/responses", item({ type: "tool_search_output", tools: [] }), false],
    ["/v1/messages", says({ type: "mcp_tool_listing", mcp_server_name: "s", tools: [listed] }), true],
    [
      "/v1/messages",
      {
        messages: [
          { role: "user", content: "a" },
          {
            role: "system",
            content: [{ type: "tool_addition", tool: { type: "tool_definition", definition: listed } }],
          },
        ],
      },
      true,
    ],
    ["/v1/messages", says({ type: "tool_use", id: "t", name: "f", input: { tools: [1] } }), false],
  ])("are seen: %s %j", (path, body, expected) => {
    expect(read(path, body).unseen?.tools).toBe(expected);
  });
});
