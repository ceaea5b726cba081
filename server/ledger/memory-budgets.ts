import type { NanoUsd } from "../../engine/serving.js";
import type { Period } from "../keys/limits.js";
import type { Subject } from "../keys/subject.js";
import { andThen, type Soon } from "../soon.js";
import { type Balance, BudgetBook, type BudgetLine, type BudgetRefusal, type Reservation } from "./budget-book.js";
import {
  type BudgetCounters,
  type BudgetStatus,
  CountersUnavailable,
  type ReserveRequest,
  type WindowLook,
} from "./budget-counters.js";
import { type BudgetWindow, type WindowId, windowId } from "./budget-window.js";

export interface MemoryBudgetsOptions {
  /** What was charged in a window before, nano-dollars: the ledger's sums. */
  readonly chargedIn: (subject: Subject, window: BudgetWindow) => Promise<number>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const SWEEP_MS = 30_000;

/**
 * Budgets of one process. Each window is read from the ledger when it is first asked for, and kept in memory from then on;
 * after a restart the ledger says again what was spent.
 */
export class MemoryBudgets implements BudgetCounters {
  readonly #book = new BudgetBook();
  readonly #options: MemoryBudgetsOptions;
  readonly #seeding = new Map<WindowId, Promise<void>>();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: MemoryBudgetsOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#book.forget(options.now()), SWEEP_MS).unref();
  }

  reserve(request: ReserveRequest): Soon<Reservation | BudgetRefusal> {
    const seeding = this.#seed(request.lines, request.at);
    return seeding === undefined ? this.#reserve(request) : this.#reserveAfter(seeding, request);
  }

  async #reserveAfter(seeding: Promise<unknown>, request: ReserveRequest): Promise<Reservation | BudgetRefusal> {
    await seeding;
    return this.#reserve(request);
  }

  #reserve({ id, amount, lines, at }: ReserveRequest): Reservation | BudgetRefusal {
    return this.#book.reserve({ id, amount }, lines, at);
  }

  settle(reservation: Reservation, charged: NanoUsd): void {
    this.#book.settle(reservation, charged);
  }

  balances(lines: readonly BudgetLine[], now: number): Soon<readonly Balance[]> {
    return andThen(this.#seed(lines, now), () => lines.map((line) => this.#book.balance(line, now)));
  }

  async lookInto(line: BudgetLine, now: number): Promise<WindowLook> {
    await this.#seed([line], now);
    return { spent: this.#book.balance(line, now).spent, open: this.#book.openIn(line, now) };
  }

  async correct(line: BudgetLine, seen: number, spent: number, now: number): Promise<boolean> {
    await this.#seed([line], now);
    return this.#book.correct(line, seen, spent, now);
  }

  status(): BudgetStatus {
    return { ...this.#book.check(), expired: 0 };
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
  }

  /** @returns undefined when all windows are known. */
  #seed(lines: readonly BudgetLine[], now: number): Promise<unknown> | undefined {
    const unknown = this.#book.unknownWindows(lines, now);
    if (unknown.length === 0) return undefined;
    return Promise.all(unknown.map((line) => this.#seedOne(line.subject, line.period, line)));
  }

  /** Requests that come meanwhile wait for the same answer. */
  #seedOne(subject: Subject, period: Period, window: BudgetWindow): Promise<void> {
    const id = windowId(subject, period, window.start);
    const running = this.#seeding.get(id);
    if (running !== undefined) return running;
    const seeding = this.#options
      .chargedIn(subject, window)
      .then(
        (charged) => this.#book.seed(subject, period, window, charged),
        (error: Error) => {
          throw new CountersUnavailable(`what was spent cannot be read: ${error.message}`, { cause: error });
        },
      )
      .finally(() => this.#seeding.delete(id));
    this.#seeding.set(id, seeding);
    return seeding;
  }
}
