import type { Logger } from "pino";
import type { Subject } from "../keys/subject.js";
import type { BudgetLine } from "./budget-book.js";
import type { BudgetCounters } from "./budget-counters.js";
import { type BudgetWindow, windowOf } from "./budget-window.js";

export interface BudgetAuditOptions {
  readonly budgets: Pick<BudgetCounters, "balances" | "lookInto" | "correct">;
  /** Every budget there is. */
  readonly lines: () => readonly BudgetLine[];
  /** What was charged in a window, nano-dollars: the ledger's sums. */
  readonly chargedIn: (subject: Subject, window: BudgetWindow) => Promise<number>;
  /** What was charged for attempts, of those that are in the ledger. */
  readonly chargedFor: (ids: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  readonly log: Pick<Logger, "warn">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds between two rounds. Default 60,000. */
  readonly everyMs?: number;
}

/** Budgets that differ from the ledger, with what they miss of it, nano-dollars; below 0: what they count too much. */
type Suspects = Map<string, { readonly line: BudgetLine; readonly missing: number }>;

/** Budgets looked at in one round: some milliseconds of the database each. */
const LINES_PER_ROUND = 50;
/** So often a budget is looked at in a row until no call ended meanwhile: some milliseconds each. */
const LOOKS = 10;

/**
 * Compares what budgets count as spent with what the ledger has, some budgets a minute. They can differ when a budget was given to a
 * key while its calls ran, and by faults. The ledger is the truth: a difference that is the same in two rounds is counted, logged
 * and put right.
 */
export class BudgetAudit {
  readonly #options: BudgetAuditOptions;
  readonly #timer: NodeJS.Timeout;
  /** Differences seen once. */
  #suspects: Suspects = new Map();
  #next = 0;
  #corrected = 0;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: BudgetAuditOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.round(), options.everyMs ?? 60_000).unref();
  }

  /** Budgets that were put right. */
  get corrected(): number {
    return this.#corrected;
  }

  /** One round, or the one under way. Never rejects: what cannot be compared now is compared later. */
  round(): Promise<void> {
    this.#running ??= this.#round().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /**
   * Counts budgets anew that were just given, perhaps not for the first time: calls that were made without are in the ledger alone. Those
   * under way are when they end, and the rounds put that right. Never rejects.
   */
  async recount(lines: readonly BudgetLine[]): Promise<void> {
    for (const line of lines) {
      try {
        const sums = await this.#sumsOf(line);
        if (sums !== undefined && sums.spent !== sums.charged) {
          await this.#options.budgets.correct(line, sums.spent, sums.charged, this.#options.now());
        }
      } catch {
        // Counters or database are away, which is said elsewhere.
      }
    }
  }

  /** Looks at no further budget. The one under way is not waited for: a database that says nothing takes half a minute for each. */
  close(): void {
    clearInterval(this.#timer);
    this.#isClosed = true;
  }

  async #round(): Promise<void> {
    const suspects = this.#suspects;
    this.#suspects = new Map();
    const all = this.#options.lines();
    if (this.#next >= all.length) this.#next = 0;
    const lines = all.slice(this.#next, this.#next + LINES_PER_ROUND);
    this.#next += LINES_PER_ROUND;
    const again = [...suspects.values()].map(({ line }) => line);
    for (const line of [...again, ...lines.filter((one) => !suspects.has(idOf(one)))]) {
      if (this.#isClosed) return;
      try {
        await this.#compare(line, suspects);
      } catch {
        // Counters or database are away, which is said elsewhere.
      }
    }
  }

  /**
   * What a budget counts, and the ledger, at one moment: no call was settled while both were read, and none of those that are not settled
   * is in the ledger.
   * @returns undefined when there was no such moment: the budget is too busy.
   */
  async #sumsOf(line: BudgetLine): Promise<{ readonly spent: number; readonly charged: number } | undefined> {
    const { budgets, chargedIn, chargedFor, now } = this.#options;
    for (let looks = 0; looks < LOOKS; looks++) {
      const at = now();
      const [before] = await budgets.balances([line], at);
      const charged = await chargedIn(line.subject, windowOf(line.period, at));
      if (before?.spent === charged) return { spent: charged, charged };
      const after = await budgets.lookInto(line, at);
      if (after === undefined || after.spent !== before?.spent) continue;
      if ((await chargedFor(after.open)).size === 0) return { spent: after.spent, charged };
    }
    return undefined;
  }

  async #compare(line: BudgetLine, suspects: Suspects): Promise<void> {
    const { budgets, now, log } = this.#options;
    const at = now();
    const seen = suspects.get(idOf(line));
    const sums = await this.#sumsOf(line);
    const missing = sums === undefined ? seen?.missing : sums.charged - sums.spent;
    if (missing === undefined || missing === 0) return;
    this.#suspects.set(idOf(line), { line, missing });
    if (sums === undefined || seen?.missing !== missing) return;
    const { spent, charged } = sums;
    if (!(await budgets.correct(line, spent, charged, at))) return;
    this.#suspects.delete(idOf(line));
    this.#corrected += 1;
    log.warn(
      { budget: `${line.subject} ${line.period}`, counted_nano: spent, ledger_nano: charged },
      "a budget counted something else than the ledger; it was put right",
    );
  }
}

function idOf({ subject, period }: BudgetLine): string {
  return `${subject}|${period}`;
}
