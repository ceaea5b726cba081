import { afterEach, describe, expect, it } from "vitest";
import {
  catalogOf,
  compile,
  done,
  event,
  policyOf,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
  wholeStream,
} from "./harness.js";

afterEach(stopAll);

const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const usageChunk = `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", choices: [], usage })}\n\n`;

/** A proxy over a provider that gives usage in streams when it is asked for it. */
async function proxy(settings: string) {
  const upstream = await startUpstream((response, { body }) => {
    const { stream, stream_options: options } = JSON.parse(body) as {
      stream?: boolean;
      stream_options?: { include_usage?: boolean } | null;
    };
    if (stream !== true) {
      const message = { role: "assistant", content: "Hello" };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ id: "c", choices: [{ index: 0, message, finish_reason: "stop" }], usage }));
      return;
    }
    startStream(response);
    response.end(wholeStream + (options?.include_usage === true ? usageChunk : "") + done);
  });
  const catalog = catalogOf({ one: upstream.url }).replace("region: eu", `region: eu, ${settings}`);
  const started = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog));
  const { token } = await started.createKey({ limits: { budgets: { total: 1 } } });
  const ask = async (body: object) => {
    const response = await started.ask(body, { authorization: `Bearer ${token}` });
    return response.text();
  };
  return {
    upstream,
    ask,
    lastRow: async () => (await started.ledger()).at(-1)!,
    lastWarnings: async () => (await started.lastDecision()).warnings,
  };
}

describe("usage of streams", () => {
  it("is asked for beside the request, charged by, and kept from a client that did not ask", async () => {
    const { upstream, ask, lastRow } = await proxy("stream_usage: true");
    expect(await ask({ stream: true })).toBe(wholeStream + done);
    expect(JSON.parse(upstream.requests[0]!.body)).toMatchObject({ stream_options: { include_usage: true } });
    // 11 tokens at $1 and 7 at $2 per million.
    expect(await lastRow()).toMatchObject({ input: 11, output: 7, charged_nano: 25_000, cost_source: "usage" });
  });

  it("is asked for whatever else the client says of streams, and whatever it says of usage", async () => {
    const { upstream, ask, lastRow } = await proxy("stream_usage: true");
    expect(await ask({ stream: true, stream_options: { include_usage: false, include_obfuscation: false } })).toBe(
      wholeStream + done,
    );
    expect(JSON.parse(upstream.requests[0]!.body).stream_options).toEqual({
      include_usage: true,
      include_obfuscation: false,
    });
    expect(await ask({ stream: true, stream_options: null })).toBe(wholeStream + done);
    expect(await lastRow()).toMatchObject({ cost_source: "usage" });
  });

  it("reaches a client that asks for it, with its request as it was", async () => {
    const { upstream, ask, lastRow } = await proxy("stream_usage: true");
    expect(await ask({ stream: true, stream_options: { include_usage: true } })).toBe(wholeStream + usageChunk + done);
    expect(upstream.requests[0]!.body).toBe(
      '{"model":"one-model","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}',
    );
    expect(await lastRow()).toMatchObject({ cost_source: "usage" });
  });

  it("is not asked for where nothing says that the provider can, nor of whole answers", async () => {
    const plain = await proxy("data_retention: none");
    expect(await plain.ask({ stream: true })).toBe(wholeStream + done);
    expect(plain.upstream.requests[0]!.body).toBe(
      '{"model":"one-model","messages":[{"role":"user","content":"hi"}],"stream":true}',
    );
    expect(await plain.lastRow()).toMatchObject({ cost_source: "estimate" });
    const asking = await proxy("stream_usage: true");
    await asking.ask({});
    expect(asking.upstream.requests[0]!.body).not.toContain("stream_options");
  });

  it("is not asked of a provider that refuses it, whoever asks, and that is named", async () => {
    const { upstream, ask, lastWarnings } = await proxy("stream_usage: false");
    for (const [body, sent, warning] of [
      [{ stream: true, stream_options: { include_usage: true } }, { stream: true }, true],
      [{ stream_options: { include_usage: true }, temperature: 1 }, { temperature: 1 }, true],
      [{ stream: true, usage: { include: true } }, { stream: true }, true],
      [{ stream: true, stream_options: null }, { stream: true, stream_options: null }, false],
      [{ stream: true }, { stream: true }, false],
    ] as const) {
      expect(await ask(body)).toContain("Hel");
      const { model: _, messages: __, ...rest } = JSON.parse(upstream.requests.at(-1)!.body) as Record<string, unknown>;
      expect(rest).toEqual(sent);
      expect(await lastWarnings()).toEqual(
        warning
          ? ["one: stream_options: left out, it does not take them (the catalog says `stream_usage: false` of it)"]
          : [],
      );
    }
  });

  const inChoice = { choices: [{ index: 0, delta: {}, finish_reason: "stop", usage }] };
  it.each([
    ["in its last choice, as Kimi gives it", event({}, "stop", inChoice)],
    ["in x_groq, as Groq gives it", event({}, "stop", { x_groq: { id: "req_1", usage } })],
  ])("is read where nobody asked for it: %s", async (_, last) => {
    const upstream = await startUpstream((response) => {
      startStream(response);
      response.end(event({ content: "Hello" }) + last + done);
    });
    const started = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: upstream.url })));
    expect(await (await started.ask({ stream: true })).text()).toBe(event({ content: "Hello" }) + last + done);
    const body = { max_tokens: 9, stream: true, messages: [{ role: "user", content: "hi" }] };
    const message = await fetch(`${started.url}/v1/messages`, { method: "POST", body: JSON.stringify(body) });
    expect(await message.text()).toMatch(/"usage":\{"input_tokens":11,.*"output_tokens":7\}/);
    expect((await started.ledger()).map(({ cost_source: source }) => source)).toEqual(["usage", "usage"]);
  });

  it("keeps a chunk from nobody that holds more than usage", async () => {
    const last = event({}, "stop", { usage });
    const upstream = await startUpstream((response) => {
      startStream(response);
      response.end(event({ content: "Hello" }) + last + done);
    });
    const catalog = catalogOf({ one: upstream.url }).replace("region: eu", "region: eu, stream_usage: true");
    const started = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog));
    expect(await (await started.ask({ stream: true })).text()).toBe(event({ content: "Hello" }) + last + done);
  });
});
