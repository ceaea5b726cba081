import type { NanoUsd } from "../../engine/serving.js";
import type { Soon } from "../soon.js";
import type { Balance, BudgetLine, BudgetRefusal, Reservation } from "./budget-book.js";

export interface ReserveRequest {
  /** Of the attempt, not used before; its row in the ledger has the same. */
  readonly id: string;
  readonly amount: NanoUsd;
  readonly lines: readonly BudgetLine[];
  /** When the call begins, epoch milliseconds: it counts in the windows that are open then, here as in the ledger. */
  readonly at: number;
}

/**
 * Who has spent and reserved how much: in this process ({@link MemoryBudgets}) or shared by many (RedisBudgets).
 *
 * A reservation is held for as long as its call runs, and its process: shared ones have a lease, which their process renews.
 */
export interface BudgetCounters {
  /** Holds an amount in all budgets or in none. @throws CountersUnavailable when nobody can say: then nothing is held. */
  reserve(request: ReserveRequest): Soon<Reservation | BudgetRefusal>;
  /** Replaces what was reserved by what was charged, once. Call it after the row is in the ledger. Never rejects. */
  settle(reservation: Reservation, charged: NanoUsd): Soon<void>;
  /** @throws CountersUnavailable */
  balances(lines: readonly BudgetLine[], now: number): Soon<readonly Balance[]>;
  /** What a budget's window counts as spent, and the ids of the reservations that name it, in one step. @returns undefined: it is not known. */
  lookInto(line: BudgetLine, now: number): Promise<WindowLook | undefined>;
  /** Sets what was spent in a budget's window, if it is still what was seen. @returns whether it was set. */
  correct(line: BudgetLine, seen: number, spent: number, now: number): Promise<boolean>;
  status(): BudgetStatus;
  close(): Promise<void>;
}

export interface WindowLook {
  readonly spent: number;
  readonly open: readonly string[];
}

export interface BudgetStatus {
  /** Reservations of this process that are not settled, and their sum in nano-dollars. */
  readonly open: number;
  readonly reserved: number;
  /** Reservations of any process whose lease ended, found by this one: their process is gone, or could not reach Redis. */
  readonly expired: number;
  /** Windows where `reserved` is not the sum of the reservations, of all servers: always 0. */
  readonly violations: number;
  /** Why nothing can be reserved at the moment. */
  readonly lastError?: string;
}

/** The counters cannot be reached, so nothing is spent. */
export class CountersUnavailable extends Error {
  override readonly name = "CountersUnavailable";
}
