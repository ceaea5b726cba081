/** Pieces shorter than this, bytes, are joined: writing each one apart costs about as much as copying so many bytes. */
export const SHORT = 32 * 1_024;

/**
 * Bytes in pieces, as they came: a long body is never copied into one piece. No piece but the last is short, and what is short
 * altogether is one piece.
 */
export class BufferList {
  readonly length: number;
  #pieces: readonly Buffer[] | undefined;

  /** @param parts of any length; nobody may change them. */
  constructor(parts: readonly Buffer[]) {
    let length = 0;
    for (const part of parts) length += part.length;
    this.length = length;
    this.#pieces = length < SHORT && length > 0 ? [joined(parts)] : withoutShort(parts);
  }

  /** A value, written as JSON. */
  static ofJson(value: object): BufferList {
    return new BufferList([Buffer.from(JSON.stringify(value))]);
  }

  get pieces(): readonly Buffer[] {
    if (this.#pieces === undefined) throw new Error("invariant: bytes that were let go are not read");
    return this.#pieces;
  }

  /** Lets the bytes go, for everybody who holds the list: nobody may read them any more. */
  release(): void {
    this.#pieces = undefined;
  }

  /** @returns the bytes from `start` up to and excluding `end`, without a copy. */
  parts(start: number, end: number): readonly Buffer[] {
    const parts: Buffer[] = [];
    let pieceStart = 0;
    for (const piece of this.pieces) {
      if (pieceStart >= end) break;
      const part = piece.subarray(Math.max(0, start - pieceStart), end - pieceStart);
      if (part.length > 0) parts.push(part);
      pieceStart += piece.length;
    }
    return parts;
  }

  /** The same in one piece: a copy where they lie in several. */
  slice(start: number, end: number): Buffer {
    return joined(this.parts(start, end));
  }
}

function withoutShort(parts: readonly Buffer[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let group: Buffer[] = [];
  let size = 0;
  for (const part of parts) {
    group.push(part);
    size += part.length;
    if (size < SHORT) continue;
    pieces.push(joined(group));
    group = [];
    size = 0;
  }
  if (size > 0) pieces.push(joined(group));
  return pieces;
}

function joined(parts: readonly Buffer[]): Buffer {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
}
