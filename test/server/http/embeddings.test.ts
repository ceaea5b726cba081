import { createOpenAI } from "@ai-sdk/openai";
import { OpenAIEmbeddings } from "@langchain/openai";
import { embedMany } from "ai";
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { compile, policyOf, sendJson, startProxy, startUpstream, stopAll } from "./harness.js";

afterEach(stopAll);

function catalogOf(format: string, url: string): string {
  const provider =
    format === "simulated" ? "{ format: simulated }" : `{ format: ${format}, base_url: ${url}, api_key_env: KEY }`;
  return `kind: catalog
providers:
  one: ${provider}
models:
  acme/vectors:
    context_window: 8k
    capabilities: [embeddings]
    price: { input: 1, output: 0 }
    endpoints: [{ provider: one, model: vectors-1 }]
`;
}

const vectors = [
  [0.5, -0.25],
  [1, 0],
];

// https://ai.google.dev/api/embeddings, read 2026-11-25
function gemini(usage: object = { usageMetadata: { promptTokenCount: 8 } }) {
  return startUpstream((response, { body }) => {
    const { requests } = JSON.parse(body) as { requests: { content: { parts: { text: string }[] } }[] };
    if (requests[0]?.content.parts[0]?.text === "fail 429") {
      sendJson(response, { error: { code: 429, message: "no", status: "RESOURCE_EXHAUSTED" } }, 429);
      return;
    }
    sendJson(response, { embeddings: requests.map((_, at) => ({ values: vectors[at] })), ...usage });
  });
}

// https://platform.openai.com/docs/api-reference/embeddings, read 2026-11-25
function openai() {
  return startUpstream((response, { body }) => {
    const { input, encoding_format: format } = JSON.parse(body) as {
      input: string | string[];
      encoding_format?: string;
    };
    const inputs = [input].flat();
    if (inputs[0] === "fail 429") {
      sendJson(response, { error: { message: "no", type: "requests", code: "rate_limit_exceeded" } }, 429);
      return;
    }
    const data = inputs.map((_, index) => {
      const floats = Float32Array.from(vectors[index] ?? []);
      const embedding = format === "base64" ? Buffer.from(floats.buffer).toString("base64") : [...floats];
      return { object: "embedding", index, embedding };
    });
    sendJson(response, { object: "list", data, model: "vectors-1", usage: { prompt_tokens: 8, total_tokens: 8 } });
  });
}

async function start(format: string, upstream: Awaited<ReturnType<typeof gemini>>) {
  const policy = compile(policyOf("{ to: [acme/vectors] }"), catalogOf(format, upstream.url));
  const proxy = await startProxy(policy, { environment: { KEY: "sk-provider" } });
  const ask = (body: object) =>
    fetch(`${proxy.url}/v1/embeddings`, { method: "POST", body: JSON.stringify({ model: "auto", ...body }) });
  return { proxy, ask, baseURL: `${proxy.url}/v1` };
}

describe.each([
  ["openai", openai],
  ["gemini", gemini],
] as const)("embeddings of a provider of format %s", (format, server) => {
  it("reach the official client, as floats and as the base64 that it asks for by itself", async () => {
    const upstream = await server();
    const { proxy, baseURL } = await start(format, upstream);
    const client = new OpenAI({ baseURL, apiKey: "unused", maxRetries: 0 });
    for (const encoding of [{}, { encoding_format: "float" as const }]) {
      const { data, usage } = await client.embeddings.create({ model: "auto", input: ["a", "b"], ...encoding });
      expect(data.map(({ embedding }) => embedding)).toEqual(vectors);
      expect(usage.prompt_tokens).toBe(8);
    }
    expect((await proxy.lastDecision()).attempts).toMatchObject([
      { usage: { input_tokens: 8, output_tokens: 0 }, cost_usd: 0.000008 },
    ]);
    await expect(client.embeddings.create({ model: "auto", input: "fail 429" })).rejects.toBeInstanceOf(
      OpenAI.RateLimitError,
    );
  });

  it("are made of several texts that are longer than the window together, not of one that is", async () => {
    const upstream = await server();
    const { proxy, ask } = await start(format, upstream);
    const [half, whole] = [5_000, 9_000].map((words) => "word ".repeat(words));
    expect((await ask({ input: [half, half] })).status).toBe(200);
    const { facts, world } = await proxy.lastDecision();
    expect(facts["context_tokens"]?.value).toBeGreaterThan(10_000);
    expect(world).toMatchObject({
      largest_prompt: expect.toSatisfy((tokens: number) => tokens >= 5_000 && tokens < 5_100),
    });
    for (const input of [[half, whole], [whole], whole]) {
      const refused = await ask({ input });
      expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("context_length_exceeded")]);
    }
    expect(upstream.requests).toHaveLength(1);
  });

  it("are judged by the text with the most tokens, which need not have the most characters", async () => {
    const { ask } = await start(format, await server());
    const [english, chinese] = ["word ".repeat(3_000), "量子计算机的研究".repeat(1_750)];
    expect(chinese.length).toBeLessThan(english.length);
    for (const input of [[english, chinese], [chinese, english], chinese]) {
      const refused = await ask({ input });
      expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("context_length_exceeded")]);
    }
  });

  it("reach LangChain and the AI SDK", async () => {
    const { baseURL } = await start(format, await server());
    const chain = new OpenAIEmbeddings({ model: "auto", apiKey: "unused", configuration: { baseURL } });
    expect(await chain.embedDocuments(["a", "b"])).toEqual(vectors);
    const model = createOpenAI({ baseURL, apiKey: "unused" }).textEmbeddingModel("auto");
    expect((await embedMany({ model, values: ["a", "b"] })).embeddings).toEqual(vectors);
  });
});

describe("embeddings of Gemini", () => {
  it("are asked for in its own format, and what that cannot say is warned about", async () => {
    const upstream = await gemini();
    const { ask } = await start("gemini", upstream);
    const answer = await ask({ input: ["a", "b"], dimensions: 2, user: "u" });
    expect(answer.headers.get("x-route-warning")).toBe("one: user: left out, its format has no way to say it");
    const [{ path, body }] = upstream.requests as never as [{ path: string; body: string }];
    expect(path).toBe("/v1/models/vectors-1:batchEmbedContents");
    expect(JSON.parse(body)).toEqual({
      requests: ["a", "b"].map((text) => ({
        model: "models/vectors-1",
        content: { parts: [{ text }] },
        outputDimensionality: 2,
      })),
    });
  });

  it("are of an unknown size when Gemini does not say it: unknown is not zero", async () => {
    const { proxy, ask } = await start("gemini", await gemini({}));
    expect(await (await ask({ input: "a" })).json()).not.toHaveProperty("usage");
    expect((await proxy.lastDecision()).attempts[0]).not.toHaveProperty("cost_usd");
  });

  it.each([
    [{ embeddings: [{ values: [1] }] }],
    [{ embeddings: [{ values: [1] }, {}] }],
    [{ embeddings: [{ values: [1] }, { values: [] }] }],
    [{ embeddings: [{ values: [1] }, { values: [null] }] }],
  ])("are a failure of the provider where one is missing: %j", async (given) => {
    const { proxy, ask } = await start("gemini", await startUpstream((response) => sendJson(response, given)));
    for (const encoding of ["float", "base64"]) {
      expect((await ask({ input: ["a", "b"], encoding_format: encoding })).status).toBe(502);
      expect((await proxy.lastDecision()).attempts).toMatchObject([{ error_class: "malformed_response" }]);
    }
  });

  it("are not asked for tokens, which only another candidate can take", async () => {
    const { proxy, ask } = await start("gemini", await gemini());
    expect((await ask({ input: [[1, 2], [3]] })).status).toBe(400);
    const { world, facts } = await proxy.lastDecision();
    expect(world.incapable?.["acme/vectors@one"]).toContain("holds tokens");
    expect(facts["context_tokens"]?.value).toBeGreaterThanOrEqual(3);
  });

  it("are not asked for more than 100 texts, which it refuses", async () => {
    const upstream = await gemini();
    const { proxy, ask } = await start("gemini", upstream);
    const texts = Array.from({ length: 101 }, (_, at) => `text ${at}`);
    expect((await ask({ input: texts })).status).toBe(400);
    const { world } = await proxy.lastDecision();
    expect(world.incapable).toEqual({
      "acme/vectors@one": "holds more than the 100 texts that Gemini takes at once",
    });
    await ask({ input: texts.slice(1) });
    expect(upstream.requests).toHaveLength(1);
  });
});

describe("embeddings of the simulator", () => {
  it("are the same for the same input, others for another, in the size that is asked for", async () => {
    const { baseURL } = await start("simulated", await openai());
    const client = new OpenAI({ baseURL, apiKey: "unused", maxRetries: 0 });
    const embed = async (input: string | string[], dimensions?: number) =>
      (
        await client.embeddings.create({
          model: "auto",
          input,
          ...(dimensions === undefined ? {} : { dimensions }),
        })
      ).data.map(({ embedding }) => embedding);
    const [first] = await embed("a");
    expect(first).toHaveLength(256);
    expect(Math.hypot(...(first ?? []))).toBeCloseTo(1, 5);
    expect(await embed(["a", "b"])).toEqual([first, expect.not.arrayContaining(first ?? [])]);
    expect((await embed("a", 7))[0]).toHaveLength(7);
  });
});

describe("POST /v1/embeddings", () => {
  it.each([[{}], [{ input: [] }], [{ input: 5.5 }], [{ input: ["a", 1] }]])("refuses %j", async (body) => {
    const { ask } = await start("openai", await openai());
    const answer = await ask(body);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { code: "invalid_request", param: "input" } },
    ]);
  });
});
