import { afterEach, describe, expect, it } from "vitest";
import { explainDecision, factsOfRecord } from "../../../engine/index.js";
import { proxyOverFormats } from "../../services/proxy-over-formats.js";
import { stopAll } from "../http/harness.js";
import { anthropicServer, geminiServer, openAiServer } from "./provider-servers.js";

afterEach(stopAll);

async function start(route?: string) {
  const servers = { anthropic: anthropicServer, gemini: geminiServer };
  const { policy, proxy, upstreams } = await proxyOverFormats(servers, route === undefined ? {} : { route });
  return { ...upstreams, policy, proxy };
}

describe("what a format cannot say", () => {
  it("is named in x-route-warning and in the record, with the provider", async () => {
    const { proxy, anthropic } = await start();
    const answer = await proxy.ask({ seed: 7, hologram: true, temperature: 1.5, metadata: { tags: ["a"] } });
    expect(answer.headers.get("x-route-warning")).toBe(
      "anthropic: temperature: lowered to 1, the most that Anthropic takes; anthropic: seed, hologram: left out, its format has no way to say it",
    );
    expect((await proxy.lastDecision()).warnings).toHaveLength(2);
    expect(JSON.parse(anthropic.requests[0]!.body)).not.toHaveProperty("seed");
    const streamed = await proxy.ask({ seed: 7, stream: true });
    expect(streamed.headers.get("x-route-warning")).toContain("anthropic: seed");
    await streamed.text();
    expect((await proxy.ask()).headers.has("x-route-warning")).toBe(false);
  });

  it("leaves its endpoints out where an answer without it would be another answer", async () => {
    const { proxy, anthropic, gemini, policy } = await start();
    const answer = await proxy.ask({ logprobs: true });
    expect(answer.headers.get("x-route-provider")).toBe("gemini");
    expect([anthropic.requests.length, gemini.requests.length]).toEqual([0, 1]);
    const stored = await proxy.lastDecision();
    const { world, id } = stored;
    const record = explainDecision({ policy, facts: factsOfRecord(stored), sources: {}, world, id, time: 0 });
    expect(record.candidates).toContainEqual(
      expect.objectContaining({
        endpoint: "acme/anthropic@anthropic",
        verdict: "excluded",
        reason: "missing_capability",
        detail: "the request asks for logprobs, which Anthropic's format has no way to say",
      }),
    );
  });

  const asked = (part: object) => ({ messages: [{ role: "user", content: [part] }] });
  const custom = { role: "assistant", tool_calls: [{ id: "c", type: "custom", custom: { name: "c", input: "" } }] };

  it.each<[string, object]>([
    ["offers a tool of type custom", { tools: [{ type: "custom", custom: { name: "c" } }] }],
    ["holds a call of a custom tool", { messages: [{ role: "user", content: "hi" }, custom], tool_choice: "auto" }],
    ["asks for web_search_options", { web_search_options: {} }],
    ["names a file by a file_id", asked({ type: "file", file: { file_id: "file-1" } })],
    ["holds a part of type video_url", asked({ type: "video_url", video_url: { url: "https://x.test/a.mp4" } })],
  ])("leaves out the formats that cannot, where another one can: the request %s", async (words, body) => {
    const { proxy } = await proxyOverFormats({
      anthropic: anthropicServer,
      gemini: geminiServer,
      openai: openAiServer,
    });
    const answer = await proxy.ask(body);
    expect([answer.status, answer.headers.get("x-route-provider")]).toEqual([200, "openai"]);
    const { world } = await proxy.lastDecision();
    expect(world.incapable).toEqual({
      "acme/anthropic@anthropic": expect.stringContaining(words),
      "acme/gemini@gemini": expect.stringContaining(words),
    });
  });

  it("leaves out Anthropic for files that it does not take", async () => {
    const { proxy } = await start();
    const answer = await proxy.ask(asked({ type: "file", file: { file_data: "data:text/csv;base64,QQ==" } }));
    expect([answer.status, answer.headers.get("x-route-provider")]).toEqual([200, "gemini"]);
  });

  it("is named also where it is not a parameter of its own", async () => {
    const { proxy } = await start("{ to: [acme/gemini] }");
    const messages = [
      { role: "user", name: "bob", content: "hi" },
      { role: "assistant", content: "hi", audio: { id: "audio_1" } },
      { role: "user", content: "well" },
      { role: "assistant", content: "hm", reasoning_content: "He says well." },
      { role: "user", content: [{ type: "text", text: "well?", prompt_cache_breakpoint: { mode: "explicit" } }] },
    ];
    const google = { thinking_config: { include_thoughts: true }, aspect_ratio: "1:1" };
    const tools = [{ type: "function", function: { name: "f", strict: true } }];
    const answer = await proxy.ask({ messages, tools, labels: ["a"], extra_body: { google, top_k: 1 } });
    expect(answer.headers.get("x-route-warning")?.split("; ")).toEqual([
      "gemini: messages: the names of their authors were left out, its format has no way to say them",
      "gemini: messages: reasoning that nobody signed was left out, its format takes none",
      "gemini: messages: prompt_cache_breakpoint was left out, its format has no way to say it",
      "gemini: messages: audio of an earlier answer was left out, its format has no way to say it",
      "gemini: tools: strict was left out, Gemini's format has no way to say it",
      "gemini: extra_body.top_k: left out, it is not known here",
      "gemini: extra_body.google.aspect_ratio: left out, it is not known here",
      "gemini: labels: left out, its format has no way to say it",
    ]);
  });

  it("is named where it stands in a format that has no such thing", async () => {
    const { proxy } = await start("{ to: [acme/gemini] }");
    const format = { type: "json_object", schema: { type: "object", properties: {} } };
    expect((await proxy.ask({ response_format: format })).headers.get("x-route-warning")).toBe(
      "gemini: response_format: the schema of json_object was left out, json_schema is the type that has one",
    );
  });

  it("refuses the request when no candidate is left", async () => {
    const { proxy } = await start("{ to: [acme/anthropic] }");
    const answer = await proxy.ask({ n: 2 });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { code: "no_candidate", message: expect.stringContaining("the request asks for n") },
    });
  });

  it("refuses what is no chat completion, without a call", async () => {
    const { proxy, anthropic } = await start("{ to: [acme/anthropic] }");
    for (const body of [
      { messages: "hi" },
      { messages: [] },
      { temperature: "hot" },
      { messages: [{ role: "user", content: [{ type: "file", file: {} }] }] },
      { messages: [{ role: "user", content: [{}] }] },
    ]) {
      const answer = await proxy.ask(body);
      expect(answer.status).toBe(400);
      const { error } = (await answer.json()) as { error: { param: string; type: string } };
      expect(error, JSON.stringify([body, error])).toMatchObject({
        type: "invalid_request_error",
        param: expect.any(String),
      });
    }
    expect(anthropic.requests).toEqual([]);
  });
});
