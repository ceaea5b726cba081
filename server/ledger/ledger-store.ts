import { sql } from "kysely";
import type { Subject } from "../keys/subject.js";
import type { LedgerRow } from "../storage/database-schema.js";
import type { Database } from "../storage/open-database.js";
import type { BudgetWindow } from "./budget-window.js";
import { rollUp, summedColumns } from "./ledger-entry.js";

/** Rows in one INSERT: 31 columns each, below SQLite's 32,766 parameters and short enough not to hold up requests. */
const ROWS_PER_INSERT = 100;

/** The ledger and its sums in the database. */
export class LedgerStore {
  readonly #db: Database["db"];

  constructor(database: Pick<Database, "db">) {
    this.#db = database.db;
  }

  /**
   * Writes rows and adds them to the sums, all or nothing. A row whose id is there is left out of both, so a batch may be
   * written again when it is not known whether it was.
   */
  async write(rows: readonly LedgerRow[]): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const fresh = new Set<string>();
      // In one order for all, so that two writers of the same rows wait for each other and never in a circle.
      const ordered = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
      for (let start = 0; start < ordered.length; start += ROWS_PER_INSERT) {
        const inserted = await transaction
          .insertInto("ledger")
          .values(ordered.slice(start, start + ROWS_PER_INSERT))
          .onConflict((conflict) => conflict.column("id").doNothing())
          .returning("id")
          .execute();
        for (const { id } of inserted) fresh.add(id);
      }
      const sums = rollUp(ordered.filter((row) => fresh.has(row.id)));
      for (let start = 0; start < sums.length; start += ROWS_PER_INSERT) {
        await transaction
          .insertInto("usage_rollups")
          .values(sums.slice(start, start + ROWS_PER_INSERT))
          .onConflict((conflict) =>
            conflict
              .columns(["span", "start", "key", "tenant", "app", "model", "endpoint", "rule"])
              .doUpdateSet(
                Object.fromEntries(
                  summedColumns.map((name) => [name, sql`usage_rollups.${sql.ref(name)} + excluded.${sql.ref(name)}`]),
                ),
              ),
          )
          .execute();
      }
    });
  }

  /** What was charged to a subject in a window, nano-dollars. Windows begin and end on whole hours, so the sums say it. */
  async chargedIn(subject: Subject, { start, end }: BudgetWindow): Promise<number> {
    const whole = (time: number) => time % 86_400_000 === 0 || !Number.isFinite(time);
    const [kind, names = ""] = subject.split(":");
    const [first = "", second = ""] = names.split("/").map(decodeURIComponent);
    let query = this.#db
      .selectFrom("usage_rollups")
      .select((expression) => expression.fn.sum<number | null>("charged_nano").as("charged"))
      .where("span", "=", whole(start) && whole(end) ? "day" : "hour")
      .where("start", ">=", start)
      .where("key", "<>", ""); // calls without a key are in the ledger, and charged to nobody
    if (Number.isFinite(end)) query = query.where("start", "<", end);
    query =
      kind === "key"
        ? query.where("key", "=", first)
        : kind === "tenant"
          ? query.where("tenant", "=", first)
          : query.where("tenant", "=", first).where("app", "=", second);
    return (await query.executeTakeFirst())?.charged ?? 0;
  }

  /** What was charged for attempts, of those that are in the ledger. */
  async chargedFor(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#db.selectFrom("ledger").select(["id", "charged_nano"]).where("id", "in", ids).execute();
    return new Map(rows.map((row) => [row.id, row.charged_nano]));
  }
}
