import { parentPort, workerData } from "node:worker_threads";
import type { ContentSettings } from "./content-settings.js";
import { prepareContent, type RawContent } from "./prepare-content.js";
import { createRedactor } from "./redact.js";

/** What the thread is asked, and what it answers: the content as JSON, or undefined when it could not be prepared. */
export interface PrepareRequest extends RawContent {
  readonly id: string;
}
export interface PrepareAnswer {
  readonly id: string;
  readonly content: string | undefined;
}

// The thread that content-recorder.ts starts: redacts what it is given, in order, until it is ended.
const { patterns, maxBytes } = workerData as ContentSettings;
const redact = createRedactor(patterns);
parentPort?.on("message", (request: PrepareRequest) => {
  parentPort?.postMessage({ id: request.id, content: prepare(request) } satisfies PrepareAnswer);
});

function prepare(request: PrepareRequest): string | undefined {
  try {
    return JSON.stringify(prepareContent(request, redact, maxBytes));
  } catch {
    return undefined; // an error's words may quote the content
  }
}
