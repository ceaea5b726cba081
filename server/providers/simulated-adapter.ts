import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { estimateTokens, measurePrompt } from "../http/prompt-size.js";
import type { ProviderAdapter, UpstreamAnswer, UpstreamCall } from "./provider-adapter.js";

/**
 * A built-in stand-in for a provider: answers in OpenAI's shape without any network, streams word by word, and calls
 * a tool when tools are offered and `tool_choice` asks for one, or when the last user message names it.
 * Latency, failures and the text come from the catalog's `simulate:`. The same body gets the same answer.
 */
export function createSimulatedAdapter(random: () => number = Math.random): ProviderAdapter {
  return {
    async call(call: UpstreamCall): Promise<UpstreamAnswer> {
      const { latencyMs = 20, chunkDelayMs = 5, failureRate = 0, failureStatus = 503 } = call.provider.simulate ?? {};
      await delay(latencyMs, undefined, { signal: call.signal });
      if (random() < failureRate) {
        const error = {
          message: `simulated failure of ${call.provider.name}`,
          type: "server_error",
          code: null,
          param: null,
        };
        return { status: failureStatus, headers: jsonHeaders, body: once(JSON.stringify({ error })) };
      }
      const answer = compose(call);
      return call.stream
        ? { status: 200, headers: streamHeaders, body: streamed(call, answer, chunkDelayMs) }
        : { status: 200, headers: jsonHeaders, body: once(JSON.stringify(completion(call, answer))) };
    },
    async close() {},
  };
}

const jsonHeaders = { "content-type": "application/json" };
const streamHeaders = { "content-type": "text/event-stream; charset=utf-8" };

interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}
interface Answer {
  readonly id: string;
  readonly text: string;
  readonly tool: ToolCall | undefined;
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number };
}

type Json = Readonly<Record<string, unknown>>;

function compose({ body, parsedBody, endpoint, provider }: UpstreamCall): Answer {
  const digest = createHash("sha256").update(body).digest("hex").slice(0, 24);
  const prompt = lastUserText(parsedBody["messages"]);
  const tool = toolToCall(parsedBody, prompt, digest);
  const asked = prompt === "" ? "" : ` You said: ${prompt.slice(0, 200)}`;
  const text = provider.simulate?.reply ?? `This is a simulated answer of ${endpoint.model}.${asked}`;
  const promptTokens = estimateTokens(measurePrompt(parsedBody));
  const completionTokens = Math.max(1, Math.ceil((tool?.arguments ?? text).length / 4));
  return {
    id: `chatcmpl-simulated-${digest}`,
    text,
    tool,
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
}

function completion({ endpoint }: UpstreamCall, { id, text, tool, usage }: Answer): object {
  const message =
    tool === undefined
      ? { role: "assistant", content: text, refusal: null }
      : { role: "assistant", content: null, refusal: null, tool_calls: [wireToolCall(tool)] };
  return {
    id,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: endpoint.upstreamModel,
    choices: [{ index: 0, message, logprobs: null, finish_reason: tool === undefined ? "stop" : "tool_calls" }],
    usage,
  };
}

async function* streamed(
  { endpoint, parsedBody, signal }: UpstreamCall,
  answer: Answer,
  chunkDelayMs: number,
): AsyncGenerator<Buffer> {
  const created = Math.floor(Date.now() / 1000);
  const event = (fields: object) =>
    Buffer.from(
      `data: ${JSON.stringify({ id: answer.id, object: "chat.completion.chunk", created, model: endpoint.upstreamModel, ...fields })}\n\n`,
    );
  const choice = (delta: object, finish_reason: string | null = null) =>
    event({ choices: [{ index: 0, delta, logprobs: null, finish_reason }] });

  yield choice({ role: "assistant", content: answer.tool === undefined ? "" : null });
  if (answer.tool !== undefined) {
    const { arguments: whole, ...tool } = answer.tool;
    const call = (fields: object) => choice({ tool_calls: [{ index: 0, ...fields }] });
    yield call({ id: tool.id, type: "function", function: { name: tool.name, arguments: "" } });
    const half = Math.ceil(whole.length / 2);
    for (const part of [whole.slice(0, half), whole.slice(half)]) yield call({ function: { arguments: part } });
    yield choice({}, "tool_calls");
  } else {
    for (const word of answer.text.split(/(?<= )/)) {
      await delay(chunkDelayMs, undefined, { signal });
      yield choice({ content: word });
    }
    yield choice({}, "stop");
  }
  const options = parsedBody["stream_options"] as { readonly include_usage?: unknown } | null | undefined;
  if (options?.include_usage === true) yield event({ choices: [], usage: answer.usage });
  yield Buffer.from("data: [DONE]\n\n");
}

function toolToCall(body: Json, prompt: string, digest: string): ToolCall | undefined {
  const tools = Array.isArray(body["tools"])
    ? (body["tools"] as readonly { function?: { name?: unknown; parameters?: unknown } }[])
    : [];
  const choice = body["tool_choice"] as string | { readonly function?: { readonly name?: unknown } } | null | undefined;
  const named = typeof choice === "object" ? choice?.function?.name : undefined;
  const wanted =
    choice === "none"
      ? undefined
      : named !== undefined
        ? tools.find((tool) => tool.function?.name === named)
        : choice === "required"
          ? tools[0]
          : tools.find((tool) => typeof tool.function?.name === "string" && prompt.includes(tool.function.name));
  const name = wanted?.function?.name;
  if (typeof name !== "string") return undefined;
  return { id: `call_${digest}`, name, arguments: JSON.stringify(exampleOf(wanted?.function?.parameters, 0) ?? {}) };
}

/** A value that fits the plain parts of a JSON schema: types, required properties, enums. */
function exampleOf(schema: unknown, depth: number): unknown {
  if (typeof schema !== "object" || schema === null || depth > 8) return undefined;
  const {
    type,
    properties,
    required,
    items,
    enum: values,
  } = schema as {
    readonly type?: unknown;
    readonly properties?: Json;
    readonly required?: unknown;
    readonly items?: unknown;
    readonly enum?: unknown;
  };
  if (Array.isArray(values) && values.length > 0) return values[0];
  switch (Array.isArray(type) ? type[0] : type) {
    case "object":
      return Object.fromEntries(
        (Array.isArray(required) ? required : []).map((name: unknown) => [
          String(name),
          exampleOf(properties?.[String(name)], depth + 1) ?? null,
        ]),
      );
    case "array":
      return [exampleOf(items, depth + 1)].filter((item) => item !== undefined);
    case "number":
    case "integer":
      return 1;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "simulated";
  }
}

function lastUserText(messages: unknown): string {
  if (!Array.isArray(messages)) return "";
  const last = (messages as readonly { role?: unknown; content?: unknown }[]).findLast(
    (message) => message?.role === "user",
  );
  if (typeof last?.content === "string") return last.content;
  if (!Array.isArray(last?.content)) return "";
  return (last.content as readonly { text?: unknown }[])
    .map((part) => (typeof part?.text === "string" ? part.text : ""))
    .join("");
}

function wireToolCall({ id, name, arguments: text }: ToolCall): object {
  return { id, type: "function", function: { name, arguments: text } };
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
