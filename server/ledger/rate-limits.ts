import type { Limits } from "../keys/limits.js";
import type { Subject } from "../keys/subject.js";
import type { Soon } from "../soon.js";
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
  end(tokens: number): Soon<unknown>;
}

/** Makes a counter for everybody who may use so many points a minute: in memory, or over Redis. */
export type CreateCounter = (kind: "requests" | "tokens", points: number) => MinuteCounter;

/** Places for requests under way; where they are kept elsewhere, taking and giving them back takes time. */
export interface Slots {
  take(subject: Subject, id: string, limit: number): Soon<boolean>;
  give(subject: Subject, id: string): Soon<void>;
}

class MemorySlots implements Slots {
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

interface RateStates {
  requests?: RateState;
  tokens?: RateState;
}

/** A request that asks to be let in. */
interface Admitting {
  readonly id: string;
  readonly subjects: readonly LimitedSubject[];
  /** Tokens of its prompt; 0 where nobody counts them. */
  readonly counted: number;
  readonly states: RateStates;
  /** When the minutes end in which its prompt was counted, milliseconds of `performance.now()`. */
  readonly minuteEnds: Map<Subject, number>;
}

/** In the order in which they are asked. */
const kinds = ["concurrent", "requests", "tokens"] as const satisfies readonly RateKind[];

/** The limits of all subjects as one list. @returns `limit` undefined: there is none of that kind. */
function limitAt(at: number, subjects: readonly LimitedSubject[]) {
  const { subject, limits } = subjects[Math.trunc(at / kinds.length)] as LimitedSubject;
  const rate = kinds[at % kinds.length] as RateKind;
  const { concurrent, requestsPerMinute, tokensPerMinute } = limits;
  const limit = rate === "concurrent" ? concurrent : rate === "requests" ? requestsPerMinute : tokensPerMinute;
  return { subject, rate, limit };
}

function judgeSlot(isTaken: boolean, subject: Subject, limit: number): RateRefusal | undefined {
  return isTaken ? undefined : { rate: "concurrent", subject, limit, retryMs: SLOT_RETRY_MS, isTooLarge: false };
}

async function judgeLater(taken: Promise<boolean>, subject: Subject, limit: number): Promise<RateRefusal | undefined> {
  return judgeSlot(await taken, subject, limit);
}

/** Notes what is left of a limit, or says that nothing is. */
function noteCount(
  { used, resetMs }: MinuteCount,
  rate: "requests" | "tokens",
  subject: Subject,
  limit: number,
  { states, minuteEnds }: Admitting,
): RateRefusal | undefined {
  if (used > limit) return { rate, subject, limit, retryMs: resetMs, isTooLarge: false };
  if (rate === "tokens") minuteEnds.set(subject, performance.now() + resetMs);
  const remaining = limit - used;
  if (remaining <= (states[rate]?.remaining ?? Number.POSITIVE_INFINITY)) states[rate] = { limit, remaining, resetMs };
  return undefined;
}

async function noteLater(
  count: Promise<MinuteCount>,
  rate: "requests" | "tokens",
  subject: Subject,
  limit: number,
  admitting: Admitting,
): Promise<RateRefusal | undefined> {
  return noteCount(await count, rate, subject, limit, admitting);
}

/** One for all limits of a kind: who gets another limit begins no new minute by it. */
function countInMemory(): CreateCounter {
  const counters = { requests: new MemoryMinuteCounter(), tokens: new MemoryMinuteCounter() };
  return (kind) => counters[kind];
}

function isLater(value: unknown): boolean {
  return value instanceof Promise;
}

/**
 * Requests and tokens per minute, and requests at once, of everybody a request counts for: all let it in, or it counts for
 * none. Minutes begin with the first request. A request is let in when its prompt fits; its answer is counted when it
 * has ended, so a minute can end beyond the limit by the answers then under way.
 */
export class RateLimits {
  readonly #createCounter: CreateCounter;
  readonly #slots: Slots;
  readonly #counters = { requests: new Map<number, MinuteCounter>(), tokens: new Map<number, MinuteCounter>() };

  constructor(createCounter: CreateCounter = countInMemory(), slots: Slots = new MemorySlots()) {
    this.#createCounter = createCounter;
    this.#slots = slots;
  }

  admit(id: string, subjects: readonly LimitedSubject[], promptTokens: () => number): Soon<Admission | RateRefusal> {
    const counted = subjects.some(({ limits }) => limits.tokensPerMinute !== undefined) ? promptTokens() : 0;
    return this.#admitFrom(0, { id, subjects, counted, states: {}, minuteEnds: new Map() });
  }

  /** @param step the first of the limits that are still to be asked: three for each subject. */
  #admitFrom(step: number, admitting: Admitting): Soon<Admission | RateRefusal> {
    const { subjects, states } = admitting;
    for (let at = step; at < subjects.length * kinds.length; at++) {
      const refusal = this.#take(at, admitting);
      if (refusal instanceof Promise) return this.#admitAfter(at, refusal, admitting);
      if (refusal !== undefined) return this.#refuse(at, refusal, admitting);
    }
    return { states, end: (tokens) => this.#end(admitting, tokens) };
  }

  async #admitAfter(
    at: number,
    refusal: Promise<RateRefusal | undefined>,
    admitting: Admitting,
  ): Promise<Admission | RateRefusal> {
    const refused = await refusal;
    return refused === undefined ? this.#admitFrom(at + 1, admitting) : this.#refuse(at, refused, admitting);
  }

  /** Counts a request towards one limit. @returns why that cannot be. */
  #take(at: number, admitting: Admitting): Soon<RateRefusal | undefined> {
    const { id, subjects } = admitting;
    const { subject, rate, limit } = limitAt(at, subjects);
    if (limit === undefined) return undefined;
    if (rate !== "concurrent") return this.#count(rate, subject, limit, admitting);
    const taken = this.#slots.take(subject, id, limit);
    return taken instanceof Promise ? judgeLater(taken, subject, limit) : judgeSlot(taken, subject, limit);
  }

  #count(
    rate: "requests" | "tokens",
    subject: Subject,
    limit: number,
    admitting: Admitting,
  ): Soon<RateRefusal | undefined> {
    const points = rate === "requests" ? 1 : admitting.counted;
    if (points > limit) return { rate, subject, limit, retryMs: 0, isTooLarge: true };
    const count = this.#counter(rate, limit).count(subject, points);
    return count instanceof Promise
      ? noteLater(count, rate, subject, limit, admitting)
      : noteCount(count, rate, subject, limit, admitting);
  }

  /** Takes back what was counted before a limit refused: nobody counts a request that was not let in. */
  #refuse(at: number, refusal: RateRefusal, { id, subjects, counted }: Admitting): Soon<RateRefusal> {
    const undone: unknown[] = [];
    for (let before = 0; before <= at; before++) {
      const { subject, rate, limit } = limitAt(before, subjects);
      // Its own count went beyond the limit, unless it was not made at all.
      const isCounted = before < at || (rate !== "concurrent" && !refusal.isTooLarge);
      if (limit === undefined || !isCounted) continue;
      if (rate === "concurrent") undone.push(this.#slots.give(subject, id));
      else undone.push(this.#counter(rate, limit).count(subject, rate === "requests" ? -1 : -counted));
    }
    return undone.some(isLater) ? Promise.all(undone).then(() => refusal) : refusal;
  }

  #end({ id, subjects, counted, minuteEnds }: Admitting, tokens: number): Soon<unknown> {
    const more = tokens - counted;
    const ends: unknown[] = [];
    for (const { subject, limits } of subjects) {
      const { concurrent, tokensPerMinute } = limits;
      if (concurrent !== undefined) ends.push(this.#slots.give(subject, id));
      if (tokensPerMinute === undefined || more === 0) continue;
      // What was counted in a minute that is over is not taken back from the next one, which would begin below nothing.
      if (more < 0 && (minuteEnds.get(subject) ?? 0) <= performance.now()) continue;
      ends.push(this.#counter("tokens", tokensPerMinute).count(subject, more));
    }
    return ends.some(isLater) ? Promise.allSettled(ends) : undefined;
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
