import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";

/** What is larger costs more to copy than to write in parts, bytes. */
const MAX_COPIED_BYTES = 16 * 1024;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/**
 * The body of an answer that is streamed. Pieces that come together are one chunk of HTTP's chunked encoding, and reach the
 * socket in one write, at once: of `response.write` each becomes three, put together in another tick.
 */
export class ChunkedBody {
  readonly #response: ServerResponse;
  #hasBegun = false;
  /** Who was full at last. */
  #full: Writable | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** @returns false when the client is slow: nothing more should come before {@link onceDrained} calls back. */
  write(pieces: readonly Buffer[]): boolean {
    let length = 0;
    for (const piece of pieces) length += piece.length;
    if (length === 0) return true;
    const response = this.#response;
    const { socket } = response;
    // The head goes out with the first piece. A response that waits for another one on its connection has no socket; HTTP/1.0 has no chunks.
    if (this.#hasBegun && response.chunkedEncoding && socket?.writable === true && length <= MAX_COPIED_BYTES) {
      this.#full = socket;
      return socket.write(chunkOf(pieces, length));
    }
    this.#hasBegun = true;
    this.#full = response;
    return response.write(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, length));
  }

  onceDrained(callback: () => void): void {
    this.#full?.once("drain", callback);
  }
}

/** A chunk (RFC 9112, 7.1): its length in hexadecimal digits, its bytes, a line end behind each. */
function chunkOf(pieces: readonly Buffer[], length: number): Buffer {
  const digits = length < 0x10 ? 1 : length < 0x100 ? 2 : length < 0x1000 ? 3 : 4;
  const chunk = Buffer.allocUnsafe(digits + length + 4);
  for (let at = digits - 1, left = length; at >= 0; at--, left >>= 4) {
    const digit = left & 0xf;
    chunk[at] = digit < 10 ? 0x30 + digit : 0x57 + digit;
  }
  let at = endLine(chunk, digits);
  for (const piece of pieces) {
    chunk.set(piece, at);
    at += piece.length;
  }
  endLine(chunk, at);
  return chunk;
}

function endLine(bytes: Buffer, at: number): number {
  bytes[at] = CARRIAGE_RETURN;
  bytes[at + 1] = LINE_FEED;
  return at + 2;
}
