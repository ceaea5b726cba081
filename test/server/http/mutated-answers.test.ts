import type { ServerResponse } from "node:http";
import { Ajv } from "ajv";
import { afterEach, expect, it } from "vitest";
import { Random } from "../../differential/random.js";
import { answerSchemas, eventSchemas } from "./answer-schemas.js";
import { compile, policyOf, startProxy, startUpstream, stopAll } from "./harness.js";
import { providerAnswers } from "./provider-answers.js";

afterEach(stopAll);

/** A long run: `MUTATED_ANSWERS=20000 SEED=2 npx vitest run test/server/http/mutated-answers.test.ts`. */
const ANSWERS = Number(process.env["MUTATED_ANSWERS"] ?? 400);
const SEED = Number(process.env["SEED"] ?? 1);

type Path = keyof typeof requests;
const requests = {
  "/v1/chat/completions": { messages: [{ role: "user", content: "hi" }], stream_options: { include_usage: true } },
  "/v1/messages": { max_tokens: 100, messages: [{ role: "user", content: "hi" }] },
  "/v1/responses": {
    input: "hi",
    tools: [
      { type: "custom", name: "c" },
      { type: "function", name: "f" },
    ],
  },
  "/v1/completions": { prompt: "hi" },
  "/v1/embeddings": { input: ["a", "b"] },
};
/** Providers that have the API themselves: their bytes are the client's. */
const native: Readonly<Record<Path, readonly string[]>> = {
  "/v1/chat/completions": ["openai", "responses"],
  "/v1/messages": ["anthropic"],
  "/v1/responses": ["responses"],
  "/v1/completions": ["openai", "responses"],
  "/v1/embeddings": ["openai", "responses"],
};
const providers = ["openai", "responses", "anthropic", "gemini"];

const oddities: readonly unknown[] = [
  ...[null, 0, -1, 1e308, 1.5, true, "", " ", "\u0000", "\ud800", "x".repeat(5_000), 2e9],
  ...[[], {}, [[]], [null], { a: null }, ["a", 1], { toString: 1 }, { valueOf: {}, toString: null }, { length: 3 }],
  ...["__proto__", "constructor", "toString", "null", "{}", '{"a":1}', "[1]", '{"a":', "\n\ndata: [DONE]\n\n"],
  ...["error", "stop", "length", "tool_use", "STOP", "SAFETY", "text", "tool_calls", "message_stop", "data:,"],
  ...[{ type: "text" }, { message: "no" }, [{ type: "text", text: "t" }], { error: { message: "no", code: 429 } }],
];

type Place = readonly [within: Record<string, unknown>, key: string];

function* placesIn(value: unknown): Generator<Place> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [value as Record<string, unknown>, key];
    yield* placesIn(inner);
  }
}

/** An answer with something odd in it. A stream may have lost, doubled or exchanged events too. */
function mutated(answer: object, random: Random): unknown {
  const holder: { answer?: unknown } = { answer: structuredClone(answer) };
  for (let left = random.integer(0, 2); left > 0; left--) {
    const places = [...placesIn(holder)];
    if (places.length === 0) break;
    const [within, key] = random.pick(places);
    if (random.chance(0.25)) delete within[key];
    else
      within[key] = structuredClone(random.pick(random.chance(0.5) ? oddities : places.map(([of, name]) => of[name])));
  }
  return holder.answer;
}

function reordered(events: unknown[], random: Random): unknown[] {
  const [from, to] = [random.integer(0, events.length - 1), random.integer(0, events.length - 1)];
  const event = events[from];
  if (random.chance(0.3)) events.splice(from, 1);
  else if (random.chance(0.5)) events.splice(to, 0, event);
  else events.splice(to, 0, ...events.splice(from, 1));
  return events;
}

/** What a stand-in sends. */
interface Sent {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** The connection breaks in the end. */
  readonly isCut: boolean;
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? ""; // all of it was taken away
}

function answerTo(path: string, isStream: boolean, random: Random): Sent {
  const { whole, events, done = "" } = providerAnswers(path);
  const isEvents = isStream && events !== undefined;
  if (!isEvents) return damaged("application/json", json(mutated(whole, random)), random);
  const list = mutated(random.chance(0.3) ? reordered([...events], random) : events, random);
  const written = (Array.isArray(list) ? list : [list]).map((event: unknown) => {
    const type = (event as { type?: unknown } | null)?.type;
    const name = typeof type === "string" && !/[\r\n]/.test(type) ? `event: ${type}\n` : "";
    return `${name}data: ${json(event)}\n\n`;
  });
  return damaged("text/event-stream", written.join("") + done, random);
}

function damaged(contentType: string, text: string, random: Random): Sent {
  const bytes = Buffer.from(text);
  if (random.chance(0.9)) return { contentType, bytes, isCut: false };
  const at = random.integer(0, bytes.length);
  if (random.chance(0.5)) return { contentType, bytes: bytes.subarray(0, at), isCut: random.chance(0.5) };
  const odd = Buffer.from(
    random.pick(["\0", "\n\n", "}", '"', "\xff", "data: x\n\n", "event: error\n", ": c\n\n", "[DONE]"]),
    "latin1",
  );
  return { contentType, bytes: Buffer.concat([bytes.subarray(0, at), odd, bytes.subarray(at)]), isCut: false };
}

function send(response: ServerResponse, { contentType, bytes, isCut }: Sent, random: Random): void {
  response.writeHead(200, { "content-type": contentType });
  const at = random.integer(0, bytes.length);
  response.write(bytes.subarray(0, at));
  if (isCut) response.write(bytes.subarray(at), () => response.socket?.resetAndDestroy());
  else response.end(bytes.subarray(at));
}

const ajv = new Ajv({ allowUnionTypes: true, strict: false });
const checks = {
  answer: Object.fromEntries(Object.entries(answerSchemas).map(([path, schema]) => [path, ajv.compile(schema)])),
  event: Object.fromEntries(Object.entries(eventSchemas).map(([path, schema]) => [path, ajv.compile(schema)])),
};

/** @returns what is wrong with an answer of ours. */
function faultOf(path: Path, said: string, isStream: boolean): string | undefined {
  const check = checks[isStream ? "event" : "answer"][path];
  if (check === undefined) return "no schema";
  const parts = isStream ? said.split("\n\n").flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? []) : [said];
  for (const part of parts) {
    if (part === "[DONE]") continue;
    const value = JSON.parse(part) as unknown;
    if (!check(value)) return `${ajv.errorsText(check.errors)} in ${part.slice(0, 1_000)}`;
  }
  if (!isStream) return undefined;
  const last = parts.at(-1) ?? "";
  return /^\[DONE\]$|"error":|"type":"(message_stop|response\.(completed|incomplete|failed))"/.test(last)
    ? undefined
    : `the stream ends with ${last.slice(0, 500)}`;
}

it(`of ${ANSWERS} answers with something odd in them (seed ${SEED}) each is passed on in its API's form, or said to be a failure of the provider`, {
  timeout: 120_000 + 200 * ANSWERS,
}, async () => {
  const random = new Random(SEED);
  let sent: Sent | undefined;
  const upstream = await startUpstream((response, { path, body }) => {
    const isStream =
      path.includes("streamGenerateContent") || (JSON.parse(body) as { stream?: boolean }).stream === true;
    sent = answerTo(path, isStream, random);
    send(response, sent, random);
  });
  const catalog = `kind: catalog
providers:
${providers
  .map(
    (name) =>
      `  ${name}: { format: ${name === "responses" ? "openai, responses_api: true" : name}, base_url: ${upstream.url}, circuit_breaker: false }`,
  )
  .join("\n")}
models:
${providers
  .flatMap((name) =>
    ["[tools, vision, json_schema, reasoning]", "[embeddings]"].map(
      (capabilities) => `  acme/${name}${capabilities === "[embeddings]" ? "-vectors" : ""}:
    context_window: 100k
    capabilities: ${capabilities}
    price: { input: 1, output: 2 }
    endpoints: [{ provider: ${name}, model: m }]`,
    ),
  )
  .join("\n")}
`;
  const proxy = await startProxy(compile(policyOf("{ to: [requested] }"), catalog));
  const counts: Record<string, number> = {};
  for (let made = 0; made < ANSWERS; made++) {
    const path = random.pick(Object.keys(requests) as Path[]);
    const isVectors = path === "/v1/embeddings";
    const provider = random.pick(isVectors ? ["openai", "gemini"] : providers);
    const stream = !isVectors && random.chance(0.5);
    const answer = await fetch(proxy.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        ...requests[path],
        stream,
        model: `acme/${provider}${isVectors ? "-vectors" : ""}`,
        usage: { include: random.chance(0.3) },
      }),
    });
    const said = await answer.text();
    const about = () =>
      `${made}: ${path} ${provider} ${sent?.bytes.toString().slice(0, 4_000)}\n→ ${answer.status} ${said.slice(0, 4_000)}`;
    if (answer.status === 500 || said.includes("internal_error")) expect.fail(about());
    const isNative = native[path].includes(provider);
    if (answer.status === 200 && !isNative) {
      const fault = faultOf(path, said, stream);
      if (fault !== undefined) expect.fail(`${fault}\n${about()}`);
    }
    const outcome = `${path} ${answer.status}`;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  console.log(counts);
  const strange = proxy.logged.filter(({ message }) => !/ failed: |it reported a cost of/.test(message));
  expect(strange).toEqual([]);
  for (const row of await proxy.ledger()) {
    const counts = [row.charged_nano, row.incurred_nano ?? 0, row.input, row.cached_input, row.output, row.reasoning];
    expect(counts.every((count) => Number.isSafeInteger(count) && count >= 0)).toBe(true);
  }
  expect((await fetch(`${proxy.url}/healthz`)).status).toBe(200);
  for (const path of Object.keys(requests)) {
    expect(Math.min(counts[`${path} 200`] ?? 0, counts[`${path} 502`] ?? 0)).toBeGreaterThan(0);
  }
});
