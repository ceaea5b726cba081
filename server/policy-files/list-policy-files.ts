import type { BigIntStats, Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { safeText } from "../../engine/serving.js";

/** Why a policy directory cannot be read, in words for the operator, which no file's name makes steer a terminal. `code` is stable; `path` is where. */
export class PolicyDirectoryError extends Error {
  override readonly name = "PolicyDirectoryError";
  readonly code:
    | "missing"
    | "outside"
    | "link_loop"
    | "not_a_file"
    | "not_text"
    | "too_large"
    | "unstable"
    | "unreadable";
  readonly path: string;
  constructor(code: PolicyDirectoryError["code"], path: string, message: string, cause?: unknown) {
    super(safeText(message), cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
  }
}

/**
 * What a directory may hold before it is refused without being read; the engine's own limits (code RW1004) are lower
 * and give a diagnostic with a place.
 */
export const directoryLimits = {
  files: 5_000,
  folderDepth: 16,
  fileBytes: 16 * 1024 * 1024,
  totalBytes: 64 * 1024 * 1024,
} as const;

/** One after another, the stats of 100 files take 20 ms on a busy machine. */
const STATS_AT_ONCE = 32;

/** One YAML file of the directory. */
export interface ListedFile {
  /** Relative to the directory, with `/`. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Changes whenever the file, its content's time or its identity changes. */
  readonly mark: string;
  /** When it changed last, by the file system's clock: milliseconds since 1970. */
  readonly changedAt: number;
}

export interface Listing {
  /** By name, in code-unit order. */
  readonly files: readonly ListedFile[];
  /** Changes whenever a file, its content's time, its identity or the directory itself changes. */
  readonly signature: string;
}

/**
 * Finds the YAML files (`*.yaml`, `*.yml`, in letters of either case) of a policy directory. Hidden files and folders, and `node_modules`, are left out.
 *
 * Links are followed while they stay inside the real directory; the directory itself may be a link, and so may
 * `..data` inside it (a Kubernetes ConfigMap), because both lead to a place that is then the real directory or in it.
 *
 * @throws PolicyDirectoryError for a link that leads outside or in a circle, a YAML name that is no regular file,
 *   and a directory over {@link directoryLimits}; an `ENOENT` error when something vanished while it was listed.
 */
export async function listPolicyFiles(directory: string): Promise<Listing> {
  const root = await realpath(directory);
  const rootStats = await stat(root, { bigint: true });
  if (!rootStats.isDirectory()) throw new PolicyDirectoryError("missing", directory, `${directory} is not a directory`);
  const listing: Walk = { root, files: [], marks: [`${root} ${rootStats.dev}:${rootStats.ino}`], bytes: 0 };
  await walk(listing, root, "", [root]);
  listing.files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { files: listing.files, signature: listing.marks.sort().join("\n") };
}

interface Walk {
  readonly root: string;
  readonly files: ListedFile[];
  readonly marks: string[];
  bytes: number;
}

async function walk(listing: Walk, folder: string, prefix: string, above: readonly string[]): Promise<void> {
  if (above.length > directoryLimits.folderDepth) {
    throw new PolicyDirectoryError(
      "too_large",
      folder,
      `${prefix} is nested deeper than ${directoryLimits.folderDepth} folders`,
    );
  }
  const entries = (await readdir(folder, { withFileTypes: true })).filter(mayMatter);
  for (let at = 0; at < entries.length; at += STATS_AT_ONCE) {
    const some = entries.slice(at, at + STATS_AT_ONCE);
    const stats = await Promise.all(some.map((entry) => statOf(join(folder, entry.name), isYaml(entry))));
    for (const [index, entry] of some.entries()) {
      const path = join(folder, entry.name);
      const found = stats[index];
      if (found !== undefined)
        await addEntry(listing, entry, { path, name: `${prefix}${entry.name}`, stats: found }, above);
    }
  }
}

function mayMatter(entry: Dirent): boolean {
  if (entry.name.startsWith(".") || entry.name === "node_modules") return false;
  return isYaml(entry) || entry.isDirectory() || entry.isSymbolicLink();
}

function isYaml({ name }: Dirent): boolean {
  return isYamlName(name);
}

/** Whether a file's name says YAML, in letters of either case. */
export function isYamlName(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}

async function addEntry(
  listing: Walk,
  entry: Dirent,
  { path, name, stats }: { readonly path: string; readonly name: string; readonly stats: BigIntStats },
  above: readonly string[],
): Promise<void> {
  if (!isYaml(entry) && !stats.isDirectory()) return;
  const real = entry.isSymbolicLink() ? await realpath(path) : path;
  if (entry.isSymbolicLink() && real !== listing.root && !real.startsWith(listing.root + sep)) {
    throw new PolicyDirectoryError(
      "outside",
      path,
      `${name} is a link to ${real}, outside the policy directory ${listing.root}; copy the file into the directory`,
    );
  }
  if (!stats.isDirectory()) return addFile(listing, name, path, stats);
  if (isYaml(entry)) {
    const why = "containers make one where a file that is mounted does not exist";
    throw new PolicyDirectoryError("not_a_file", path, `${name} is a folder, no file: ${why}`);
  }
  const realFolder = await realpath(path);
  if (above.includes(realFolder)) {
    throw new PolicyDirectoryError("link_loop", path, `${name} is a link to a folder that holds it`);
  }
  await walk(listing, path, `${name}/`, [...above, realFolder]);
}

/** A link to nothing is an error for a YAML name and of no interest for any other. */
async function statOf(path: string, isYaml: boolean): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (!isYaml && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function addFile(listing: Walk, name: string, path: string, stats: BigIntStats): void {
  // A named pipe would be waited for without end.
  if (!stats.isFile()) throw new PolicyDirectoryError("not_a_file", path, `${name} is not a regular file`);
  const bytes = Number(stats.size);
  listing.bytes += bytes;
  const mark = `${name} ${stats.dev}:${stats.ino} ${bytes} ${stats.mtimeNs} ${stats.ctimeNs}`;
  listing.files.push({ name, path, bytes, mark, changedAt: Number(stats.ctimeMs) });
  listing.marks.push(mark);
  if (bytes > directoryLimits.fileBytes) {
    throw new PolicyDirectoryError(
      "too_large",
      path,
      `${name} has ${bytes} bytes; a policy file may have ${directoryLimits.fileBytes}`,
    );
  }
  if (listing.files.length > directoryLimits.files || listing.bytes > directoryLimits.totalBytes) {
    throw new PolicyDirectoryError(
      "too_large",
      listing.root,
      `${listing.root} holds more than ${directoryLimits.files} YAML files or ${directoryLimits.totalBytes} bytes of them; is this the policy directory?`,
    );
  }
}
