import type { Logger } from "pino";
import type { Endpoint, PlannedAttempt, RecordedAttempt, SimulatedFault } from "../../engine/serving.js";
import type { EndpointStates } from "../endpoints/endpoint-states.js";
import type { BufferList } from "../json/buffer-list.js";
import type { PaymentRefusal } from "../ledger/accounting.js";
import type { RequestAccount } from "../ledger/request-account.js";
import type { Operation } from "../providers/operation.js";
import type { RequestTrace } from "../telemetry/request-tracing.js";
import type { CallSide, ClientSink, PassedOver } from "./answers/attempt-result.js";
import type { Failure } from "./answers/failure.js";
import type { ServingPolicy } from "./serving-policy.js";

/** What every dispatch shares. */
export interface DispatchDependencies {
  readonly endpoints: EndpointStates;
  readonly log: Pick<Logger, "warn">;
  /** 0 to 1: for the pauses between retries. */
  readonly random: () => number;
  /** Milliseconds, of a clock that only goes forward. */
  readonly clock: () => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What the client asks for: as its own operation, and as the chat completion that it stands for. */
export interface AskedRequest {
  readonly operation: Operation;
  /** The client's body with another model's name. */
  bodyFor(upstreamModel: string, changes?: BodyChanges): BufferList;
  /** The request as a chat completion: for providers that do not have the operation. */
  readonly chat: {
    readonly body: Readonly<Record<string, unknown>>;
    /** What it leaves out of the request, one sentence each. */
    readonly warnings: readonly string[];
    /** What `chatBodyFor` leaves out of `body`, for providers that get it. */
    readonly plainWarnings?: readonly string[];
    /** What `bodyFor` leaves out of the request, one sentence each. */
    readonly passedWarnings?: readonly string[];
    /** It goes to providers that have the operation too: it asks for the rest of an answer, and the operation cannot say that. */
    readonly isOnly?: boolean;
  };
  /** The body of that chat completion. @param warn takes one sentence for each thing that this server is not told. */
  chatBodyFor(server: PlainServer, warn: (sentence: string) => void): BufferList;
  /**
   * The request for the rest of an answer: its limit of tokens is lower by those of what has come, estimated; 1 at least.
   * @param text what has come of it. @returns undefined when no request can say that.
   */
  restAfter(text: string): AskedRequest | undefined;
  /** A warning about a field of the chat completion, by the name that the client gave the field. */
  inClientsWords(sentence: string): string;
}

/** How a body that is passed on is changed beside its model's name. */
export interface BodyChanges {
  /** Takes the place of `stream_options`; null: it has none. */
  readonly streamOptions?: object | null | undefined;
  /** `max_completion_tokens` is called `max_tokens`. */
  readonly legacyMaxTokens?: boolean;
}

/** What of an OpenAI-compatible server decides how a request of another API is written for it. */
export interface PlainServer {
  /** As the catalog calls it. */
  readonly provider: string;
  /** Its own name for the model. */
  readonly model: string;
  /** It knows `max_tokens` and not `max_completion_tokens`. */
  readonly legacyMaxTokens: boolean;
  /** It takes `stream_options.include_usage`. */
  readonly streamUsage: boolean;
  /** The model reasons, as the catalog says. */
  readonly reasons: boolean;
}

/** What has become of a request so far. */
export interface RequestProgress {
  /** Each attempt that has ended is added. */
  readonly attempts: RecordedAttempt[];
  /** Each attempt that failed is added. */
  readonly failures: FailedAttempt[];
  /** Each candidate that could not be called is added. */
  readonly passedOver: { readonly endpoint: string; readonly reason: PassedOver["reason"] | "unpaid" }[];
  /** Why, of each that could not be paid for. */
  readonly unpaid: UnpaidCandidate[];
  /** What a provider is not told as the client said it is added, before the provider is called. */
  readonly warnings: Set<string>;
  /** How long the request has waited for a candidate, milliseconds. */
  queuedMs: number;
}

export interface DispatchRequest extends CallSide {
  readonly sink: ClientSink | undefined;
  readonly decisionId: string;
  readonly serving: ServingPolicy;
  readonly plan: readonly [PlannedAttempt, ...PlannedAttempt[]];
  readonly asked: AskedRequest;
  /** Headers that belong to the operation, for providers that have it; undefined: none. */
  readonly operationHeaders: Readonly<Record<string, string>> | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly account: RequestAccount;
  /** How the simulator is to answer for an endpoint; undefined: as it does otherwise. */
  readonly faultOf: (endpoint: Endpoint) => SimulatedFault | undefined;
  readonly trace: RequestTrace;
  readonly progress: RequestProgress;
}

export interface UnpaidCandidate {
  readonly endpoint: string;
  readonly refusal: PaymentRefusal;
}

export interface FailedAttempt {
  readonly endpoint: string;
  readonly failure: Failure;
}
