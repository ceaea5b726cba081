import { setTimeout as delay } from "node:timers/promises";
import type { ProviderAdapter, UpstreamCall, UpstreamExchange, UpstreamHandler } from "./provider-adapter.js";
import { composeSimulatedAnswer, type SimulatedAnswer, type SimulatedToolCall } from "./simulated-answer.js";

/**
 * A built-in stand-in for a provider: answers in OpenAI's shape without any network, streams word by word, and calls
 * a tool when tools are offered and `tool_choice` asks for one, or when the last user message names it.
 * Latency, failures and the text come from the catalog's `simulate:`. The same body gets the same answer.
 */
export function createSimulatedAdapter(random: () => number = Math.random): ProviderAdapter {
  const underWay = new Set<PacedExchange>();
  return {
    passes: new Map([["chat", undefined]]),
    call(call: UpstreamCall, handler: UpstreamHandler): UpstreamExchange {
      const exchange = new PacedExchange();
      underWay.add(exchange);
      answer(call, handler, exchange, random)
        .catch((error: unknown) => handler.onFailure(error))
        .finally(() => underWay.delete(exchange));
      return exchange;
    },
    async close() {
      for (const exchange of underWay) exchange.abort();
    },
  };
}

async function answer(call: UpstreamCall, handler: UpstreamHandler, exchange: PacedExchange, random: () => number) {
  const { latencyMs = 20, chunkDelayMs = 5, failureRate = 0, failureStatus = 503 } = call.provider.simulate ?? {};
  await exchange.wait(latencyMs);
  if (exchange.isAborted) return;
  const fails = random() < failureRate;
  handler.onStart(fails ? failureStatus : 200, { "content-type": call.stream && !fails ? EVENT_STREAM : JSON_TYPE });
  const pieces = fails ? [simulatedFailure(call)] : call.stream ? chunks(call) : [completion(call)];
  for (const piece of pieces) {
    if (piece.isPaced) await exchange.wait(chunkDelayMs);
    if (exchange.isPaused) await exchange.resumed();
    if (exchange.isAborted) return;
    handler.onData(piece.bytes);
  }
  if (!exchange.isAborted) handler.onEnd();
}

const JSON_TYPE = "application/json";
const EVENT_STREAM = "text/event-stream; charset=utf-8";

interface Piece {
  readonly bytes: Buffer;
  /** Comes after the delay between two chunks. */
  readonly isPaced?: boolean;
}

function simulatedFailure({ provider }: UpstreamCall): Piece {
  const error = { message: `simulated failure of ${provider.name}`, type: "server_error", code: null, param: null };
  return { bytes: Buffer.from(JSON.stringify({ error })) };
}

function completion(call: UpstreamCall): Piece {
  const { id, text, tool, usage } = composeSimulatedAnswer(call);
  const message =
    tool === undefined
      ? { role: "assistant", content: text, refusal: null }
      : { role: "assistant", content: null, refusal: null, tool_calls: [wireToolCall(tool)] };
  const answered = {
    id,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: call.endpoint.upstreamModel,
    choices: [{ index: 0, message, logprobs: null, finish_reason: tool === undefined ? "stop" : "tool_calls" }],
    usage,
  };
  return { bytes: Buffer.from(JSON.stringify(answered)) };
}

function* chunks(call: UpstreamCall): Generator<Piece> {
  const { id, text, tool, usage }: SimulatedAnswer = composeSimulatedAnswer(call);
  const common = {
    id,
    object: "chat.completion.chunk",
    created: Math.floor(Date.now() / 1000),
    model: call.endpoint.upstreamModel,
  };
  const event = (fields: object) => Buffer.from(`data: ${JSON.stringify({ ...common, ...fields })}\n\n`);
  const choice = (delta: object, finish_reason: string | null = null) =>
    event({ choices: [{ index: 0, delta, logprobs: null, finish_reason }] });

  yield { bytes: choice({ role: "assistant", content: tool === undefined ? "" : null }) };
  if (tool !== undefined) {
    const { arguments: whole, id: callId, name } = tool;
    const part = (fields: object): Piece => ({ bytes: choice({ tool_calls: [{ index: 0, ...fields }] }) });
    yield part({ id: callId, type: "function", function: { name, arguments: "" } });
    const half = Math.ceil(whole.length / 2);
    for (const text of [whole.slice(0, half), whole.slice(half)]) yield part({ function: { arguments: text } });
    yield { bytes: choice({}, "tool_calls") };
  } else {
    for (const word of text.split(/(?<= )/)) yield { bytes: choice({ content: word }), isPaced: true };
    yield { bytes: choice({}, "stop") };
  }
  const options = call.parsedBody["stream_options"] as { readonly include_usage?: unknown } | null | undefined;
  if (options?.include_usage === true) yield { bytes: event({ choices: [], usage }) };
  yield { bytes: Buffer.from("data: [DONE]\n\n") };
}

function wireToolCall({ id, name, arguments: text }: SimulatedToolCall): object {
  return { id, type: "function", function: { name, arguments: text } };
}

/** A call that keeps time: it waits, can be paused, and wakes at once when it is aborted. */
class PacedExchange implements UpstreamExchange {
  readonly #ending = new AbortController();
  #resumed: (() => void) | undefined;
  isPaused = false;

  get isAborted(): boolean {
    return this.#ending.signal.aborted;
  }

  async wait(ms: number): Promise<void> {
    if (ms <= 0 || this.isAborted) return;
    await delay(ms, undefined, { signal: this.#ending.signal }).catch(() => undefined); // aborted: the caller looks
  }

  resumed(): Promise<void> {
    return new Promise((resolve) => {
      this.#resumed = resolve;
    });
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.#resumed?.();
  }

  abort(): void {
    this.#ending.abort();
    this.resume();
  }
}
