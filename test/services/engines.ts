import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe } from "vitest";
import { hasPostgres } from "./available.js";
import { startPostgres, type TestPostgres } from "./postgres.js";

export interface TestEngine {
  readonly name: "sqlite" | "postgres";
  /** The URL of a database that is new and empty. */
  newUrl(): Promise<string>;
}

/** Runs the same suite on SQLite files and on a real PostgreSQL. */
export function onBothEngines(suite: (engine: TestEngine) => void): void {
  describe("on SQLite", () => {
    let folder: string;
    let files = 0;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "routewright-engines-"));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));
    suite({ name: "sqlite", newUrl: async () => `sqlite:${join(folder, `${files++}.db`)}` });
  });

  describe.skipIf(!hasPostgres)("on PostgreSQL", () => {
    let server: TestPostgres;
    let databases = 0;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server?.stop());
    suite({ name: "postgres", newUrl: () => createDatabase(server.url, `test_${databases++}`) });
  });
}

/** @returns the URL of the new database. */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return serverUrl.replace(/\/[^/]*$/, `/${name}`);
}
