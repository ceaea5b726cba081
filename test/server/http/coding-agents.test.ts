import { afterEach, describe, expect, it } from "vitest";
import { proxyOverFormats } from "../../services/proxy-over-formats.js";
import { openAiServer } from "../providers/provider-servers.js";
import { stopAll, type TestProxy } from "./harness.js";

afterEach(stopAll);

/** What Claude Code asks with (https://github.com/looplj/axonhub/issues/1669, …/SaladDay/cc-switch-cli/issues/170, read 2026-11-26). */
const claudeCode = {
  model: "claude-sonnet-4-5",
  max_tokens: 32_000,
  stream: true,
  system: [{ type: "text", text: "You are an agent.", cache_control: { type: "ephemeral" } }],
  messages: [{ role: "user", content: "list the files" }],
  tools: [{ name: "weather", input_schema: { type: "object", properties: {} } }],
  metadata: { user_id: JSON.stringify({ device_id: "0".repeat(64), account_uuid: "", session_id: "1".repeat(36) }) },
  thinking: { type: "enabled", budget_tokens: 31_999 },
};

/** What Codex asks with (https://github.com/BenedictKing/ccx/issues/149, read 2026-11-26). */
const codex = {
  model: "gpt-5.6",
  instructions: "You are an agent.",
  input: [
    { type: "message", role: "developer", content: [{ type: "input_text", text: "Never delete files." }] },
    { type: "message", role: "user", content: [{ type: "input_text", text: "list the files" }] },
  ],
  tools: [{ type: "function", name: "weather", strict: false, parameters: { type: "object", properties: {} } }],
  tool_choice: "auto",
  parallel_tool_calls: false,
  reasoning: { effort: "medium", summary: "auto" },
  store: false,
  stream: true,
  include: ["reasoning.encrypted_content"],
  prompt_cache_key: "session",
};

const post = (proxy: TestProxy, path: string, body: object) =>
  fetch(`${proxy.url}${path}`, { method: "POST", body: JSON.stringify(body) });
const long = (catalog: string) => catalog.replace("max_output_tokens: 8k", "max_output_tokens: 64k");
const reasoning = (catalog: string) => long(catalog).replace("[tools,", "[reasoning, tools,");

describe("Claude Code at a server that speaks OpenAI's format", () => {
  it("sends nothing that such a server refuses, and says what it does not get", async () => {
    const { proxy, upstream } = await proxyOverFormats({ openai: openAiServer }, { catalog: long });
    const answer = await post(proxy, "/v1/messages?beta=true", claudeCode);
    expect(await answer.text()).toContain("event: message_stop");
    const sent = JSON.parse(upstream.requests[0]!.body) as object;
    expect(Object.keys(sent).sort()).toEqual(["max_completion_tokens", "messages", "model", "stream", "tools"].sort());
    const warning = answer.headers.get("x-route-warning");
    expect(warning).toContain("metadata.user_id: left out, OpenAI's format takes at most 64 characters");
    expect(warning).toContain("thinking: left out, the model does not reason");
    expect((await proxy.lastDecision()).facts["user"]?.value).toBe(claudeCode.metadata.user_id);
  });

  it("asks models that reason for an effort, and names a user that fits", async () => {
    const { proxy, upstream } = await proxyOverFormats({ openai: openAiServer }, { catalog: reasoning });
    await post(proxy, "/v1/messages", { ...claudeCode, metadata: { user_id: "somebody" } });
    expect(JSON.parse(upstream.requests[0]!.body)).toMatchObject({ reasoning_effort: "high", user: "somebody" });
  });

  it("asks for the usage of a stream where the catalog says that the server takes that", async () => {
    const catalog = (text: string) => long(text).replace("api_key_env: KEY", "api_key_env: KEY, stream_usage: true");
    const { proxy, upstream } = await proxyOverFormats({ openai: openAiServer }, { catalog });
    await post(proxy, "/v1/messages", claudeCode);
    expect(JSON.parse(upstream.requests[0]!.body)).toMatchObject({ stream_options: { include_usage: true } });
  });

  it("shows the pictures that its tools read", async () => {
    const { proxy, upstream } = await proxyOverFormats({ openai: openAiServer }, { catalog: long });
    const source = { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" };
    const result = { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "image", source }] };
    const messages = [
      ...claudeCode.messages,
      { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "weather", input: {} }] },
      { role: "user", content: [result] },
    ];
    const answer = await post(proxy, "/v1/messages", { ...claudeCode, messages });
    const { messages: sent } = JSON.parse(upstream.requests[0]!.body) as { messages: { role: string }[] };
    expect(sent.map(({ role }) => role)).toEqual(["system", "user", "assistant", "tool", "user"]);
    expect(sent.at(-2)).toMatchObject({ content: "What it shows follows." });
    expect(JSON.stringify(sent.at(-1))).toContain("data:image/png;base64,iVBORw0KGgo=");
    expect(answer.headers.get("x-route-warning")).toContain("pictures and files of tool results");
  });
});

describe("Codex at a server that speaks chat completions only", () => {
  it("sends nothing that such a server refuses, and says what it does not get", async () => {
    const { proxy, upstream } = await proxyOverFormats({ openai: openAiServer }, { catalog: long });
    const answer = await post(proxy, "/v1/responses", codex);
    expect(await answer.text()).toContain("event: response.completed");
    expect(JSON.parse(upstream.requests[0]!.body)).toMatchObject({
      messages: [
        { role: "system", content: "You are an agent." },
        { role: "system", content: "Never delete files." },
        { role: "user", content: "list the files" },
      ],
    });
    expect(upstream.requests[0]!.body).not.toContain("reasoning");
    expect(answer.headers.get("x-route-warning")).toContain("reasoning.effort: left out, the model does not reason");
  });

  it("shows the pictures that its tools read", async () => {
    const { proxy, upstream } = await proxyOverFormats({ openai: openAiServer }, { catalog: long });
    const image_url = "data:image/png;base64,iVBORw0KGgo=";
    const input = [
      ...codex.input,
      { type: "function_call", call_id: "call_1", name: "view_image", arguments: "{}" },
      { type: "function_call_output", call_id: "call_1", output: [{ type: "input_image", image_url }] },
    ];
    await post(proxy, "/v1/responses", { ...codex, input });
    const { messages } = JSON.parse(upstream.requests[0]!.body) as { messages: object[] };
    expect(messages.slice(-2)).toMatchObject([
      { role: "tool", tool_call_id: "call_1", content: "What it shows follows." },
      { role: "user", content: [{ type: "text" }, { type: "image_url", image_url: { url: image_url } }] },
    ]);
  });
});
