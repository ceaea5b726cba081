import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DatabaseSchema } from "../../server/storage/database-schema.js";
import { openPostgres } from "../../server/storage/open-postgres.js";
import { hasOpenssl, hasPostgres, hasRedis } from "../services/available.js";
import { makeCertificate } from "../services/certificate.js";
import { freePort } from "../services/free-port.js";
import { startPostgres, type TestPostgres } from "../services/postgres.js";
import { startRedis, type TestRedis } from "../services/redis.js";
import { startProxy } from "./proxy-process.js";

// docs/deploying.md, "Connections the server makes"
describe.skipIf(!hasOpenssl || !hasPostgres || !hasRedis)("PostgreSQL and Redis over TLS", () => {
  let folder: string;
  let authority: string;
  let postgres: TestPostgres;
  let redis: TestRedis;
  let redisUrl: string;
  let database: Kysely<DatabaseSchema>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-"));
    const { key, certificate } = await makeCertificate(folder);
    authority = certificate;
    const port = await freePort();
    const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate];
    redis = await startRedis("--tls-port", String(port), ...files, "--tls-auth-clients", "no");
    redisUrl = `rediss://localhost:${port}`;
    postgres = await startPostgres();
    database = openPostgres(postgres.url);
    // It takes a key that belongs to its own user, so it writes it itself.
    for (const [name, file] of Object.entries({ "server.key": key, "server.crt": certificate })) {
      const lines = sql.lit((await readFile(file, "utf8")).trim());
      const write = `umask 077; cat > ${name}`;
      await sql`copy (select regexp_split_to_table(${lines}, '\n')) to program ${sql.lit(write)}`.execute(database);
    }
    await sql`alter system set ssl = on`.execute(database);
    await sql`select pg_reload_conf()`.execute(database);
  });
  afterAll(async () => {
    await database.destroy();
    await Promise.all([postgres.stop(), redis.stop()]);
    await rm(folder, { recursive: true });
  });

  const urlWith = (query: string) => `${postgres.url.replace("127.0.0.1", "localhost")}?${query}`;

  it("are used with the authority that the environment names, and with that of the URL", async () => {
    for (const own of [false, true]) {
      const proxy = await startProxy("policies", {
        DATABASE_URL: urlWith(`sslmode=verify-full${own ? `&sslrootcert=${authority}` : ""}`),
        ...(own ? {} : { REDIS_URL: redisUrl, NODE_EXTRA_CA_CERTS: authority }),
      });
      const { rows } = await sql`
        select 1 from pg_stat_ssl join pg_stat_activity using (pid) where ssl and client_addr is not null`.execute(
        database,
      );
      expect(rows.length).toBeGreaterThan(0);
      if (!own) expect(proxy.output()).not.toContain("Redis");
      expect((await fetch(`${proxy.url}/readyz`)).status).toBe(200);
      await proxy.stop();
    }
  });

  it("are not believed without it", async () => {
    const refused = await startProxy("policies", { DATABASE_URL: urlWith("sslmode=verify-full") }).catch(String);
    expect(refused).toContain("self-signed certificate");
  });
});
