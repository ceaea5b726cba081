import { statSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { openSqlite } from "./open-sqlite.js";

/** Milliseconds between two looks at the log. */
const LOOK_EVERY_MS = 250;
/** A shorter log is left alone, bytes. */
const LEAST_BYTES = 1024 * 1024;

const { path } = workerData as { readonly path: string };
const connection = openSqlite(path, "pragma busy_timeout = 0");
let lastBytes = 0;

const timer = setInterval(() => {
  try {
    const { size } = statSync(`${path}-wal`);
    if (size < LEAST_BYTES && size === lastBytes) return;
    lastBytes = size;
    connection.exec("pragma wal_checkpoint(passive)");
  } catch {
    // No log yet, or somebody else is at it: the next look tells, and the writer's own checkpoints are the last resort.
  }
}, LOOK_EVERY_MS);

parentPort?.once("message", () => {
  clearInterval(timer);
  connection.close();
  parentPort?.close();
});
