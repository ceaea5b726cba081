import { fstatSync } from "node:fs";
import pino, { type Logger } from "pino";

/** Bytes of lines that wait while they cannot be written. */
const MOST_BYTES_WAITING = 1 << 20;

/**
 * JSON lines on stderr, written at once: what is logged is rare, and the last words before a crash count most.
 *
 * A log that cannot be written (its disk is full, nobody reads the pipe) stops nothing: its lines wait, are written with the next one
 * that can be, and beyond 1 MiB are counted in place of kept.
 *
 * @param fd a file descriptor; default: that of stderr.
 */
export function createLog(fd = 2): Logger {
  const destination = pino.destination({ fd, sync: !canStall(fd), maxLength: MOST_BYTES_WAITING });
  let lost = 0;
  destination.on("error", () => undefined); // there is nowhere to say it; the lines wait
  destination.on("drop", () => {
    lost += 1;
  });
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: pino.stdSerializers.err } },
    destination,
  );
  destination.on("drain", () => {
    if (lost === 0) return;
    const lines = lost;
    lost = 0;
    log.error({ lines }, "lines of this log are lost: it could not be written");
  });
  return log;
}

/**
 * A write to a full pipe lasts until somebody reads from it, so it is made beside the event loop.
 *
 * Asked with `bigint`: Node 20 keeps the numbers of the last question, and while these are a pipe's it follows no link to a module's
 * real place (`realpathSync` of its `lib/fs.js`), so that with pnpm's folders packages did not find theirs, or were loaded twice.
 */
function canStall(fd: number): boolean {
  const kind = fstatSync(fd, { bigint: true });
  return kind.isFIFO() || kind.isSocket();
}
