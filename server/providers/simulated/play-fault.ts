import type { SimulatedFault } from "../../../engine/serving.js";
import type { UpstreamHandler } from "../provider-adapter.js";
import type { PacedExchange, Piece } from "./paced-exchange.js";

/** Between two bytes that say nothing, milliseconds. */
const TRICKLE_MS = 20;

export interface FaultyCall {
  readonly fault: SimulatedFault;
  readonly isStream: boolean;
  readonly provider: string;
  readonly handler: UpstreamHandler;
  readonly exchange: PacedExchange;
  /** What the answer would be. */
  readonly pieces: Iterable<Piece>;
  /** Sends a piece when its time has come. @returns false when the call was aborted meanwhile. */
  readonly send: (piece: Piece) => Promise<boolean>;
}

/** Answers as a provider does that is in trouble (docs/catalog.md, "Playing badly"). */
export async function playFault(call: FaultyCall): Promise<void> {
  const { fault, isStream, handler, exchange, pieces, send } = call;
  const startOk = () => handler.onStart(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
  switch (fault) {
    case "rate_limited":
      return refuse(call, 429, { "retry-after": "1" });
    case "server_error":
      return refuse(call, 500);
    case "overloaded":
      return refuse(call, 529);
    case "reset":
      return handler.onFailure(broken());
    case "hang":
      return; // until the caller has had enough
    case "trickle":
      startOk();
      for (;;) {
        await exchange.wait(TRICKLE_MS);
        if (!(await send({ bytes: Buffer.from(isStream ? ": still here\n\n" : " ") }))) return;
      }
    case "cut": {
      startOk();
      const sent = isStream ? await sendSome(pieces, send) : await send(firstHalf(pieces));
      if (sent) handler.onFailure(broken());
      return;
    }
    case "malformed_json":
    case "malformed_sse": {
      startOk();
      // A stream whose events are cut off, or that are JSON without the form of events; an answer that is neither whole.
      const text =
        fault === "malformed_sse" ? '{"choices":[{"index":0,"delta":{"content":"no"}}]}\n\n' : 'data: {"choi\n\n';
      if (await send({ bytes: Buffer.from(isStream ? text : text.slice(0, -3)) })) handler.onEnd();
    }
  }
}

function refuse(
  { provider, handler }: FaultyCall,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  const error = { message: `simulated failure of ${provider}`, type: "server_error", code: null, param: null };
  handler.onStart(status, { "content-type": "application/json", ...headers });
  handler.onData(Buffer.from(JSON.stringify({ error })));
  handler.onEnd();
}

/** The role and two words. */
async function sendSome(pieces: Iterable<Piece>, send: FaultyCall["send"]): Promise<boolean> {
  let left = 3;
  for (const piece of pieces) {
    if (left-- === 0) return true;
    if (!(await send(piece))) return false;
  }
  return true;
}

function firstHalf(pieces: Iterable<Piece>): Piece {
  const [whole] = pieces;
  return { bytes: whole === undefined ? Buffer.alloc(0) : whole.bytes.subarray(0, whole.bytes.length >> 1) };
}

function broken(): Error {
  return Object.assign(new Error("simulated reset"), { code: "ECONNRESET" });
}
