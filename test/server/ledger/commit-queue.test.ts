import { describe, expect, it } from "vitest";
import { CommitQueue } from "../../../server/ledger/commit-queue.js";
import { eventually } from "../../services/eventually.js";

describe("CommitQueue", () => {
  it("writes a row that comes after a while at once, and those that come behind it together", async () => {
    const batches: number[][] = [];
    const committed: number[] = [];
    const queue = new CommitQueue<number>({
      write: async (rows) => void batches.push([...rows]),
      log: { warn: () => undefined, error: () => undefined },
      now: Date.now,
    });
    for (const row of [1, 2, 3]) queue.add(row, () => committed.push(row));
    expect(batches).toEqual([[1]]);
    expect(committed).toEqual([]);
    await eventually(() => expect(committed).toEqual([1, 2, 3]));
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it("writes a row that nobody waits for once the turn of the event loop is over, together with those of that turn", async () => {
    const batches: number[][] = [];
    const committed: number[] = [];
    const queue = new CommitQueue<number>({
      write: async (rows) => void batches.push([...rows]),
      log: { warn: () => undefined, error: () => undefined },
      now: Date.now,
    });
    queue.add(1);
    await Promise.resolve();
    queue.add(2, () => committed.push(2));
    expect(batches).toEqual([]);
    await eventually(() => expect(committed).toEqual([2]));
    expect(batches).toEqual([[1, 2]]);
  });

  it("says that it fails while the database does not answer, before that says so itself", async () => {
    let now = 1_000;
    let answer: (() => void) | undefined;
    const queue = new CommitQueue<number>({
      write: () => new Promise((resolve) => (answer = resolve)),
      log: { warn: () => undefined, error: () => undefined },
      now: () => now,
    });
    queue.add(1);
    await eventually(() => expect(answer).toBeDefined());
    now += 1_999;
    expect(queue.failingSince).toBeUndefined();
    now += 1;
    expect([queue.failingSince, queue.status().failingSince]).toEqual([1_000, 1_000]);
    answer?.();
    await eventually(() => expect(queue.status()).toEqual({ waiting: 0, written: 1, rejected: 0 }));
  });

  it("tries the rows of a failing batch one by one, unless the database says that it is full or away", async () => {
    const full = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    for (const [error, sizes] of [
      [new Error("a value is too large"), [1, 2]],
      [full, [2]],
    ] as const) {
      const tried: number[] = [];
      const queue = new CommitQueue<number>({
        write: async (rows) => {
          tried.push(rows.length);
          if (tried.length < 20) throw error;
        },
        log: { warn: () => undefined, error: () => undefined },
        now: Date.now,
        retryMs: 0,
      });
      queue.add(1);
      queue.add(2);
      await eventually(() => expect(queue.status()).toEqual({ waiting: 0, written: 2, rejected: 0 }));
      expect([...new Set(tried)].toSorted()).toEqual(sizes);
    }
  });
});
