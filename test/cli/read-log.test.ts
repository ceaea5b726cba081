import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PIECE, PieceMemory } from "../../cli/replay/piece-memory.js";
import { readLog } from "../../cli/replay/read-log.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "read-log-"));
});
afterAll(() => rm(directory, { recursive: true }));

const policy = (revision: string) => JSON.stringify({ kind: "policy", revision, name: "p", files: [] });
const line = (length: number, letter: string) => JSON.stringify(letter.repeat(length - 2));

/** Reads a log as threads do, which hand the memory of each piece back. */
async function read(content: Buffer) {
  const name = join(directory, "log");
  await writeFile(name, content);
  const memory = new PieceMemory();
  const pieces: string[] = [];
  const revisions: string[] = [];
  let total = 0;
  for await (const { bytes, policies, read } of readLog(name, memory)) {
    pieces.push(Buffer.from(bytes).toString("latin1"));
    revisions.push(...policies.map(({ revision }) => revision));
    total += read;
    memory.giveBack(bytes.buffer);
  }
  return { pieces, revisions, total };
}

describe("reading a log in pieces", () => {
  const lines = [
    policy("first"),
    ...Array.from({ length: 900 }, (_, number) => line(1_000 + ((number * 7_919) % 5_000), "a")),
    policy("amid"),
    // Longer than a piece, and than what it is enlarged to at first.
    line(5 * PIECE, "b"),
    // As long as a piece is, to the byte.
    line(PIECE - 1, "c"),
    `{"kind":"none"}`,
    policy("last"),
    line(100, "d"),
  ];

  it.each([
    ["plain", (text: string) => Buffer.from(text)],
    ["gzipped", (text: string) => gzipSync(text)],
  ] as const)("gives every byte of a %s one once, in whole lines, with its policies", async (_, packed) => {
    for (const end of ["", "\n"]) {
      const text = lines.join("\n") + end;
      const content = packed(text);
      const { pieces, revisions, total } = await read(content);
      expect(pieces.join("") === text).toBe(true);
      expect(pieces.slice(0, -1).every((piece) => piece.endsWith("\n"))).toBe(true);
      expect(revisions).toEqual(["first", "amid", "last"]);
      expect(total).toBe(content.length);
    }
  });

  it("gives nothing of an empty one", async () => {
    expect(await read(Buffer.alloc(0))).toEqual({ pieces: [], revisions: [], total: 0 });
  });

  it("uses memory again that is given back, where it is large enough", () => {
    const memory = new PieceMemory();
    const lent = memory.take().buffer;
    expect(memory.take().buffer).not.toBe(lent);
    memory.giveBack(lent);
    expect(memory.take().buffer).toBe(lent);
    memory.giveBack(lent);
    expect(memory.take(2 * PIECE).length).toBe(2 * PIECE);
  });

  it("takes no memory away from a thread, which would make it slow", async () => {
    const name = join(directory, "log");
    const memory = new PieceMemory();
    for (const content of [Buffer.from(lines.join("\n")), gzipSync(lines.join("\n"))]) {
      await writeFile(name, content);
      for await (const { bytes } of readLog(name, memory)) expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });
});
