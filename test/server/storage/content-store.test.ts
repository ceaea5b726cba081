import { createServer, type Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { ContentStore } from "../../../server/storage/content-store.js";
import { openPostgres } from "../../../server/storage/open-postgres.js";
import { freePort } from "../../services/free-port.js";

let away: Server | undefined;
afterEach(() => void away?.close());

const log = { warn() {}, error() {} } as never;

it("says why contents cannot be written while the database is away, and nothing of them", async () => {
  const port = await freePort();
  away = createServer((socket) => socket.once("data", () => socket.destroy()));
  await new Promise<void>((resolve) => away?.listen(port, "127.0.0.1", resolve));
  const db = openPostgres(`postgres://user@127.0.0.1:${port}/none`);
  const store = new ContentStore({ database: { db }, log, now: Date.now });
  store.record({ id: "dec_1", time: 0, content: "a secret" });
  await expect(store.flush()).rejects.toThrow(/^Connection terminated unexpectedly$/);
  await db.destroy();
});
