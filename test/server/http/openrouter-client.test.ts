import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterEach, describe, expect, it } from "vitest";
import { proxyOverFormats } from "../../services/proxy-over-formats.js";
import { anthropicServer, geminiServer, openAiServer, startProvider } from "../providers/provider-servers.js";
import { compile, policyOf, startProxy, stopAll } from "./harness.js";

afterEach(stopAll);

/** `acme/two` at a dear and a cheap provider, which speak different formats; `acme/one` at the dear one. */
async function start() {
  const dear = await startProvider(openAiServer);
  const cheap = await startProvider(anthropicServer);
  const catalog = `kind: catalog
providers:
  dear: { format: openai, base_url: ${dear.url} }
  cheap: { format: anthropic, base_url: ${cheap.url} }
models:
  acme/two:
    context_window: 100k
    price: { input: 2, output: 4 }
    endpoints:
      - { provider: dear, model: two }
      - { provider: cheap, model: two, price: { input: 1, output: 2 } }
  acme/one: { context_window: 100k, endpoints: [{ provider: dear, model: one }] }
`;
  const proxy = await startProxy(compile(policyOf("{ to: [requested, acme/two, acme/one] }"), catalog));
  const defaultHeaders = { "HTTP-Referer": "https://app.example", "X-Title": "App" };
  const options = { apiKey: "unused", maxRetries: 0, defaultHeaders };
  const openai = new OpenAI({ ...options, baseURL: `${proxy.url}/v1` });
  const anthropic = new Anthropic({ ...options, baseURL: proxy.url });
  return { proxy, openai, anthropic, upstreams: [dear, cheap] };
}

const cheapFirst = ["acme/two@cheap", "acme/two@dear", "acme/one@dear"];
const dearFirst = ["acme/two@dear", "acme/two@cheap", "acme/one@dear"];
const cheapOnly = ["acme/two@cheap"];

/** What a client of OpenRouter sends beside the API's own fields, and the plan that comes of it. */
const asked: readonly (readonly [string, object, readonly string[]])[] = [
  ["models", { models: ["acme/one"] }, ["acme/one@dear"]],
  ["provider.order", { provider: { order: ["cheap"] } }, cheapFirst],
  ["provider.order, without fallbacks", { provider: { order: ["cheap"], allow_fallbacks: false } }, cheapOnly],
  ["provider.max_price", { provider: { max_price: { prompt: 1, completion: 2 } } }, cheapOnly],
  [":floor", { model: "acme/two:floor" }, cheapFirst],
  [":nitro", { model: "acme/two:nitro" }, dearFirst],
];

type Clients = Awaited<ReturnType<typeof start>>;
const content = "hi";
const apis: readonly (readonly [string, (clients: Clients, body: object) => Promise<unknown>])[] = [
  [
    "chat completions",
    ({ openai }, body) =>
      openai.chat.completions.create({ model: "auto", messages: [{ role: "user", content }], ...body }),
  ],
  ["responses", ({ openai }, body) => openai.responses.create({ model: "auto", input: content, ...body })],
  [
    "messages",
    ({ anthropic }, body) =>
      anthropic.messages.create({ model: "auto", max_tokens: 5, messages: [{ role: "user", content }], ...body }),
  ],
];

describe.each(apis)("OpenRouter's fields in %s, sent by the official client", (_api, ask) => {
  it.each(asked)("%s", async (_name, body, plan) => {
    const clients = await start();
    await ask(clients, body);
    const { chosen, fallbacks, facts, warnings } = await clients.proxy.lastDecision();
    expect([chosen, ...fallbacks]).toEqual(plan);
    expect(facts["app"]).toEqual({ value: "App", source: "header x-title" });
    expect(warnings).toEqual([]);
    const [sent] = clients.upstreams.flatMap(({ requests }) => requests);
    for (const name of ["models", "provider"]) expect(JSON.parse(sent!.body)).not.toHaveProperty(name);
    expect(sent!.headers).not.toHaveProperty("x-title");
  });
});

describe("OpenRouter's own SDK", () => {
  const simulated = (text: string) => text.replace(/{ format: openai.*}/, "{ format: simulated }");
  it.each([
    ["anthropic", anthropicServer, (text: string) => text],
    ["gemini", geminiServer, (text: string) => text],
    ["openai", openAiServer, simulated],
  ])("has the fingerprint that it insists on in answers that are made here: %s", async (format, server, catalog) => {
    const { proxy } = await proxyOverFormats({ [format]: server }, { catalog });
    expect(await (await proxy.ask()).json()).toMatchObject({ object: "chat.completion", system_fingerprint: "" });
  });
});
