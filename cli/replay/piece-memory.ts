/** Bytes of a log that are read at once: enough that handing them to a thread costs little beside what it does with them. */
export const PIECE = 1 << 20;

/**
 * Memory for the pieces of logs. What threads are done with is used again: were it new for each piece, the runtime would collect
 * garbage every 30 MB of a log.
 *
 * It is shared with the threads, not handed over: once memory was taken away from a thread, V8 asks at every access to bytes in
 * it whether they are still there, and reading takes a tenth longer.
 */
export class PieceMemory {
  readonly #free: SharedArrayBuffer[] = [];

  /** Memory of its own, of at least so many bytes; what they hold is of no meaning. */
  take(size = PIECE): Buffer<SharedArrayBuffer> {
    const free = this.#free.pop();
    return Buffer.from(
      free !== undefined && free.byteLength >= size ? free : new SharedArrayBuffer(Math.max(size, PIECE)),
    );
  }

  giveBack(memory: SharedArrayBuffer): void {
    this.#free.push(memory);
  }
}
