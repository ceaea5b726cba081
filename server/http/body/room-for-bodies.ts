import { totalmem } from "node:os";

/** The largest request body, bytes. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * What complete bodies may hold together, and what those on their way may, bytes: an eighth of the memory each, and always the largest
 * body. A body that is translated for its provider takes five times its bytes for a while, and the server itself 150 MiB.
 *
 * @param memory that this process may use, bytes.
 */
export function roomForBodies(memory = usableMemory()): number {
  return Math.max(memory / 8, MAX_BODY_BYTES);
}

/** Bytes; a container may have less than the machine (0 or a huge number: it has no limit). */
function usableMemory(): number {
  const limit = process.constrainedMemory() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
