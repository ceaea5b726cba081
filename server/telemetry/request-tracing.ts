import type { IncomingHttpHeaders } from "node:http";
import type { CompiledPolicy, Endpoint, Outcome, RecordedAttempt, RoutePlan } from "../../engine/serving.js";
import type { AnswerNotes } from "../dispatch/answers/attempt-result.js";

/** The spans of one request. Every call is cheap and does nothing when no exporter is configured. */
export interface RequestTrace {
  /** The decision span: begun and ended around decide and rank; one event for every candidate left out. */
  decided(decision: {
    readonly id: string;
    readonly policy: CompiledPolicy;
    readonly outcome: Outcome;
    readonly plan: RoutePlan | undefined;
    readonly startedAtMs: number;
    readonly endedAtMs: number;
  }): void;
  /** A client span for one attempt, with the GenAI attributes. */
  attempt(start: {
    readonly endpoint: Pick<Endpoint, "id" | "model" | "provider" | "upstreamModel">;
    readonly server: { readonly serverAddress: string; readonly serverPort: number | undefined };
    readonly stream: boolean;
    readonly maxOutputTokens: number | undefined;
  }): AttemptTrace;
  /** The server span ends here. */
  end(result: { readonly status: number; readonly outcome: string; readonly code: string | undefined }): void;
}

export type SaidByAnswer = Pick<AnswerNotes, "id" | "model" | "finishReasons">;

export interface AttemptTrace {
  /** W3C headers (`traceparent`, `tracestate`) to send upstream; empty when tracing is off. */
  readonly headers: Readonly<Record<string, string>>;
  /** @param said what the answer says about itself. */
  end(attempt: RecordedAttempt, said: SaidByAnswer): void;
}

/** Begins the server span of a request, as a child of the client's `traceparent` when there is one. */
export type StartRequestTrace = (request: {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}) => RequestTrace;
