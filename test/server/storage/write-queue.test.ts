import { describe, expect, it } from "vitest";
import { WriteQueue, type WriteQueueOptions } from "../../../server/storage/write-queue.js";
import { eventually } from "../../services/eventually.js";

function queueOver(
  write: (rows: readonly number[]) => Promise<void>,
  options: Partial<WriteQueueOptions<number>> = {},
) {
  const errors: string[] = [];
  const log = { warn: () => undefined, error: (_fields: object, message: string) => errors.push(message) };
  const queue = new WriteQueue<number>({
    what: "decisions",
    write,
    log: log as unknown as WriteQueueOptions<number>["log"],
    now: Date.now,
    ...options,
  });
  return { queue, errors };
}

describe("WriteQueue", () => {
  it("writes a full batch at once and the rest after the delay", async () => {
    const batches: number[][] = [];
    const { queue } = queueOver(async (rows) => void batches.push([...rows]), { batchRows: 3, batchMs: 50 });
    for (let row = 0; row < 7; row++) queue.add(row);
    await eventually(() => expect(batches.flat()).toHaveLength(7));
    expect(batches).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(queue.status()).toEqual({ waiting: 0, written: 7, lost: 0 });
  });

  it("writes a full batch that came while another was written without delay", async () => {
    const batches: number[][] = [];
    let finish = (): void => undefined;
    const write = async (rows: readonly number[]) => {
      batches.push([...rows]);
      if (batches.length === 1) await new Promise<void>((resolve) => (finish = resolve));
    };
    const { queue } = queueOver(write, { batchRows: 3, batchMs: 60_000 });
    for (let row = 0; row < 3; row++) queue.add(row);
    await eventually(() => expect(batches).toHaveLength(1));
    for (let row = 3; row < 7; row++) queue.add(row);
    finish();
    await eventually(() => expect(batches.flat()).toEqual([0, 1, 2, 3, 4, 5, 6]));
  });

  it("writes one batch at a time", async () => {
    let running = 0;
    let most = 0;
    const write = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    const { queue } = queueOver(write, { batchRows: 2 });
    for (let row = 0; row < 20; row++) queue.add(row);
    await Promise.all([queue.flush(), queue.flush(), queue.close()]);
    expect(most).toBe(1);
    expect(queue.status().written).toBe(20);
  });

  it("keeps a batch that failed and tries it again, saying so once", async () => {
    let failures = 3;
    const batches: number[][] = [];
    const { queue, errors } = queueOver(
      async (rows) => {
        if (failures-- > 0) throw new Error("disk is full");
        batches.push([...rows]);
      },
      { batchMs: 5, retryMs: 5 },
    );
    queue.add(1);
    await eventually(() => expect(queue.status().lastError).toBe("disk is full"));
    queue.add(2);
    await eventually(() => expect(batches).toEqual([[1], [2]]));
    expect(queue.status()).toEqual({ waiting: 0, written: 2, lost: 0 });
    expect(errors).toEqual(["decisions cannot be written; trying again: disk is full"]);
  });

  it("gives the reason for each address of a database that is away", async () => {
    const reasons = ["connect ECONNREFUSED ::1:5432", "connect ECONNREFUSED 127.0.0.1:5432"];
    const { queue, errors } = queueOver(async () => {
      throw new AggregateError(reasons.map((reason) => new Error(reason)));
    });
    queue.add(1);
    await queue.flush().catch(() => undefined);
    expect(errors).toEqual([`decisions cannot be written; trying again: ${reasons.join(", ")}`]);
  });

  it("tries no sooner again for rows that come meanwhile", async () => {
    let writes = 0;
    const { queue } = queueOver(
      async () => {
        writes += 1;
        throw new Error("disk is full");
      },
      { batchRows: 3, batchMs: 1, retryMs: 60_000 },
    );
    queue.add(1);
    await eventually(() => expect(queue.status().lastError).toBe("disk is full"));
    for (let row = 2; row < 5; row++) queue.add(row);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(writes).toBe(1);
    await queue.close();
    expect(writes).toBe(2);
  });

  it("counts rows beyond the limit as lost and says so once a minute", async () => {
    let now = 0;
    const { queue, errors } = queueOver(() => Promise.reject(new Error("disk is full")), {
      maxRows: 2,
      now: () => now,
    });
    for (let row = 0; row < 5; row++) queue.add(row);
    now = 59_999;
    queue.add(5);
    expect(queue.status()).toMatchObject({ waiting: 2, lost: 4 });
    expect(errors).toHaveLength(1);
    now = 60_000;
    queue.add(6);
    expect(errors.at(-1)).toMatch(/^5 decisions are lost so far/);
    await queue.close();
    expect(queue.status()).toMatchObject({ waiting: 0, lost: 7, lastError: "disk is full" });
  });

  it("waits no longer than it is told for a database that says nothing, and counts what it did not take", async () => {
    const { queue, errors } = queueOver(() => new Promise(() => undefined));
    queue.add(1);
    queue.add(2);
    await queue.close(20);
    expect(errors).toEqual(["2 decisions could not be written before the end"]);
    expect(queue.status()).toMatchObject({ waiting: 0, lost: 2 });
  });
});
