import type { PlannedAttempt } from "../../../engine/serving.js";
import type { PaymentRefusal } from "../../ledger/accounting.js";
import type { Soon } from "../../soon.js";
import type { StreamedSize } from "../../tokens/streamed-size.js";
import type { ClientPresence } from "./client-presence.js";
import type { Failure } from "./failure.js";
import type { Usage } from "./usage.js";

/** How one call to a provider ended. */
export type AttemptResult =
  /** The whole answer, not sent to the client yet. */
  | { readonly kind: "answered"; readonly body: Buffer }
  /** The stream reached the client to its last content; its end (`[DONE]`) is still to be sent. `last`: the event that it ended with. */
  | { readonly kind: "streamed"; readonly last?: Buffer }
  /** Nothing reached the client: another attempt may follow. */
  | { readonly kind: "failed"; readonly failure: Failure }
  /** The stream broke after content had reached the client. */
  | { readonly kind: "cut"; readonly failure: Failure }
  /** The client hung up. */
  | { readonly kind: "cancelled" }
  /** A call that was made beside it (`hedge_after_ms`) was faster. */
  | { readonly kind: "outrun" }
  /** No call was made: its cost could not be held. Another attempt may be cheaper. */
  | { readonly kind: "unpaid"; readonly refusal: PaymentRefusal }
  /** No call was made: the candidate cannot be called at the moment. Another may follow. */
  | PassedOver;

export interface PassedOver {
  readonly kind: "passed_over";
  /** `busy`: its `max_concurrent` is reached. */
  readonly reason: "circuit_open" | "busy";
}

/** What an answer says about itself. */
export interface AnswerNotes {
  usage?: Usage;
  /** `usage` as it came. */
  rawUsage?: unknown;
  /** In which the provider says that it served the request. */
  serviceTier?: string;
  /** Pieces of the answer that have come in a stream. */
  streamed?: StreamedSize;
  id?: string;
  model?: string;
  finishReasons?: string[];
}

/** A call that has ended: its result, and what is known about it. */
export interface EndedAttempt {
  readonly result: AttemptResult;
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** To the first content of a stream, milliseconds. */
  readonly firstTokenMs: number | undefined;
  readonly totalMs: number;
  /** The provider may have got some of the request. */
  readonly wasSent: boolean;
  readonly notes: AnswerNotes;
}

/** Makes one call for a planned attempt, if it can be made. Retries are a function from one to another. */
export type Attempt = (planned: PlannedAttempt, side: CallSide) => Soon<EndedAttempt>;

/** Whom a call is made for. */
export interface CallSide {
  readonly client: ClientPresence;
  /** Where a stream goes; undefined: the answer is asked for whole. */
  readonly sink: StreamSink | undefined;
}

/** A client's own side of a stream. */
export interface ClientSink extends StreamSink {
  /**
   * The stream broke, and another candidate goes on with it: its events come next.
   * @param isNative they are in the client's own API.
   * @param text what the client has: one text, which has not ended.
   */
  goOn(isNative: boolean, text: string): void;
}

/** Where a stream goes. */
export interface StreamSink {
  /** The first content is there: status and headers go out, and no other attempt can be made. */
  begin(planned: PlannedAttempt): void;
  /**
   * @param events whole events that came together.
   * @returns false when the client is slow: nothing more should come before {@link onceDrained} calls back.
   */
  write(events: readonly Buffer[]): boolean;
  onceDrained(callback: () => void): void;
}
