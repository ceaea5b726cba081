import type { AIMessageChunk } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";
import { afterEach, describe, expect, it } from "vitest";
import { anthropicClient, openAiClient, proxyOverFormats } from "../../services/proxy-over-formats.js";
import { responsesServer, servers } from "../providers/provider-servers.js";
import {
  catalogOf,
  compile,
  completion,
  done,
  event,
  policyOf,
  sendJson,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
  wholeStream,
} from "./harness.js";

afterEach(stopAll);

const asking = { usage: { include: true } } as const;
const content = "hi";
const messages = [{ role: "user" as const, content }];

type Clients = ReturnType<typeof openAiClient> & { messages?: never };
type Ask = (
  openai: Clients,
  anthropic: ReturnType<typeof anthropicClient>,
  body: object,
) => Promise<readonly unknown[]>;

/** Every usage that a client is told, in order. */
async function usagesOf(events: AsyncIterable<object>): Promise<readonly unknown[]> {
  const usages: unknown[] = [];
  for await (const one of events) {
    const { usage, response, message } = one as Readonly<Record<string, { usage?: unknown } | undefined>>;
    usages.push(...[usage, response?.usage, message?.usage].filter((told) => told !== undefined && told !== null));
  }
  return usages;
}

const apis: readonly (readonly [string, Ask])[] = [
  [
    "chat completions",
    async (openai, _, body) => [(await openai.chat.completions.create({ model: "auto", messages, ...body })).usage],
  ],
  [
    "chat completions, streamed",
    async (openai, _, body) =>
      usagesOf(await openai.chat.completions.create({ model: "auto", messages, ...body, stream: true })),
  ],
  [
    "responses",
    async (openai, _, body) => [(await openai.responses.create({ model: "auto", input: content, ...body })).usage],
  ],
  [
    "responses, streamed",
    async (openai, _, body) =>
      usagesOf(await openai.responses.create({ model: "auto", input: content, ...body, stream: true })),
  ],
  [
    "messages",
    async (_, anthropic, body) => [
      (await anthropic.messages.create({ model: "auto", max_tokens: 9, messages, ...body })).usage,
    ],
  ],
  [
    "messages, streamed",
    async (_, anthropic, body) =>
      usagesOf(await anthropic.messages.create({ model: "auto", max_tokens: 9, messages, ...body, stream: true })),
  ],
];

const providers = [
  ...servers.map(([format, server]) => [format, format, server, (text: string) => text] as const),
  [
    "openai with the Responses API",
    "openai",
    responsesServer,
    (text: string) => text.replace("api_key_env: KEY", "responses_api: true, api_key_env: KEY"),
  ] as const,
];

describe.each(providers)("the cost in usage, of a provider of format %s", (name, format, server, catalog) => {
  const ownApis = name === format ? apis : apis.filter(([api]) => api.startsWith("responses"));

  it.each(ownApis)("is told to official clients that ask: %s", async (_, ask) => {
    const { proxy, upstream } = await proxyOverFormats({ [format]: server }, { catalog });
    const usages = await ask(openAiClient(proxy) as Clients, anthropicClient(proxy), asking);
    // 10 tokens at $1 and 5 at $2 per million.
    expect(usages.at(-1)).toMatchObject({ cost: 0.000_02 });
    expect(usages.filter((usage) => Object.hasOwn(usage as object, "cost"))).toHaveLength(1);
    expect((await proxy.lastDecision()).attempts).toMatchObject([{ cost_usd: 0.000_02 }]);
    expect(await proxy.ledger()).toMatchObject([{ incurred_nano: 20_000 }]);
    expect(JSON.parse(upstream.requests[0]!.body)).not.toHaveProperty("usage");
  });

  it.each(ownApis)("is not told to those that do not: %s", async (_, ask) => {
    const { proxy } = await proxyOverFormats({ [format]: server }, { catalog });
    for (const body of [{}, { usage: { include: false } }]) {
      const usages = await ask(openAiClient(proxy) as Clients, anthropicClient(proxy), body);
      for (const usage of usages) expect(usage ?? {}).not.toHaveProperty("cost");
    }
  });
});

describe.each(servers)(
  "the cost in usage is where LangChain shows usage, of a provider of format %s",
  (format, server) => {
    it("whole and streamed", async () => {
      const { proxy } = await proxyOverFormats({ [format]: server });
      const configuration = { baseURL: `${proxy.url}/v1` };
      const model = new ChatOpenAI({ model: "auto", apiKey: "unused", configuration, modelKwargs: asking });
      expect((await model.invoke(content)).response_metadata).toMatchObject({ usage: { cost: 0.000_02 } });
      let whole: AIMessageChunk | undefined;
      for await (const chunk of await model.stream(content)) whole = whole === undefined ? chunk : whole.concat(chunk);
      expect(whole).toMatchObject({
        response_metadata: { usage: { cost: 0.000_02 } },
        usage_metadata: { input_tokens: 10, output_tokens: 5 },
      });
    });
  },
);

const tokens = { prompt_tokens: 1_000, completion_tokens: 500, total_tokens: 1_500 };
const usageChunk = (usage: object = tokens, more: object = {}) =>
  `data: ${JSON.stringify({ id: "chatcmpl-1", choices: [], usage, ...more })}\n\n`;

/** A proxy over one OpenAI-compatible server that answers with these bytes. */
async function over(answer: string, isStream: boolean, catalog: (text: string) => string = (text) => text) {
  const upstream = await startUpstream((response) => {
    if (isStream) startStream(response);
    else response.writeHead(200, { "content-type": "application/json" });
    response.end(answer);
  });
  const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog(catalogOf({ one: upstream.url }))));
  const ask = (body: object = asking) => proxy.ask(isStream ? { ...body, stream: true } : body);
  return { proxy, upstream, ask, told: async (body?: object) => (await ask(body)).text() };
}

describe("the cost in usage", () => {
  it("is the figure of the header, and changes no other byte", async () => {
    const body = `{ "id" : "c", "created": 1.0,"choices":[{"index":0,"message":{"content":"\\"usage\\": {"},"finish_reason":"stop"}],
      "usage" : { "prompt_tokens":1000, "completion_tokens": 5e2 }, "x": 1.50 }`;
    const { ask } = await over(body, false);
    const answer = await ask();
    expect(answer.headers.get("x-route-cost-usd")).toBe("0.002");
    expect(await answer.text()).toBe(body.replace('"usage" : {', '"usage" : {"cost":0.002,'));
    expect(await (await ask({})).text()).toBe(body);
  });

  it("stands in the one chunk of a stream that has the usage, and changes no other byte", async () => {
    const { told, upstream } = await over(`${wholeStream}: ping\n\n${usageChunk()}${done}`, true);
    const costed = usageChunk().replace('"usage":{', '"usage":{"cost":0.002,');
    expect(await told()).toBe(`${wholeStream}: ping\n\n${costed}${done}`);
    expect(JSON.parse(upstream.requests[0]!.body)).toMatchObject({ stream_options: { include_usage: true } });
  });

  const costed = (text: string) => text.replace(/"usage":\{(?=[^}]*\}[^"]*$)/, '"usage":{"cost":0.002,');
  const end = event({}, "stop", { usage: tokens });
  it.each([
    ["with the end of the answer (Mistral)", event({ content: "Hi" }), end, ""],
    [
      "in every chunk (xAI)",
      event({ content: "H" }, null, { usage: { ...tokens, completion_tokens: 1 } }) +
        event({ content: "i" }, null, { usage: { ...tokens, completion_tokens: 2 } }),
      end,
      "",
    ],
    ["before chunks that add nothing", wholeStream, usageChunk(), `${usageChunk(null as never)}: bye\n\n`],
    [
      "beside another of that name (Groq)",
      event({ content: "Hi" }) + event({}, "stop", { x_groq: { usage: { ...tokens, total_time: 0.1 } } }),
      usageChunk(tokens),
      "",
    ],
  ])("is found where servers give usage %s", async (_, before, last, after) => {
    const { told } = await over(before + last + after + done, true);
    // A comment that comes behind the usage need not wait for its cost.
    const [sent, rest] = after.includes(": bye") ? [": bye\n\n", after.replace(": bye\n\n", "")] : ["", after];
    expect(await told()).toBe(before + sent + costed(last) + rest + done);
  });

  it("is that of the usage, not of another object of that name behind it", async () => {
    const body = JSON.stringify(completion("fine", { x_groq: { usage: { total_time: 0.1 } } }));
    const { told } = await over(body, false);
    expect(JSON.parse(await told())).toEqual(
      completion("fine", { usage: { cost: 0.002, ...tokens }, x_groq: { usage: { total_time: 0.1 } } }),
    );
  });

  it("is told of embeddings and text completions too", async () => {
    const text = { id: "c", object: "text_completion", choices: [{ index: 0, text: "Hi", finish_reason: "stop" }] };
    const upstream = await startUpstream((response, { path, body }) => {
      if (path.endsWith("embeddings")) {
        const data = [{ object: "embedding", index: 0, embedding: [0.5] }];
        return sendJson(response, { object: "list", data, model: "m", usage: { prompt_tokens: 7, total_tokens: 7 } });
      }
      if (!body.includes('"stream":true')) return sendJson(response, { ...text, usage: tokens });
      startStream(response);
      response.end(`data: ${JSON.stringify(text)}\n\n${usageChunk()}${done}`);
    });
    const catalog = catalogOf({ one: upstream.url, two: upstream.url }).replace(
      "[tools, vision, json_schema]",
      "[embeddings]",
    );
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one, acme/two] }"), catalog));
    const ask = async (path: string, body: object) => {
      const init = { method: "POST", body: JSON.stringify({ model: "auto", ...asking, ...body }) };
      return (await fetch(`${proxy.url}/v1/${path}`, init)).text();
    };
    expect(JSON.parse(await ask("embeddings", { input: "hi" }))).toMatchObject({ usage: { cost: 0.000_007 } });
    expect(JSON.parse(await ask("completions", { prompt: "hi" }))).toMatchObject({ usage: { cost: 0.002 } });
    expect(await ask("completions", { prompt: "hi", stream: true })).toContain(
      usageChunk().replace('"usage":{', '"usage":{"cost":0.002,'),
    );
    for (const { body } of upstream.requests) expect(JSON.parse(body)).not.toHaveProperty("usage");
  });

  it("is not held against the content: text streams while usage in every chunk comes", async () => {
    const chunk = (text: string, count: number) =>
      event({ content: text }, null, { usage: { ...tokens, completion_tokens: count } });
    let goOn = () => {};
    const upstream = await startUpstream((response) => {
      startStream(response);
      response.write(chunk("one", 1) + chunk("two", 2));
      goOn = () => response.end(end + done);
    });
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: upstream.url })));
    const reader = (await proxy.ask({ ...asking, stream: true })).body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe(chunk("one", 1));
    goOn();
    let rest = "";
    for (let next = await reader.read(); !next.done; next = await reader.read()) rest += Buffer.from(next.value);
    expect(rest).toBe(chunk("two", 2) + costed(end) + done);
  });

  it("is what the provider reported, to the nano-dollar, and ours where that cannot be", async () => {
    for (const [reported, told] of [
      [0.0012, 0.0012],
      [0.001_234_567_891_2, 0.001_234_568],
      [90_000, 0.002],
    ] as const) {
      const usage = { ...tokens, cost: reported, cost_details: { upstream_inference_cost: null, cost: 1 } };
      const whole = await over(JSON.stringify(completion("fine", { usage })), false);
      const answer = await whole.ask();
      const { usage: shown } = (await answer.json()) as { usage: object };
      expect(shown).toEqual({ ...usage, cost: told });
      expect(Number(answer.headers.get("x-route-cost-usd"))).toBe(told);
      const stream = await over(wholeStream + usageChunk(usage) + done, true);
      expect(await stream.told()).toBe(wholeStream + usageChunk({ ...usage, cost: told }) + done);
    }
  });

  it("is left out where it is not known: never 0", async () => {
    const unpriced = (text: string) => text.replace(/ {4}price: .*\n/, "");
    const whole = JSON.stringify(completion("fine"));
    expect(await (await over(whole, false, unpriced)).told()).toBe(whole);
    const stream = wholeStream + usageChunk() + done;
    expect(await (await over(stream, true, unpriced)).told()).toBe(stream);
    const silent = JSON.stringify({ ...completion("fine"), usage: undefined });
    expect(await (await over(silent, false)).told()).toBe(silent);
    expect(await (await over(wholeStream + done, true)).told()).toBe(wholeStream + done);
  });

  it("is left out while the simulator stands in", async () => {
    const real = (text: string) => text.replace("region: eu", "region: eu, api_key_env: NONE");
    for (const isStream of [false, true]) {
      const { ask, upstream } = await over("", isStream, real);
      const answer = await ask();
      expect(answer.headers.get("x-route-simulated")).toBe("true");
      const text = await answer.text();
      expect(text).toContain('"usage":{"prompt_tokens"');
      expect(text).not.toContain('"cost"');
      expect(upstream.requests).toEqual([]);
    }
  });

  it("is that of the candidate that answers, and of none where the stream is cut", async () => {
    const bad = await startUpstream((response) => sendJson(response, { error: { message: "no" } }, 500));
    const good = await startUpstream((response) => sendJson(response, completion("fine")));
    const cut = await startUpstream((response) => {
      startStream(response);
      response.write(event({ content: "Hi" }) + usageChunk(), () => response.socket?.resetAndDestroy());
    });
    const catalog = catalogOf({ bad: bad.url, good: good.url, cut: cut.url });
    const proxy = await startProxy(compile(policyOf("{ to: [requested, acme/bad, acme/good] }"), catalog));
    const answer = await proxy.ask({ ...asking, model: "acme/bad" });
    expect(answer.headers.get("x-route-attempts")).toBe("2");
    expect(await answer.json()).toMatchObject({ usage: { cost: 0.002 } });
    const broken = await (await proxy.ask({ ...asking, model: "acme/cut", stream: true })).text();
    expect(broken).toContain(event({ content: "Hi" }) + usageChunk());
    expect(broken).toContain('"code":"stream_cut"');
  });

  it("is that of this request: an answer from the cache has none", async () => {
    const upstream = await startUpstream((response) => sendJson(response, completion("fine")));
    const policy = compile(policyOf("{ to: [acme/one], cache: { ttl: 1h } }"), catalogOf({ one: upstream.url }));
    const proxy = await startProxy(policy);
    expect(await (await proxy.ask(asking)).json()).toMatchObject({ usage: { cost: 0.002 } });
    const again = await proxy.ask(asking);
    expect(again.headers.get("x-route-cache")).toBe("hit");
    expect(await again.json()).toEqual(completion("fine"));
  });

  it("is asked for with true or false, and other words of `usage` are named", async () => {
    const { ask } = await over(JSON.stringify(completion("fine")), false);
    const warningOf = async (usage: unknown) => (await ask({ usage })).headers.get("x-route-warning");
    expect(await warningOf({ include: true })).toBeNull();
    expect(await warningOf({})).toBeNull();
    expect(await warningOf(null)).toBeNull();
    expect(await warningOf({ include: "yes" })).toBe("usage: it takes an object: { include: true }; it was not used");
    expect(await warningOf(true)).toBe("usage: it takes an object: { include: true }; it was not used");
    expect(await warningOf({ include: true, detail: 1 })).toBe(
      "usage.detail: this server has no such thing; it was not used",
    );
  });

  it("comes with the decision record, which keeps its own usage", async () => {
    const { proxy } = await over(wholeStream + usageChunk() + done, true);
    const text = await (await proxy.ask({ ...asking, stream: true }, { "x-route-explain": "true" })).text();
    expect(text.match(/"cost":/g)).toHaveLength(1);
    expect(text).toContain(usageChunk().replace('"usage":{', '"usage":{"cost":0.002,'));
    expect(text).toContain('"cost_usd":0.002');
  });
});
