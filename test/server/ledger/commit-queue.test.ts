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
});
