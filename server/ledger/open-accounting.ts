import type { Logger } from "pino";
import type { ExchangeHealth } from "../endpoints/shared-health.js";
import type { KeyRing } from "../keys/key-ring.js";
import type { LedgerRow } from "../storage/database-schema.js";
import type { Database } from "../storage/open-database.js";
import { Accounting } from "./accounting.js";
import { BudgetAudit } from "./budget-audit.js";
import type { BudgetCounters, BudgetStatus } from "./budget-counters.js";
import { CommitQueue } from "./commit-queue.js";
import { LedgerStore } from "./ledger-store.js";
import { MemoryBudgets } from "./memory-budgets.js";
import { RateLimits } from "./rate-limits.js";
import type { RedisBudgetsOptions } from "./redis-budgets.js";
import { SpentReader } from "./spent-reader.js";

export interface OpenAccountingOptions {
  readonly database: Database;
  readonly ring: KeyRing;
  /** Undefined: this process counts for itself. */
  readonly redisUrl: string | undefined;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** How the ledger and what it needs are doing. */
export interface AccountingStatus {
  readonly ledger: ReturnType<CommitQueue<LedgerRow>["status"]>;
  readonly budgets: BudgetStatus;
  /** Budgets that counted something else than the ledger and were put right. */
  readonly correctedBudgets: number;
  readonly keys: ReturnType<KeyRing["status"]>;
  /** Undefined when there is none. */
  readonly isRedisReady?: boolean;
}

export interface OpenedAccounting {
  readonly accounting: Accounting;
  readonly ledger: CommitQueue<LedgerRow>;
  readonly budgets: BudgetCounters;
  /** Undefined without Redis. */
  readonly exchangeHealth?: ExchangeHealth;
  status(): AccountingStatus;
  /** Writes and settles what waits. */
  close(): Promise<void>;
}

/** At the start Redis may take so long, milliseconds; without it requests with a budget are refused until it is there. */
const REDIS_WAIT_MS = 5_000;

/** Sets up ledger, budgets and rates: in this process, or shared through Redis. */
export async function openAccounting(options: OpenAccountingOptions): Promise<OpenedAccounting> {
  const { database, ring, log, now } = options;
  const store = new LedgerStore(database);
  const ledger = new CommitQueue<LedgerRow>({ write: (rows) => store.write(rows), log });
  const spent = new SpentReader(store, log);
  const sums = { chargedIn: spent.chargedIn, chargedFor: store.chargedFor.bind(store) };
  const { budgets, rates, exchangeHealth, isRedisReady, closeRedis } = await openCounters(options, sums);
  const audit = new BudgetAudit({
    budgets,
    lines: () =>
      [...ring.listKeyLimits(), ...ring.listLimits()].flatMap(({ subject, limits }) =>
        (limits.budgets ?? []).map(({ period, limit }) => ({ subject, period, limit })),
      ),
    ...sums,
    log,
    now,
  });
  ring.whenBudgetsAreGiven((given) => void audit.recount(given));
  return {
    accounting: new Accounting({ ring, budgets, rates, ledger, chargedIn: sums.chargedIn, now }),
    ledger,
    budgets,
    ...(exchangeHealth === undefined ? {} : { exchangeHealth }),
    status: () => ({
      ledger: ledger.status(),
      budgets: { ...spent.status(), ...budgets.status() },
      correctedBudgets: audit.corrected,
      keys: ring.status(),
      ...(isRedisReady === undefined ? {} : { isRedisReady: isRedisReady() }),
    }),
    async close() {
      audit.close();
      await ledger.close();
      await budgets.close();
      await closeRedis?.();
    },
  };
}

/** What counts budgets and rates: this process, or Redis for all servers. */
async function openCounters(
  { database, redisUrl, log, now }: OpenAccountingOptions,
  sums: Pick<RedisBudgetsOptions, "chargedIn" | "chargedFor">,
) {
  if (redisUrl === undefined || redisUrl === "") {
    if (database.engine === "postgres") {
      log.info({}, "REDIS_URL is not set: budgets and rates are exact with one server; several would count apart");
    }
    if (database.isShared) {
      log.warn(
        {},
        "another server uses this database: each counts budgets, rates and places for itself, so keys may spend more than their budgets until one is stopped; several servers that count together need REDIS_URL",
      );
    }
    return { budgets: new MemoryBudgets({ ...sums, now }), rates: new RateLimits() };
  }
  // Loaded only where they are used.
  const [{ openRedis, redisReady }, { RedisBudgets }] = await Promise.all([
    import("./open-redis.js"),
    import("./redis-budgets.js"),
  ]);
  const shared = openRedis(redisUrl, log);
  if (!(await redisReady(shared, REDIS_WAIT_MS))) {
    log.warn({}, "Redis is not there yet: requests with a budget are refused until it is");
  }
  return {
    budgets: new RedisBudgets({ redis: shared.redis, ...sums, log }),
    rates: new RateLimits(shared.createCounter, shared.slots),
    exchangeHealth: shared.exchangeHealth,
    isRedisReady: () => shared.isReady(),
    closeRedis: () => shared.close(),
  };
}
