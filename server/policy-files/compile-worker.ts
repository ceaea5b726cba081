import { parentPort, workerData } from "node:worker_threads";
import { compilePolicy, type SourceFile } from "../../engine/index.js";

// The thread that compile-in-worker.ts starts: compiles the files it was given, answers once, ends.
const { files } = workerData as { readonly files: readonly SourceFile[] };
parentPort?.postMessage(compilePolicy(files));
