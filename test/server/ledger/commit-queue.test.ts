import { MessageChannel } from "node:worker_threads";
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
    });
    queue.add(1);
    await Promise.resolve();
    queue.add(2, () => committed.push(2));
    expect(batches).toEqual([]);
    await eventually(() => expect(committed).toEqual([2]));
    expect(batches).toEqual([[1, 2]]);
  });

  it("says that it fails while the database does not answer, before that says so itself", async () => {
    const said: unknown[] = [];
    const say = (...line: unknown[]) => void said.push(line);
    let answer: (() => void) | undefined;
    let now = 1_000;
    const queue = new CommitQueue<number>({
      write: () => new Promise((resolve) => (answer = resolve)),
      log: { warn: say, error: say },
      clock: () => now,
      longestMs: 20,
    });
    queue.add(1);
    expect(queue.failingForMs).toBeUndefined();
    await eventually(() => expect(queue.failingForMs).toBe(0));
    now += 350;
    expect([queue.failingForMs, queue.status().failingForMs]).toEqual([350, 350]);
    answer?.();
    await eventually(() => expect(queue.status()).toEqual({ waiting: 0, written: 1, rejected: 0 }));
    expect(said).toEqual([
      [{ error: "the database has not answered for 20 ms" }, "the ledger cannot be written; trying again"],
      [{}, "the ledger is being written again"],
    ]);
  });

  it("gives up rows that nobody waits for when too many wait, counts them, and says so once", async () => {
    const said: unknown[] = [];
    const queue = new CommitQueue<number>({
      write: () => Promise.reject(new Error("away")),
      log: { warn() {}, error: (_: object, message: string) => void said.push(message) } as never,
      maxUnawaited: 2,
    });
    for (let row = 0; row < 5; row++) queue.add(row);
    queue.add(5, () => undefined);
    expect(queue.status()).toMatchObject({ waiting: 3, rejected: 3 });
    expect(said).toEqual([
      "2 ledger rows wait for the database: those of calls without a key are given up until it takes some",
    ]);
    await queue.close(0);
  });

  it("puts rows into the log that could not be written before the end", async () => {
    const said: unknown[] = [];
    const queue = new CommitQueue<{ id: string }>({
      write: () => Promise.reject(new Error("away")),
      log: { warn() {}, error: (...line: unknown[]) => void said.push(line) } as never,
    });
    for (const id of ["1", "2"]) queue.add({ id }, () => undefined);
    queue.add({ id: "of nobody" });
    await queue.close(20);
    const message = "a ledger row could not be written before the end";
    expect(said.slice(1)).toEqual([
      ...["1", "2"].map((id) => [{ error: "away", row: { id } }, message]),
      [{ error: "away" }, "1 ledger rows of calls without a key are lost"],
    ]);
  });

  it("does not take it for a fault of the database that its own process stood still", async () => {
    const { port1, port2 } = new MessageChannel();
    const queue = new CommitQueue<number>({
      write: () => new Promise((resolve) => port1.once("message", resolve)),
      log: {
        warn: () => undefined,
        error: () => {
          throw new Error("it counted as failing");
        },
      },
      longestMs: 20,
    });
    queue.add(1);
    await eventually(() => expect(port1.listenerCount("message")).toBe(1));
    port2.postMessage("written");
    for (const end = Date.now() + 40; Date.now() < end; );
    await eventually(() => expect(queue.status()).toEqual({ waiting: 0, written: 1, rejected: 0 }));
    port1.close();
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
        retryMs: 0,
      });
      queue.add(1);
      queue.add(2);
      await eventually(() => expect(queue.status()).toEqual({ waiting: 0, written: 2, rejected: 0 }));
      expect([...new Set(tried)].toSorted()).toEqual(sizes);
    }
  });
});
