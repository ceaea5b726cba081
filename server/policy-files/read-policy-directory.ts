import { readFile } from "node:fs/promises";
import type { SourceFile } from "../../engine/serving.js";
import { directoryLimits, type Listing, listPolicyFiles, PolicyDirectoryError } from "./list-policy-files.js";

/**
 * A file that had not changed for so long when it was read, in milliseconds, is not read again while its mark is the same. Within
 * one tick of a file system's clock a file can change without a new time.
 */
const SETTLED_MS = 2_000;

/** How often a directory that changes under our hands is read again before giving up. */
const READINGS = 8;

export interface PolicyDirectoryReading {
  readonly files: readonly SourceFile[];
  /** The listing's signature that these files belong to. */
  readonly signature: string;
  /** The files that need not be read again, by mark. */
  readonly settled: ReadonlyMap<string, SourceFile>;
}

/**
 * Reads all YAML files of a policy directory, as {@link listPolicyFiles} finds them, sorted by name.
 * @throws PolicyDirectoryError with a message for the operator.
 */
export async function readPolicyDirectory(directory: string): Promise<readonly SourceFile[]> {
  return (await takeReading(directory)).files;
}

/**
 * Reads the directory as it was at one moment: it is listed before and after, and read again while the two differ,
 * so files of two revisions are not mixed when a checkout or a swap happens meanwhile.
 * @param settled of the reading before.
 * @throws PolicyDirectoryError with a message for the operator.
 */
export async function takeReading(
  directory: string,
  settled: PolicyDirectoryReading["settled"] = new Map(),
): Promise<PolicyDirectoryReading> {
  let vanished: NodeJS.ErrnoException | undefined;
  for (let reading = 0; reading < READINGS; reading++) {
    try {
      const before = await listPolicyFiles(directory);
      const begun = Date.now();
      const files = await readAll(before, settled);
      const after = await listPolicyFiles(directory);
      if (before.signature === after.signature) {
        const old = before.files.flatMap(({ mark, changedAt }, at) =>
          changedAt < begun - SETTLED_MS ? [[mark, files[at] as SourceFile] as const] : [],
        );
        return { files, signature: after.signature, settled: new Map(old) };
      }
      vanished = undefined;
    } catch (error) {
      if (error instanceof PolicyDirectoryError) throw error;
      vanished = error as NodeJS.ErrnoException;
      if (!isVanished(vanished)) throw unreadable(directory, vanished);
    }
    await new Promise((resolve) => setTimeout(resolve, 2 ** reading)); // 1 to 128 ms
  }
  if (vanished !== undefined) throw unreadable(directory, vanished);
  throw new PolicyDirectoryError(
    "unstable",
    directory,
    `${directory} changed each of the ${READINGS} times it was read; something keeps writing to it`,
  );
}

/**
 * Reads the directory once: if something is written meanwhile, files of two moments can stand beside each other.
 * @param settled of the reading before.
 */
export async function readAtOnce(
  directory: string,
  settled: PolicyDirectoryReading["settled"],
): Promise<readonly SourceFile[]> {
  return readAll(await listPolicyFiles(directory), settled);
}

function readAll(listing: Listing, settled: PolicyDirectoryReading["settled"]): Promise<readonly SourceFile[]> {
  return Promise.all(
    listing.files.map(async ({ name, path, mark }) => {
      const known = settled.get(mark);
      if (known !== undefined) return known;
      const bytes = await readFile(path);
      if (bytes.length > directoryLimits.fileBytes) {
        throw new PolicyDirectoryError(
          "too_large",
          path,
          `${name} has grown beyond ${directoryLimits.fileBytes} bytes`,
        );
      }
      try {
        return { name, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
      } catch (error) {
        const message = `${name}: line ${firstStrangeLine(bytes)} is not UTF-8 text; save the file as UTF-8`;
        throw new PolicyDirectoryError("not_text", path, message, error);
      }
    }),
  );
}

/** The first line with bytes that are not UTF-8: what replaces them is met there first, unless the text itself holds such marks. */
function firstStrangeLine(bytes: Uint8Array): number {
  const [before = ""] = new TextDecoder().decode(bytes).split("\ufffd", 1);
  return before.split("\n").length;
}

function isVanished(error: NodeJS.ErrnoException): boolean {
  return error.code === "ENOENT" || error.code === "ENOTDIR";
}

function unreadable(directory: string, error: NodeJS.ErrnoException): PolicyDirectoryError {
  const path = error.path ?? directory;
  if (error.code === "ENOENT") {
    return new PolicyDirectoryError(
      "missing",
      path,
      path === directory ? `there is no directory ${directory}` : `${path} does not exist, or is a link to nothing`,
      error,
    );
  }
  const reason =
    error.code === "EACCES" ? "permission denied" : error.code === "ELOOP" ? "its links go in a circle" : error.message;
  return new PolicyDirectoryError("unreadable", path, `${path} cannot be read: ${reason}`, error);
}
