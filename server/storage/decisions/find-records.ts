import { setImmediate as nextTurn } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import type { DatabaseSchema } from "../database-schema.js";
import type { Database } from "../open-database.js";
import { unpackColumns, type Value } from "../packed-columns.js";
import { storableText } from "../storable-text.js";
import { recordsOf } from "./decision-batch.js";
import { filterColumns, filterNames, idRange } from "./decision-columns.js";
import { endOfSpan } from "./decision-ids.js";
import type { DecisionFilter, DecisionSummary } from "./decision-store.js";

type Db = Kysely<DatabaseSchema>;
type Engine = Database["engine"];

/** Batches looked through at once: most lists end with the first piece, the next are larger. */
const FIRST_PIECE = 8;
const GROWTH = 4;
/** Reading these, each up to 64 decisions, holds up the event loop: some milliseconds when each holds what is looked for. */
const LARGEST_PIECE = 128;
/** Batches whose records are read at once: 100 KB each, a few milliseconds in all. */
const BATCHES_PER_READ = 8;

/** Where a decision is. */
interface Place {
  readonly id: string;
  readonly batch: string;
  /** In the batch, from 0. */
  readonly place: number;
  readonly summary: DecisionSummary;
}

export interface FoundRecord {
  /** A `StoredDecision` as JSON. */
  readonly record: string;
  readonly summary: DecisionSummary;
}

/** Decisions that somebody looks for. */
interface Wanted {
  /** Ids from `from` on and before `before`. */
  readonly from: string;
  readonly before: string;
  readonly revision?: string | undefined;
  /** What each must hold in which column. */
  readonly values: readonly (readonly [column: string, value: Value])[];
}

/** @returns the record of a decision, a `StoredDecision` as JSON. */
export async function findRecord(db: Db, engine: Engine, id: string): Promise<string | undefined> {
  const from = storableText(id);
  const wanted: Wanted = { from, before: `${from}!`, values: [["id", id]] };
  for await (const { places } of pieces(db, engine, wanted)) {
    if (places.length > 0) return (await readRecords(db, places))[0]?.record;
  }
  return undefined;
}

/** @returns the records of the newest decisions that fit, newest first; once the signal is aborted, of those found so far. */
export async function listRecords(
  db: Db,
  engine: Engine,
  filter: DecisionFilter,
  limit: number,
  signal?: AbortSignal,
): Promise<readonly FoundRecord[]> {
  let found: readonly Place[] = [];
  for await (const { places, last } of pieces(db, engine, wantedBy(filter))) {
    found = [...found, ...places].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
    // Batches that are left hold earlier ids than `last`.
    if (last !== undefined && found.length === limit && (found.at(-1)?.id ?? "") >= last) break;
    if (signal?.aborted === true) break;
  }
  return readRecords(db, found);
}

/** A batch is of one revision, which is a column of its own. */
function wantedBy(filter: DecisionFilter): Wanted {
  const { from, end } = idRange(filter);
  const values: [string, Value][] = [];
  for (const name of filterNames) {
    const value = filter[name];
    if (name !== "revision" && value !== undefined) values.push([filterColumns[name], value]);
  }
  if (filter.status !== undefined) values.push(["status", filter.status]);
  const { before = end, revision } = filter;
  return {
    from,
    before: before < end ? storableText(before) : end,
    revision: revision === undefined ? undefined : storableText(revision),
    values,
  };
}

/**
 * Looks through batches from the newest on, in pieces between which requests are served.
 * @returns of each piece what fits, and `last_id` of its earliest batch; undefined: it is the last piece.
 */
async function* pieces(
  db: Db,
  engine: Engine,
  wanted: Wanted,
): AsyncGenerator<{ readonly places: readonly Place[]; readonly last: string | undefined }> {
  let size = FIRST_PIECE;
  for (let until = endOfSpan(wanted.before); ; size = Math.min(size * GROWTH, LARGEST_PIECE)) {
    const last = await leastOfPiece(db, wanted.from, until, size);
    yield { places: await fittingIn(db, engine, wanted, last ?? wanted.from, until), last };
    if (last === undefined) return;
    until = last;
    await nextTurn();
  }
}

/** @returns `last_id` of the earliest batch of a piece; undefined when all from `from` on are one piece. */
async function leastOfPiece(db: Db, from: string, until: string, size: number): Promise<string | undefined> {
  const batches = db
    .selectFrom("decision_batches")
    .select("last_id")
    .where("last_id", "<", until)
    .where("last_id", ">=", from);
  const row = await batches
    .orderBy("last_id", "desc")
    .offset(size - 1)
    .limit(1)
    .executeTakeFirst();
  return row?.last_id;
}

/** The decisions that fit, of the batches whose last ids are from `first` until before `until`. */
async function fittingIn(
  db: Db,
  engine: Engine,
  { from, before, revision, values }: Wanted,
  first: string,
  until: string,
): Promise<readonly Place[]> {
  let query = db
    .selectFrom("decision_batches")
    .select(["id", "decisions", "summaries"])
    .where("last_id", ">=", first)
    .where("last_id", "<", until)
    .where("first_id", "<", before);
  if (revision !== undefined) query = query.where("revision", "=", revision);
  const position = sql.raw(engine === "postgres" ? "strpos" : "instr");
  for (const [, value] of values) {
    // A text that does not hold a value at all need not be read as JSON.
    query = query.where(sql<boolean>`${position}(summaries, ${JSON.stringify(value)}) > 0`);
  }
  const batches = await query.execute();
  return batches.flatMap((batch) =>
    placesIn(batch, (valueAt, place) => {
      const id = String(valueAt("id", place));
      return id >= from && id < before && values.every(([column, value]) => valueAt(column, place) === value);
    }),
  );
}

function placesIn(
  { id: batch, decisions, summaries }: { readonly id: string; readonly decisions: number; readonly summaries: string },
  fits: (valueAt: ReturnType<typeof unpackColumns>, place: number) => boolean,
): readonly Place[] {
  const valueAt = unpackColumns(summaries);
  const places: Place[] = [];
  for (let place = 0; place < decisions; place++) {
    if (!fits(valueAt, place)) continue;
    places.push({ id: String(valueAt("id", place)), batch, place, summary: summaryAt(valueAt, place) });
  }
  return places;
}

function summaryAt(valueAt: ReturnType<typeof unpackColumns>, place: number): DecisionSummary {
  const [rule, model, provider, status] = (["rule", "model", "provider", "status"] as const).map((name) =>
    valueAt(name, place),
  );
  return {
    rule: String(rule),
    ...(model == null ? {} : { model: String(model) }),
    ...(provider == null ? {} : { provider: String(provider) }),
    status: Number(status),
  };
}

/** Reads records, in the order of their places. */
async function readRecords(db: Db, places: readonly Place[]): Promise<readonly FoundRecord[]> {
  const batches = [...new Set(places.map(({ batch }) => batch))];
  const records = new Map<string, FoundRecord>();
  for (let start = 0; start < batches.length; start += BATCHES_PER_READ) {
    const some = new Set(batches.slice(start, start + BATCHES_PER_READ));
    const rows = await db
      .selectFrom("decision_batches")
      .select(["id", "records"])
      .where("id", "in", [...some])
      .execute();
    const lines = new Map(rows.map((row) => [row.id, recordsOf(row)]));
    for (const { id, batch, place, summary } of places) {
      const record = some.has(batch) ? lines.get(batch)?.[place] : undefined;
      if (record !== undefined) records.set(id, { record, summary });
    }
    if (start + BATCHES_PER_READ < batches.length) await nextTurn();
  }
  // One that was deleted meanwhile is missing.
  return places.flatMap(({ id }) => records.get(id) ?? []);
}
