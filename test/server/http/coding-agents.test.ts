import { afterEach, describe, expect, it } from "vitest";
import { proxyOverFormats } from "../../services/proxy-over-formats.js";
import { openAiServer } from "../providers/provider-servers.js";
import {
  completion,
  done,
  event,
  proxyOver,
  sendJson,
  startStream,
  startUpstream,
  stopAll,
  type TestProxy,
} from "./harness.js";

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

  const name = `mcp__plugin_everything-claude-code_github__${"create_pull_request_review_"}comment`;
  it.each([false, true])(
    "offers tools by names that it takes, and calls them by their own; streamed: %s",
    async (stream) => {
      const upstream = await startUpstream((response, { body }) => {
        const { tools } = JSON.parse(body) as { tools: { function: { name: string } }[] };
        const called = { id: "call_1", type: "function", function: { name: tools[0]!.function.name, arguments: "{}" } };
        const message = { role: "assistant", content: null, tool_calls: [called] };
        if (!stream) {
          sendJson(response, { ...completion(""), choices: [{ index: 0, message, finish_reason: "tool_calls" }] });
          return;
        }
        startStream(response);
        response.end(event({ tool_calls: [{ index: 0, ...called }] }) + event({}, "tool_calls") + done);
      });
      const proxy = await proxyOver({ one: upstream });
      const tools = [{ name, input_schema: { type: "object", properties: {} } }];
      const messages = [
        ...claudeCode.messages,
        { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name, input: {} }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "no" }] },
      ];
      const asked = {
        ...claudeCode,
        max_tokens: 100,
        thinking: undefined,
        stream,
        tools,
        messages,
        tool_choice: { type: "tool", name },
      };
      const answer = await (await post(proxy, "/v1/messages", asked)).text();
      expect(answer).toContain(`"type":"tool_use","id":"call_1","name":"${name}"`);
      const sent = JSON.parse(upstream.requests[0]!.body) as never;
      expect(sent).toMatchObject({ tools: [{ function: { name: expect.stringMatching(/^mcp__.{59}$/) } }] });
      const [{ function: offered }] = sent["tools"] as [{ function: { name: string } }];
      expect(sent).toMatchObject({ tool_choice: { function: { name: offered.name } } });
      expect(JSON.stringify(sent["messages"])).toContain(`"name":"${offered.name}"`);
    },
  );

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
    expect(upstream.requests[0]!.body).not.toMatch(/reasoning|prompt_cache_key/);
    const warning = answer.headers.get("x-route-warning");
    expect(warning).toContain("reasoning.effort: left out, the model does not reason");
    expect(warning).toContain("prompt_cache_key: left out, only OpenAI's models are known to take that");
  });

  // What Codex sends of its `local_shell` (`ResponseItem::LocalShellCall`, openai/codex, codex-rs/protocol/src/models.rs, read 2026-11-27).
  it("sends no result without its call, which every provider refuses", async () => {
    const { proxy, upstream } = await proxyOverFormats({ openai: openAiServer }, { catalog: long });
    const input = [
      ...codex.input,
      { type: "local_shell_call", call_id: "call_1", status: "completed", action: { type: "exec", command: ["ls"] } },
      { type: "function_call_output", call_id: "call_1", output: "a.txt" },
      { type: "function_call", call_id: "call_2", name: "weather", arguments: "{}" },
      { type: "function_call_output", call_id: "call_2", output: "rain" },
    ];
    const answer = await post(proxy, "/v1/responses", { ...codex, input });
    const { messages } = JSON.parse(upstream.requests[0]!.body) as { messages: object[] };
    expect(messages.slice(3)).toMatchObject([
      { role: "assistant", tool_calls: [{ id: "call_2" }] },
      { role: "tool", tool_call_id: "call_2", content: "rain" },
    ]);
    expect(answer.headers.get("x-route-warning")).toContain("results of calls that are not there, or were left out");
  });

  it.each(["gpt-5.6", "openai/o4-mini"])("tells %s what OpenAI's models alone know", async (model) => {
    const catalog = (text: string) => long(text).replace("model: openai-model", `model: ${model}`);
    const { proxy, upstream } = await proxyOverFormats({ openai: openAiServer }, { catalog });
    await post(proxy, "/v1/responses", { ...codex, text: { verbosity: "low" } });
    expect(JSON.parse(upstream.requests[0]!.body)).toMatchObject({ prompt_cache_key: "session", verbosity: "low" });
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

describe("Codex's own kinds of tools at a server that speaks chat completions only", () => {
  const patch = '*** Begin Patch\n*** Add File: "ä".txt\n+hello\n*** End Patch';
  const grammar = "start: begin_patch hunk+ end_patch";
  const parameters = { type: "object", properties: { a: { type: "number" } } };
  const tools = [
    {
      type: "custom",
      name: "apply_patch",
      description: "Edits files.",
      format: { type: "grammar", syntax: "lark", definition: grammar },
    },
    {
      type: "namespace",
      name: "mcp__files__",
      description: "Tools of the server files.",
      tools: [{ type: "function", name: "read", parameters, strict: false }],
    },
    { type: "namespace", name: "mcp__other", description: "", tools: [{ type: "function", name: "add", parameters }] },
    { type: "web_search" },
  ];
  const calls = [
    { id: "call_1", name: "apply_patch", arguments: JSON.stringify({ input: patch }) },
    { id: "call_2", name: "mcp__files__read", arguments: '{"a":1}' },
    { id: "call_3", name: "add", arguments: '{"a":2}' }, // the prefix left out, as some models do
    { id: "call_4", name: "apply_patch", arguments: patch }, // nor any JSON
  ].map(({ id, name, arguments: text }) => ({ id, type: "function", function: { name, arguments: text } }));
  const items = [
    { id: "ctc_call_1", type: "custom_tool_call", call_id: "call_1", name: "apply_patch", input: patch },
    { ...{ id: "fc_call_2", type: "function_call", call_id: "call_2", name: "read" }, arguments: '{"a":1}' },
    { ...{ id: "fc_call_3", type: "function_call", call_id: "call_3", name: "add" }, arguments: '{"a":2}' },
    { id: "ctc_call_4", type: "custom_tool_call", call_id: "call_4", name: "apply_patch", input: patch },
  ].map((item, at) => ({
    ...item,
    status: "completed",
    ...(at === 1 ? { namespace: "mcp__files__" } : at === 2 ? { namespace: "mcp__other" } : {}),
  }));

  /** Calls all the tools; of a stream each call's arguments come in two halves. */
  const calling = () =>
    startUpstream((response, { body }) => {
      if (!body.includes('"stream":true')) {
        const message = { role: "assistant", content: null, tool_calls: calls };
        sendJson(response, { ...completion(""), choices: [{ index: 0, message, finish_reason: "tool_calls" }] });
        return;
      }
      startStream(response);
      calls.forEach(({ function: { name, arguments: text }, ...call }, index) => {
        const half = text.length >> 1;
        response.write(event({ tool_calls: [{ index, ...call, function: { name, arguments: text.slice(0, half) } }] }));
        response.write(event({ tool_calls: [{ index, function: { arguments: text.slice(half) } }] }));
      });
      response.end(event({}, "tool_calls") + done);
    });

  it("are offered as functions, and the calls come back as what Codex runs", async () => {
    const upstream = await calling();
    const proxy = await proxyOver({ one: upstream });
    const answer = await post(proxy, "/v1/responses", { ...codex, tools, stream: false });
    const { output, tools: echoed } = (await answer.json()) as { output: object[]; tools: { type: string }[] };
    expect(output).toEqual(items);
    expect(echoed.map(({ type }) => type)).toEqual(["custom", "namespace", "namespace"]);
    const sent = JSON.parse(upstream.requests[0]!.body) as { tools: { function: { name: string } }[] };
    expect(sent.tools.map((tool) => tool.function.name)).toEqual([
      "apply_patch",
      "mcp__files__read",
      "mcp__other__add",
    ]);
    expect(sent.tools[0]).toMatchObject({
      type: "function",
      function: {
        description: `Edits files.\n\nThe input follows this grammar (lark):\n${grammar}`,
        parameters: { properties: { input: { type: "string" } }, required: ["input"] },
      },
    });
    const warning = answer.headers.get("x-route-warning");
    expect(warning).toContain("the grammar of apply_patch was put into its description");
    expect(warning).toContain("the description of namespace mcp__files__ was left out");
    expect(warning).toContain("web_search was left out");
  });

  it("are called in a stream as in a whole answer", async () => {
    const proxy = await proxyOver({ one: await calling() });
    const events = (await (await post(proxy, "/v1/responses", { ...codex, tools })).text())
      .split("\n\n")
      .filter((text) => text.startsWith("event:"))
      .map((text) => JSON.parse(text.slice(text.indexOf("\ndata: ") + 7)) as Record<string, never>);
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, at) => at));
    const ended = events.filter(({ type }) => type === "response.output_item.done").map(({ item }) => item);
    expect(ended).toEqual(items);
    expect(events.at(-1)).toMatchObject({ type: "response.completed", response: { output: items } });
    const inputs = events.filter(({ type }) => String(type).startsWith("response.custom_tool_call_input"));
    expect(inputs).toMatchObject([
      { type: "response.custom_tool_call_input.delta", item_id: "ctc_call_1", output_index: 0, delta: patch },
      { type: "response.custom_tool_call_input.done", item_id: "ctc_call_1", input: patch },
      { output_index: 3 },
      { output_index: 3 },
    ]);
    const added = events.filter(({ type }) => type === "response.output_item.added").map(({ item }) => item);
    expect(added[0]).toMatchObject({ type: "custom_tool_call", input: "", status: "in_progress" });
  });

  it("are handed back with their results, and can be asked for by name", async () => {
    const upstream = await calling();
    const proxy = await proxyOver({ one: upstream });
    const input = [
      ...codex.input,
      ...items.slice(0, 3),
      { type: "custom_tool_call_output", call_id: "call_1", output: "Done." },
      { type: "function_call_output", call_id: "call_2", output: "two" },
      { type: "function_call_output", call_id: "call_3", output: "three" },
    ];
    await post(proxy, "/v1/responses", {
      ...codex,
      input,
      tools,
      tool_choice: { type: "custom", name: "apply_patch" },
    });
    const sent = JSON.parse(upstream.requests[0]!.body) as { messages: object[]; tool_choice: object };
    const handedBack = calls.slice(0, 3).map((call, at) => {
      const name = at === 2 ? "mcp__other__add" : call.function.name;
      return { ...call, function: { ...call.function, name } };
    });
    expect(sent.messages.slice(-4)).toMatchObject([
      { role: "assistant", tool_calls: handedBack },
      { role: "tool", tool_call_id: "call_1", content: "Done." },
      { role: "tool", tool_call_id: "call_2" },
      { role: "tool", tool_call_id: "call_3" },
    ]);
    expect(sent.tool_choice).toEqual({ type: "function", function: { name: "apply_patch" } });
  });
});
