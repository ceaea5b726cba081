import { access } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { SourceFile } from "../../engine/compiling.js";
import { reasonOf } from "../../server/reason-of.js";
import { recordsOf } from "../../server/storage/decisions/decision-batch.js";
import type { Database } from "../../server/storage/open-database.js";
import { unpackColumns } from "../../server/storage/packed-columns.js";
import { CommandFailure } from "../command-failure.js";
import type { LoggedPolicy, LogPiece } from "./log-piece.js";
import type { PieceMemory } from "./piece-memory.js";

/** Read at once, each of up to 64 decisions. */
const BATCHES = 16;

/**
 * Reads the decisions and policy snapshots of a server's database, batch by batch, the oldest batch first. The server may run.
 * @throws CommandFailure (2) when it cannot be opened.
 */
export async function* readDatabaseLog(url: string, memory: PieceMemory): AsyncGenerator<LogPiece> {
  const path = /^sqlite:(.+)$/i.exec(url)?.[1];
  let database: Database;
  try {
    if (path !== undefined) await access(path);
    // Most logs are files, for which no database need be loaded.
    const { openDatabase } = await import("../../server/storage/open-database.js");
    database = await openDatabase(url, { busyMs: 5_000 });
  } catch (error) {
    throw new CommandFailure(2, `policy: cannot read the log: ${reasonOf(error)}`);
  }
  const { db } = database;
  try {
    const policies: LoggedPolicy[] = [];
    for (const { revision, name, files } of await db.selectFrom("policy_snapshots").selectAll().execute()) {
      const text = (await promisify(gunzip)(files)).toString("utf8");
      policies.push({ kind: "policy", revision, name, files: JSON.parse(text) as readonly SourceFile[] });
    }
    yield { bytes: new Uint8Array(new SharedArrayBuffer(0)), policies, read: 0 };
    for (let after = ""; ; ) {
      const batches = await db
        .selectFrom("decision_batches")
        .select(["last_id", "summaries", "records"])
        .where("last_id", ">", after)
        .orderBy("last_id")
        .limit(BATCHES)
        .execute();
      const last = batches.at(-1);
      if (last === undefined) return;
      after = last.last_id;
      const lines = batches.map(linesOf).join("");
      const size = Buffer.byteLength(lines);
      const bytes = memory.take(size).subarray(0, size);
      bytes.write(lines);
      yield { bytes, policies: [], read: 0 };
    }
  } finally {
    await database.close();
  }
}

/** The rule is a column, not part of the record: it is put in front. */
function linesOf(batch: { readonly summaries: string; readonly records: string }): string {
  const valueAt = unpackColumns(batch.summaries);
  return recordsOf(batch)
    .map((record, place) => `{"rule":${JSON.stringify(valueAt("rule", place))},${record.slice(1)}\n`)
    .join("");
}
