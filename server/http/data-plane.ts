import type { IncomingHttpHeaders } from "node:http";
import type { Logger } from "pino";
import type { CompiledPolicy } from "../../engine/serving.js";
import type { ContentRecorder } from "../content/content-recorder.js";
import type { DispatchDependencies } from "../dispatch/dispatch-request.js";
import type { ResponseCache } from "../dispatch/response-cache.js";
import type { ServingPolicy } from "../dispatch/serving-policy.js";
import type { Accounting } from "../ledger/accounting.js";
import type { DecisionStore } from "../storage/decisions/decision-store.js";
import type { Metrics } from "../telemetry/metrics/metrics.js";
import type { StartRequestTrace } from "../telemetry/request-tracing.js";
import type { TokenCounter } from "../tokens/token-counter.js";
import type { KeyCheck } from "./authenticate.js";
import type { LargeBodies } from "./body/large-bodies.js";
import type { observeRequest } from "./observe/observe-request.js";
import type { FaultOf } from "./observe/requested-faults.js";

/** What requests of the data plane share. */
export interface DataPlane {
  /** The policy that serves now; a request takes it once and keeps it. */
  readonly currentPolicy: () => CompiledPolicy;
  /** The git revision of its files, for records. */
  readonly gitOf: (policy: CompiledPolicy) => string | undefined;
  readonly servingPolicyOf: (policy: CompiledPolicy) => ServingPolicy;
  readonly access: KeyCheck;
  readonly accounting: Accounting;
  readonly dispatching: DispatchDependencies;
  readonly counter: TokenCounter;
  /** Answers of routes with `cache`. */
  readonly responses: ResponseCache;
  readonly largeBodies: LargeBodies;
  readonly observe: typeof observeRequest;
  /** How the simulator is to answer a request: {@link requestedFaults} in the test mode, else undefined. */
  readonly faultsOf: ((headers: IncomingHttpHeaders) => FaultOf) | undefined;
  readonly decisions: Pick<DecisionStore, "record" | "find">;
  /** Undefined: prompts and answers are not recorded, which is the default. */
  readonly content: Pick<ContentRecorder, "begin"> | undefined;
  readonly nextDecisionId: () => string;
  readonly metrics: Pick<Metrics, "recordRequest">;
  readonly startTrace: StartRequestTrace;
  readonly log: Pick<Logger, "warn" | "error">;
}
