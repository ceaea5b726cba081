import type { ApiError } from "../errors/api-error.js";
import { retryAfter } from "../errors/retry-after.js";
import { roomForBodies } from "./room-for-bodies.js";

/** Shorter bodies are not counted, bytes: however many large ones there are, requests of usual size go on. */
const LARGE = 1024 * 1024;

/** The complete bodies of requests under way. Whoever has a key could fill the memory with large ones while a provider is slow. */
export class LargeBodies {
  readonly #maxBytes: number;
  #bytes = 0;

  /** @param maxBytes that they may hold together. */
  constructor(maxBytes = roomForBodies()) {
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

const TOO_MANY: ApiError = {
  status: 503,
  type: "api_error",
  code: "too_many_bodies",
  message:
    "requests under way hold as many large bodies as this server's memory has room for; try again, or send less than 1 MiB",
  ...retryAfter(1_000),
};
