import type { Transaction } from "kysely";
import type { ApiKeyRow, DatabaseSchema } from "../storage/database-schema.js";
import type { Database } from "../storage/open-database.js";
import type { KeySettings, StoredKey } from "./api-key.js";
import { hashSecret, newKeyId, newSecret, writeToken } from "./key-secret.js";
import type { Limits } from "./limits.js";
import type { KeyRequest } from "./read-key-settings.js";
import type { Subject } from "./subject.js";

/** A key just made or rotated, with the token that is shown this once and kept nowhere. */
export interface IssuedKey {
  readonly key: StoredKey;
  readonly token: string;
}

/** What changed after a version, and the newest version. */
export interface KeyChanges {
  readonly keys: readonly StoredKey[];
  readonly limits: readonly { readonly subject: Subject; readonly limits: Limits }[];
  readonly version: number;
}

/** Keys and limits in the database. Every change has a version of its own, so that others can ask for what is new. */
export class KeyStore {
  readonly #db: Database["db"];

  constructor(database: Pick<Database, "db">) {
    this.#db = database.db;
  }

  async create({ name, expiresAt, settings }: KeyRequest, now: number): Promise<IssuedKey> {
    const secret = newSecret();
    const id = newKeyId();
    const row = await this.#changing((transaction, version) =>
      transaction
        .insertInto("api_keys")
        .values({
          id,
          hash: hashSecret(secret),
          previous_hash: null,
          previous_until: null,
          name,
          settings: JSON.stringify(settings),
          created_at: now,
          expires_at: expiresAt ?? null,
          revoked_at: null,
          last_used_at: null,
          version,
        })
        .returningAll()
        .executeTakeFirstOrThrow(),
    );
    return { key: fromRow(row), token: writeToken({ id, secret }) };
  }

  /**
   * Gives a key a new secret; the one before works until `overlapUntil`. Id, settings and what was spent stay.
   * @returns undefined when there is no such key, or it is revoked.
   */
  async rotate(id: string, overlapUntil: number): Promise<IssuedKey | undefined> {
    const secret = newSecret();
    const row = await this.#changing((transaction, version) =>
      transaction
        .updateTable("api_keys")
        .set((expression) => ({
          previous_hash: expression.ref("hash"),
          previous_until: overlapUntil,
          hash: hashSecret(secret),
          version,
        }))
        .where("id", "=", id)
        .where("revoked_at", "is", null)
        .returningAll()
        .executeTakeFirst(),
    );
    return row === undefined ? undefined : { key: fromRow(row), token: writeToken({ id, secret }) };
  }

  /**
   * Changes what was said of a key; id, secrets and what was spent stay.
   * @param change from the key as it is to all that is to be said of it; what it throws leaves the key as it is.
   * @returns undefined when there is no such key, or it is revoked.
   */
  async edit(id: string, change: (key: StoredKey) => KeyRequest): Promise<StoredKey | undefined> {
    return this.#changing(async (transaction, version) => {
      const keys = transaction.selectFrom("api_keys").selectAll().where("id", "=", id).where("revoked_at", "is", null);
      const before = await keys.executeTakeFirst();
      if (before === undefined) return undefined;
      const { name, expiresAt, settings } = change(fromRow(before));
      const row = await transaction
        .updateTable("api_keys")
        .set({ name, expires_at: expiresAt ?? null, settings: JSON.stringify(settings), version })
        .where("id", "=", id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return fromRow(row);
    });
  }

  /** Ends a key for good; once revoked it stays so. @returns undefined when there is no such key. */
  async revoke(id: string, now: number): Promise<StoredKey | undefined> {
    const row = await this.#changing((transaction, version) =>
      transaction
        .updateTable("api_keys")
        .set((expression) => ({
          revoked_at: expression.fn.coalesce("revoked_at", expression.val(now)),
          previous_hash: null,
          previous_until: null,
          version,
        }))
        .where("id", "=", id)
        .returningAll()
        .executeTakeFirst(),
    );
    return row === undefined ? undefined : fromRow(row);
  }

  /** @returns undefined when there is no such key. */
  async find(id: string): Promise<StoredKey | undefined> {
    const row = await this.#db.selectFrom("api_keys").selectAll().where("id", "=", id).executeTakeFirst();
    return row === undefined ? undefined : fromRow(row);
  }

  /** Every key, oldest first. */
  async list(): Promise<readonly StoredKey[]> {
    return (await this.#db.selectFrom("api_keys").selectAll().orderBy("created_at").orderBy("id").execute()).map(
      fromRow,
    );
  }

  /** Sets, or with undefined removes, the limits of a tenant or an app. */
  async setLimits(subject: Subject, limits: Limits | undefined): Promise<void> {
    await this.#changing((transaction, version) => {
      const row = { limits: JSON.stringify(limits ?? {}), version };
      return transaction
        .insertInto("spend_limits")
        .values({ subject, ...row })
        .onConflict((conflict) => conflict.column("subject").doUpdateSet(row))
        .execute();
    });
  }

  /** What changed after a version, 0 for everything. What changes meanwhile may come now and once more next time. */
  async changesSince(version: number): Promise<KeyChanges> {
    // Read before the tables: all changes up to it are there, see `#changing`.
    const newest = await this.#db.selectFrom("sequences").select("value").where("name", "=", "keys").executeTakeFirst();
    if (newest?.value === version) return { keys: [], limits: [], version };
    const keys = await this.#db.selectFrom("api_keys").selectAll().where("version", ">", version).execute();
    const limits = await this.#db.selectFrom("spend_limits").selectAll().where("version", ">", version).execute();
    return {
      keys: keys.map(fromRow),
      limits: limits.map((row) => ({ subject: row.subject as Subject, limits: JSON.parse(row.limits) as Limits })),
      version: newest?.value ?? version,
    };
  }

  /** Notes when keys were last used. */
  async noteUse(uses: ReadonlyMap<string, number>): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      for (const [id, at] of [...uses].sort(([a], [b]) => (a < b ? -1 : 1))) {
        await transaction
          .updateTable("api_keys")
          .set({ last_used_at: at })
          .where("id", "=", id)
          .where((where) => where.or([where("last_used_at", "is", null), where("last_used_at", "<", at)]))
          .execute();
      }
    });
  }

  /** INVARIANT: changes commit in the order of their versions, because the sequence's row stays locked until then. */
  #changing<T>(change: (transaction: Transaction<DatabaseSchema>, version: number) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute(async (transaction) => {
      const { value } = await transaction
        .updateTable("sequences")
        .set((expression) => ({ value: expression("value", "+", 1) }))
        .where("name", "=", "keys")
        .returning("value")
        .executeTakeFirstOrThrow();
      return change(transaction, value);
    });
  }
}

function fromRow(row: ApiKeyRow): StoredKey {
  return {
    id: row.id,
    name: row.name,
    settings: JSON.parse(row.settings) as KeySettings,
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
    ...(row.previous_until === null ? {} : { previousUntil: row.previous_until }),
    hash: row.hash,
    ...(row.previous_hash === null ? {} : { previousHash: row.previous_hash }),
    version: row.version,
  };
}
