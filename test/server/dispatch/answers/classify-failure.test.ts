import { describe, expect, it } from "vitest";
import { TimerExpired } from "../../../../server/dispatch/answers/attempt-timers.js";
import {
  classifyAnswer,
  classifyErrorObject,
  classifyException,
} from "../../../../server/dispatch/answers/classify-failure.js";

const now = Date.parse("2026-11-25T10:00:00Z");
const answer = (
  status: number,
  body: unknown = "",
  headers: Readonly<Record<string, string | readonly string[]>> = {},
) =>
  classifyAnswer({ status, headers, body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)) }, now);

describe("classifyAnswer()", () => {
  it.each([
    [400, "", "invalid_request"],
    [401, "", "auth"],
    [402, "", "auth"],
    [403, "", "auth"],
    [404, "", "server_error"],
    [405, "", "server_error"],
    [408, "", "timeout"],
    [413, "", "context_length"],
    [418, "", "invalid_request"],
    [422, "", "invalid_request"],
    [429, "", "rate_limited"],
    [498, "", "overloaded"],
    [500, "", "server_error"],
    [502, "", "server_error"],
    [503, "", "overloaded"],
    [504, "", "timeout"],
    [524, "", "timeout"],
    [529, "", "overloaded"],
    [301, "", "malformed_response"],
    [400, { error: { code: "context_length_exceeded" } }, "context_length"],
    [400, { error: { message: "This model's maximum context length is 8192 tokens" } }, "context_length"],
    [400, { error: { code: "content_filter" } }, "content_filter"],
    [500, { error: { type: "overloaded_error" } }, "overloaded"],
    [429, { error: { code: "insufficient_quota" } }, "auth"],
    [429, { error: { code: "context_length_exceeded" } }, "rate_limited"],
    [400, { error: "maximum context length" }, "context_length"],
    [400, { code: "invalid-argument", error: "This model's maximum prompt length is 131072" }, "context_length"], // xAI
    [400, { message: "too many tokens: total number of tokens in the prompt cannot exceed 4081" }, "context_length"],
    [400, { message: "too many tokens: max tokens must be less than or equal to 4096" }, "invalid_request"],
    [400, { error: { message: "Your request exceeded model token limit: 131072" } }, "context_length"],
    [
      400,
      { error: { message: "The decoder prompt (length 9) is longer than the maximum model length of 4" } },
      "context_length",
    ],
    [422, { error: "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096" }, "context_length"],
    [
      400,
      [
        {
          error: { code: 400, message: "The input token count (9) exceeds the maximum number of tokens allowed (4)." },
        },
      ],
      "context_length",
    ],
    [400, { error: { message: "max_tokens is too large: 9" } }, "invalid_request"],
    [400, { code: "Client specified an invalid argument", error: "Incorrect API key provided: sk***gA." }, "auth"], // xAI
    [400, [{ error: { code: 400, message: "API key not valid. Please pass a valid API key." } }], "auth"],
    [400, { error: { message: "unknown role: Incorrect API key provided" } }, "invalid_request"],
    [400, [], "invalid_request"],
    [400, { message: "x", code: "content_filter" }, "content_filter"],
    [503, "<html>", "overloaded"],
    [503, { error: null }, "overloaded"],
  ])("takes %i %j for %s", (status, body, errorClass) => {
    expect(answer(status, body).errorClass).toBe(errorClass);
  });

  it.each([
    ["2", 2_000],
    ["0.5", 500],
    ["0", undefined],
    ["Wed, 25 Nov 2026 10:00:30 GMT", 30_000],
    ["Wed, 25 Nov 2026 09:00:00 GMT", undefined],
    ["soon", undefined],
    ["-1", undefined],
    ["999999999", 86_400_000],
  ])("reads Retry-After %s as %s ms", (text, ms) => {
    expect(answer(429, "", { "retry-after": text }).retryAfterMs).toBe(ms);
  });

  it.each([
    [{ "retry-after-ms": "1500", "retry-after": "2" }, 1_500],
    [{ "retry-after-ms": "soon", "retry-after": "2" }, 2_000],
    [{ "retry-after-ms": "0" }, undefined],
    [{ "retry-after": ["3", "9"] }, 9_000],
  ])("reads the wait that %j asks for as %s ms", (headers, ms) => {
    expect(answer(429, "", headers).retryAfterMs).toBe(ms);
  });

  it("keeps the provider's words for the operator, short, and none of them for the client", () => {
    const failure = answer(500, { error: { message: `a\n${"b".repeat(2_000)}` } });
    expect(failure.message).toHaveLength(500);
    expect(failure.message).toMatch(/^a b+…$/);
    expect(failure.summary).toBe("status 500");
  });

  it("reads a list of one error", () => {
    expect(answer(500, [{ error: { message: "no" } }]).message).toBe("no");
  });

  it("does not keep what a provider says about our key", () => {
    expect(answer(401, { error: { message: "Incorrect API key sk-1" } }).message).not.toContain("sk-1");
  });
});

describe("classifyErrorObject()", () => {
  it.each([
    [{ code: 429 }, "rate_limited", 429],
    [{ status: 503 }, "overloaded", 503],
    [{ code: "content_filter" }, "content_filter", undefined],
    [{ message: "boom" }, "server_error", undefined],
    ["boom", "server_error", undefined],
    [42, "server_error", undefined],
    [{ code: 200 }, "server_error", undefined],
  ])("takes %j for %s", (error, errorClass, status) => {
    const failure = classifyErrorObject(error);
    expect([failure.errorClass, failure.status]).toEqual([errorClass, status]);
  });
});

describe("classifyException()", () => {
  it.each([
    [new TimerExpired("idle", 5_000), "timeout", "idle timer (5 s)"],
    [Object.assign(new Error("x"), { code: "ECONNREFUSED" }), "connection", "no connection, or it broke"],
    [Object.assign(new Error("x"), { code: "UND_ERR_CONNECT_TIMEOUT" }), "timeout", "connect timer"],
    [Object.assign(new Error("x"), { name: "HTTPParserError" }), "malformed_response", "the answer is not HTTP"],
    ["text", "connection", "no connection, or it broke"],
  ])("takes %s for %s", (error, errorClass, summary) => {
    expect(classifyException(error)).toMatchObject({ errorClass, summary });
  });

  it("tells what this server has no room for from what fails at the provider", () => {
    const codes = ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "ECONNRESET"];
    const failures = codes.map((code) => classifyException(Object.assign(new Error(`connect ${code}`), { code })));
    expect(failures.map(({ isOurs }) => isOurs)).toEqual([true, true, true, true, undefined]);
    expect(failures[0]?.message).toBe(
      "EMFILE: connect EMFILE; this server has too few file descriptors: raise their limit",
    );
  });
});
