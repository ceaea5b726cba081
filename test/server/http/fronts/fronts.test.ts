import type { ServerResponse } from "node:http";
import { sql } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { openAiClient, proxyOverFormats } from "../../../services/proxy-over-formats.js";
import { anthropicServer, startProvider } from "../../providers/provider-servers.js";
import {
  catalogOf,
  compile,
  policyOf,
  sendJson,
  startAnswering,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
} from "../harness.js";

afterEach(stopAll);

describe("POST /v1/completions", () => {
  it("goes through to a server that has it, whole and streamed", async () => {
    const chunk = (text: string, finish_reason: string | null) =>
      `data: ${JSON.stringify({ id: "cmpl-1", object: "text_completion", choices: [{ index: 0, text, finish_reason }] })}\n\n`;
    const upstream = await startUpstream((response, { body }) => {
      if (!body.includes('"stream":true')) {
        const choices = [{ index: 0, text: "fine", finish_reason: "stop" }];
        sendJson(response, {
          id: "cmpl-1",
          object: "text_completion",
          choices,
          usage: { prompt_tokens: 3, completion_tokens: 1 },
        });
        return;
      }
      startStream(response);
      response.end(`${chunk("fi", null)}${chunk("ne", "stop")}data: [DONE]\n\n`);
    });
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: upstream.url })));
    const client = openAiClient(proxy);
    const whole = await client.completions.create({ model: "auto", prompt: "say", suffix: "." });
    expect(whole.choices[0]?.text).toBe("fine");
    expect(upstream.requests[0]).toMatchObject({
      path: "/v1/completions",
      body: expect.stringContaining('"suffix":"."'),
    });
    expect((await proxy.lastDecision()).attempts).toMatchObject([{ usage: { input_tokens: 3, output_tokens: 1 } }]);
    let text = "";
    for await (const { choices } of await client.completions.create({ model: "auto", prompt: "say", stream: true })) {
      text += choices[0]?.text;
    }
    expect(text).toBe("fine");
  });

  it("is a chat completion to all others, with a warning", async () => {
    const { proxy } = await proxyOverFormats({ anthropic: anthropicServer });
    const client = openAiClient(proxy);
    const { data, response } = await client.completions
      .create({ model: "auto", prompt: "say", echo: true, best_of: 2 })
      .withResponse();
    expect(data).toMatchObject({
      object: "text_completion",
      choices: [{ text: "Hello there.", finish_reason: "stop" }],
    });
    expect(response.headers.get("x-route-warning")).toMatch(/echo: left out.*best_of: left out/);
    let text = "";
    for await (const { choices } of await client.completions.create({ model: "auto", prompt: "say", stream: true })) {
      text += choices[0]?.text;
    }
    expect(text).toBe("Hello there.");
  });

  describe("of several prompts", () => {
    /** `acme/chat` answers chat completions only, `acme/one` completes text. */
    async function start(route: string, answer: (response: ServerResponse) => void) {
      const upstream = await startUpstream(answer);
      const chat = await startProvider(anthropicServer);
      const catalog = catalogOf(
        { one: upstream.url },
        `  acme/chat: { context_window: 100k, price: { input: 1, output: 2 }, endpoints: [{ provider: chat, model: c }] }
`,
      ).replace("models:", `  chat: { format: anthropic, base_url: ${chat.url} }\nmodels:`);
      const proxy = await startProxy(compile(policyOf(route), catalog));
      const client = openAiClient(proxy);
      return { upstream, chat, proxy, client };
    }
    const choice = (index: number, text: string) => ({ index, text, finish_reason: "stop", logprobs: null });
    const usage = { prompt_tokens: 4, completion_tokens: 6, total_tokens: 10 };

    it("goes through to a server that completes text, every choice with its place", async () => {
      const { client, upstream, chat, proxy } = await start("{ to: [acme/chat, acme/one] }", (response) =>
        sendJson(response, {
          id: "cmpl-1",
          object: "text_completion",
          choices: [0, 1, 2, 3].map((n) => choice(n, `${n}`)),
          usage,
        }),
      );
      const { choices } = await client.completions.create({ model: "auto", prompt: ["a", "b"], n: 2, max_tokens: 5 });
      expect(choices.map(({ index, text }) => [index, text])).toEqual([0, 1, 2, 3].map((n) => [n, `${n}`]));
      expect(JSON.parse(upstream.requests[0]?.body ?? "")).toEqual({
        model: "one-model",
        prompt: ["a", "b"],
        n: 2,
        max_tokens: 5,
      });
      expect(chat.requests).toEqual([]);
      const { attempts, world } = await proxy.lastDecision();
      expect(attempts).toMatchObject([{ endpoint: "acme/one@one", usage: { input_tokens: 4, output_tokens: 6 } }]);
      expect(world).toMatchObject({ answers: 4, incapable: { "acme/chat@chat": "has several prompts" } });
    });

    it("ends a stream when every one of them has ended", async () => {
      const event = (index: number, finish_reason: string | null) =>
        `data: ${JSON.stringify({ id: "c", object: "text_completion", choices: [{ ...choice(index, `${index}`), finish_reason }] })}\n\n`;
      const { client } = await start("{ to: [acme/one] }", (response) => {
        startStream(response);
        response.end(event(0, null) + event(0, "stop") + event(1, "stop"));
      });
      const got: number[] = [];
      const stream = await client.completions.create({ model: "auto", prompt: ["a", "b"], stream: true });
      for await (const { choices } of stream) got.push(choices[0]!.index);
      expect(got).toEqual([0, 0, 1]);
      const { client: other } = await start("{ to: [acme/one] }", (response) => {
        startStream(response);
        response.end(event(0, "stop"));
      });
      const cut = await other.completions.create({ model: "auto", prompt: ["a", "b"], stream: true });
      await expect(
        (async () => {
          for await (const _ of cut);
        })(),
      ).rejects.toThrow(/incomplete/);
    });

    it("takes prompts in tokens, counts them, and holds for each what its answers may cost", async () => {
      const { client, proxy, upstream } = await start("{ to: [acme/chat, acme/one] }", (response) =>
        sendJson(response, { id: "c", object: "text_completion", choices: [choice(0, "x")], usage }),
      );
      await client.completions.create({ model: "auto", prompt: [1, 2, 3], max_tokens: 5 });
      await client.completions.create({ model: "auto", prompt: [[1, 2], [3]], max_tokens: 5, best_of: 3 });
      expect(upstream.requests.map(({ body }) => (JSON.parse(body) as { prompt: unknown }).prompt)).toEqual([
        [1, 2, 3],
        [[1, 2], [3]],
      ]);
      const { world, facts } = await proxy.lastDecision();
      expect(world).toMatchObject({ answers: 6, incapable: { "acme/chat@chat": "has a prompt in tokens" } });
      expect(facts.context_tokens?.value).toBeGreaterThanOrEqual(3);
      await client.completions.create({ model: "auto", prompt: "a", max_tokens: 5, best_of: 3 });
      expect((await proxy.lastDecision()).world).toMatchObject({ answers: 3 });
    });

    it("is refused with what may serve it where only chats are left, and where it is no list of prompts", async () => {
      const { client, chat } = await start("{ to: [acme/chat] }", (response) => sendJson(response, {}));
      const ask = (prompt: never) => client.completions.create({ model: "auto", prompt });
      await expect(ask(["a", "b"] as never)).rejects.toMatchObject({
        status: 400,
        code: "no_candidate",
        message: expect.stringContaining("acme/chat@chat: the request has several prompts"),
      });
      for (const prompt of [[], ["a", 1], [[]], { a: 1 }, 5, undefined]) {
        await expect(ask(prompt as never)).rejects.toMatchObject({ status: 400, param: "prompt" });
      }
      expect(chat.requests).toEqual([]);
    });
  });
});

describe("POST /v1/embeddings", () => {
  const catalog = (url: string) =>
    catalogOf(
      { one: url },
      `  acme/vectors:
    context_window: 8k
    capabilities: [embeddings]
    price: { input: 1, output: 0 }
    endpoints: [{ provider: one, model: vectors-1 }]
`,
    );

  it("goes to a model that makes them, and is counted and priced", async () => {
    const upstream = await startUpstream((response) => {
      const data = [{ object: "embedding", index: 0, embedding: [0.5, 1] }];
      sendJson(response, { object: "list", data, model: "vectors-1", usage: { prompt_tokens: 8, total_tokens: 8 } });
    });
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one, acme/vectors] }"), catalog(upstream.url)));
    const client = openAiClient(proxy);
    const { data } = await client.embeddings.create({ model: "auto", input: ["a", "b"], encoding_format: "float" });
    expect(data[0]?.embedding).toEqual([0.5, 1]);
    expect(upstream.requests).toMatchObject([{ path: "/v1/embeddings" }]);
    expect(JSON.parse(upstream.requests[0]!.body)).toMatchObject({ model: "vectors-1", input: ["a", "b"] });
    const { attempts, world } = await proxy.lastDecision();
    expect(attempts).toMatchObject([
      { endpoint: "acme/vectors@one", usage: { input_tokens: 8, output_tokens: 0 }, cost_usd: 0.000008 },
    ]);
    expect(world.incapable).toEqual({ "acme/one@one": "asks for embeddings; the model does not make them" });
  });

  it("never goes to a model that chats, nor a chat to one that makes embeddings", async () => {
    const upstream = await startUpstream((response) => sendJson(response, {}));
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog(upstream.url)));
    const body = JSON.stringify({ input: "a" });
    const answer = await fetch(`${proxy.url}/v1/embeddings`, { method: "POST", body });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: "no_candidate" } }]);
    const chats = await startProxy(compile(policyOf("{ to: [acme/vectors] }"), catalog(upstream.url)));
    expect((await chats.ask()).status).toBe(400);
    expect(upstream.requests).toEqual([]);
  });
});

describe("GET /v1/generation", () => {
  it("tells what became of a request", async () => {
    const { proxy } = await proxyOverFormats({ anthropic: anthropicServer });
    const id = (await proxy.ask({ user: "u" }, { "x-title": "App" })).headers.get("x-route-decision");
    const answer = await fetch(`${proxy.url}/v1/generation?id=${id}`);
    expect(await answer.json()).toMatchObject({
      data: {
        id,
        model: "acme/anthropic",
        provider_name: "anthropic",
        tokens_prompt: 10,
        tokens_completion: 5,
        total_cost: 0.00002,
        app: "App",
        user: "u",
        streamed: false,
        cancelled: false,
        provider_responses: [{ endpoint: "acme/anthropic@anthropic", status: 200 }],
      },
    });
    for (const query of ["", "?id=dec_0"]) {
      expect((await fetch(`${proxy.url}/v1/generation${query}`)).status).toBe(404);
    }
  });

  it("answers 500 when the database cannot be read, and serves on", async () => {
    const { proxy } = await proxyOverFormats({ anthropic: anthropicServer });
    await sql`ALTER TABLE decision_batches RENAME TO moved_away`.execute(proxy.database.db);
    const answer = await fetch(`${proxy.url}/v1/generation?id=dec_0`);
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ error: { code: "internal_error", type: "api_error" } });
    expect(proxy.logged.at(-1)?.message).toBe("a request failed for a fault in Routewright");
    await sql`ALTER TABLE moved_away RENAME TO decision_batches`.execute(proxy.database.db);
    expect((await fetch(`${proxy.url}/v1/generation?id=dec_0`)).status).toBe(404);
  });
});

describe("legacy_max_tokens", () => {
  it("calls the limit of requests max_tokens, unless the client does", async () => {
    const upstream = await startAnswering();
    const catalog = catalogOf({ one: upstream.url }).replace("region: eu", "region: eu, legacy_max_tokens: true");
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog));
    const messages = [{ role: "user", content: "hi" }];
    const limits: unknown[] = [];
    for (const [path, body] of [
      ["/v1/messages", { messages, max_tokens: 5 }],
      ["/v1/responses", { input: "hi", max_output_tokens: 5 }],
      ["/v1/responses", { input: "hi" }],
      ["/v1/chat/completions", { messages, max_completion_tokens: 5 }],
      ["/v1/chat/completions", { messages, max_tokens: 6, max_completion_tokens: 5 }],
      ["/v1/chat/completions", { messages, max_completion_tokens: null }],
      [
        "/v1/chat/completions",
        { messages, max_completion_tokens: 5, stream: true, stream_options: { include_usage: true } },
      ],
    ] as const) {
      await (await fetch(`${proxy.url}${path}`, { method: "POST", body: JSON.stringify(body) })).text();
      const { max_tokens, max_completion_tokens } = JSON.parse(upstream.requests.at(-1)!.body) as Record<
        string,
        unknown
      >;
      limits.push([max_tokens, max_completion_tokens]);
    }
    expect(limits).toEqual([
      [5, undefined],
      [5, undefined],
      [undefined, undefined],
      [5, undefined],
      [6, 5],
      [undefined, null],
      [5, undefined],
    ]);
  });
});
