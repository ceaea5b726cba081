import { afterEach, expect, it } from "vitest";
import { Random } from "../../differential/random.js";
import { proxyOverFormats } from "../../services/proxy-over-formats.js";
import { anthropicServer, geminiServer, openAiServer } from "../providers/provider-servers.js";
import { sendJson, startUpstream, stopAll } from "./harness.js";

afterEach(stopAll);

/** A long run: `MUTATED_REQUESTS=20000 SEED=2 npx vitest run test/server/http/mutated-requests.test.ts`. */
const REQUESTS = Number(process.env["MUTATED_REQUESTS"] ?? 500);
const SEED = Number(process.env["SEED"] ?? 1);

const picture = "data:image/png;base64,iVBORw0KGgo=";
const schema = {
  type: "object",
  properties: { a: { type: "number", minimum: 1 }, b: { anyOf: [{ type: "string" }, { $ref: "#/$defs/q" }] } },
  required: ["a"],
  $defs: { q: { type: "array", items: { enum: ["x", 1, null] } } },
};

const requests = {
  "/v1/chat/completions": {
    messages: [
      { role: "system", content: "s" },
      {
        role: "user",
        name: "bob",
        content: [
          { type: "text", text: "hello", cache_control: { type: "ephemeral" } },
          { type: "image_url", image_url: { url: picture, detail: "low" } },
          { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0=" } },
        ],
      },
      {
        role: "assistant",
        content: "x",
        tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: '{"a":1}' } }],
      },
      { role: "tool", tool_call_id: "c1", content: [{ type: "text", text: '{"r":1}' }] },
      { role: "user", content: "next" },
    ],
    tools: [{ type: "function", function: { name: "f", description: "d", strict: true, parameters: schema } }],
    tool_choice: { type: "function", function: { name: "f" } },
    response_format: { type: "json_schema", json_schema: { name: "s", strict: true, schema } },
    max_completion_tokens: 200,
    stop: ["x"],
    temperature: 0.5,
    logit_bias: { "5": 1 },
    reasoning_effort: "low",
    metadata: { a: "b" },
    prediction: { type: "content", content: "p" },
  },
  "/v1/messages": {
    max_tokens: 3_000,
    system: [{ type: "text", text: "s", cache_control: { type: "ephemeral" } }],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "hi" },
          { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } },
          {
            type: "document",
            source: { type: "text", media_type: "text/plain", data: "doc" },
            citations: { enabled: true },
          },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "t", signature: "s" },
          { type: "tool_use", id: "t1", name: "f", input: { a: 1 } },
        ],
      },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "t1", is_error: true, content: [{ type: "text", text: "r" }] }],
      },
    ],
    tools: [
      { name: "f", description: "d", input_schema: schema },
      { type: "web_search_20250305", name: "web_search", max_uses: 2 },
    ],
    tool_choice: { type: "tool", name: "f" },
    thinking: { type: "enabled", budget_tokens: 1_024 },
    metadata: { user_id: "u" },
    stop_sequences: ["x"],
    service_tier: "auto",
    output_config: { effort: "low" },
  },
  "/v1/responses": {
    instructions: "i",
    input: [
      {
        role: "user",
        content: [
          { type: "input_text", text: "hi" },
          { type: "input_image", image_url: picture },
        ],
      },
      { type: "function_call", call_id: "c1", name: "f", arguments: "{}" },
      { type: "function_call_output", call_id: "c1", output: "r" },
      { type: "reasoning", id: "r", summary: [{ type: "summary_text", text: "x" }], encrypted_content: "abc" },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "x", annotations: [] }] },
      { role: "user", content: "n" },
    ],
    tools: [
      { type: "function", name: "f", parameters: schema },
      { type: "custom", name: "c", format: { type: "grammar", syntax: "lark", definition: "start: /x/" } },
      { type: "namespace", name: "n", description: "d", tools: [{ type: "function", name: "g", parameters: schema }] },
    ],
    tool_choice: { type: "function", name: "f" },
    text: { format: { type: "json_schema", name: "x", schema } },
    reasoning: { effort: "low", summary: "auto" },
    include: ["reasoning.encrypted_content", "file_search_call.results"],
    metadata: { a: "b" },
  },
  "/v1/completions": {
    prompt: ["a", "b"],
    n: 1,
    max_tokens: 20,
    echo: false,
    suffix: null,
    stop: ["x"],
    temperature: 0.5,
    logprobs: null,
    logit_bias: { "5": 1 },
    seed: 1,
    stream_options: { include_usage: true },
    user: "u",
  },
  "/v1/embeddings": {
    input: ["a", "b"],
    dimensions: 2,
    encoding_format: "base64",
    user: "u",
    metadata: { tags: ["a"] },
    provider: { order: ["openai"] },
  },
};

/** A provider of vectors, in the format that it is asked in. */
function startEmbedder() {
  return startUpstream((response, { path, body }) => {
    const { input, requests = [] } = JSON.parse(body) as { input: unknown; requests?: readonly unknown[] };
    if (path.endsWith(":batchEmbedContents")) {
      sendJson(response, { embeddings: requests.map(() => ({ values: [1, 0] })) });
      return;
    }
    const data = [input].flat().map((_, index) => ({ object: "embedding", index, embedding: [1, 0] }));
    sendJson(response, { object: "list", data, model: "m", usage: { prompt_tokens: 8, total_tokens: 8 } });
  });
}

/** The catalog with a model `acme/embed-FORMAT` for each format that has embeddings. */
function withEmbedder(catalog: string, url: string): string {
  const formats = ["openai", "gemini"];
  const providers = formats.map((one) => `  embed-${one}: { format: ${one}, base_url: ${url}, api_key_env: KEY }\n`);
  const models = formats.map(
    (one) => `  acme/embed-${one}:
    context_window: 8k
    capabilities: [embeddings]
    endpoints: [{ provider: embed-${one}, model: vectors }]
`,
  );
  return `${catalog.replace("models:\n", `${providers.join("")}models:\n`)}${models.join("")}`;
}

const oddities: readonly unknown[] = [
  ...[null, 0, -1, 1e308, 1.5, true, "", " ", "\u0000", "\ud800", "x".repeat(5_000), "9".repeat(400)],
  ...[[], {}, [[]], [null], { a: null }, ["a", 1], { toString: 1 }, { valueOf: {}, toString: null }, { length: 3 }],
  ...["__proto__", "constructor", "hasOwnProperty", "null", "{}", `${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}`],
  ...["data:,", "data:image/png;base64,", "https://x.test/a.png", "data:text/plain;charset=x,é%zz", "#/$defs/q"],
  ...[{ type: "text" }, { type: "function" }, { $ref: "#" }, { role: "user" }, [{ type: "text", text: null }]],
];

type Place = readonly [within: Record<string, unknown>, key: string];

function* placesIn(value: unknown): Generator<Place> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [value as Record<string, unknown>, key];
    yield* placesIn(inner);
  }
}

it(`of ${REQUESTS} requests with something odd in them (seed ${SEED}) each is served or refused as the client's, none is a fault of ours or of a provider`, {
  timeout: 120_000 + 200 * REQUESTS,
}, async () => {
  const embedder = await startEmbedder();
  const { proxy } = await proxyOverFormats(
    {
      openai: openAiServer,
      anthropic: anthropicServer,
      gemini: geminiServer,
    },
    { route: "{ to: [requested] }", catalog: (text) => withEmbedder(text, embedder.url) },
  );
  const random = new Random(SEED);
  const counts: Record<string, number> = {};
  for (let made = 0; made < REQUESTS; made++) {
    const path = random.pick(Object.keys(requests) as (keyof typeof requests)[]);
    const body: Record<string, unknown> = structuredClone(requests[path]);
    for (const name of Object.keys(body)) {
      if (name !== "messages" && name !== "input" && name !== "prompt" && name !== "max_tokens" && random.chance(0.6))
        delete body[name];
    }
    for (let left = random.integer(1, 2); left > 0; left--) {
      const places = [...placesIn(body)];
      if (places.length === 0) break; // its only field was taken out
      const [within, key] = random.pick(places);
      if (random.chance(0.1)) delete within[key];
      else within[key] = structuredClone(random.pick(oddities));
    }
    const model =
      path === "/v1/embeddings"
        ? random.pick(["acme/embed-openai", "acme/embed-gemini"])
        : random.pick(["acme/openai", "acme/anthropic", "acme/gemini"]);
    const text = JSON.stringify({ ...body, model });
    const answer = await fetch(proxy.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: text,
    });
    const said = await answer.text();
    if (answer.status >= 500) expect.fail(`${path} ${text.slice(0, 3_000)}: ${answer.status} ${said}`);
    const outcome = `${path} ${answer.status}`;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  console.log(counts);
  for (const path of Object.keys(requests)) {
    expect(Math.min(counts[`${path} 200`] ?? 0, counts[`${path} 400`] ?? 0)).toBeGreaterThan(REQUESTS / 50);
  }
});
