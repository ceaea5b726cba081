import type { Logger } from "pino";
import { endsWithin } from "./ends-within.js";

/**
 * What does not end in this time is left as it is, milliseconds: a database that does not answer must not hold up the end, or the
 * process is killed. Longer than queues try to write.
 */
const LONGEST_MS = 6_000;

/** Closes each, the last opened first, and takes it off the list. Never rejects: what cannot be closed is in the log. */
export async function closeAll(
  closing: (() => Promise<unknown>)[],
  log: Pick<Logger, "warn" | "error">,
  longestMs = LONGEST_MS,
): Promise<void> {
  for (const close of closing.splice(0).reverse()) {
    const closed = close().catch((error: unknown) => log.error({ error }, "something could not be closed"));
    if (!(await endsWithin(closed, longestMs))) {
      log.warn({}, `something took longer than ${longestMs / 1_000} s to close: the end does not wait for it`);
    }
  }
}
