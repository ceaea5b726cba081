import type { Redis } from "ioredis";
import type { Subject } from "../keys/subject.js";
import type { Slots } from "./rate-limits.js";
import { RENEW_SLOTS, TAKE_SLOT } from "./redis-scripts.js";

/** A place that its server has not renewed for so long is free again, milliseconds: the server crashed, or Redis did not hear that it was given back. */
const LEASE_MS = 60_000;

/** Places for requests under way, of all processes together, in Redis. While it is away each request gets one. */
export class RedisSlots implements Slots {
  readonly #redis: Redis;
  readonly #leaseMs: number;
  readonly #renewing: NodeJS.Timeout;
  /** The requests of this process that have one. */
  readonly #held = new Map<Subject, Set<string>>();

  constructor(redis: Redis, leaseMs = LEASE_MS) {
    this.#redis = redis;
    this.#leaseMs = leaseMs;
    this.#renewing = setInterval(() => this.#renew(), leaseMs / 3).unref();
  }

  async take(subject: Subject, id: string, limit: number): Promise<boolean> {
    const taking = this.#redis.eval(TAKE_SLOT, 1, keyOf(subject), id, limit, this.#leaseMs);
    const taken = await taking.catch(() => undefined);
    if (taken === 1) this.#heldBy(subject).add(id);
    return taken !== 0;
  }

  async give(subject: Subject, id: string): Promise<void> {
    const held = this.#heldBy(subject);
    held.delete(id);
    if (held.size === 0) this.#held.delete(subject);
    await this.#redis.zrem(keyOf(subject), id).catch(() => undefined); // its lease ends
  }

  close(): void {
    clearInterval(this.#renewing);
  }

  #heldBy(subject: Subject): Set<string> {
    const held = this.#held.get(subject) ?? new Set();
    this.#held.set(subject, held);
    return held;
  }

  #renew(): void {
    for (const [subject, ids] of this.#held) {
      this.#redis.eval(RENEW_SLOTS, 1, keyOf(subject), this.#leaseMs, ...ids).catch(() => undefined); // next time
    }
  }
}

function keyOf(subject: Subject): string {
  return `routewright:slots:${subject}`;
}
