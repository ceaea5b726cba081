import { describe, expect, it } from "vitest";
import { classifyAnswer, classifyErrorObject } from "../../../server/dispatch/answers/classify-failure.js";
import { anthropicTranslator } from "../../../server/providers/anthropic/anthropic-translator.js";
import type { Translator } from "../../../server/providers/chat/translator.js";
import { geminiTranslator } from "../../../server/providers/gemini/gemini-translator.js";
import { chunksOf, receive, receiveWhole, streamBytes } from "./harness.js";

// Shapes: https://platform.claude.com/docs/en/api/errors and https://ai.google.dev/gemini-api/docs/troubleshooting, read 2026-11-25.
const claude = (type: string, message = "no", more: object = {}) => ({
  type: "error",
  error: { type, message, ...more },
  request_id: "req_1",
});
const google = (code: number, status: string, message = "no", details: object[] = []) => ({
  error: { code, message, status, details },
});

/** Format, HTTP status, body, class, and the same inside a stream. */
const cases: readonly [string, Translator, number, object, string][] = [
  ["anthropic", anthropicTranslator, 400, claude("invalid_request_error"), "invalid_request"],
  [
    "anthropic",
    anthropicTranslator,
    400,
    claude("invalid_request_error", "prompt is too long: 205000 tokens > 200000 maximum"),
    "context_length",
  ],
  [
    "anthropic",
    anthropicTranslator,
    400,
    claude("invalid_request_error", "input length and `max_tokens` exceed context limit: 1 + 2 > 2"),
    "context_length",
  ],
  [
    "anthropic",
    anthropicTranslator,
    400,
    claude("invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
    "auth",
  ],
  ["anthropic", anthropicTranslator, 401, claude("authentication_error"), "auth"],
  ["anthropic", anthropicTranslator, 402, claude("billing_error"), "auth"],
  ["anthropic", anthropicTranslator, 403, claude("permission_error"), "auth"],
  ["anthropic", anthropicTranslator, 404, claude("not_found_error"), "server_error"],
  ["anthropic", anthropicTranslator, 413, claude("request_too_large"), "context_length"],
  ["anthropic", anthropicTranslator, 429, claude("rate_limit_error"), "rate_limited"],
  [
    "anthropic",
    anthropicTranslator,
    429,
    claude("rate_limit_error", "no", { details: { error_code: "enforced_spend_limit_reached" } }),
    "auth",
  ],
  ["anthropic", anthropicTranslator, 500, claude("api_error"), "server_error"],
  ["anthropic", anthropicTranslator, 504, claude("timeout_error"), "timeout"],
  ["anthropic", anthropicTranslator, 529, claude("overloaded_error"), "overloaded"],
  ["gemini", geminiTranslator, 400, google(400, "INVALID_ARGUMENT"), "invalid_request"],
  [
    "gemini",
    geminiTranslator,
    400,
    google(
      400,
      "INVALID_ARGUMENT",
      "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).",
    ),
    "context_length",
  ],
  [
    "gemini",
    geminiTranslator,
    400,
    google(400, "INVALID_ARGUMENT", "API key not valid.", [{ reason: "API_KEY_INVALID" }]),
    "auth",
  ],
  ["gemini", geminiTranslator, 400, google(400, "FAILED_PRECONDITION"), "auth"],
  ["gemini", geminiTranslator, 403, google(403, "PERMISSION_DENIED"), "auth"],
  ["gemini", geminiTranslator, 404, google(404, "NOT_FOUND"), "server_error"],
  ["gemini", geminiTranslator, 429, google(429, "RESOURCE_EXHAUSTED"), "rate_limited"],
  ["gemini", geminiTranslator, 500, google(500, "INTERNAL"), "server_error"],
  ["gemini", geminiTranslator, 503, google(503, "UNAVAILABLE"), "overloaded"],
  ["gemini", geminiTranslator, 504, google(504, "DEADLINE_EXCEEDED"), "timeout"],
];

describe.each(cases)("an error of %s", (_, translator, status, body, errorClass) => {
  it(`${status} ${JSON.stringify(body).slice(0, 90)} is ${errorClass}`, () => {
    const pieces = [Buffer.from(JSON.stringify(body))];
    const { text, status: seen, headers } = receive(translator, { status, isStream: false, pieces });
    expect(seen).toBe(status);
    const answer = { status, headers: headers as never, body: Buffer.from(text) };
    expect(classifyAnswer(answer, 0)).toMatchObject({ errorClass, status });
  });

  it("has the same class inside a stream that began with 200, and inside a 200 answer", () => {
    const { text } = receive(translator, { pieces: [streamBytes([body])] });
    expect(text).not.toContain("[DONE]");
    const [event] = chunksOf(text);
    expect(classifyErrorObject(event?.["error"])).toMatchObject({ errorClass, status });
    const whole = JSON.parse(receiveWhole(translator, body).text) as { error: unknown };
    expect(classifyErrorObject(whole.error)).toMatchObject({ errorClass, status });
  });
});

describe("what is no answer", () => {
  it.each([
    ["anthropic", anthropicTranslator],
    ["gemini", geminiTranslator],
  ] as const)("goes on as it came (%s): pages, broken JSON, something whole in place of a stream", (_, translator) => {
    const html = { "content-type": "text/html" };
    const page = receive(translator, { status: 502, headers: html, pieces: [Buffer.from("<html>")] });
    expect([page.status, page.headers["content-type"], page.text]).toEqual([502, "text/html", "<html>"]);
    expect(receive(translator, { isStream: false, pieces: [Buffer.from('{"a":')] }).text).toBe('{"a":');
    const json = { "content-type": "application/json" };
    expect(receive(translator, { headers: json, pieces: [Buffer.from("{}")] }).text).toBe("{}");
    const broken = receive(translator, { pieces: [Buffer.from('data: {"type":\ndata: x\n\n')] });
    expect(broken.text).toBe('event: unreadable\ndata: {"type": x\n\n');
  });

  it("says how long Gemini asks to wait, and what Anthropic's header says", () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.4s" }];
    const body = Buffer.from(JSON.stringify([google(429, "RESOURCE_EXHAUSTED", "quota", details)]));
    const limited = receive(geminiTranslator, { status: 429, pieces: [body], headers: {} });
    expect(limited.headers["retry-after"]).toBe("35");
    const pieces = [Buffer.from(JSON.stringify(claude("rate_limit_error")))];
    const headers = { "content-type": "application/json", "retry-after": "7" };
    expect(receive(anthropicTranslator, { status: 429, headers, pieces }).headers["retry-after"]).toBe("7");
    const finer = { "content-type": "application/json", "retry-after-ms": "700" };
    expect(receive(anthropicTranslator, { status: 429, headers: finer, pieces }).headers["retry-after-ms"]).toBe("700");
  });

  // https://ai.google.dev/api/generate-content#promptfeedback, read 2026-11-25
  it("is a prompt that Gemini blocked: content_filter, so that a route may fall back on it", () => {
    const blocked = { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 9 } };
    const whole = JSON.parse(receiveWhole(geminiTranslator, blocked).text) as { error: unknown };
    const [event] = chunksOf(receive(geminiTranslator, { pieces: [streamBytes([blocked])] }).text);
    for (const error of [whole.error, event?.["error"]]) {
      expect(classifyErrorObject(error)).toMatchObject({ errorClass: "content_filter", status: 400 });
    }
  });

  it("is a tool call that Gemini could not finish: server_error, so that another candidate answers", () => {
    const malformed = { candidates: [{ finishReason: "MALFORMED_FUNCTION_CALL", finishMessage: "Malformed: f(" }] };
    const whole = JSON.parse(receiveWhole(geminiTranslator, malformed).text) as { error: unknown };
    expect(classifyErrorObject(whole.error)).toMatchObject({ errorClass: "server_error", message: "Malformed: f(" });
  });

  it.each([
    ["Anthropic", anthropicTranslator, { status: "ok" }, [{ type: "message_stop" }]],
    ["Gemini", geminiTranslator, { candidates: [{}] }, [{ candidates: [{}] }]],
  ] as const)("is what no server of %s says: no answer without a word", (_name, translator, whole, events) => {
    expect(JSON.parse(receiveWhole(translator, whole).text)).toMatchObject({ choices: [] });
    expect(receive(translator, { pieces: [streamBytes(events)] }).text).not.toMatch(/finish_reason":"|\[DONE\]/);
  });

  // https://ai.google.dev/api/generate-content#FinishReason, read 2026-11-27
  it.each(["MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE"])(
    "is %s of Gemini, which is no filter",
    (finishReason) => {
      const whole = JSON.parse(receiveWhole(geminiTranslator, { candidates: [{ finishReason }] }).text) as {
        error: unknown;
      };
      expect(classifyErrorObject(whole.error)).toMatchObject({ errorClass: "server_error" });
    },
  );
});
