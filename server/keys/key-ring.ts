import type { Logger } from "pino";
import { reasonOf } from "../reason-of.js";
import { type StoredKey, stateOf } from "./api-key.js";
import { keyChange } from "./key-change.js";
import { areSecretOf, hashSecret, type KeyToken, readToken } from "./key-secret.js";
import type { KeyStore } from "./key-store.js";
import { type Budget, formatLimits, type Limits } from "./limits.js";
import { describeSubject, type Subject } from "./subject.js";

export interface KeyRingOptions {
  readonly store: Pick<KeyStore, "changesSince" | "noteUse">;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds until a change made elsewhere (a command, another replica) is noticed. Default 2,000. */
  readonly refreshMs?: number;
}

/** A budget that somebody who was known has from now on. */
export interface GivenBudget extends Budget {
  readonly subject: Subject;
}

/** Why a token is refused. `unchecked`: it is not known, and whether it was made elsewhere cannot be read. */
export type Refusal = "unknown" | "unchecked" | "expired" | "revoked";

/** Milliseconds between two looks at the database for unknown tokens: whoever guesses does not reach it. */
const LOOK_AGAIN_MS = 100;
const NOTE_USE_MS = 10_000;
const NOBODY = hashSecret("");

/**
 * All keys and limits, in memory: a request costs a hash and no query. Changes are asked for every `refreshMs`, and at
 * once when a token comes that proves no key, so a new key or secret works immediately and a revoked one stops within that time.
 * While the database is away what was known last goes on.
 */
export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #keys = new Map<string, StoredKey>();
  readonly #limits = new Map<Subject, Limits>();
  readonly #uses = new Map<string, number>();
  readonly #timers: NodeJS.Timeout[];
  #version = 0;
  #hasLooked = false;
  #lookedForUnknownAt = Number.NEGATIVE_INFINITY;
  /** Neither of the two rejects. */
  #looking: Promise<void> | undefined;
  /** After the one under way: all who ask meanwhile share it. */
  #lookingAgain: Promise<void> | undefined;
  #lastError: string | undefined;
  #onBudgetsGiven: ((budgets: readonly GivenBudget[]) => void) | undefined;

  private constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#timers = [
      setInterval(() => void (this.#looking ?? this.refresh()), options.refreshMs ?? 2_000).unref(),
      setInterval(() => void this.#noteUses(), NOTE_USE_MS).unref(),
    ];
  }

  /** Reads all keys. @throws when the database cannot be read. */
  static async open(options: KeyRingOptions): Promise<KeyRing> {
    const ring = new KeyRing(options);
    try {
      await ring.#look();
    } catch (error) {
      await ring.close();
      throw error;
    }
    return ring;
  }

  /** Whether any key was ever created: then every request needs one. */
  get hasKeys(): boolean {
    return this.#keys.size > 0;
  }

  /** Reads all that changed before it was called. Never rejects: while it fails, what was known goes on; {@link status} has the error. */
  refresh(): Promise<void> {
    if (this.#looking === undefined) {
      this.#looking = this.#tryToLook().finally(() => {
        this.#looking = undefined;
      });
      return this.#looking;
    }
    // What is being read may be from before the change that the caller knows of.
    this.#lookingAgain ??= this.#looking.then(() => {
      this.#lookingAgain = undefined;
      return this.refresh();
    });
    return this.#lookingAgain;
  }

  async #tryToLook(): Promise<void> {
    try {
      await this.#look();
    } catch (error) {
      const message = reasonOf(error);
      if (this.#lastError === undefined) {
        this.#options.log.error({ error: message }, "API keys cannot be read; those known go on");
      }
      this.#lastError = message;
    }
  }

  /**
   * The key that a token proves, or why it is refused. Wrong secrets and unknown ids look the same. Takes no time, but for tokens
   * that prove nothing: those may have been made a moment ago.
   */
  verify(text: string): StoredKey | Refusal | Promise<StoredKey | Refusal> {
    const token = readToken(text);
    if (token === undefined) return "unknown";
    const now = this.#options.now();
    const key = this.#proven(token, now);
    return key === undefined ? this.#lookFor(token, now) : this.#used(key, now);
  }

  /** It may have been made, or rotated, a moment ago and elsewhere. */
  async #lookFor(token: KeyToken, now: number): Promise<StoredKey | Refusal> {
    const isTimeToLook = now - this.#lookedForUnknownAt >= LOOK_AGAIN_MS;
    if (!isTimeToLook && this.#looking === undefined) return this.#unknown();
    if (isTimeToLook) this.#lookedForUnknownAt = now;
    await (isTimeToLook ? this.refresh() : this.#looking);
    const key = this.#proven(token, now);
    return key === undefined ? this.#unknown() : this.#used(key, now);
  }

  #unknown(): Refusal {
    return this.#lastError === undefined ? "unknown" : "unchecked";
  }

  #used(key: StoredKey, now: number): StoredKey | Refusal {
    const state = stateOf(key, now);
    if (state !== "active") return state;
    this.#uses.set(key.id, now);
    return key;
  }

  /** The key whose secret a token holds, now or before its last rotation. */
  #proven({ id, secret }: KeyToken, now: number): StoredKey | undefined {
    const key = this.#keys.get(id);
    // Both are compared whatever comes out, so that time tells nothing.
    const [isCurrent, isPrevious] = areSecretOf([key?.hash ?? NOBODY, key?.previousHash ?? NOBODY], secret);
    return isCurrent || (isPrevious && (key?.previousUntil ?? 0) > now) ? key : undefined;
  }

  /** Keys by an id, or by a name, which several may have. Not a use of them. */
  named(text: string): readonly StoredKey[] {
    const key = this.#keys.get(text);
    return key === undefined ? [...this.#keys.values()].filter(({ name }) => name === text) : [key];
  }

  limitsOf(subject: Subject): Limits | undefined {
    return subject.startsWith("key:")
      ? this.#keys.get(subject.slice("key:".length))?.settings.limits
      : this.#limits.get(subject);
  }

  /** Limits of tenants and apps. */
  listLimits(): readonly { readonly subject: Subject; readonly limits: Limits }[] {
    return [...this.#limits].map(([subject, limits]) => ({ subject, limits }));
  }

  /** Keys that work now, with their own limits. */
  listKeyLimits(): readonly { readonly subject: Subject; readonly limits: Limits }[] {
    const now = this.#options.now();
    return [...this.#keys.values()].flatMap((key) =>
      stateOf(key, now) === "active" ? [{ subject: `key:${key.id}` as const, limits: key.settings.limits }] : [],
    );
  }

  /** When a key was last used, as far as it is not written yet. */
  lastUse(id: string): number | undefined {
    return this.#uses.get(id);
  }

  /** Tells of budgets that are given to keys, tenants and apps later: what they spent without may not be counted yet. */
  whenBudgetsAreGiven(callback: (budgets: readonly GivenBudget[]) => void): void {
    this.#onBudgetsGiven = callback;
  }

  status(): { readonly keys: number; readonly lastError?: string } {
    return { keys: this.#keys.size, ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }) };
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await (this.#lookingAgain ?? this.#looking);
    await this.#noteUses();
  }

  async #look(): Promise<void> {
    const changes = await this.#options.store.changesSince(this.#version);
    const given: GivenBudget[] = [];
    for (const key of changes.keys) {
      if (this.#hasLooked) this.#logChange(key);
      const before = this.#keys.get(key.id);
      if (before !== undefined) given.push(...givenTo(`key:${key.id}`, before.settings.limits, key.settings.limits));
      this.#keys.set(key.id, key);
    }
    for (const { subject, limits } of changes.limits) {
      if (this.#hasLooked) {
        this.#logLimits(subject, limits);
        given.push(...givenTo(subject, this.#limits.get(subject) ?? {}, limits));
      }
      if (Object.keys(limits).length === 0) this.#limits.delete(subject);
      else this.#limits.set(subject, limits);
    }
    this.#version = changes.version;
    this.#hasLooked = true;
    if (given.length > 0) this.#onBudgetsGiven?.(given);
    if (this.#lastError !== undefined) this.#options.log.warn({}, "API keys can be read again");
    this.#lastError = undefined;
  }

  /** Whoever made it, by whatever way: this is where an operator sees it. */
  #logChange(key: StoredKey): void {
    const change = keyChange(this.#keys.get(key.id), key, this.#options.now());
    if (change === undefined) return;
    this.#options.log.info({ key: key.id, changes: change.settings }, `API key ${key.id} was ${change.what}`);
  }

  #logLimits(subject: Subject, limits: Limits): void {
    const [from, to] = [formatLimits(this.#limits.get(subject) ?? {}), formatLimits(limits)];
    if (from !== to)
      this.#options.log.info({ subject, from, to }, `the limits of ${describeSubject(subject)} were changed`);
  }

  async #noteUses(): Promise<void> {
    if (this.#uses.size === 0) return;
    const uses = new Map(this.#uses);
    try {
      await this.#options.store.noteUse(uses);
    } catch {
      return; // a statistic: tried again with the next ones, and `refresh` reports a database that is away
    }
    for (const [id, at] of uses) if (this.#uses.get(id) === at) this.#uses.delete(id);
  }
}

function givenTo(subject: Subject, before: Limits, { budgets = [] }: Limits): readonly GivenBudget[] {
  const had = (before.budgets ?? []).map(({ period }) => period);
  return budgets.filter(({ period }) => !had.includes(period)).map((budget) => ({ ...budget, subject }));
}
