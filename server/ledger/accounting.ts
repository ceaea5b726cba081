import { formatUsd, type NanoUsd } from "../../engine/serving.js";
import type { StoredKey } from "../keys/api-key.js";
import type { KeyRing } from "../keys/key-ring.js";
import { formatBudget, type Limits, type Period } from "../keys/limits.js";
import { type Subject, subjectsOf } from "../keys/subject.js";
import { andThen, type Soon } from "../soon.js";
import type { LedgerRow } from "../storage/database-schema.js";
import type { Balance, BudgetLine, BudgetRefusal, Reservation } from "./budget-book.js";
import { type BudgetCounters, CountersUnavailable, type ReserveRequest } from "./budget-counters.js";
import { windowOf } from "./budget-window.js";
import type { CommitQueue } from "./commit-queue.js";
import type { LedgerStore } from "./ledger-store.js";
import type { Admission, LimitedSubject, RateLimits, RateRefusal } from "./rate-limits.js";

export interface AccountingOptions {
  readonly ring: Pick<KeyRing, "limitsOf">;
  readonly budgets: BudgetCounters;
  readonly rates: RateLimits;
  readonly ledger: Pick<CommitQueue<LedgerRow>, "add" | "failingForMs">;
  readonly chargedIn: LedgerStore["chargedIn"];
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Why a request cannot be paid for. */
export type PaymentRefusal =
  | { readonly kind: "budget"; readonly refusal: BudgetRefusal }
  | { readonly kind: "no_price"; readonly endpoint: string; readonly line: BudgetLine }
  /** The ledger or the counters cannot be reached: nothing is spent that might not be counted. */
  | { readonly kind: "unavailable" };

/** The ledger may fail this long before requests with a key are refused, milliseconds: a lock, a restart of the database. */
const LEDGER_GRACE_MS = 1_000;

/** Limits, budgets and the ledger, for requests with a key. */
export class Accounting {
  readonly #options: AccountingOptions;
  readonly #limits = new WeakMap<StoredKey, KeyLimits>();

  constructor(options: AccountingOptions) {
    this.#options = options;
  }

  /** Lets a request in, or says which rate refuses it. Rates are no money: while their counters are away, all are let in. */
  admit(id: string, key: StoredKey, promptTokens: () => number): Soon<Admission | RateRefusal> {
    return this.#options.rates.admit(id, this.#limitsFor(key).limited, promptTokens);
  }

  /** All budgets that a key counts towards. */
  linesOf(key: StoredKey): readonly BudgetLine[] {
    return this.#limitsFor(key).lines;
  }

  /**
   * The share of the key's own budget that is spent, of the fullest of its windows, with the words that say which.
   * What is only reserved does not count. Undefined when the key has no budget, or nobody can say.
   */
  spendOf(key: StoredKey): Soon<Spend | undefined> {
    const { own } = this.#limitsFor(key);
    if (own.length === 0) return undefined;
    const balances = this.#balances(own);
    return andThen(balances, spendOfFullest);
  }

  /** Every budget of a key, its tenant and its app, as it stands; undefined when nobody can say. */
  async balancesOf(key: StoredKey): Promise<readonly Balance[] | undefined> {
    return this.#balances(this.linesOf(key));
  }

  /** What the ledger has charged to a key in the current window of each period, nano-dollars. @throws when it cannot be read. */
  async chargedTo(key: StoredKey): Promise<Readonly<Record<"day" | "week" | "month" | "total", number>>> {
    const { chargedIn, now } = this.#options;
    const charged = (period: Period) => chargedIn(`key:${key.id}`, windowOf(period, now()));
    const [day, week, month, total] = await Promise.all([
      charged("day"),
      charged("week"),
      charged("month"),
      charged("total"),
    ]);
    return { day, week, month, total };
  }

  /** Holds what a call can cost at most. */
  reserve(request: ReserveRequest): Soon<Reservation | PaymentRefusal> {
    const { ledger, budgets } = this.#options;
    if ((ledger.failingForMs ?? 0) >= LEDGER_GRACE_MS) return UNAVAILABLE;
    const result = budgets.reserve(request);
    return result instanceof Promise
      ? result.then(asPayment, (error: unknown) => ifUnavailable(error, UNAVAILABLE))
      : asPayment(result);
  }

  /** Ends the hold on what a call could cost that is not made. */
  giveBack(reservation: Reservation): void {
    void this.#options.budgets.settle(reservation, 0 as NanoUsd);
  }

  /**
   * Writes a call to the ledger and then settles what was held for it.
   * @param reservation undefined: the call was made without a key, and nobody waits for its row.
   * @param onRecorded called when both are done: later, and not before this has returned. Not without a reservation.
   */
  record(row: LedgerRow, reservation: Reservation | undefined, onRecorded: () => void): void {
    const { ledger, budgets } = this.#options;
    if (reservation === undefined) {
      ledger.add(row);
      return;
    }
    ledger.add(row, () => {
      // After the row: whoever gives back what a crashed process held looks in the ledger what it cost.
      void andThen(budgets.settle(reservation, row.charged_nano as NanoUsd), onRecorded);
    });
  }

  #balances(lines: readonly BudgetLine[]): Soon<readonly Balance[] | undefined> {
    const balances = this.#options.budgets.balances(lines, this.#options.now());
    return balances instanceof Promise ? balances.catch((error: unknown) => ifUnavailable(error, undefined)) : balances;
  }

  /** Put together once, and again when limits of the tenant or the app have changed; a changed key is another object. */
  #limitsFor(key: StoredKey): KeyLimits {
    const known = this.#limits.get(key);
    return known !== undefined && this.#areLimitsOf(key, known) ? known : this.#findLimitsOf(key);
  }

  #areLimitsOf(key: StoredKey, { all }: KeyLimits): boolean {
    for (const { subject, limits } of all) if (this.#limitsOf(subject, key) !== limits) return false;
    return true;
  }

  #findLimitsOf(key: StoredKey): KeyLimits {
    const all = subjectsOf(key.id, key.settings).map((subject) => ({ subject, limits: this.#limitsOf(subject, key) }));
    const limited = all.filter((one): one is LimitedSubject => one.limits !== undefined);
    const lines = limited.flatMap(({ subject, limits }) =>
      (limits.budgets ?? []).map(({ period, limit }) => ({ subject, period, limit })),
    );
    const limits = { all, limited, lines, own: lines.filter(({ subject }) => subject === `key:${key.id}`) };
    this.#limits.set(key, limits);
    return limits;
  }

  #limitsOf(subject: Subject, key: StoredKey): Limits | undefined {
    return subject.startsWith("key:") ? key.settings.limits : this.#options.ring.limitsOf(subject);
  }
}

/** What of a key's budget is spent: the share, and the words that say of which. */
interface Spend {
  readonly ratio: number;
  readonly source: string;
}

function spendOfFullest(balances: readonly Balance[] | undefined): Spend | undefined {
  let fullest: Balance | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const balance of balances ?? []) {
    const { spent, limit } = balance;
    const ratio = limit === 0 ? 1 : Math.round((spent / limit) * 10_000) / 10_000;
    if (ratio <= most) continue;
    most = ratio;
    fullest = balance;
  }
  if (fullest === undefined) return undefined;
  return { ratio: most, source: `key: $${formatUsd(fullest.spent)} of ${formatBudget(fullest)} spent` };
}

const UNAVAILABLE: PaymentRefusal = { kind: "unavailable" };

function asPayment(result: Reservation | BudgetRefusal): Reservation | PaymentRefusal {
  return "needed" in result ? { kind: "budget", refusal: result } : result;
}

/** @throws the error, when it says anything else than that the counters cannot be reached. */
function ifUnavailable<Value>(error: unknown, value: Value): Value {
  if (error instanceof CountersUnavailable) return value;
  throw error;
}

/** Whose limits requests with a key count towards, the key first. */
interface KeyLimits {
  readonly all: readonly { readonly subject: Subject; readonly limits: Limits | undefined }[];
  readonly limited: readonly LimitedSubject[];
  readonly lines: readonly BudgetLine[];
  /** The key's own. */
  readonly own: readonly BudgetLine[];
}
