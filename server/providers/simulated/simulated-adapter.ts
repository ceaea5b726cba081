import { embeddingsPassThrough } from "../openai-embeddings.js";
import type { ProviderAdapter, UpstreamCall, UpstreamExchange, UpstreamHandler } from "../provider-adapter.js";
import { PacedExchange, type Piece } from "./paced-exchange.js";
import { playFault } from "./play-fault.js";
import { simulateEmbeddings } from "./simulate-embeddings.js";
import { composeSimulatedAnswer, type SimulatedAnswer, type SimulatedToolCall } from "./simulated-answer.js";

const passes: ReturnType<ProviderAdapter["passes"]> = new Map([
  ["chat", undefined],
  ["embeddings", embeddingsPassThrough],
]);

/**
 * A built-in stand-in for a provider: answers in OpenAI's shape without any network, streams word by word, and calls
 * a tool when tools are offered and `tool_choice` asks for one, or when the last user message names it. It gives as many choices as
 * are asked for, and JSON where that is.
 * Latency, failures and the text come from the catalog's `simulate:`. The same body gets the same answer.
 */
export function createSimulatedAdapter(): ProviderAdapter {
  const underWay = new Set<PacedExchange>();
  return {
    passes: () => passes,
    call(call: UpstreamCall, handler: UpstreamHandler): UpstreamExchange {
      const exchange = new PacedExchange();
      underWay.add(exchange);
      answer(call, handler, exchange)
        .catch((error: unknown) => handler.onFailure(error))
        .finally(() => underWay.delete(exchange));
      return exchange;
    },
    async close() {
      for (const exchange of underWay) exchange.abort();
    },
  };
}

async function answer(call: UpstreamCall, handler: UpstreamHandler, exchange: PacedExchange) {
  const { provider, stream: isStream } = call;
  const { latencyMs = 20, chunkDelayMs = 5, fault, failureStatus = 503 } = provider.simulate ?? {};
  const { failureRate = fault === undefined ? 0 : 1 } = provider.simulate ?? {};
  const fails = Math.random() < failureRate;
  const played = call.fault ?? (fails ? fault : undefined);
  await exchange.wait(latencyMs);
  if (exchange.isAborted) return;
  const send = async (piece: Piece): Promise<boolean> => {
    if (piece.isPaced) await exchange.wait(chunkDelayMs);
    if (exchange.isPaused) await exchange.resumed();
    if (exchange.isAborted) return false;
    handler.onData(piece.bytes);
    return !exchange.isAborted;
  };
  const whole = call.operation === "embeddings" ? embeddings : completion;
  const answer = () => (isStream ? chunks(call) : [whole(call)]);
  if (played !== undefined) {
    await playFault({ fault: played, isStream, provider: provider.name, handler, exchange, pieces: answer(), send });
    return;
  }
  handler.onStart(fails ? failureStatus : 200, { "content-type": isStream && !fails ? EVENT_STREAM : JSON_TYPE });
  for (const piece of fails ? [simulatedFailure(call)] : answer()) if (!(await send(piece))) return;
  handler.onEnd();
}

const JSON_TYPE = "application/json";
const EVENT_STREAM = "text/event-stream; charset=utf-8";

function simulatedFailure({ provider }: UpstreamCall): Piece {
  const error = { message: `simulated failure of ${provider.name}`, type: "server_error", code: null, param: null };
  return { bytes: Buffer.from(JSON.stringify({ error })) };
}

function completion(call: UpstreamCall): Piece {
  const { id, text, tool, answers, usage } = composeSimulatedAnswer(call);
  const message =
    tool === undefined
      ? { role: "assistant", content: text, refusal: null }
      : { role: "assistant", content: null, refusal: null, tool_calls: [wireToolCall(tool)] };
  const answered = {
    id,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: call.endpoint.upstreamModel,
    choices: Array.from({ length: answers }, (_, index) => ({
      index,
      message,
      logprobs: null,
      finish_reason: tool === undefined ? "stop" : "tool_calls",
    })),
    usage,
    system_fingerprint: "",
  };
  return { bytes: Buffer.from(JSON.stringify(answered)) };
}

function embeddings(call: UpstreamCall): Piece {
  return { bytes: Buffer.from(JSON.stringify(simulateEmbeddings(call))) };
}

function* chunks(call: UpstreamCall): Generator<Piece> {
  const options = call.asked.chat.body["stream_options"] as { readonly include_usage?: unknown } | null | undefined;
  const { id, text, tool, answers, usage }: SimulatedAnswer = composeSimulatedAnswer(call);
  const common = {
    id,
    object: "chat.completion.chunk",
    created: Math.floor(Date.now() / 1000),
    model: call.endpoint.upstreamModel,
  };
  const event = (fields: object) => Buffer.from(`data: ${JSON.stringify({ ...common, ...fields })}\n\n`);
  /** The same of every choice. */
  const all = (delta: object, finish_reason: string | null = null) =>
    Array.from({ length: answers }, (_, index) =>
      event({ choices: [{ index, delta, logprobs: null, finish_reason }] }),
    );
  const pieces = (delta: object, finish?: string): Piece => ({ bytes: Buffer.concat(all(delta, finish)) });

  yield pieces({ role: "assistant", content: tool === undefined ? "" : null });
  if (tool !== undefined) {
    const { arguments: whole, id: callId, name } = tool;
    const part = (fields: object) => pieces({ tool_calls: [{ index: 0, ...fields }] });
    yield part({ id: callId, type: "function", function: { name, arguments: "" } });
    const half = Math.ceil(whole.length / 2);
    for (const text of [whole.slice(0, half), whole.slice(half)]) yield part({ function: { arguments: text } });
    yield pieces({}, "tool_calls");
  } else {
    for (const word of text.split(/(?<= )/)) yield { ...pieces({ content: word }), isPaced: true };
    yield pieces({}, "stop");
  }
  if (options?.include_usage === true) yield { bytes: event({ choices: [], usage }) };
  yield { bytes: Buffer.from("data: [DONE]\n\n") };
}

function wireToolCall({ id, name, arguments: text }: SimulatedToolCall): object {
  return { id, type: "function", function: { name, arguments: text } };
}
