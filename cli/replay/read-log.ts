import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CommandFailure } from "../command-failure.js";
import type { LoggedPolicy, LogPiece } from "./log-piece.js";
import { readDatabaseLog } from "./read-database-log.js";

/** How an exported log marks the lines that hold a policy. */
export const POLICY_LINE = '{"kind":"policy"';
const PIECE_LINES = 500;

/**
 * Reads a log in pieces: a file of JSON lines, plain or gzipped, `-` for the standard input, a SQLite file, or the URL of
 * a server's database. Never holds more than a piece.
 *
 * @throws CommandFailure (2) when it cannot be read.
 */
export async function* readLog(name: string): AsyncGenerator<LogPiece> {
  if (/^(sqlite|postgres(ql)?):/i.test(name)) yield* readDatabaseLog(name);
  else if (name !== "-" && (await headOf(name)).toString("latin1").startsWith("SQLite format 3\0")) {
    yield* readDatabaseLog(`sqlite:${name}`);
  } else yield* readLines(name);
}

/** Bytes of a log, for progress; undefined when that is not known. */
export async function sizeOfLog(name: string): Promise<number | undefined> {
  if (name === "-") return undefined;
  return stat(name).then(
    ({ size }) => size,
    () => undefined,
  );
}

async function headOf(name: string): Promise<Buffer> {
  const unreadable = (error: Error) => {
    throw new CommandFailure(2, `policy replay: cannot read ${name}: ${error.message}`);
  };
  const handle = await open(name, "r").catch(unreadable);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0).catch(unreadable);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function* readLines(name: string): AsyncGenerator<LogPiece> {
  const isGzip = name !== "-" && (await headOf(name)).subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]));
  const file = name === "-" ? undefined : createReadStream(name, { highWaterMark: 1 << 18 });
  const source: Readable = file ?? process.stdin;
  const text = isGzip ? source.pipe(createGunzip()) : source;
  if (isGzip) source.on("error", (error) => text.destroy(error));
  text.setEncoding("utf8");
  let bytes = 0;
  const bytesSince = () => {
    const read = (file?.bytesRead ?? 0) - bytes;
    bytes += read;
    return read;
  };
  let rest = "";
  let lines: string[] = [];
  try {
    for await (const chunk of text as AsyncIterable<string>) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) if (line.trim() !== "") lines.push(line);
      if (lines.length < PIECE_LINES) continue;
      yield pieceOf(lines, bytesSince());
      lines = [];
    }
  } catch (error) {
    throw new CommandFailure(
      2,
      `policy replay: cannot read ${name}: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (rest.trim() !== "") lines.push(rest);
  if (lines.length > 0) yield pieceOf(lines, bytesSince());
}

function pieceOf(lines: readonly string[], bytes: number): LogPiece {
  if (!lines.some((line) => line.startsWith(POLICY_LINE))) return { lines, policies: [], bytes };
  const policies = lines.filter((line) => line.startsWith(POLICY_LINE)).flatMap((line) => parsePolicy(line) ?? []);
  return { lines: lines.filter((line) => !line.startsWith(POLICY_LINE)), policies, bytes };
}

function parsePolicy(line: string): LoggedPolicy | undefined {
  try {
    const policy = JSON.parse(line) as LoggedPolicy;
    return typeof policy.revision === "string" && Array.isArray(policy.files) ? policy : undefined;
  } catch {
    return undefined;
  }
}
