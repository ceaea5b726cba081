/** Bytes of a log that are read at once: enough that handing them to a thread costs little beside what it does with them. */
export const PIECE = 1 << 20;

/**
 * Memory for the pieces of logs. What threads are done with is used again: were it new for each piece, the runtime would collect
 * garbage every 30 MB of a log.
 */
export class PieceMemory {
  readonly #free: ArrayBuffer[] = [];

  /** Memory of its own, of at least so many bytes; what they hold is of no meaning. */
  take(size = PIECE): Buffer<ArrayBuffer> {
    const free = this.#free.pop();
    return free !== undefined && free.byteLength >= size
      ? Buffer.from(free)
      : (Buffer.allocUnsafeSlow(Math.max(size, PIECE)) as Buffer<ArrayBuffer>);
  }

  giveBack(memory: ArrayBuffer): void {
    if (memory.byteLength >= PIECE) this.#free.push(memory);
  }
}
