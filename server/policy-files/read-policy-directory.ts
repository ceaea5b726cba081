import { readFile } from "node:fs/promises";
import type { SourceFile } from "../../engine/index.js";
import { directoryLimits, type Listing, listPolicyFiles, PolicyDirectoryError } from "./list-policy-files.js";

/** How often a directory that changes under our hands is read again before giving up. */
const READINGS = 8;

export interface PolicyDirectoryReading {
  readonly files: readonly SourceFile[];
  /** The listing's signature that these files belong to. */
  readonly signature: string;
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
 * @throws PolicyDirectoryError with a message for the operator.
 */
export async function takeReading(directory: string): Promise<PolicyDirectoryReading> {
  let vanished: NodeJS.ErrnoException | undefined;
  for (let reading = 0; reading < READINGS; reading++) {
    try {
      const before = await listPolicyFiles(directory);
      const files = await readAll(before);
      const after = await listPolicyFiles(directory);
      if (before.signature === after.signature) return { files, signature: after.signature };
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

function readAll(listing: Listing): Promise<readonly SourceFile[]> {
  return Promise.all(
    listing.files.map(async ({ name, path }) => {
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
        throw new PolicyDirectoryError("not_text", path, `${name} is not UTF-8 text; save it as UTF-8`, error);
      }
    }),
  );
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
