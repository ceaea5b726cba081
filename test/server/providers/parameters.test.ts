import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { anthropicTranslator } from "../../../server/providers/anthropic/anthropic-translator.js";
import {
  type ChatParameter,
  chatParameters,
  ignoredParameters,
  type Support,
} from "../../../server/providers/chat/parameters.js";
import { readChatRequest } from "../../../server/providers/chat/read-chat-request.js";
import type { Translator } from "../../../server/providers/chat/translator.js";
import { geminiTranslator } from "../../../server/providers/gemini/gemini-translator.js";
import { endpointOf, question } from "./harness.js";

const tools = [{ type: "function", function: { name: "f" } }];
/** A value of each parameter that asks for something; some need others beside them. */
const samples: Readonly<Record<ChatParameter, object>> = {
  messages: { messages: [{ role: "user", content: "other" }] },
  model: {},
  stream: { stream: true },
  stream_options: { stream_options: { include_usage: true } },
  max_completion_tokens: { max_completion_tokens: 9_000 },
  max_tokens: { max_tokens: 9_000 },
  temperature: { temperature: 0.5 },
  top_p: { top_p: 0.5 },
  frequency_penalty: { frequency_penalty: 1 },
  presence_penalty: { presence_penalty: 1 },
  seed: { seed: 1 },
  stop: { stop: "END" },
  n: { n: 2 },
  logprobs: { logprobs: true },
  top_logprobs: { logprobs: true, top_logprobs: 2 },
  logit_bias: { logit_bias: { "1": 1 } },
  tools: { tools },
  tool_choice: { tools, tool_choice: "required" },
  parallel_tool_calls: { tools, parallel_tool_calls: false },
  functions: { functions: [{ name: "f" }] },
  function_call: { functions: [{ name: "f" }], function_call: "none" },
  response_format: { response_format: { type: "json_schema", json_schema: { name: "a", schema: { type: "object" } } } },
  reasoning_effort: { reasoning_effort: "low" },
  verbosity: { verbosity: "low" },
  modalities: { modalities: ["text", "audio"] },
  audio: { audio: { voice: "alloy", format: "wav" } },
  prediction: { prediction: { type: "content", content: "x" } },
  web_search_options: { web_search_options: { search_context_size: "low" } },
  moderation: { moderation: { model: "x" } },
  service_tier: { service_tier: "flex" },
  user: { user: "u" },
  safety_identifier: { safety_identifier: "s" },
  prompt_cache_key: { prompt_cache_key: "k" },
  prompt_cache_options: { prompt_cache_options: { mode: "explicit" } },
  prompt_cache_retention: { prompt_cache_retention: "24h" },
  store: { store: true },
  metadata: { metadata: { a: "b" } },
  top_k: { top_k: 3 },
  reasoning: { reasoning: { effort: "low" } },
  thinking: { thinking: { type: "adaptive" } },
  cache_control: { cache_control: { type: "ephemeral" } },
  extra_body: { extra_body: { google: { cached_content: "cachedContents/1" } } },
};
/** Said elsewhere: in the address, or in the answer's form. */
const notInTheBody: readonly ChatParameter[] = ["model", "stream", "stream_options"];

const formats: readonly [string, Translator, string][] = [
  ["anthropic", anthropicTranslator, "claude-sonnet-4-5"],
  ["gemini", geminiTranslator, "gemini-2.5-flash"],
];

describe.each(formats)("the parameter table of %s", (format, translator, model) => {
  const endpoint = { ...endpointOf(model), maxOutputTokens: 8_000 };
  const look = (body: object) => {
    const request = readChatRequest({ ...question, ...body });
    const ignored = ignoredParameters(request.body, translator.parameters, new Set());
    const { body: sent, warnings } = translator.request(request, endpoint, false);
    return { sent: JSON.stringify(sent), warnings, ignored, unable: translator.unable(request, endpoint) };
  };
  const without = (name: ChatParameter) => {
    const { [name]: _, ...others } = samples[name] as Record<string, unknown>;
    return look(others);
  };

  it.each(chatParameters.map((name) => [name, translator.parameters[name].does] as const))("%s: %s", (name, does) => {
    const { sent, warnings, ignored, unable } = look(samples[name]);
    expect(ignored.includes(name)).toBe(does === "ignored");
    if (does === "refused") expect(unable).toMatch(/^asks for /);
    else expect(unable).toBeUndefined();
    if (notInTheBody.includes(name) || name === "function_call") return;
    const isSaid = name === "functions" ? sent.includes('"f"') : sent !== without(name).sent;
    if (does === "translated") expect([isSaid, warnings]).toEqual([true, []]);
    if (does === "adjusted") expect(isSaid || warnings.length > 0).toBe(true);
    if (does === "ignored" || does === "ours") expect(isSaid).toBe(false);
  });

  it("knows no other parameter, and says so of those that come", () => {
    expect(look({ hologram: 1 }).ignored).toEqual(["hologram"]);
    expect(look({ hologram: null }).ignored).toEqual([]);
  });

  it("is what docs/providers.md says", async () => {
    const page = await readFile(new URL("../../../docs/providers.md", import.meta.url), "utf8");
    const [, header = ""] = /^\| parameter \|(.*)\|$/m.exec(page) ?? [];
    const column = header.split("|").findIndex((cell) => cell.trim() === `\`${format}\``);
    expect(column).toBeGreaterThanOrEqual(0);
    const cells = new Map(
      [...page.matchAll(/^\| `(\w+)` \|(.*)\|$/gm)].map(([, name, row = ""]) => [name, row.split("|")[column]?.trim()]),
    );
    const documented = chatParameters.map((name) => [name, cells.get(name)]);
    expect(documented).toEqual(chatParameters.map((name) => [name, cell(translator.parameters[name])]));
  });
});

/** A cell of the table in docs/providers.md. */
function cell({ does, note }: Support): string {
  const word = { translated: "yes", adjusted: "close", ignored: "warns", refused: "unfit", ours: "ours" }[does];
  return note === undefined ? word : `${word}: ${note}`;
}
