import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { NanoUsd } from "../../../engine/index.js";
import { BudgetAudit, type BudgetAuditOptions } from "../../../server/ledger/budget-audit.js";
import type { BudgetLine, Reservation } from "../../../server/ledger/budget-book.js";
import { type BudgetCounters, CountersUnavailable } from "../../../server/ledger/budget-counters.js";
import { MemoryBudgets } from "../../../server/ledger/memory-budgets.js";
import { openRedis, redisReady, type SharedCounters } from "../../../server/ledger/open-redis.js";
import { RateLimits } from "../../../server/ledger/rate-limits.js";
import { RedisBudgets } from "../../../server/ledger/redis-budgets.js";
import { hasRedis } from "../../services/available.js";
import { startRedis, type TestRedis } from "../../services/redis.js";
import { isRefused } from "./is-refused.js";

const usd = (amount: number) => Math.round(amount * 1e9) as NanoUsd;
const line = (limit: number, subject: BudgetLine["subject"] = "key:a"): BudgetLine => ({
  subject,
  period: "day",
  limit: usd(limit),
});
const silent = { warn() {}, error() {} } as never;

/** The ledger's side, in memory: what was charged, by attempt. */
class Ledger {
  readonly charged = new Map<string, number>();
  readonly sources = {
    chargedIn: async () => [...this.charged.values()].reduce((sum, one) => sum + one, 0),
    chargedFor: async (ids: readonly string[]) =>
      new Map(ids.flatMap((id): [string, number][] => (this.charged.has(id) ? [[id, this.charged.get(id)!]] : []))),
  };
}

const closing: (() => Promise<unknown>)[] = [];
async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}
afterEach(closeAll);

async function held(counters: BudgetCounters, id: string, amount: number, limit: number): Promise<Reservation> {
  const result = await counters.reserve({ id, amount: usd(amount), lines: [line(limit)], at: Date.now() });
  if (isRefused(result)) throw new Error(`refused: ${JSON.stringify(result)}`);
  return result;
}

function contract(create: (ledger: Ledger) => Promise<BudgetCounters>): void {
  it("holds, settles, and refuses beyond the limit", async () => {
    const counters = await create(new Ledger());
    const reservation = await held(counters, "1", 3, 5);
    const lines = [line(5), line(100, "tenant:t")];
    expect(await counters.reserve({ id: "2", amount: usd(2.5), lines, at: Date.now() })).toMatchObject({
      ...line(5),
      needed: usd(2.5),
      spent: 0,
      reserved: usd(3),
    });
    expect(await counters.balances(lines, Date.now())).toMatchObject([
      { spent: 0, reserved: usd(3), free: usd(2) },
      { spent: 0, reserved: 0, free: usd(100) },
    ]);
    await counters.settle(reservation, usd(1.25));
    expect(await counters.balances([line(5)], Date.now())).toMatchObject([
      { spent: usd(1.25), reserved: 0, free: usd(3.75) },
    ]);
    expect(counters.status()).toMatchObject({ open: 0, reserved: 0, violations: 0 });
  });

  it("holds nothing for a call that costs nothing, also when more than the budget is spent", async () => {
    const ledger = new Ledger();
    ledger.charged.set("before", usd(6));
    const counters = await create(ledger);
    const reserve = (id: string, amount: number) =>
      counters.reserve({ id, amount: amount as NanoUsd, lines: [line(5)], at: Date.now() });
    expect(isRefused(await reserve("1", 1))).toBe(true);
    const free = await reserve("2", 0);
    expect(isRefused(free)).toBe(false);
    await counters.settle(free as Reservation, 0 as NanoUsd);
    expect(await counters.balances([line(5)], Date.now())).toMatchObject([
      { spent: usd(6), reserved: 0, free: usd(-1) },
    ]);
  });

  it("begins with what the ledger says was spent", async () => {
    const ledger = new Ledger();
    ledger.charged.set("before", usd(4));
    const counters = await create(ledger);
    expect(await counters.reserve({ id: "1", amount: usd(2), lines: [line(5)], at: Date.now() })).toMatchObject({
      spent: usd(4),
    });
    await held(counters, "2", 1, 5);
  });

  it("lets no two take the last of a budget", async () => {
    const counters = await create(new Ledger());
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        counters.reserve({ id: String(index), amount: usd(0.1), lines: [line(5)], at: Date.now() }),
      ),
    );
    const reservations = results.filter((result): result is Reservation => !isRefused(result));
    expect(reservations).toHaveLength(50);
    await Promise.all(reservations.map((reservation) => counters.settle(reservation, usd(0.05))));
    expect(await counters.balances([line(5)], Date.now())).toMatchObject([{ spent: usd(2.5), reserved: 0 }]);
  });

  function auditOf(
    counters: BudgetCounters,
    { sources }: Ledger,
    logged: string[] = [],
    given: Partial<BudgetAuditOptions> = {},
  ) {
    const audit = new BudgetAudit({
      budgets: counters,
      lines: () => [line(100)],
      ...sources,
      ...given,
      log: { warn: (_: object, message: string) => logged.push(message) } as never,
      now: Date.now,
    });
    closing.push(async () => audit.close());
    const spent = async () => (await counters.balances([line(100)], Date.now()))[0]?.spent;
    return { audit, round: async () => [await audit.round().then(spent), audit.corrected] };
  }

  it("is put right by the ledger when a difference stands in two rounds, also while calls are under way", async () => {
    const [ledger, logged]: [Ledger, string[]] = [new Ledger(), []];
    const counters = await create(ledger);
    const { round } = auditOf(counters, ledger, logged);
    const calls = [await held(counters, "1", 1, 100), await held(counters, "2", 1, 100)];
    // Charged, and not to this budget: it was given to the key while the call ran.
    ledger.charged.set("0", usd(2));
    expect(await round()).toEqual([0, 0]); // seen once
    ledger.charged.set("1", usd(1));
    await counters.settle(calls[0]!, usd(1));
    expect(await round()).toEqual([usd(3), 1]);
    ledger.charged.set("2", usd(1)); // and about to be settled
    for (let rounds = 0; rounds < 3; rounds++) expect(await round()).toEqual([usd(3), 1]);
    await counters.settle(calls[1]!, usd(1));
    expect(await round()).toEqual([usd(4), 1]);
    expect(logged).toEqual([expect.stringContaining("it was put right")]);
  });

  it("is looked at no more once the audit is closed, which waits for no database", async () => {
    const counters = await create(new Ledger());
    const asked: string[] = [];
    let answer: (sum: number) => void = () => undefined;
    const { audit } = auditOf(counters, new Ledger(), [], {
      lines: () => [line(100), line(100, "key:b")],
      chargedIn: (subject) => {
        asked.push(subject);
        return new Promise((resolve) => (answer = resolve));
      },
    });
    await Promise.all([
      counters.balances([line(100)], Date.now()),
      counters.balances([line(100, "key:b")], Date.now()),
    ]);
    const round = audit.round();
    await expect.poll(() => asked).toEqual(["key:a"]);
    audit.close();
    answer(0);
    await round;
    expect(asked).toEqual(["key:a"]);
  });

  it("is not put right by sums that were read while a call ended", async () => {
    const ledger = new Ledger();
    const counters = await create(ledger);
    let [ended, isBusy] = [0, true];
    const end = async () => {
      const [id, call] = [`busy ${ended}`, await held(counters, `busy ${ended++}`, 1, 100)];
      ledger.charged.set(id, usd(1));
      await counters.settle(call, usd(1));
    };
    const { round } = auditOf(counters, ledger, [], {
      async chargedIn() {
        const sum = await ledger.sources.chargedIn();
        if (isBusy) await end();
        return sum;
      },
    });
    await end();
    ledger.charged.set("0", usd(2));
    for (let rounds = 0; rounds < 3; rounds++) expect(await round()).toEqual([usd(ended), 0]);
    isBusy = false;
    expect(await round()).toEqual([usd(ended), 0]); // seen once
    expect(await round()).toEqual([usd(ended + 2), 1]);
  });

  it("corrects nothing that has changed since it was seen", async () => {
    const counters = await create(new Ledger());
    await counters.settle(await held(counters, "1", 1, 5), usd(1));
    expect(await counters.correct(line(5), 0, usd(4), Date.now())).toBe(false);
    expect(await counters.correct(line(5), usd(1), usd(4), Date.now())).toBe(true);
    expect(await counters.balances([line(5)], Date.now())).toMatchObject([{ spent: usd(4) }]);
  });

  it("asks nobody when there is no budget", async () => {
    const counters = await create(new Ledger());
    const reservation = await counters.reserve({ id: "1", amount: usd(1), lines: [], at: Date.now() });
    await counters.settle(reservation as Reservation, usd(1));
    expect(counters.status()).toMatchObject({ open: 0 });
  });
}

describe("MemoryBudgets", () => {
  contract(async (ledger) => {
    const counters = new MemoryBudgets({ ...ledger.sources, now: Date.now });
    closing.push(() => counters.close());
    return counters;
  });
});

describe.skipIf(!hasRedis)("RedisBudgets", () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  async function shared(slotLeaseMs?: number): Promise<SharedCounters> {
    const opened = openRedis(server.url, silent, slotLeaseMs);
    closing.push(() => opened.close());
    expect(await redisReady(opened, 5_000)).toBe(true);
    return opened;
  }
  async function replica(ledger: Ledger, leaseMs = 60_000, sweepMs = 20): Promise<RedisBudgets> {
    const { redis } = await shared();
    const counters = new RedisBudgets({ redis, ...ledger.sources, log: silent, leaseMs, sweepMs });
    closing.push(() => counters.close());
    return counters;
  }
  const empty = async () => {
    const redis = new Redis(server.url);
    await redis.flushall();
    redis.disconnect();
  };
  afterEach(async () => {
    await closeAll(); // what still holds something would hold it again in the emptied Redis
    await empty();
  });

  contract((ledger) => replica(ledger));

  it("is one budget for three replicas", async () => {
    const ledger = new Ledger();
    const replicas = await Promise.all([1, 2, 3].map(() => replica(ledger)));
    const results = await Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        replicas[index % 3]!.reserve({ id: String(index), amount: usd(0.1), lines: [line(5)], at: Date.now() }),
      ),
    );
    expect(results.filter((result) => !isRefused(result))).toHaveLength(50);
  });

  it("says when what a window holds is not the sum of its reservations, whichever replica made them, and puts it right", async () => {
    const sweepingByHand = () => replica(new Ledger(), 60_000, 3_600_000); // else either may put it right before it is looked at
    const [counters, other] = await Promise.all([sweepingByHand(), sweepingByHand()]);
    const checked = async () => {
      for (let sweep = 0; sweep < 15; sweep++) await counters.sweep();
      return counters.status().violations;
    };
    const reservations = [await held(counters, "1", 1, 5), await held(other, "2", 2, 5)];
    expect(await checked()).toBe(0);
    const { redis } = await shared();
    const [window = ""] = await redis.keys("routewright:{budgets}:window:*");
    await redis.hincrby(window, "reserved", 1);
    expect(await checked()).toBe(1);
    expect(await checked()).toBe(0);
    await redis.del(window); // thrown out for want of memory
    expect(await counters.balances([line(5)], Date.now())).toMatchObject([{ reserved: 0 }]);
    expect(await checked()).toBe(1);
    expect(await counters.balances([line(5)], Date.now())).toMatchObject([{ reserved: usd(3) }]);
    await redis.hincrby(window, "reserved", 1);
    await counters.settle(reservations[0]!, usd(1));
    await other.settle(reservations[1]!, usd(1));
    expect(await checked()).toBe(1); // nobody holds anything, and it holds 1
    expect(await counters.balances([line(5)], Date.now())).toMatchObject([{ spent: usd(2), reserved: 0 }]);
    expect(await checked()).toBe(0);
  });

  it("sums up from the ledger when Redis comes back with what it had a while ago, and holds again what is under way", async () => {
    const own = await startRedis();
    try {
      const opened = openRedis(own.url, silent);
      expect(await redisReady(opened, 5_000)).toBe(true);
      const ledger = new Ledger();
      const counters = new RedisBudgets({ redis: opened.redis, ...ledger.sources, log: silent });
      const call = async (id: string, cost: number) => {
        const reservation = await held(counters, id, cost, 10);
        ledger.charged.set(id, usd(cost));
        await counters.settle(reservation, usd(cost));
      };
      await call("1", 1);
      await held(counters, "2", 2, 10);
      await opened.redis.save(); // as it does by itself now and then, in its usual settings
      await call("3", 3);
      await held(counters, "4", 0.5, 10);
      await own.kill();
      await own.restart();
      await expect
        .poll(() => counters.balances([line(10)], Date.now()).catch(() => undefined), { timeout: 5_000 })
        .toMatchObject([{ spent: usd(4), reserved: usd(2.5) }]);
      await counters.close();
      await opened.close();
    } finally {
      await own.stop();
    }
  });

  it("settles a call once, however often it is told", async () => {
    const counters = await replica(new Ledger());
    const reservation = await held(counters, "1", 3, 5);
    await Promise.all([1, 2, 3].map(() => counters.settle(reservation, usd(1))));
    expect(await counters.balances([line(5)], Date.now())).toMatchObject([{ spent: usd(1), reserved: 0 }]);
  });

  it("settles what a crashed replica held to what the ledger has, and gives back the rest", async () => {
    const ledger = new Ledger();
    const crashed = await replica(ledger, 100);
    await held(crashed, "answered", 2, 5);
    ledger.charged.set("answered", usd(1)); // committed; then the replica was killed
    await held(crashed, "under way", 2, 5);
    await crashed.close(); // and renews nothing
    const other = await replica(ledger);
    await expect
      .poll(() => other.balances([line(5)], Date.now()), { timeout: 5_000 })
      .toMatchObject([{ spent: usd(1), reserved: 0 }]);
  });

  it("holds what a call may cost for as long as it runs, however short the lease", async () => {
    const counters = await replica(new Ledger(), 150);
    const { redis } = await shared();
    await held(counters, "long", 2, 5);
    const endsAt = async () => Number(await redis.zscore("routewright:{budgets}:leases", "long"));
    const first = await endsAt();
    await expect.poll(endsAt).toBeGreaterThan(first + 150); // longer than one lease
    expect(await counters.balances([line(5)], Date.now())).toMatchObject([{ spent: 0, reserved: usd(2) }]);
    expect(counters.status()).toMatchObject({ open: 1, expired: 0 });
  });

  it("holds again what another replica took for left behind, and charges it once", async () => {
    const ledger = new Ledger();
    const [stalled, other] = [await replica(ledger, 600, 3_600_000), await replica(ledger, 600, 3_600_000)];
    const { redis } = await shared();
    const calls = [await held(stalled, "answered", 1, 5), await held(stalled, "running", 2, 5)];
    ledger.charged.set("answered", usd(0.5)); // committed, and about to be settled
    await redis.zadd("routewright:{budgets}:leases", 0, "answered", 0, "running");
    await other.sweep();
    expect(other.status().expired).toBe(2);
    const balance = async () => (await other.balances([line(5)], Date.now()))[0];
    await expect.poll(balance).toMatchObject({ spent: usd(0.5), reserved: usd(2) });
    await stalled.settle(calls[0]!, usd(0.5));
    ledger.charged.set("running", usd(1.5));
    await stalled.settle(calls[1]!, usd(1.5));
    expect(await balance()).toMatchObject({ spent: usd(2), reserved: 0 });
    expect(await redis.hlen("routewright:{budgets}:open")).toBe(0);
  });

  it("sums up from the ledger when Redis was emptied, and holds again what is under way", async () => {
    const ledger = new Ledger();
    const counters = await replica(ledger);
    const first = await held(counters, "1", 1, 5);
    ledger.charged.set("1", usd(1));
    await counters.settle(first, usd(1));
    const running = await held(counters, "2", 2, 5);
    await empty();
    expect(await counters.balances([line(5)], Date.now())).toMatchObject([{ spent: usd(1) }]);
    await held(counters, "3", 0.5, 5);
    expect(await counters.balances([line(5)], Date.now())).toMatchObject([{ spent: usd(1), reserved: usd(2.5) }]);
    ledger.charged.set("2", usd(2));
    await counters.settle(running, usd(2));
    expect(await counters.balances([line(5)], Date.now())).toMatchObject([{ spent: usd(3), reserved: usd(0.5) }]);
  });

  it("refuses while Redis is away, goes on when it is back, and settles what ended meanwhile", async () => {
    const ledger = new Ledger();
    const counters = await replica(ledger);
    const running = await held(counters, "1", 2, 5);
    await server.kill();
    await expect(counters.reserve({ id: "2", amount: usd(1), lines: [line(5)], at: Date.now() })).rejects.toThrow(
      CountersUnavailable,
    );
    expect(counters.status().lastError).toBeDefined();
    ledger.charged.set("1", usd(2));
    await counters.settle(running, usd(2));
    await server.restart();
    await expect
      .poll(() => counters.balances([line(5)], Date.now()).catch(() => undefined), { timeout: 5_000 })
      .toMatchObject([{ spent: usd(2), reserved: 0 }]);
    await held(counters, "3", 3, 5);
    expect(counters.status().lastError).toBeUndefined();
  });

  it("refuses at once while Redis stands still, in place of waiting with each command, and goes on when it moves again", async () => {
    const opened = await shared();
    const counters = new RedisBudgets({ redis: opened.redis, ...new Ledger().sources, log: silent });
    closing.push(() => counters.close());
    server.freeze();
    try {
      await expect(held(counters, "1", 1, 5)).rejects.toThrow(CountersUnavailable);
      await expect.poll(() => opened.isReady()).toBe(false);
      const refused = held(counters, "2", 1, 5).catch((error: unknown) => error);
      expect(await Promise.race([refused, new Promise((resolve) => setImmediate(resolve))])).toBeInstanceOf(
        CountersUnavailable,
      );
    } finally {
      server.thaw();
    }
    await expect.poll(() => opened.isReady(), { timeout: 5_000 }).toBe(true);
    await held(counters, "3", 5, 5); // what was asked before it stood still is given back
  });

  it("says once that Redis refuses reservations, as it does when its memory is full, though it answers all else", async () => {
    const { redis } = await shared();
    const said: string[] = [];
    const say = (_: object, message: string) => void said.push(message);
    const log = { warn: say, error: say } as never;
    const counters = new RedisBudgets({ redis, ...new Ledger().sources, log, sweepMs: 3_600_000 });
    closing.push(() => counters.close());
    await held(counters, "0", 1, 5);
    await redis.config("SET", "maxmemory", "1");
    for (const id of ["full 1", "full 2"]) {
      await expect(held(counters, id, 1, 5)).rejects.toThrow("OOM");
      expect(await counters.balances([line(5)], Date.now())).toMatchObject([{ reserved: usd(1) }]);
      expect(counters.status().lastError).toContain("OOM");
    }
    await redis.config("SET", "maxmemory", "0");
    await held(counters, "3", 1, 5);
    expect(said).toEqual([
      "Redis refuses commands: requests with a budget are refused until that ends",
      "Redis answers again",
    ]);
    expect(counters.status().lastError).toBeUndefined();
    await counters.sweep();
    expect(await redis.keys("routewright:{budgets}:done:full*")).toEqual([]); // nothing that may be held
  });

  it("remembers nothing of what it refuses while there is no connection", async () => {
    const { redis, isReady } = await shared();
    const counters = new RedisBudgets({
      redis,
      ...new Ledger().sources,
      log: silent,
      sweepMs: 3_600_000,
    });
    closing.push(() => counters.close());
    await server.kill();
    await expect.poll(isReady).toBe(false);
    for (const id of ["gone 1", "gone 2"]) await expect(held(counters, id, 1, 5)).rejects.toThrow(CountersUnavailable);
    await server.restart();
    await expect.poll(isReady, { timeout: 5_000 }).toBe(true);
    await counters.sweep();
    expect(await redis.keys("routewright:{budgets}:done:gone*")).toEqual([]); // what may have been held is given back
  });

  it("counts a call once that ended while Redis was away, when its row was summed up before it was settled", async () => {
    const ledger = new Ledger();
    const counters = await replica(ledger);
    const running = await held(counters, "1", 2, 5);
    await server.kill();
    ledger.charged.set("1", usd(2));
    await counters.settle(running, usd(2));
    await server.restart();
    // Another server sums up the ledger first.
    const other = await replica(ledger);
    await expect
      .poll(() => other.balances([line(5)], Date.now()).catch(() => undefined), { timeout: 5_000 })
      .toMatchObject([{ spent: usd(2), reserved: 0 }]);
    await expect
      .poll(async () => {
        await counters.sweep();
        return counters.status().lastError;
      })
      .toBeUndefined();
    expect(await other.balances([line(5)], Date.now())).toMatchObject([{ spent: usd(2), reserved: 0 }]);
  });

  it("keeps a place for as long as its request runs, and frees those of a replica that is gone within a lease", async () => {
    const [gone, other] = [await shared(150), await shared(150)];
    expect(await gone.slots.take("key:a", "1", 1)).toBe(true);
    const endsAt = async () => Number(await other.redis.zscore("routewright:slots:key:a", "1"));
    const first = await endsAt();
    await expect.poll(endsAt).toBeGreaterThan(first + 150); // longer than one lease
    expect(await other.slots.take("key:a", "2", 1)).toBe(false);
    await gone.close();
    await expect.poll(() => other.slots.take("key:a", "2", 1)).toBe(true);
    await other.slots.give("key:a", "2");
    expect(await other.redis.exists("routewright:slots:key:a")).toBe(0);
  });

  it("shares rates and places between replicas; while it is away each counts for itself", async () => {
    const limits = { requestsPerMinute: 4, concurrent: 3 };
    const [one, two] = [await shared(), await shared()].map(
      ({ createCounter, slots }) => new RateLimits(createCounter, slots),
    );
    const admit = (rates: RateLimits | undefined, id: string) =>
      rates!.admit(id, [{ subject: "key:a", limits }], () => 0);
    const first = await admit(one, "1");
    await admit(two, "2");
    await admit(one, "3");
    expect(await admit(two, "4")).toMatchObject({ rate: "concurrent", limit: 3 });
    await (first as { end(tokens: number): Promise<void> }).end(0);
    expect(await admit(two, "5")).toHaveProperty("states.requests.remaining", 0);
    await server.kill();
    expect(await admit(one, "6")).toHaveProperty("states.requests.remaining", 3);
    await server.restart();
  });
});
