import { opendir, realpath, stat } from "node:fs/promises";
import { basename, relative, sep } from "node:path";
import { type FSWatcher, watch } from "chokidar";
import type { Logger } from "pino";
import { reasonOf } from "../reason-of.js";
import { EditPauses } from "./edit-pauses.js";
import { listPolicyFiles } from "./list-policy-files.js";

export interface PolicyWatchOptions {
  readonly directory: string;
  /** The directory may have changed and has been quiet for `settleMs`; or it has not been quiet for `longestMs`. */
  readonly onChange: () => void;
  /** The first short pause in an edit; `onChange` will follow. A time to begin with work that can be thrown away. */
  readonly onStir?: () => void;
  /** The signature of what was read last (see {@link lookAtDirectory}) for the safety net; undefined during a reading. */
  readonly lastSeen: () => string | undefined;
  readonly log: Pick<Logger, "warn">;
  /** Milliseconds without an event before `onChange`. Default 150: a slow writer is otherwise seen half-way. */
  readonly settleMs?: number;
  /** Milliseconds after which an unending stream of events is acted on all the same. Default 1,000. */
  readonly longestMs?: number;
  /**
   * Milliseconds between two looks of the safety net, which finds what events miss: the directory itself is a link
   * that was pointed elsewhere, a network mount, an exhausted inotify limit. Default 500; a look takes at most 5 % of
   * the time, so a large or slow directory is looked at less often, but every 10 seconds.
   */
  readonly lookEveryMs?: number;
  /** false: the safety net alone (tests). Default true. */
  readonly events?: boolean;
}

const LONGEST_BETWEEN_LOOKS_MS = 10_000;

export interface PolicyWatch {
  /** Settles when events are being received. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** The signature of the directory as it is now, or `unreadable: …` with the reason; never rejects. */
export async function lookAtDirectory(directory: string): Promise<string> {
  try {
    return (await listPolicyFiles(directory)).signature;
  } catch (error) {
    return `unreadable: ${reasonOf(error)}`;
  }
}

/**
 * Watches a policy directory, with everything below it.
 *
 * The directory is watched, never a file: after a `git checkout` (delete and create at once) a watched file does not
 * report again. `CHOKIDAR_USEPOLLING=1` polls instead of using the system's events, for network mounts.
 */
export function watchPolicyDirectory(options: PolicyWatchOptions): PolicyWatch {
  const { directory, settleMs = 150, longestMs = 1_000, lookEveryMs = 500 } = options;
  let watcher: FSWatcher | undefined;
  let watched: string | undefined;
  let isClosed = false;
  let lookTimer: NodeJS.Timeout | undefined;
  const pauses = new EditPauses({
    settleMs,
    longestMs,
    onSettled: options.onChange,
    onStir: () => options.onStir?.(),
  });

  const watchEvents = async (): Promise<void> => {
    await watcher?.close();
    watched = await identityOf(directory);
    if (isClosed || watched === undefined) return;
    const root = await realpath(directory);
    const next = watch(root, {
      ignoreInitial: true,
      followSymlinks: false, // a swapped link is an event by itself; a link to / must not be walked
      ignored: (path) => isIgnored(root, path),
    });
    watcher = next;
    next.on("all", () => pauses.event());
    // chokidar drops the second of two events within 5 ms (chmod, then write); the raw ones are all there.
    next.on("raw", (_event, name) => {
      if (name === null || !isHidden(basename(String(name)))) pauses.event();
    });
    await new Promise<void>((resolve) => {
      next.once("ready", resolve);
      next.on("error", (error) => {
        options.log.warn({ error }, `watching ${directory}: events may be missed; it is looked at regularly as well`);
        resolve();
      });
    });
  };

  const look = async (): Promise<void> => {
    const begun = performance.now();
    try {
      if (options.events !== false && (await identityOf(directory)) !== watched) await watchEvents();
      const seen = options.lastSeen();
      if (seen !== undefined && !pauses.isEditing && (await lookAtDirectory(directory)) !== seen) pauses.event();
    } catch (error) {
      options.log.warn({ error }, `watching ${directory} failed; it is tried again`);
    }
    lookAgain(Math.max(lookEveryMs, Math.min(20 * (performance.now() - begun), LONGEST_BETWEEN_LOOKS_MS)));
  };
  const lookAgain = (afterMs: number) => {
    if (isClosed) return;
    lookTimer = setTimeout(look, afterMs);
    lookTimer.unref();
  };

  const ready = (options.events === false ? Promise.resolve() : watchEvents()).catch((error: unknown) => {
    options.log.warn({ error }, `watching ${directory} failed; it is tried again`);
  });
  void ready.then(() => lookAgain(lookEveryMs));
  return {
    ready,
    close: async () => {
      isClosed = true;
      pauses.stop();
      clearTimeout(lookTimer);
      await watcher?.close();
    },
  };
}

/**
 * Which directory the path leads to at this moment; undefined when there is none, or it may not be read: chokidar ceases to watch what it cannot
 * read, and does not begin again by itself.
 */
async function identityOf(directory: string): Promise<string | undefined> {
  try {
    await (await opendir(directory)).close();
    const { dev, ino } = await stat(directory, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined; // the look that follows reports it as unreadable
  }
}

/** Folders that never hold policies and can be large or busy (`.git`). `..data` and its kin are watched. */
function isIgnored(root: string, path: string): boolean {
  const inside = relative(root, path);
  if (inside === "" || inside === ".." || inside.startsWith(`..${sep}`)) return false;
  return isHidden(basename(path));
}

function isHidden(name: string): boolean {
  return name === "node_modules" || (name.startsWith(".") && !name.startsWith(".."));
}
