import type { ErrorClass } from "../../../engine/serving.js";
import { textOf } from "../../json/json.js";
import { UnusableAnswer } from "../../providers/unusable-answer.js";
import { TimerExpired } from "./attempt-timers.js";
import type { Failure } from "./failure.js";
import { readRetryAfter } from "./read-retry-after.js";

/** The provider's words that are kept, UTF-16 units. */
const MAX_MESSAGE = 500;

/** An HTTP answer that is not a success. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** Classifies an HTTP error answer: by the error's own code where that says more than the status, else by the status. */
export function classifyAnswer({ status, headers, body }: ErrorAnswer, now: number): Failure {
  const error = errorOf(parse(body));
  const errorClass = classOf(status, error);
  const contentType = headers["content-type"];
  const retryAfterMs = readRetryAfter(headers, now);
  return {
    errorClass,
    status,
    // What a provider says about our own key may quote it.
    message:
      errorClass === "auth"
        ? "the provider does not accept the server's key"
        : wordsOf(error, body) || `status ${status} without a word`,
    summary: `status ${status}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    answer: { status, contentType: typeof contentType === "string" ? contentType : "application/json", body },
  };
}

/** Classifies an `error` that a 200 answer or a stream event carries. `answer` holds it as a body of its own. */
export function classifyErrorObject(value: unknown): Failure {
  const error = errorOf({ error: value }) ?? {};
  const given = [error.status, error.code, error.status_code].find(
    (number) => typeof number === "number" && number >= 400 && number <= 599,
  ) as number | undefined;
  const errorClass = classOf(given ?? 500, error);
  const body = Buffer.from(JSON.stringify({ error: value }));
  return {
    errorClass,
    ...(given === undefined ? {} : { status: given }),
    message: errorClass === "auth" ? "the provider does not accept the server's key" : wordsOf(error, body),
    summary: given === undefined ? "an error inside the answer" : `an error inside the answer, status ${given}`,
    answer: { status: given ?? 400, contentType: "application/json", body },
  };
}

/** Classifies what a call threw: a timer that ran out, a connection that failed or broke, bytes that are no HTTP. */
export function classifyException(error: unknown): Failure {
  if (error instanceof TimerExpired) {
    return { errorClass: "timeout", message: error.message, summary: error.message };
  }
  if (error instanceof UnusableAnswer) return malformed(error.message);
  const { name, code = "", message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  const words = shorten(code === "" ? message : `${code}: ${message}`);
  if (code === "UND_ERR_CONNECT_TIMEOUT") {
    return { errorClass: "timeout", message: words, summary: "connect timer" };
  }
  if (
    name === "HTTPParserError" ||
    code === "UND_ERR_HEADERS_OVERFLOW" ||
    code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH"
  ) {
    return { errorClass: "malformed_response", message: words, summary: "the answer is not HTTP" };
  }
  if (isOurLimit(error)) {
    const advice = code.endsWith("FILE") ? "; this server has too few file descriptors: raise their limit" : "";
    const summary = "this server has no room for another connection";
    return { errorClass: "connection", message: `${words}${advice}`, summary, isOurs: true };
  }
  return { errorClass: "connection", message: words, summary: "no connection, or it broke" };
}

/** Whether a connection failed since this process, or this machine, has no descriptor or memory left for it. */
export function isOurLimit(error: unknown): boolean {
  return OUR_LIMITS.has((error as NodeJS.ErrnoException | undefined)?.code);
}

const OUR_LIMITS: ReadonlySet<unknown> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);

/** A failure of our own judgement: what came is not an answer. */
export function malformed(message: string, summary = "an answer that cannot be read"): Failure {
  return { errorClass: "malformed_response", message: shorten(message), summary };
}

interface ErrorObject {
  readonly message?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly status?: unknown;
  readonly status_code?: unknown;
}

// Codes as OpenAI-compatible servers write them: OpenAI's own (platform.openai.com/docs/guides/error-codes, read
// 2026-11-24), Azure's `content_filter`, OpenRouter's and vLLM's wording. Each list is looked for in `code` and `type`.
const byCode: readonly (readonly [ErrorClass, readonly string[]])[] = [
  ["context_length", ["context_length_exceeded", "context_window_exceeded", "string_above_max_length"]],
  ["content_filter", ["content_filter", "content_policy_violation", "moderation_blocked", "safety"]],
  ["auth", ["invalid_api_key", "authentication_error", "permission_error", "insufficient_quota", "billing_error"]],
  ["rate_limited", ["rate_limit_exceeded", "rate_limit_error", "too_many_requests", "requests", "tokens"]],
  // The last three are OpenAI's, inside streams too (Codex takes the first two for an overloaded server, read 2026-11-27).
  [
    "overloaded",
    [
      ...["overloaded_error", "overloaded", "engine_overloaded", "capacity_exceeded"],
      ...["server_is_overloaded", "slow_down", "service_unavailable_error"],
    ],
  ],
];

/** The closed mapping from a status and an error's own code to a class. */
function classOf(status: number, error: ErrorObject | undefined): ErrorClass {
  const codes = [error?.code, error?.type].filter((code) => typeof code === "string");
  const named = byCode.find(([, names]) => codes.some((code) => names.includes(code)))?.[0];
  // A 429 is one whatever its code: the code says which limit. Only an account without money is something else.
  if (status === 429) return named === "auth" ? "auth" : "rate_limited";
  if (named !== undefined) return named;
  switch (status) {
    case 401:
    case 402: // the account has no money
    case 403:
      return "auth";
    case 404: // the provider does not have this address or model: the catalog is wrong, not the request
    case 405:
    case 409:
    case 425:
      return "server_error";
    case 408:
    case 504:
    case 524:
      return "timeout";
    case 498: // Groq: no capacity
    case 503:
    case 529:
      return "overloaded";
    case 413:
      return "context_length";
  }
  if (status >= 500) return "server_error";
  if (status >= 400)
    return byMessage.find(([, words]) => words.test(textOf(error?.message) ?? ""))?.[0] ?? "invalid_request";
  return "malformed_response"; // a redirect, or a success that is none of ours
}

/**
 * How prompts are called too long: vLLM, llama.cpp and others (`context length`, `model length`), xAI (`prompt length`), Kimi, Cohere,
 * Hugging Face's TGI, Google's OpenAI-compatible API, Bedrock, Groq (https://github.com/vllm-project/vllm, `is longer than the maximum model length of`;
 * https://docs.cohere.com/reference/errors; the others as clients quote them; read 2026-11-28).
 */
const TOO_LONG = new RegExp(
  [
    "context (size|window|length)",
    "maximum (model|prompt) length",
    "model token limit",
    "too many tokens: total number",
    "inputs` (tokens \\+|must have less than)",
    "maximum number of tokens allowed",
    "(prompt|input) is too long",
    "reduce the length of the messages",
  ].join("|"),
  "i",
);

/** What a 400 without a code of its own may be. */
const byMessage: readonly (readonly [ErrorClass, RegExp])[] = [
  // xAI (https://github.com/openai/codex/issues/1352) and Google, read 2026-11-28. At the beginning only: what a client wrote may be quoted behind it.
  ["auth", /^(Incorrect API key provided|API key not valid)/],
  ["context_length", TOO_LONG],
];

function errorOf(given: unknown): ErrorObject | undefined {
  const value: unknown = Array.isArray(given) ? given[0] : given; // Google's OpenAI-compatible API answers with a list of one
  if (typeof value !== "object" || value === null) return undefined;
  const { error } = value as { readonly error?: unknown };
  if (typeof error === "string") return { message: error };
  return typeof error === "object" && error !== null ? (error as ErrorObject) : (value as ErrorObject);
}

function wordsOf(error: ErrorObject | undefined, body: Buffer): string {
  return shorten(typeof error?.message === "string" ? error.message : body.toString("utf8", 0, 4 * MAX_MESSAGE));
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE - 1)}…` : line;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined; // an HTML page of a load balancer, say; its status still tells the class
  }
}
