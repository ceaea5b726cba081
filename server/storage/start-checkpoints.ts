import { Worker } from "node:worker_threads";

/**
 * Copies SQLite's write-ahead log into the database from a thread of its own. A commit that does it waits for the disk, 10 to
 * 20 ms, and all requests with it; this way it finds little left to copy.
 *
 * @returns what ends it.
 */
export function startCheckpoints(path: string): () => Promise<void> {
  const worker = new Worker(new URL("./checkpoint-worker.js", import.meta.url), {
    workerData: { path },
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 },
  });
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  worker.on("error", () => undefined); // commits go on copying, as without it
  worker.unref();
  return () => {
    worker.ref(); // the process stays until the file is closed
    worker.postMessage("close");
    return ended;
  };
}
