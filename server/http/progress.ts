import type { PlannedAttempt, RecordedAttempt, RecordedResult } from "../../engine/serving.js";
import { tenths } from "../dispatch/calls/record-attempt.js";
import type { FailedAttempt, RequestProgress, UnpaidCandidate } from "../dispatch/dispatch-request.js";
import type { Decision, DecisionEnd } from "./decision.js";
import { shortWarnings } from "./short-warnings.js";
import { whyAnotherModel } from "./why-another-model.js";

/** How a request ended. */
export interface HowEnded extends Pick<RecordedResult, "status" | "outcome"> {
  readonly code?: string | undefined;
  /** Since it arrived, milliseconds. */
  readonly totalMs: number;
}

/** What has become of a request so far, and what its record says of it in the end. */
export class Progress implements RequestProgress {
  readonly attempts: RecordedAttempt[] = [];
  readonly failures: FailedAttempt[] = [];
  readonly passedOver: RequestProgress["passedOver"] = [];
  readonly unpaid: UnpaidCandidate[] = [];
  queuedMs = 0;
  /** What the route's cache did; undefined: it has none. */
  cache: RecordedResult["cache"];
  /** Undefined: none so far. */
  #warnings: Set<string> | undefined;

  get warnings(): Set<string> {
    this.#warnings ??= new Set();
    return this.#warnings;
  }

  /** The hints' warnings and those that came since, as the client gets them. */
  allWarnings(decision: Decision | undefined): readonly string[] {
    const observed = decision?.observed.warnings ?? [];
    return shortWarnings(this.#warnings === undefined ? observed : [...observed, ...this.#warnings]);
  }

  warnOfAnotherModel(decision: Decision | undefined, answering: PlannedAttempt | undefined): void {
    if (answering === undefined || decision === undefined) return;
    const warning = whyAnotherModel(decision, answering, this);
    if (warning !== undefined) this.warnings.add(warning);
  }

  /** Of the call that answers, USD; undefined: it is not known, or none does. */
  get costUsd(): number | undefined {
    const last = this.attempts.at(-1);
    return last?.error_class === undefined ? last?.cost_usd : undefined;
  }

  end(decision: Decision | undefined, how: HowEnded): DecisionEnd {
    return {
      attempts: this.attempts,
      warnings: this.allWarnings(decision),
      result: this.#result(how),
      isSimulated: isSimulated(decision, this.#answering(decision)),
    };
  }

  /** What the cache answers was made by the first. */
  #answering(decision: Decision | undefined): PlannedAttempt | undefined {
    const planned = decision?.plan?.attempts;
    const last = this.attempts.at(-1)?.endpoint;
    return this.cache === "hit" ? planned?.[0] : planned?.find(({ endpoint }) => endpoint.id === last);
  }

  #result({ status, outcome, code, totalMs }: HowEnded): RecordedResult {
    const result: { -readonly [Name in keyof RecordedResult]?: RecordedResult[Name] } = { status, outcome };
    if (code !== undefined) result.code = code;
    result.total_ms = tenths(totalMs);
    if (this.queuedMs !== 0) result.queued_ms = tenths(this.queuedMs);
    if (this.cache !== undefined) result.cache = this.cache;
    if (this.passedOver.length > 0) result.passed_over = this.passedOver;
    return result as RecordedResult;
  }
}

/** @param planned undefined: no provider had to be asked. */
export function isSimulated(decision: Decision | undefined, planned: PlannedAttempt | undefined): boolean {
  return planned !== undefined && decision?.serving.connectionOf(planned.endpoint).isSimulated === true;
}
