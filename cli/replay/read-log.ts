import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { POLICY_LINE } from "../../engine/index.js";
import { reasonOf } from "../../server/reason-of.js";
import { CommandFailure } from "../command-failure.js";
import type { LoggedPolicy, LogPiece } from "./log-piece.js";
import { PIECE, type PieceMemory } from "./piece-memory.js";
import { readDatabaseLog } from "./read-database-log.js";

const LINE_END = 10;
/** How a gzipped file begins. */
const GZIP = Buffer.from([0x1f, 0x8b]);
/** How the line before a policy ends. Texts of so few bytes Node looks for four times as fast as for longer ones. */
const LINE_BEFORE_POLICY = `\n${POLICY_LINE.slice(0, 5)}`;

/**
 * Reads a log in pieces: a file of JSON lines, plain or gzipped, `-` for the standard input, a SQLite file, or the URL of
 * a server's database. Never holds more than a piece.
 *
 * @param memory for the pieces; what is done with one may be given back.
 * @throws CommandFailure (2) when it cannot be read.
 */
export async function* readLog(name: string, memory: PieceMemory): AsyncGenerator<LogPiece> {
  if (/^(sqlite|postgres(ql)?):/i.test(name)) yield* readDatabaseLog(name, memory);
  else if (name === "-") yield* readStream(process.stdin, name, memory, () => 0);
  else {
    const head = await headOf(name);
    if (head.toString("latin1").startsWith("SQLite format 3\0")) yield* readDatabaseLog(`sqlite:${name}`, memory);
    else if (head.subarray(0, 2).equals(GZIP)) yield* readGzip(name, memory);
    else yield* readFile(name, memory);
  }
}

/** Bytes of logs, for progress; undefined when that is not known. */
export async function sizeOfLogs(names: readonly string[]): Promise<number | undefined> {
  const sizes = await Promise.all(names.map(sizeOfLog));
  return sizes.every((size) => size !== undefined) ? sizes.reduce((sum, size) => sum + size, 0) : undefined;
}

async function sizeOfLog(name: string): Promise<number | undefined> {
  if (name === "-") return undefined;
  return stat(name).then(
    ({ size }) => size,
    () => undefined,
  );
}

async function headOf(name: string): Promise<Buffer> {
  const handle = await open(name, "r").catch((error: unknown) => unreadable(name, error));
  try {
    const { buffer, bytesRead } = await handle
      .read(Buffer.alloc(16), 0, 16, 0)
      .catch((error: unknown) => unreadable(name, error));
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function unreadable(name: string, error: unknown): never {
  const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
  const reason = isMissing ? "there is no such file" : reasonOf(error);
  throw new CommandFailure(2, `policy: cannot read ${name}: ${reason}`);
}

async function* readFile(name: string, memory: PieceMemory): AsyncGenerator<LogPiece> {
  const handle = await open(name, "r").catch((error: unknown) => unreadable(name, error));
  try {
    let bytes = memory.take();
    let filled = 0;
    let read = 0;
    for (;;) {
      const { bytesRead } = await handle
        .read(bytes, filled, bytes.length - filled)
        .catch((error: unknown) => unreadable(name, error));
      filled += bytesRead;
      read += bytesRead;
      if (bytesRead === 0) break;
      if (filled < bytes.length) continue;
      const end = bytes.lastIndexOf(LINE_END) + 1;
      // A line that is longer than all of it needs more.
      const next = memory.take(end === 0 ? 2 * filled : Math.max(PIECE, 2 * (filled - end)));
      bytes.copy(next, 0, end);
      filled -= end;
      if (end > 0) {
        yield pieceOf(bytes.subarray(0, end), read);
        read = 0;
      } else memory.giveBack(bytes.buffer);
      bytes = next;
    }
    if (filled > 0) yield pieceOf(bytes.subarray(0, filled), read);
    else memory.giveBack(bytes.buffer);
  } finally {
    await handle.close();
  }
}

async function* readGzip(name: string, memory: PieceMemory): AsyncGenerator<LogPiece> {
  const file = createReadStream(name, { highWaterMark: PIECE });
  const plain = file.pipe(createGunzip({ chunkSize: PIECE }));
  file.on("error", (error) => plain.destroy(error));
  yield* readStream(plain, name, memory, () => file.bytesRead);
}

/** @param bytesRead bytes of the source that were read for it so far. */
async function* readStream(
  source: Readable,
  name: string,
  memory: PieceMemory,
  bytesRead: () => number,
): AsyncGenerator<LogPiece> {
  let read = 0;
  const readSince = () => {
    const more = bytesRead() - read;
    read += more;
    return more;
  };
  // Chunks since the last line's end.
  let open: Uint8Array[] = [];
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const end = chunk.lastIndexOf(LINE_END) + 1;
      if (end === 0) {
        open.push(chunk);
        continue;
      }
      yield pieceOf(joined([...open, chunk.subarray(0, end)], memory), readSince());
      open = end === chunk.length ? [] : [chunk.subarray(end)];
    }
  } catch (error) {
    unreadable(name, error);
  }
  if (open.length > 0) yield pieceOf(joined(open, memory), readSince());
}

function joined(parts: readonly Uint8Array[], memory: PieceMemory): Uint8Array<SharedArrayBuffer> {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const bytes = memory.take(size).subarray(0, size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function pieceOf(bytes: Uint8Array<SharedArrayBuffer>, read: number): LogPiece {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const policies: LoggedPolicy[] = [];
  for (let at = isPolicyAt(text, 0) ? 0 : nextPolicy(text, 0); at !== -1; at = nextPolicy(text, at)) {
    const end = text.indexOf(LINE_END, at);
    policies.push(...parsePolicy(text.toString("utf8", at, end === -1 ? text.length : end)));
  }
  return { bytes, policies, read };
}

/** The next line that holds a policy. The end of the line before it is looked for, since that is rare among all bytes. */
function nextPolicy(text: Buffer, from: number): number {
  for (let at = from; ; at++) {
    at = text.indexOf(LINE_BEFORE_POLICY, at);
    if (at === -1) return -1;
    if (isPolicyAt(text, at + 1)) return at + 1;
  }
}

function isPolicyAt(text: Buffer, at: number): boolean {
  return text.subarray(at, at + POLICY_LINE.length).equals(Buffer.from(POLICY_LINE));
}

function parsePolicy(line: string): readonly LoggedPolicy[] {
  try {
    const policy = JSON.parse(line) as LoggedPolicy;
    return typeof policy.revision === "string" && Array.isArray(policy.files) ? [policy] : [];
  } catch {
    return [];
  }
}
