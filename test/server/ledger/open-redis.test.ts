import { describe, expect, it } from "vitest";
import { openRedis } from "../../../server/ledger/open-redis.js";

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
});
