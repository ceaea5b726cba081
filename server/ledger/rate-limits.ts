import { type RateLimiterAbstract, RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import type { Limits } from "../keys/limits.js";
import type { Subject } from "../keys/subject.js";

/** Somebody with limits. */
export interface LimitedSubject {
  readonly subject: Subject;
  readonly limits: Limits;
}

/** What is counted per minute, or at once. */
export type RateKind = "requests" | "tokens" | "concurrent";

export interface RateRefusal {
  readonly rate: RateKind;
  readonly subject: Subject;
  readonly limit: number;
  /** Milliseconds until it is worth trying again. */
  readonly retryMs: number;
  /** The request alone is larger than the limit. */
  readonly isTooLarge: boolean;
}

/** What is left of the tightest limit of a kind. */
export interface RateState {
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
}

/** A request that was let in. */
export interface Admission {
  readonly states: { readonly requests?: RateState; readonly tokens?: RateState };
  /** Call once, when the request has ended: gives its place back and counts the tokens of its answer. */
  end(tokens: number): Promise<void>;
}

/** Makes a limiter of so many points a minute; the memory one, or one over Redis. */
export type CreateLimiter = (kind: "requests" | "tokens", points: number) => RateLimiterAbstract;

/** Places for requests under way. */
export interface Slots {
  take(subject: Subject, id: string, limit: number): Promise<boolean>;
  give(subject: Subject, id: string): Promise<void>;
}

export class MemorySlots implements Slots {
  readonly #taken = new Map<Subject, number>();

  async take(subject: Subject, _id: string, limit: number): Promise<boolean> {
    const taken = this.#taken.get(subject) ?? 0;
    if (taken >= limit) return false;
    this.#taken.set(subject, taken + 1);
    return true;
  }

  async give(subject: Subject): Promise<void> {
    const left = (this.#taken.get(subject) ?? 1) - 1;
    if (left === 0) this.#taken.delete(subject);
    else this.#taken.set(subject, left);
  }
}

export const memoryLimiter: CreateLimiter = (kind, points) =>
  new RateLimiterMemory({ keyPrefix: kind, points, duration: 60 });

const SLOT_RETRY_MS = 1_000;
/** Limiters are made for each number that a limit says; there are few. */
const MAX_LIMITERS = 10_000;

/**
 * Requests and tokens per minute, and requests at once, of everybody a request counts for: all let it in, or it counts for
 * none. Minutes begin with the first request. A request is let in when its prompt fits; its answer is counted when it
 * has ended, so a minute can end beyond the limit by the answers then under way.
 */
export class RateLimits {
  readonly #createLimiter: CreateLimiter;
  readonly #slots: Slots;
  readonly #limiters = {
    requests: new Map<number, RateLimiterAbstract>(),
    tokens: new Map<number, RateLimiterAbstract>(),
  };

  constructor(createLimiter: CreateLimiter = memoryLimiter, slots: Slots = new MemorySlots()) {
    this.#createLimiter = createLimiter;
    this.#slots = slots;
  }

  async admit(
    id: string,
    subjects: readonly LimitedSubject[],
    promptTokens: () => number,
  ): Promise<Admission | RateRefusal> {
    const undo: (() => Promise<unknown>)[] = [];
    const counted = subjects.some(({ limits }) => limits.tokensPerMinute !== undefined) ? promptTokens() : 0;
    const states: { requests?: RateState; tokens?: RateState } = {};
    for (const { subject, limits } of subjects) {
      const refusal =
        (await this.#takeSlot(subject, id, limits.concurrent, undo)) ??
        (await this.#count("requests", subject, limits.requestsPerMinute, 1, states, undo)) ??
        (await this.#count("tokens", subject, limits.tokensPerMinute, counted, states, undo));
      if (refusal === undefined) continue;
      await Promise.all(undo.map((step) => step()));
      return refusal;
    }
    return { states, end: (tokens) => this.#end(id, subjects, counted, tokens) };
  }

  async #takeSlot(
    subject: Subject,
    id: string,
    limit: number | undefined,
    undo: (() => Promise<unknown>)[],
  ): Promise<RateRefusal | undefined> {
    if (limit === undefined) return undefined;
    if (!(await this.#slots.take(subject, id, limit))) {
      return { rate: "concurrent", subject, limit, retryMs: SLOT_RETRY_MS, isTooLarge: false };
    }
    undo.push(() => this.#slots.give(subject, id));
    return undefined;
  }

  async #count(
    kind: "requests" | "tokens",
    subject: Subject,
    limit: number | undefined,
    points: number,
    states: { requests?: RateState; tokens?: RateState },
    undo: (() => Promise<unknown>)[],
  ): Promise<RateRefusal | undefined> {
    if (limit === undefined) return undefined;
    if (points > limit) return { rate: kind, subject, limit, retryMs: 0, isTooLarge: true };
    const limiter = this.#limiter(kind, limit);
    undo.push(() => limiter.reward(subject, points));
    let counted: RateLimiterRes;
    try {
      counted = await limiter.consume(subject, points);
    } catch (refused) {
      if (refused instanceof Error) throw refused;
      const { msBeforeNext } = refused as RateLimiterRes;
      return { rate: kind, subject, limit, retryMs: msBeforeNext, isTooLarge: false };
    }
    const state = { limit, remaining: counted.remainingPoints, resetMs: counted.msBeforeNext };
    if (state.remaining <= (states[kind]?.remaining ?? Number.POSITIVE_INFINITY)) states[kind] = state;
    return undefined;
  }

  async #end(id: string, subjects: readonly LimitedSubject[], counted: number, tokens: number): Promise<void> {
    const more = tokens - counted;
    await Promise.allSettled(
      subjects.flatMap(({ subject, limits }) => {
        const { concurrent, tokensPerMinute } = limits;
        const limiter = tokensPerMinute === undefined ? undefined : this.#limiter("tokens", tokensPerMinute);
        return [
          concurrent === undefined ? undefined : this.#slots.give(subject, id),
          more > 0 ? limiter?.penalty(subject, more) : more < 0 ? limiter?.reward(subject, -more) : undefined,
        ];
      }),
    );
  }

  #limiter(kind: "requests" | "tokens", points: number): RateLimiterAbstract {
    const limiters = this.#limiters[kind];
    const known = limiters.get(points);
    if (known !== undefined) return known;
    if (limiters.size >= MAX_LIMITERS) limiters.clear();
    const limiter = this.#createLimiter(kind, points);
    limiters.set(points, limiter);
    return limiter;
  }
}
