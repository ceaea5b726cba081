import { describe, expect, it } from "vitest";
import { openRedis, redisReady, type SharedCounters } from "../../../server/ledger/open-redis.js";
import { hasRedis } from "../../services/available.js";
import { eventually } from "../../services/eventually.js";
import { startRedis } from "../../services/redis.js";

describe("openRedis()", () => {
  it.each(["127.0.0.1", "localhost:6379", "http://127.0.0.1:6379", "redis://:p#ss@127.0.0.1:6379"])(
    "refuses the address %s, and does not repeat it",
    (url) => {
      const opening = () => openRedis(url, { warn() {} } as never);
      expect(opening).toThrow("REDIS_URL is not understood; write redis://HOST:6379");
      expect(opening).not.toThrow(url);
    },
  );

  it.each(["redis://127.0.0.1:1", "rediss://:secret@127.0.0.1:1/2", "/run/no-redis.sock"])("takes %s", async (url) => {
    await openRedis(url, { warn() {} } as never).close();
  });

  it.skipIf(!hasRedis)("says that a node of a cluster does not do", async () => {
    const nodes = await Promise.all([1, 2].map(() => startRedis("--cluster-enabled", "yes")));
    const [one, other] = nodes.map(({ url }) => openRedis(url, { warn() {} } as never)) as [
      SharedCounters,
      SharedCounters,
    ];
    const said: string[] = [];
    try {
      for (const counters of [one, other]) expect(await redisReady(counters, 5_000)).toBe(true);
      await one.redis.cluster("ADDSLOTSRANGE", 0, 8_191);
      await other.redis.cluster("ADDSLOTSRANGE", 8_192, 16_383);
      await one.redis.cluster("MEET", "127.0.0.1", Number(new URL(nodes[1]!.url).port));
      await eventually(async () => expect(await one.redis.cluster("INFO")).toContain("cluster_size:2"));
      const counters = openRedis(nodes[0]!.url, { warn: (_: object, message: string) => said.push(message) } as never);
      await expect.poll(() => said).toEqual([expect.stringContaining("names one node of a Redis cluster")]);
      await counters.close();
    } finally {
      await Promise.all([one, other].map((counters) => counters.close()));
      await Promise.all(nodes.map((node) => node.stop()));
    }
  });

  it.skipIf(!hasRedis)(
    "connects anew to a Redis that has become a replica: the address may name another by now",
    async () => {
      const server = await startRedis();
      const counters = openRedis(server.url, { warn() {} } as never);
      try {
        expect(await redisReady(counters, 5_000)).toBe(true);
        const before = await counters.redis.client("ID");
        await counters.redis.replicaof("127.0.0.1", 1);
        await expect(counters.redis.eval("return redis.call('incr', KEYS[1])", 1, "n")).rejects.toThrow("READONLY");
        await expect.poll(() => counters.redis.client("ID").catch(() => before), { timeout: 5_000 }).not.toBe(before);
      } finally {
        await counters.close();
        await server.stop();
      }
    },
  );
});
