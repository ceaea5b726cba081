/** Bytes of a log that are read at once: enough that handing them to a thread costs little beside what it does with them. */
export const PIECE = 1 << 20;

/**
 * Memory for the pieces of logs. What threads are done with is used again: were it new for each piece, the runtime would collect
 * garbage every 30 MB of a log.
 */
export class PieceMemory {
  readonly #free: ArrayBuffer[] = [];
  /** How many are out. */
  #lent = 0;

  /** Memory of its own, of at least so many bytes; what they hold is of no meaning. */
  take(size = PIECE): Buffer<ArrayBuffer> {
    this.#lent++;
    const free = this.#free.pop();
    return free !== undefined && free.byteLength >= size
      ? Buffer.from(free)
      : (Buffer.allocUnsafeSlow(Math.max(size, PIECE)) as Buffer<ArrayBuffer>);
  }

  /** Of what comes from elsewhere (a gzipped log's pieces, a database's) no more is kept than was taken. */
  giveBack(memory: ArrayBuffer): void {
    if (this.#lent === 0) return;
    this.#lent--;
    if (memory.byteLength >= PIECE) this.#free.push(memory);
  }
}
