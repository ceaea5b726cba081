import type { Logger } from "pino";
import {
  type CompiledPolicy,
  emptySummary,
  type RecordedDecision,
  type ReplayReport,
  replayOne,
  reportReplay,
  shortRevision,
} from "../engine/serving.js";
import type { PolicyStatus, PolicyStore } from "./policy-files/policy-store.js";

/** Decisions that wait to be decided again; more are passed over, so that a burst takes no more memory. */
const MAX_WAITING = 10_000;
/** Decisions between two turns of the event loop: some 0.3 ms. */
const MOST_AT_ONCE = 32;

export interface ShadowOptions {
  readonly serving: Pick<PolicyStore, "current" | "onApplied">;
  /** The policy that is tried. Closed with the shadow. */
  readonly shadow: PolicyStore;
  readonly log: Pick<Logger, "info" | "error">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What the shadow would have done with the requests since either policy changed. */
export interface ShadowReport extends ReplayReport, Pick<PolicyStatus, "rejected"> {
  readonly policy: Pick<PolicyStatus["serving"], "name" | "revision" | "git">;
  /** The policy that serves; `policy` is the shadow. */
  readonly serving: ReplayReport["policy"];
  /** ISO 8601. */
  readonly since: string;
  /** Decisions that came faster than they could be decided again. */
  readonly skipped: number;
}

/**
 * Decides each recorded decision again under a policy that does not serve: the same facts, the same state of the world. Nothing
 * of it reaches a request; it is done once requests have been answered.
 */
export class Shadow {
  readonly #options: ShadowOptions;
  #serving: CompiledPolicy;
  #shadow: CompiledPolicy;
  #summary = emptySummary();
  #since = 0;
  #skipped = 0;
  readonly #waiting: RecordedDecision[] = [];
  #isScheduled = false;

  constructor(options: ShadowOptions) {
    this.#options = options;
    const { serving, shadow } = options;
    this.#serving = serving.current();
    this.#shadow = shadow.current();
    serving.onApplied((policy) => {
      this.#begin();
      this.#serving = policy;
    });
    shadow.onApplied((policy) => {
      this.#begin();
      this.#shadow = policy;
    });
  }

  record(decision: RecordedDecision): void {
    // A request that began before the last reload says nothing of what serves now.
    if (decision.policy.revision !== this.#serving.revision) return;
    if (this.#waiting.length === MAX_WAITING) {
      this.#skipped++;
      return;
    }
    this.#waiting.push(decision);
    this.#schedule();
  }

  /** The policy that is tried. */
  policy(): ShadowReport["policy"] {
    const { name, revision } = this.#shadow;
    const git = this.#options.shadow.gitOf(this.#shadow);
    return { name, revision, ...(git === undefined ? {} : { git }) };
  }

  report(): ShadowReport {
    const { name, revision } = this.#serving;
    const { rejected } = this.#options.shadow.status();
    return {
      ...reportReplay(this.#summary, this.#shadow),
      policy: this.policy(),
      serving: { name, revision },
      since: new Date(this.#since).toISOString(),
      skipped: this.#skipped,
      ...(rejected === undefined ? {} : { rejected }),
    };
  }

  reload(reason: string): Promise<unknown> {
    return this.#options.shadow.reload(reason);
  }

  async close(): Promise<void> {
    this.#sayResult();
    await this.#options.shadow.close();
  }

  /** Other policies are another question: what was counted is said, and counts begin anew. */
  #begin(): void {
    this.#sayResult();
    this.#waiting.length = 0;
    this.#skipped = 0;
    this.#since = this.#options.now();
    this.#summary = emptySummary();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      for (const decision of this.#waiting.splice(0, MOST_AT_ONCE)) this.#replay(decision);
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  #replay(decision: RecordedDecision): void {
    try {
      replayOne(this.#summary, decision, this.#serving, this.#shadow);
    } catch (error) {
      this.#skipped++;
      this.#options.log.error({ error }, "a decision could not be made under the shadow policy");
    }
  }

  #sayResult(): void {
    const { decisions, changed, fallbacksChanged } = this.#summary;
    if (decisions === 0) return;
    const { name, revision } = this.#shadow;
    this.#options.log.info(
      { shadow: revision, serving: this.#serving.revision, decisions, changed, fallbacksChanged },
      `shadow ${name}@${shortRevision(revision)} would have changed ${changed} of ${decisions} decisions`,
    );
  }
}
