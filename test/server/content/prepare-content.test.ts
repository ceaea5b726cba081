import { describe, expect, it } from "vitest";
import { prepareContent } from "../../../server/content/prepare-content.js";
import { createRedactor } from "../../../server/content/redact.js";

const redact = createRedactor([]);
const bytes = (value: unknown) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
const prepare = (request: unknown, answer?: unknown, isStream = false, maxBytes = 64_000) =>
  prepareContent(
    { request: bytes(request), ...(answer === undefined ? {} : { answer: bytes(answer) }), isStream, isCut: false },
    redact,
    maxBytes,
  );
const events = (...values: readonly object[]) => values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join("");

describe("prepareContent()", () => {
  it("redacts every text of request and answer, keys and escaped letters included", () => {
    const request = '{"messages":[{"content":"I am jane\\u0040example.com"}],"metadata":{"jane@example.com":1}}';
    const answer = { choices: [{ message: { content: "Hi jane@example.com" } }], usage: { prompt_tokens: 3 } };
    expect(prepare(request, answer)).toEqual({
      request: { messages: [{ content: "I am [email]" }], metadata: { "[email]": 1 } },
      answer: { choices: [{ message: { content: "Hi [email]" } }], usage: { prompt_tokens: 3 } },
    });
  });

  it("redacts what is named as a secret, and nothing else that is", () => {
    const servers = [{ url: "https://x.test", authorization_token: "opaque" }];
    const input = { password: "hunter2", "X-API-Key": "k", token: "Hello", secret: { a: 1 } };
    expect(prepare({ mcp_servers: servers, input, required: ["password"] }).request).toEqual({
      mcp_servers: [{ url: "https://x.test", authorization_token: "[secret]" }],
      input: { password: "[secret]", "X-API-Key": "[secret]", token: "Hello", secret: { a: 1 } },
      required: ["password"],
    });
  });

  it("redacts a card that is written as a number", () => {
    expect(prepare({ arguments: { card: 4111111111111111, count: 41 } }).request).toEqual({
      arguments: { card: "[card]", count: 41 },
    });
  });

  it("puts a stream together before it redacts: what is spread over events is found", () => {
    const delta = (content: string, fields: object = {}) => ({
      choices: [{ index: 0, delta: { content }, ...fields }],
    });
    const stream = `: comment\n\n${events(
      { choices: [{ index: 0, delta: { role: "assistant", content: "" } }] },
      delta("Write to ja"),
      delta("ne@exam"),
      delta("ple.com", { finish_reason: "stop" }),
    )}data: [DONE]\n\n`;
    expect(prepare({}, stream, true).answer).toEqual({
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Write to [email]" } }],
    });
  });

  it("puts tool calls and Anthropic's blocks together", () => {
    const call = (fields: object) => ({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...fields }] } }] });
    const tools = events(
      call({ id: "c1", type: "function", function: { name: "mail", arguments: '{"to":"jane@' } }),
      call({ function: { arguments: 'example.com"}' } }),
    );
    expect(prepare({}, tools, true).answer).toEqual({
      choices: [
        {
          index: 0,
          message: {
            tool_calls: [
              { index: 0, id: "c1", type: "function", function: { name: "mail", arguments: '{"to":"[email]"}' } },
            ],
          },
        },
      ],
    });
    const blocks = events(
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "a@b" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: ".example" } },
    );
    expect(prepare({}, blocks, true).answer).toEqual({ content: [{ type: "text", text: "[email]" }] });
  });

  it("keeps what a chat completion went on with beside what had come in another form", () => {
    const chunk = { choices: [{ index: 0, delta: { content: "b.example" } }] };
    const block = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Write to " } };
    expect(prepare({}, events(block, chunk), true).answer).toEqual({
      content: [{ index: 0, type: "text_delta", text: "Write to " }],
      choices: [{ index: 0, message: { content: "b.example" } }],
    });
  });

  it("puts the items of a response together, also of one that was cut", () => {
    const at = { output_index: 0 };
    const begun = [
      { type: "response.output_item.added", ...at, item: { type: "message", role: "assistant", content: [] } },
      { type: "response.output_text.delta", ...at, delta: "a@b" },
      { type: "response.output_text.delta", ...at, delta: ".example" },
    ];
    const item = { type: "message", content: [{ type: "output_text", text: "a@b.example" }] };
    const call = { type: "function_call", name: "mail", arguments: "{}" };
    const whole = events(
      ...begun,
      { type: "response.output_item.done", ...at, item },
      { type: "response.output_item.done", output_index: 1, item: call },
    );
    expect(prepare({}, whole, true).answer).toEqual({
      output: [{ type: "message", content: [{ type: "output_text", text: "[email]" }] }, call],
    });
    expect(prepare({}, events(...begun), true).answer).toEqual({
      output: [{ type: "message", role: "assistant", content: [], output_text: "[email]" }],
    });
  });

  it("keeps no more than it may, says so, and shows nothing in part", () => {
    const text = `${"x".repeat(990)} jane@example.com`;
    const { request, cut } = prepare({ messages: [{ content: text }, { content: "later" }] }, undefined, false, 1_030);
    expect(cut).toBe(true);
    expect(JSON.stringify(request).length).toBeLessThan(1_100);
    expect(JSON.stringify(request)).not.toContain("jane");
    expect(prepare({ a: ["x".repeat(100)] }).cut).toBeUndefined();
  });

  it("leaves images and other data out", () => {
    const url = `data:image/png;base64,${"A".repeat(1_000)}`;
    expect(prepare({ url, data: "QUJD".repeat(300) }).request).toEqual({
      url: "[1022 characters of data]",
      data: "[1200 characters of data]",
    });
  });

  it("keeps an answer that is no JSON as redacted text, and reaches no prototype", () => {
    expect(prepare({}, "<p>jane@example.com</p>").answer).toBe("<p>[email]</p>");
    prepare({}, events({ choices: [JSON.parse('{"index":0,"delta":{"__proto__":{"polluted":"yes"}}}')] }), true);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
