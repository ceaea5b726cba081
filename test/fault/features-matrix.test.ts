import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import {
  compile,
  policyOf,
  policyOfHurried,
  sendJson,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
  type TestProxy,
  type Upstream,
} from "../server/http/harness.js";
import { streamBytes } from "../server/providers/harness.js";
import { anthropicServer, type Format, geminiServer, openAiServer } from "../server/providers/provider-servers.js";

afterEach(stopAll);

/** Each format, and the one of the candidate behind it: a fallback changes the format too. */
const formats = [
  ["openai", openAiServer, "anthropic", anthropicServer],
  ["anthropic", anthropicServer, "gemini", geminiServer],
  ["gemini", geminiServer, "openai", openAiServer],
] as const;

type Play = (response: ServerResponse, format: Format, isStream: boolean, count: number) => void;

const said = ["Hello ", "there."] as const;
const whole = (format: Format) => Buffer.concat([streamBytes(format.events(said)), Buffer.from(format.done ?? "")]);

const answer: Play = (response, format, isStream) => {
  if (!isStream) return sendJson(response, format.whole(said));
  startStream(response);
  response.end(whole(format));
};
const fail: Play = (response, format) => sendJson(response, format.error(500), 500);
const failOnce: Play = (response, format, isStream, count) =>
  (count === 1 ? fail : answer)(response, format, isStream, count);
const hang: Play = () => undefined;
/** Says its first word, and is gone. */
const cut: Play = (response, format) => {
  startStream(response);
  response.write(streamBytes(format.events(said).slice(0, -2)));
  setTimeout(() => response.socket?.resetAndDestroy(), 30);
};

describe.each(formats)("%s", (first, firstServer, second, secondServer) => {
  describe.each([false, true])("streamed: %s", (stream) => {
    /**
     * A model at a provider that plays `one`, and with a fallback one behind it that plays `two`.
     * @param route of both; or the timers of the first alone.
     */
    async function start(one: Play, two: Play | undefined, route: string | { readonly timers: string }, limits = "") {
      const serve = (format: Format, play: Play) =>
        startUpstream((response, request, count) => play(response, format, format.read(request).isStream, count));
      const upstreams = [
        await serve(firstServer, one),
        ...(two === undefined ? [] : [await serve(secondServer, two)]),
      ] as [Upstream, Upstream];
      const names = two === undefined ? ["one"] : ["one", "two"];
      const catalog = `kind: catalog
providers:
${names.map((name, at) => `  ${name}: { format: ${[first, second][at]}, base_url: ${upstreams[at]?.url}, api_key_env: KEY${at === 0 ? limits : ""} }`).join("\n")}
models:
${names.map((name) => `  acme/${name}: { context_window: 100k, max_output_tokens: 8k, price: { input: 1, output: 2 }, endpoints: [{ provider: ${name}, model: m }] }`).join("\n")}
`;
      const to = names.map((name) => `acme/${name}`).join(", ");
      const policy =
        typeof route === "string"
          ? policyOf(`{ to: [${to}], ${route} }`)
          : two === undefined
            ? policyOf(`{ to: [acme/one], timeouts: ${route.timers} }`)
            : policyOfHurried("acme/one", route.timers, "acme/two");
      const proxy = await startProxy(compile(policy, catalog), { environment: { KEY: "sk-provider" } });
      return { proxy, upstreams, ask: () => askProxy(proxy, stream) };
    }

    it.each([false, true])("an open circuit: nothing is called; with a fallback: %s", async (hasFallback) => {
      const { proxy, upstreams, ask } = await start(fail, hasFallback ? answer : undefined, "retries: 0");
      for (let count = 0; count < 5; count++) await ask();
      const { status, code, text } = await ask();
      expect(upstreams[0].requests).toHaveLength(5);
      if (hasFallback) expect([status, text]).toEqual([200, "Hello there."]);
      else expect([status, code]).toEqual([503, "no_candidate"]);
      const { attempts, world } = await proxy.lastDecision();
      expect([world.down, attempts.length]).toEqual([["acme/one@one"], hasFallback ? 1 : 0]);
      await nothingIsLeft(proxy, upstreams, hasFallback ? 6 : 0);
    });

    it.each([false, true])("a retry that succeeds: one answer; with a fallback: %s", async (hasFallback) => {
      const { proxy, upstreams, ask } = await start(failOnce, hasFallback ? answer : undefined, "retries: 1");
      expect(await ask()).toMatchObject({ status: 200, text: "Hello there.", model: "acme/one" });
      const { attempts } = await proxy.lastDecision();
      expect(attempts.map((attempt) => attempt.error_class)).toEqual(["server_error", undefined]);
      await nothingIsLeft(proxy, upstreams, 1);
    });

    it.each([false, true])("retries that do not help; with a fallback: %s", async (hasFallback) => {
      const { proxy, upstreams, ask } = await start(fail, hasFallback ? answer : undefined, "retries: 1");
      const { status, code, model } = await ask();
      expect(upstreams[0].requests).toHaveLength(2);
      if (hasFallback) expect([status, model]).toEqual([200, "acme/two"]);
      else expect([status, code]).toEqual([502, "upstream_failed"]);
      await nothingIsLeft(proxy, upstreams, hasFallback ? 1 : 0);
    });

    it.each([false, true])("a hedge against a candidate that hangs; with a fallback: %s", async (hasFallback) => {
      const ms = hasFallback ? 30_000 : 300;
      const route = `hedge_after_ms: 20, timeouts: { first_token: ${ms}ms, total: ${ms}ms }`;
      const { proxy, upstreams, ask } = await start(hang, hasFallback ? answer : undefined, route);
      const { status, code, model } = await ask();
      if (hasFallback) expect([status, model]).toEqual([200, "acme/two"]);
      else expect([status, code]).toEqual([504, "upstream_timeout"]);
      await upstreams[0].requests[0]?.hungUp;
      const { attempts } = await proxy.lastDecision();
      const classes = attempts.map((attempt) => attempt.error_class);
      expect(classes).toEqual(hasFallback ? ["outrun", undefined] : ["timeout"]);
      await nothingIsLeft(proxy, upstreams, hasFallback ? 1 : 0);
    });

    it.each(["first_byte", ...(stream ? ["first_token"] : []), "total"])(
      "the timer %s, alone and with a fallback",
      async (timer) => {
        for (const two of [undefined, answer]) {
          const { proxy, upstreams, ask } = await start(hang, two, { timers: `{ ${timer}: 50ms }` });
          const { status, code, model } = await ask();
          if (two === undefined) expect([status, code]).toEqual([504, "upstream_timeout"]);
          else expect([status, model]).toEqual([200, "acme/two"]);
          await upstreams[0].requests[0]?.hungUp;
          expect((await proxy.lastDecision()).attempts[0]).toMatchObject({
            error_class: "timeout",
            error: expect.stringContaining(timer),
          });
          await nothingIsLeft(proxy, upstreams, two === undefined ? 0 : 1);
        }
      },
    );

    it.each([false, true])("a candidate at its limit of calls; with a fallback: %s", async (hasFallback) => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const firstHeld: Play = (response, format, isStream, count) => {
        void (count === 1 ? held : Promise.resolve()).then(() => answer(response, format, isStream, count));
      };
      const two = hasFallback ? answer : undefined;
      const { proxy, upstreams, ask } = await start(firstHeld, two, "timeouts: { queue: 1m }", ", max_concurrent: 1");
      const holding = ask();
      while (upstreams[0].requests.length === 0) await tick();
      const waiting = ask();
      if (!hasFallback) while ((await queueOf(proxy)).waiting === 0) await tick();
      else await waiting;
      expect(upstreams[0].requests).toHaveLength(1);
      release();
      const models = [(await holding).model, (await waiting).model];
      expect(models).toEqual(["acme/one", hasFallback ? "acme/two" : "acme/one"]);
      await nothingIsLeft(proxy, upstreams, 2);
    });

    if (stream) {
      it.each([false, true])(
        "continue: a stream that breaks off goes on at the fallback; with one: %s",
        async (hasFallback) => {
          const { proxy, upstreams, ask } = await start(cut, hasFallback ? answer : undefined, "continue: true");
          const { status, text, isComplete } = await ask();
          expect(status).toBe(200);
          expect([text, isComplete]).toEqual(
            hasFallback ? ["Hello there.Hello there.", true] : ["Hello there.", false],
          );
          const { attempts, result } = await proxy.lastDecision();
          expect(attempts.map((attempt) => attempt.error_class)).toEqual([
            "connection",
            ...(hasFallback ? [undefined] : []),
          ]);
          expect(result?.outcome).toBe(hasFallback ? "answered" : "cut");
          await nothingIsLeft(proxy, upstreams, hasFallback ? 1 : 0);
        },
      );
    }
  });
});

interface Seen {
  readonly status: number;
  readonly model: string | null;
  readonly code: string | undefined;
  readonly text: string;
  /** A stream that ended with `[DONE]`. */
  readonly isComplete: boolean;
}

async function askProxy(proxy: TestProxy, stream: boolean): Promise<Seen> {
  const response = await proxy.ask({ stream });
  const body = await response.text();
  const isStream = body.startsWith("data:") || body.startsWith(":");
  const chunks = isStream
    ? body
        .split("\n\n")
        .filter((event) => event.startsWith("data: {"))
        .map((event) => JSON.parse(event.slice(6)) as Chunk)
    : [];
  const answered = isStream ? undefined : (JSON.parse(body) as Answer);
  return {
    status: response.status,
    model: response.headers.get("x-route-model"),
    code: answered?.error?.code,
    text: isStream
      ? chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? "")).join("")
      : (answered?.choices?.[0]?.message.content ?? ""),
    isComplete: body.endsWith("data: [DONE]\n\n"),
  };
}
interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}
interface Answer {
  readonly error?: { readonly code: string };
  readonly choices?: readonly { readonly message: { readonly content: string } }[];
}

/** No call under way, nobody waiting, no connection that still has a request; every answer was billed once. */
async function nothingIsLeft(proxy: TestProxy, upstreams: readonly Upstream[], answers: number): Promise<void> {
  const { in_flight, waiting } = await queueOf(proxy);
  expect([in_flight, waiting]).toEqual([0, 0]);
  const rows = await proxy.ledger();
  expect(rows.filter((row) => row.outcome === "answered")).toHaveLength(answers);
  expect(rows.filter((row) => row.charged_nano > 0)).toHaveLength(answers);
  for (const { busy } of upstreams) while (busy() > 0) await tick();
}

async function queueOf(proxy: TestProxy) {
  const health = (await (await fetch(`${proxy.url}/admin/health`)).json()) as {
    endpoints: { in_flight: number }[];
    queue: { waiting: number };
  };
  const in_flight = health.endpoints.reduce((sum, endpoint) => sum + endpoint.in_flight, 0);
  return { in_flight, waiting: health.queue.waiting };
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
