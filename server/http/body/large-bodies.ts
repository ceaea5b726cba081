import { totalmem } from "node:os";
import type { ApiError } from "../errors/api-error.js";
import { retryAfter } from "../errors/retry-after.js";

/** Shorter bodies are not counted, bytes: however many large ones there are, requests of usual size go on. */
const LARGE = 1024 * 1024;

/** The complete bodies of requests under way. Whoever has a key could fill the memory with large ones while a provider is slow. */
export class LargeBodies {
  readonly #maxBytes: number;
  #bytes = 0;

  /** @param maxBytes that they may hold together: half of the memory that this process may use. */
  constructor(maxBytes = memory() / 2) {
    this.#maxBytes = maxBytes;
  }

  /** @returns undefined when there is room for a body, else the error to answer with. */
  take(bytes: number): ApiError | undefined {
    if (bytes < LARGE) return undefined;
    if (this.#bytes + bytes > this.#maxBytes) return TOO_MANY;
    this.#bytes += bytes;
    return undefined;
  }

  /** @param bytes of a body that there was room for. */
  letGo(bytes: number): void {
    if (bytes >= LARGE) this.#bytes -= bytes;
  }
}

/** Bytes; a container may have less than the machine (0 or a huge number: it has no limit). */
function memory(): number {
  const limit = process.constrainedMemory() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

const TOO_MANY: ApiError = {
  status: 503,
  type: "api_error",
  code: "too_many_bodies",
  message:
    "requests under way hold as many large bodies as this server's memory has room for; try again, or send less than 1 MiB",
  ...retryAfter(1_000),
};
