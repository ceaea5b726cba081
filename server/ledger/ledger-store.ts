import type { Subject } from "../keys/subject.js";
import type { LedgerBatchRow, LedgerCallRow, LedgerRow } from "../storage/database-schema.js";
import { type Insert, RowExists, rowsFor } from "../storage/insert-rows.js";
import type { Database } from "../storage/open-database.js";
import { packColumns, unpackColumns } from "../storage/packed-columns.js";
import type { BudgetWindow } from "./budget-window.js";
import { byHour, groupColumns, type HourSum, ledgerColumns, rollUp, summedColumns } from "./ledger-entry.js";

const CALLS: Insert<LedgerCallRow> = {
  table: "ledger_calls",
  columns: ["id", "batch", "place"],
  tail: "on conflict (id) do nothing",
  mustBeNew: true,
  together: {
    // All of one batch. "where true": without it SQLite reads `on` as that of a join.
    text: `insert into ledger_calls (id, batch, place) select value, ?2, key from json_each(?1) where true
      on conflict (id) do nothing`,
    values: (rows) => [JSON.stringify(rows.map(({ id }) => id)), rows[0]?.batch],
  },
};
/** Ids are in {@link CALLS}. */
const columnsOfCalls = ledgerColumns.filter((name) => name !== "id");
const BATCHES: Insert<LedgerBatchRow> = { table: "ledger_batches", columns: ["id", "calls"], tail: "" };
/** The sums of an hour, which are added to those of its day too. */
const ROLLUPS: Insert<HourSum> = {
  table: "usage_rollups",
  columns: ["hour", "day", ...groupColumns, ...summedColumns],
  tuples: {
    columns: ["span", "start", ...groupColumns, ...summedColumns],
    values(place) {
      const rest = [...groupColumns, ...summedColumns].map(place);
      return [
        ["'hour'", place("hour"), ...rest],
        ["'day'", place("day"), ...rest],
      ];
    },
  },
  tail: `on conflict (${["span", "start", ...groupColumns].map((name) => `"${name}"`).join(", ")}) do update set ${summedColumns
    .map((name) => `"${name}" = usage_rollups."${name}" + excluded."${name}"`)
    .join(", ")}`,
};

/** The ledger and its sums in the database. */
export class LedgerStore {
  readonly #db: Database["db"];
  readonly #insertRows: Database["insert"];

  constructor({ db, insert }: Pick<Database, "db" | "insert">) {
    this.#db = db;
    this.#insertRows = insert;
  }

  /**
   * Writes rows, each together with what it adds to the sums. A row whose id is there is left out of both, so a batch may be
   * written again when it is not known whether it was.
   */
  async write(rows: readonly LedgerRow[]): Promise<void> {
    // In one order for all, so that two writers of the same rows wait for each other and never in a circle.
    const ordered = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const some of byHour(ordered)) await this.#writeHour(some);
  }

  async #writeHour(rows: readonly LedgerRow[]): Promise<void> {
    try {
      await this.#insert(rows);
    } catch (error) {
      if (!(error instanceof RowExists)) throw error;
      for (const row of rows) {
        await this.#insert([row]).catch((error: unknown) => {
          if (!(error instanceof RowExists)) throw error;
        });
      }
    }
  }

  /** Writes rows of one hour together. @throws RowExists, and inserts nothing, when a row is there already. */
  #insert(rows: readonly LedgerRow[]): Promise<void> {
    const batch = rows[0]?.id ?? "";
    const places = rows.map(({ id }, place) => ({ id, batch, place }));
    return this.#insertRows([
      rowsFor(CALLS, places),
      rowsFor(BATCHES, [{ id: batch, calls: packColumns(columnsOfCalls, rows) }]),
      rowsFor(ROLLUPS, rollUp(rows)),
    ]);
  }

  /** What was charged to a subject in a window, nano-dollars. Windows begin and end on whole hours, so the sums say it. */
  async chargedIn(subject: Subject, { start, end }: BudgetWindow): Promise<number> {
    const whole = (time: number) => time % 86_400_000 === 0 || !Number.isFinite(time);
    const [kind, names = ""] = subject.split(":");
    const [first = "", second = ""] = names.split("/").map(decodeURIComponent);
    let query = this.#db
      .selectFrom("usage_rollups")
      // As text: a sum may be beyond what the driver reads exactly, and then is beyond every limit.
      .select(({ cast, fn }) => cast<string | null>(fn.sum("charged_nano"), "text").as("charged"))
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
    return Number((await query.executeTakeFirst())?.charged ?? 0);
  }

  /** What was charged for attempts, of those that are in the ledger. */
  async chargedFor(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map();
    const before = await this.#db
      .selectFrom("ledger_rows")
      .select(["id", "charged_nano"])
      .where("id", "in", ids)
      .execute();
    const charged = new Map(before.map((row) => [row.id, row.charged_nano]));
    const found = await this.#db
      .selectFrom("ledger_calls")
      .innerJoin("ledger_batches", "ledger_batches.id", "ledger_calls.batch")
      .select(["ledger_calls.id", "batch", "place", "calls"])
      .where("ledger_calls.id", "in", ids)
      .execute();
    const batches = new Map<string, ReturnType<typeof unpackColumns>>();
    for (const { id, place, batch, calls } of found) {
      const valueAt = batches.get(batch) ?? unpackColumns(calls);
      batches.set(batch, valueAt);
      charged.set(id, Number(valueAt("charged_nano", place)));
    }
    return charged;
  }
}
