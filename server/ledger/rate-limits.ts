import type { Limits } from "../keys/limits.js";
import type { Subject } from "../keys/subject.js";
import { MemoryMinuteCounter, type MinuteCount, type MinuteCounter } from "./minute-counter.js";

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

/** Makes a counter for everybody who may use so many points a minute: in memory, or over Redis. */
export type CreateCounter = (kind: "requests" | "tokens", points: number) => MinuteCounter;

/** Places for requests under way; where they are kept elsewhere, taking and giving them back takes time. */
export interface Slots {
  take(subject: Subject, id: string, limit: number): boolean | Promise<boolean>;
  give(subject: Subject, id: string): void | Promise<void>;
}

export class MemorySlots implements Slots {
  readonly #taken = new Map<Subject, number>();

  take(subject: Subject, _id: string, limit: number): boolean {
    const taken = this.#taken.get(subject) ?? 0;
    if (taken >= limit) return false;
    this.#taken.set(subject, taken + 1);
    return true;
  }

  give(subject: Subject): void {
    const left = (this.#taken.get(subject) ?? 1) - 1;
    if (left === 0) this.#taken.delete(subject);
    else this.#taken.set(subject, left);
  }
}

const SLOT_RETRY_MS = 1_000;
/** Counters are made for each number that a limit says; of each kind there are few. */
const MAX_COUNTERS = 10_000;

/** Takes back what was counted. */
type Undo = () => unknown;

/**
 * Requests and tokens per minute, and requests at once, of everybody a request counts for: all let it in, or it counts for
 * none. Minutes begin with the first request. A request is let in when its prompt fits; its answer is counted when it
 * has ended, so a minute can end beyond the limit by the answers then under way.
 */
export class RateLimits {
  readonly #createCounter: CreateCounter;
  readonly #slots: Slots;
  readonly #counters = { requests: new Map<number, MinuteCounter>(), tokens: new Map<number, MinuteCounter>() };

  constructor(createCounter: CreateCounter = () => new MemoryMinuteCounter(), slots: Slots = new MemorySlots()) {
    this.#createCounter = createCounter;
    this.#slots = slots;
  }

  async admit(
    id: string,
    subjects: readonly LimitedSubject[],
    promptTokens: () => number,
  ): Promise<Admission | RateRefusal> {
    const undo: Undo[] = [];
    const counted = subjects.some(({ limits }) => limits.tokensPerMinute !== undefined) ? promptTokens() : 0;
    const states: { requests?: RateState; tokens?: RateState } = {};
    for (const { subject, limits } of subjects) {
      const { concurrent, requestsPerMinute, tokensPerMinute } = limits;
      let refusal: RateRefusal | undefined;
      if (concurrent !== undefined) {
        const taken = this.#slots.take(subject, id, concurrent);
        if (taken === true || (await taken)) undo.push(() => this.#slots.give(subject, id));
        else refusal = { rate: "concurrent", subject, limit: concurrent, retryMs: SLOT_RETRY_MS, isTooLarge: false };
      }
      if (refusal === undefined && requestsPerMinute !== undefined) {
        const refused = this.#count("requests", subject, requestsPerMinute, 1, states, undo);
        refusal = refused instanceof Promise ? await refused : refused;
      }
      if (refusal === undefined && tokensPerMinute !== undefined) {
        const refused = this.#count("tokens", subject, tokensPerMinute, counted, states, undo);
        refusal = refused instanceof Promise ? await refused : refused;
      }
      if (refusal === undefined) continue;
      await Promise.all(undo.map((step) => step()));
      return refusal;
    }
    return { states, end: (tokens) => this.#end(id, subjects, counted, tokens) };
  }

  #count(
    rate: "requests" | "tokens",
    subject: Subject,
    limit: number,
    points: number,
    states: { requests?: RateState; tokens?: RateState },
    undo: Undo[],
  ): RateRefusal | undefined | Promise<RateRefusal | undefined> {
    if (points > limit) return { rate, subject, limit, retryMs: 0, isTooLarge: true };
    const counter = this.#counter(rate, limit);
    undo.push(() => counter.count(subject, -points));
    const judge = ({ used, resetMs }: MinuteCount): RateRefusal | undefined => {
      if (used > limit) return { rate, subject, limit, retryMs: resetMs, isTooLarge: false };
      const remaining = limit - used;
      if (remaining <= (states[rate]?.remaining ?? Number.POSITIVE_INFINITY))
        states[rate] = { limit, remaining, resetMs };
      return undefined;
    };
    const counted = counter.count(subject, points);
    return counted instanceof Promise ? counted.then(judge) : judge(counted);
  }

  async #end(id: string, subjects: readonly LimitedSubject[], counted: number, tokens: number): Promise<void> {
    const more = tokens - counted;
    const ends: unknown[] = [];
    for (const { subject, limits } of subjects) {
      const { concurrent, tokensPerMinute } = limits;
      if (concurrent !== undefined) ends.push(this.#slots.give(subject, id));
      if (tokensPerMinute === undefined || more === 0) continue;
      ends.push(this.#counter("tokens", tokensPerMinute).count(subject, more));
    }
    if (ends.some((end) => end instanceof Promise)) await Promise.allSettled(ends);
  }

  #counter(kind: "requests" | "tokens", points: number): MinuteCounter {
    const counters = this.#counters[kind];
    const known = counters.get(points);
    if (known !== undefined) return known;
    if (counters.size >= MAX_COUNTERS) counters.clear();
    const counter = this.#createCounter(kind, points);
    counters.set(points, counter);
    return counter;
  }
}
