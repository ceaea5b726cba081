import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import {
  compile,
  eventsOf,
  policyOf,
  policyOfHurried,
  type ReceivedRequest,
  sendJson,
  startProxy,
  startUpstream,
  stopAll,
} from "../http/harness.js";
import { streamBytes } from "./harness.js";
import {
  anthropicServer,
  type Format,
  formatCatalog,
  openAiServer,
  servers,
  startProvider,
} from "./provider-servers.js";

afterEach(stopAll);

const said = ["Hello ", "there."] as const;

interface Fault {
  readonly name: string;
  /** Plays it; a stream has been begun when `isStream`. */
  readonly play: (response: ServerResponse, format: Format, isStream: boolean) => void;
  /** What follows once the client has the head of its answer. */
  readonly playOnceAnswered?: (response: ServerResponse) => void;
  readonly errorClass: string;
  /** What a client sees without a fallback. */
  readonly status: number;
  readonly code: string;
  /** It happens after the first content of a stream: nothing can take its place. */
  readonly isMidStream?: true;
  /** Another candidate would not cure it: the route does not fall back. */
  readonly isFinal?: true;
  /** Events that are passed through are not read once content flows (docs/http.md, "Streams"). */
  readonly isOfTranslations?: true;
}

const begin = (response: ServerResponse, isStream: boolean) =>
  response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
/** All of the content, without its end. */
const content = (format: Format) => streamBytes(format.events(said).slice(0, -2));
const status = (code: number) => (response: ServerResponse, format: Format) =>
  sendJson(response, format.error(code), code);

const faults: readonly Fault[] = [
  {
    name: "400",
    play: status(400),
    errorClass: "invalid_request",
    status: 400,
    code: "invalid_request",
    isFinal: true,
  },
  { name: "401", play: status(401), errorClass: "auth", status: 502, code: "upstream_failed" },
  { name: "429", play: status(429), errorClass: "rate_limited", status: 429, code: "upstream_rate_limited" },
  { name: "500", play: status(500), errorClass: "server_error", status: 502, code: "upstream_failed" },
  { name: "529", play: status(529), errorClass: "overloaded", status: 503, code: "upstream_overloaded" },
  {
    name: "a page of a load balancer",
    play: (response) => response.writeHead(502, { "content-type": "text/html" }).end("<html>"),
    errorClass: "server_error",
    status: 502,
    code: "upstream_failed",
  },
  {
    name: "a reset before anything",
    play: (response) => response.socket?.resetAndDestroy(),
    errorClass: "connection",
    status: 502,
    code: "upstream_failed",
  },
  {
    name: "a reset within the first piece",
    play(response, format, isStream) {
      begin(response, isStream).write(isStream ? content(format).subarray(0, 10) : '{"a');
      setTimeout(() => response.socket?.resetAndDestroy(), 10);
    },
    errorClass: "connection",
    status: 502,
    code: "upstream_failed",
  },
  {
    name: "silence",
    play: () => undefined,
    errorClass: "timeout",
    status: 504,
    code: "upstream_timeout",
  },
  {
    name: "an answer that is no JSON",
    play: (response, _, isStream) => begin(response, isStream).end(isStream ? "data: {oops\n\n" : "{oops"),
    errorClass: "malformed_response",
    status: 502,
    code: "upstream_failed",
  },
  {
    name: "an empty answer",
    play: (response, _, isStream) => begin(response, isStream).end(),
    errorClass: "malformed_response",
    status: 502,
    code: "upstream_failed",
  },
  {
    name: "an error inside a 200",
    play: (response, format, isStream) =>
      begin(response, isStream).end(isStream ? streamBytes([format.error(529)]) : JSON.stringify(format.error(529))),
    errorClass: "overloaded",
    status: 503,
    code: "upstream_overloaded",
  },
  {
    name: "an error that comes bare in place of a stream's events",
    play: (response, format, isStream) => begin(response, isStream).end(JSON.stringify(format.error(529))),
    errorClass: "overloaded",
    status: 503,
    code: "upstream_overloaded",
  },
  {
    name: "a reset in mid-stream",
    play: (response, format) => begin(response, true).write(content(format)),
    playOnceAnswered: (response) => response.socket?.resetAndDestroy(),
    errorClass: "connection",
    status: 200,
    code: "stream_cut",
    isMidStream: true,
  },
  {
    name: "an end without the last event",
    play: (response, format) => begin(response, true).end(content(format)),
    errorClass: "malformed_response",
    status: 200,
    code: "stream_cut",
    isMidStream: true,
  },
  {
    name: "silence in mid-stream",
    play: (response, format) => begin(response, true).write(content(format)),
    errorClass: "timeout",
    status: 200,
    code: "stream_cut",
    isMidStream: true,
  },
  {
    name: "an error event in mid-stream",
    play: (response, format) =>
      begin(response, true).write(Buffer.concat([content(format), streamBytes([format.error(529)])])),
    errorClass: "overloaded",
    status: 200,
    code: "stream_cut",
    isMidStream: true,
  },
  {
    name: "an event that is no JSON in mid-stream",
    play: (response, format) =>
      begin(response, true).write(Buffer.concat([content(format), Buffer.from("data: {oops\n\n")])),
    errorClass: "malformed_response",
    status: 200,
    code: "stream_cut",
    isMidStream: true,
    isOfTranslations: true,
  },
];

/** Of faults that only a timer ends: to others a busy machine would add one. */
const timeouts = "{ first_token: 1s, idle: 300ms, total: 2s }";

async function start(format: Format, name: string, fault: Fault, hasFallback: boolean) {
  const open = new Set<ServerResponse>();
  const play = (response: ServerResponse, request: ReceivedRequest) => {
    open.add(response);
    response.once("close", () => open.delete(response));
    fault.play(response, format, format.read(request).isStream);
  };
  const failing = await startUpstream(play);
  // The other candidate speaks another format, so that a fallback is a translation of its own.
  const other = name === "anthropic" ? (["openai", openAiServer] as const) : (["anthropic", anthropicServer] as const);
  const fallback = await startProvider(other[1]);
  const catalog = formatCatalog({ [name]: failing.url, [other[0]]: fallback.url });
  const [one, two] = [`acme/${name}`, `acme/${other[0]}`];
  const hurried = hasFallback
    ? policyOfHurried(one, timeouts, two)
    : policyOf(`{ to: [${one}], timeouts: ${timeouts} }`);
  const patient = policyOf(hasFallback ? `{ to: [${one}, ${two}] }` : `{ to: [${one}] }`);
  const policy = compile(fault.errorClass === "timeout" ? hurried : patient, catalog);
  const proxy = await startProxy(policy, { environment: { KEY: "sk-provider" } });
  return { failing, fallback, proxy, open };
}

describe.each(servers)("a provider of format %s that fails", (name, format) => {
  const played = faults.filter((fault) => fault.isOfTranslations !== true || name !== "openai");
  const cases = played.flatMap((fault) =>
    [false, true].flatMap((isStream) =>
      fault.isMidStream === true && !isStream
        ? []
        : [false, true].map((hasFallback) => ({ fault, isStream, hasFallback })),
    ),
  );
  const title = ({ fault, isStream, hasFallback }: (typeof cases)[number]) =>
    [`${fault.name}, ${isStream ? "streamed" : "whole"}, ${hasFallback ? "with a fallback" : "alone"}`] as const;

  it.each(cases.map((one) => [...title(one), one] as const))("%s", async (_, { fault, isStream, hasFallback }) => {
    const { failing, fallback, proxy, open } = await start(format, name, fault, hasFallback);
    const answer = await proxy.ask({ stream: isStream });
    for (const response of open) fault.playOnceAnswered?.(response);
    const text = await answer.text();
    const { attempts, result } = await proxy.lastDecision();
    const isSaved = hasFallback && fault.isMidStream !== true && fault.isFinal !== true;

    expect(attempts?.[0]).toMatchObject({ error_class: fault.errorClass });
    expect(attempts?.[0]).not.toHaveProperty("cost_usd", 0.00002); // what failed before its end is not billed as whole
    expect(attempts).toHaveLength(isSaved ? 2 : 1);
    // These formats say before the end what the prompt took.
    if (fault.isMidStream === true && name !== "openai") {
      expect(attempts?.[0]?.usage).toMatchObject({ input_tokens: 10 });
      expect((await proxy.ledger())[0]).toMatchObject({ input: 10, charged_nano: 0 });
    }
    expect([failing.requests.length, fallback.requests.length]).toEqual([1, isSaved ? 1 : 0]);
    if (isSaved) {
      expect(answer.status).toBe(200);
      expect(text).toContain("there.");
      expect(attempts?.[1]).toMatchObject({ status: 200, cost_usd: 0.00002 });
      expect(result).toMatchObject({ outcome: "answered" });
      if (isStream) expect(eventsOf(text).at(-1)).toBe("[DONE]");
    } else {
      expect(answer.status).toBe(fault.status);
      expect(text).toContain(fault.isFinal === true ? "no: 400" : fault.code);
      expect(result?.code).toBe(fault.code);
      expect(text).not.toContain("[DONE]");
      if (fault.isMidStream === true) expect(text).toContain('"finish_reason":"error"');
    }
    await expect.poll(() => open.size).toBe(0); // no socket left open
    expect((await fetch(`${proxy.url}/v1/models`)).status).toBe(200); // alive
  });
});
