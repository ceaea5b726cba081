import type { NanoUsd } from "../../engine/serving.js";
import type { Period } from "../keys/limits.js";
import type { Subject } from "../keys/subject.js";
import { type BudgetWindow, type WindowId, windowId, windowIdAt, windowOf } from "./budget-window.js";

/** A budget that a call counts towards. */
export interface BudgetLine {
  readonly subject: Subject;
  readonly period: Period;
  readonly limit: NanoUsd;
}

/** Money held for a call. It counts in the windows that were open when it was reserved, whenever it is settled. */
export interface Reservation {
  /** Of the attempt; its row in the ledger has the same. */
  readonly id: string;
  readonly amount: NanoUsd;
  readonly windows: readonly WindowId[];
  /** When it was made, epoch milliseconds. */
  readonly at: number;
}

/** Why an amount cannot be reserved. */
export interface BudgetRefusal extends BudgetLine {
  readonly needed: NanoUsd;
  readonly spent: NanoUsd;
  readonly reserved: NanoUsd;
  /** Epoch milliseconds; infinite for `total`. */
  readonly resetsAt: number;
}

/** `limit = spent + reserved + free`; `free` is negative by what calls cost beyond what was reserved for them. */
export interface Balance extends BudgetLine {
  readonly spent: NanoUsd;
  readonly reserved: NanoUsd;
  readonly free: number;
  readonly resetsAt: number;
}

interface WindowState extends BudgetWindow {
  spent: number;
  reserved: number;
}

const NONE: readonly never[] = [];
/** Windows that ended this long ago, and hold nothing, are forgotten. */
const KEEP_MS = 3_600_000;

/**
 * Who has spent and reserved how much, in whole nano-dollars. No clock and nothing to wait for: each method is one step,
 * so no two calls can both take the last of a budget.
 *
 * INVARIANT: `reserved` of a window is the sum of the open reservations that name it.
 * INVARIANT: `spent` grows by what each reservation is settled to, once.
 */
export class BudgetBook {
  readonly #windows = new Map<WindowId, WindowState>();
  readonly #open = new Map<string, Reservation>();

  /** The windows of these budgets that are not known yet: {@link seed} them before reserving. */
  unknownWindows(lines: readonly BudgetLine[], now: number): readonly (BudgetLine & BudgetWindow)[] {
    let unknown: (BudgetLine & BudgetWindow)[] | undefined;
    for (const line of lines) {
      if (this.#windows.has(windowIdAt(line, now))) continue;
      unknown ??= [];
      unknown.push({ ...line, ...windowOf(line.period, now) });
    }
    return unknown ?? NONE;
  }

  /** Says what was spent in a window before it was known here; once known it stays as it is. */
  seed(subject: Subject, period: Period, window: BudgetWindow, spent: number): void {
    const id = windowId(subject, period, window.start);
    if (!this.#windows.has(id)) this.#windows.set(id, { start: window.start, end: window.end, spent, reserved: 0 });
  }

  /**
   * Holds an amount in all budgets, or in none. Nothing fits always, also where more was spent than the limit.
   * @param id not used before.
   * @throws Error when a window is not known (see {@link unknownWindows}) or the id is open.
   */
  reserve(
    request: { readonly id: string; readonly amount: NanoUsd },
    lines: readonly BudgetLine[],
    now: number,
  ): Reservation | BudgetRefusal {
    const { id, amount } = request;
    if (this.#open.has(id)) throw new Error(`invariant: reservation ${id} is open already`);
    for (const line of lines) {
      const { spent, reserved, end } = this.#windowNow(line, now);
      if (amount > 0 && amount > line.limit - spent - reserved) {
        return { ...line, needed: amount, spent: spent as NanoUsd, reserved: reserved as NanoUsd, resetsAt: end };
      }
    }
    const windows = lines.map((line) => {
      const window = windowIdAt(line, now);
      this.#windowOf(window).reserved += amount;
      return window;
    });
    const reservation = { id, amount, windows, at: now };
    this.#open.set(id, reservation);
    return reservation;
  }

  /**
   * Replaces what was reserved by what a call cost; 0 gives all of it back. The caller settles each reservation once:
   * {@link Reservation} is its own to keep.
   */
  settle(reservation: Reservation, charged: NanoUsd): void {
    this.#release(reservation);
    for (const id of reservation.windows) {
      const window = this.#windows.get(id);
      if (window !== undefined) window.spent += charged;
    }
  }

  /** Forgets windows that are long over and hold nothing. */
  forget(now: number): void {
    for (const [id, { end, reserved }] of this.#windows) {
      if (end + KEEP_MS < now && reserved === 0) this.#windows.delete(id);
    }
  }

  /** @throws Error when a window is not known. */
  balance(line: BudgetLine, now: number): Balance {
    const { spent, reserved, end } = this.#windowNow(line, now);
    const { subject, period, limit } = line;
    return {
      subject,
      period,
      limit,
      spent: spent as NanoUsd,
      reserved: reserved as NanoUsd,
      free: limit - spent - reserved,
      resetsAt: end,
    };
  }

  /** The ids of the open reservations that name a budget's window. */
  openIn(line: BudgetLine, now: number): readonly string[] {
    const window = windowIdAt(line, now);
    return [...this.#open.values()].flatMap(({ id, windows }) => (windows.includes(window) ? [id] : []));
  }

  /** Sets what was spent, if it is still what was seen. @throws Error when the window is not known. */
  correct(line: BudgetLine, seen: number, spent: number, now: number): boolean {
    const window = this.#windowNow(line, now);
    if (window.spent !== seen) return false;
    window.spent = spent;
    return true;
  }

  /** Counts for metrics, and the windows whose `reserved` is not the sum of their reservations: always 0. */
  check(): { readonly open: number; readonly reserved: number; readonly violations: number } {
    const sums = new Map<WindowId, number>();
    let total = 0;
    for (const { amount, windows } of this.#open.values()) {
      total += amount;
      for (const id of windows) sums.set(id, (sums.get(id) ?? 0) + amount);
    }
    let violations = 0;
    for (const [id, { reserved }] of this.#windows) if (reserved !== (sums.get(id) ?? 0)) violations += 1;
    return { open: this.#open.size, reserved: total, violations };
  }

  #release({ id, amount, windows }: Reservation): void {
    if (!this.#open.delete(id)) return;
    for (const one of windows) {
      const window = this.#windows.get(one);
      if (window !== undefined) window.reserved -= amount;
    }
  }

  #windowNow(line: BudgetLine, now: number): WindowState {
    return this.#windowOf(windowIdAt(line, now));
  }

  #windowOf(id: WindowId): WindowState {
    const window = this.#windows.get(id);
    if (window === undefined) throw new Error(`invariant: the budget window ${id} was not seeded`);
    return window;
  }
}
