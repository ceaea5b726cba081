import { MAX_BODY_BYTES, roomForBodies } from "./room-for-bodies.js";

/** What all bodies on their way may hold together at most, bytes, however much memory there is. */
const MAX_BYTES = 8 * MAX_BODY_BYTES;

/** A body that is being read. */
export interface IncomingBody {
  bytes: number;
  /** It is to give way: nothing more is kept of it. */
  readonly refuse: () => void;
}

/**
 * The bodies that come in more than one piece and are not complete: slow clients, of one key even, could fill the memory with them
 * before any limit of theirs is looked at. When they hold too much, the largest gives way, so that those of usual size go on.
 */
export class IncomingBodies {
  readonly #bodies = new Set<IncomingBody>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = Math.min(MAX_BYTES, roomForBodies())) {
    this.#maxBytes = maxBytes;
  }

  /** @param bytes that came of a body so far. */
  grow(body: IncomingBody, bytes: number): void {
    this.#bodies.add(body);
    this.#bytes += bytes - body.bytes;
    body.bytes = bytes;
    while (this.#bytes > this.#maxBytes) {
      const largest = [...this.#bodies].reduce((most, one) => (one.bytes > most.bytes ? one : most));
      this.end(largest);
      largest.refuse();
    }
  }

  /** It is complete, or is not read any more. */
  end(body: IncomingBody): void {
    if (this.#bodies.delete(body)) this.#bytes -= body.bytes;
  }
}
