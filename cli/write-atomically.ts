import { randomBytes } from "node:crypto";
import { open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/**
 * Replaces a file's text in one step: a temporary file beside it, fsync, rename. Its mode is kept; a symbolic link stays
 * one, and what it points to is replaced. Whoever reads it sees the old text or the new one, never a part.
 *
 * @param before the text it is expected to hold, a byte order mark at its head aside; undefined for a file that may be new.
 * @throws Error when the file holds something else by now: then nothing is written.
 */
export async function writeAtomically(file: string, text: string, before?: string): Promise<void> {
  const target = before === undefined ? await realpath(file).catch(() => file) : await realpath(file);
  const mode = await stat(target).then(
    (stats) => stats.mode & 0o7777,
    () => 0o644,
  );
  const temporary = join(dirname(target), `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const handle = await open(temporary, "wx", mode).catch((error: NodeJS.ErrnoException) => {
      const folder = resolve(dirname(target));
      const reason =
        error.code === "ENOENT" ? `there is no directory ${folder}` : error.message.replace(temporary, file);
      throw new Error(reason, { cause: error });
    });
    try {
      await handle.chmod(mode);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (before !== undefined && withoutMark(await readFile(target, "utf8")) !== withoutMark(before)) {
      throw new Error(`${file} was changed by somebody else meanwhile`);
    }
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Texts are read without it. */
function withoutMark(text: string): string {
  return text.replace(/^\ufeff/, "");
}
