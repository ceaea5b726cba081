import { randomUUID } from "node:crypto";
import { type Redis, ReplyError } from "ioredis";
import type { Logger } from "pino";
import type { NanoUsd } from "../../engine/serving.js";
import type { Subject } from "../keys/subject.js";
import { reasonOf } from "../reason-of.js";
import type { Balance, BudgetLine, BudgetRefusal, Reservation } from "./budget-book.js";
import {
  type BudgetCounters,
  type BudgetStatus,
  CountersUnavailable,
  type ReserveRequest,
  type WindowLook,
} from "./budget-counters.js";
import { type BudgetWindow, type WindowId, windowId, windowOf } from "./budget-window.js";
import { BEGIN, CHECK, CORRECT, ENDED, GIVE_BACK, LOOK, RENEW, RESERVE, SEED, SETTLE } from "./redis-scripts.js";

export interface RedisBudgetsOptions {
  readonly redis: Redis;
  /** What was charged in a window, nano-dollars: the ledger's sums. */
  readonly chargedIn: (subject: Subject, window: BudgetWindow) => Promise<number>;
  /** What the ledger says was charged for attempts; those it does not have are left out. */
  readonly chargedFor: (ids: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  readonly log: Pick<Logger, "warn" | "error">;
  /** A reservation that its process has not renewed for so long is settled by another, milliseconds. Default a minute. */
  readonly leaseMs?: number;
  /** Milliseconds between two looks for ended leases and for what is still to be settled. Default 2,000. */
  readonly sweepMs?: number;
}

const PREFIX = "routewright:{budgets}:";
const [GENERATION, OPEN, LEASES, HELD] = [`${PREFIX}generation`, `${PREFIX}open`, `${PREFIX}leases`, `${PREFIX}held`];
/** Which run of Redis the data are of, and every window there is, by when it is forgotten. */
const [RUN, WINDOWS] = [`${PREFIX}run`, `${PREFIX}windows`];
/** Windows are kept this long after their end, seconds: calls that began in them may still be settled. */
const KEEP_S = 86_400;
const SEED_TRIES = 20;
const LEASE_MS = 60_000;
/** Reservations renewed in one step, which holds Redis up for some microseconds each. */
const RENEWED_AT_ONCE = 500;
/** After an error that Redis itself answered. */
const REFUSAL_MS = 60_000;
/** Sweeps between two checks of all that is held: with the usual two seconds, half a minute. */
const SWEEPS_PER_CHECK = 15;

/**
 * Budgets shared by many processes, in Redis. The ledger stays the truth: a window that Redis does not know is summed up
 * from it, so Redis may be emptied at any time, and a reservation whose owner is gone is settled to what the ledger has.
 */
export class RedisBudgets implements BudgetCounters {
  readonly #options: RedisBudgetsOptions;
  readonly #open = new Map<string, Reservation>();
  /** Settlements that Redis has not taken yet. */
  readonly #unsettled = new Map<string, { readonly reservation: Reservation; readonly charged: number }>();
  readonly #seeding = new Map<WindowId, Promise<void>>();
  readonly #leaseMs: number;
  readonly #sweep: NodeJS.Timeout;
  readonly #renewing: NodeJS.Timeout;
  #generation: string | undefined;
  #expired = 0;
  #violations = 0;
  #sweeps = 0;
  #lastError: string | undefined;
  /** So long an answer to anything but a reservation says nothing: of `performance.now()`. */
  #refusesUntil = 0;

  constructor(options: RedisBudgetsOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
    options.redis.on("ready", this.#begin);
    if (options.redis.status === "ready") void this.#begin();
    this.#sweep = setInterval(() => void this.sweep(), options.sweepMs ?? 2_000).unref();
    this.#renewing = setInterval(() => void this.#renew(), this.#leaseMs / 3).unref();
  }

  async reserve({ id, amount, lines, at: now }: ReserveRequest): Promise<Reservation | BudgetRefusal> {
    const windows = lines.map(({ subject, period }) => windowId(subject, period, windowOf(period, now).start));
    const reservation: Reservation = { id, amount, windows, at: now };
    if (lines.length === 0) return reservation;
    for (let tries = 0; tries < SEED_TRIES; tries++) {
      const [, what, at, spent, reserved] = await this.#hold(reservation, lines);
      const line = lines[Number(at) - 1];
      if (what === "unknown" && line !== undefined) {
        await this.#seed(line, windowOf(line.period, now));
        continue;
      }
      if (what === "refused" && line !== undefined) {
        const { end } = windowOf(line.period, now);
        const [spentNano, reservedNano] = [Number(spent) as NanoUsd, Number(reserved) as NanoUsd];
        return { ...line, needed: amount, spent: spentNano, reserved: reservedNano, resetsAt: end };
      }
      this.#open.set(id, reservation);
      return reservation;
    }
    throw new CountersUnavailable("what was spent cannot be summed up while so much is settled");
  }

  async settle(reservation: Reservation, charged: NanoUsd): Promise<void> {
    this.#open.delete(reservation.id);
    if (reservation.windows.length === 0) return;
    this.#unsettled.set(reservation.id, { reservation, charged });
    await this.#settleOne(reservation, charged).catch(() => undefined); // tried again by `sweep`
  }

  async balances(lines: readonly BudgetLine[], now: number): Promise<readonly Balance[]> {
    return Promise.all(
      lines.map(async (line) => {
        const { start, end } = windowOf(line.period, now);
        const key = keyOf(windowId(line.subject, line.period, start));
        const read = () => this.#ask(this.#options.redis.hmget(key, "spent", "reserved"));
        let [spent, reserved] = await read();
        if (typeof spent !== "string") {
          await this.#seed(line, { start, end });
          [spent, reserved] = await read();
        }
        const [spentNano, reservedNano] = [Number(spent ?? 0) as NanoUsd, Number(reserved ?? 0) as NanoUsd];
        return {
          ...line,
          spent: spentNano,
          reserved: reservedNano,
          free: line.limit - spentNano - reservedNano,
          resetsAt: end,
        };
      }),
    );
  }

  async lookInto({ subject, period }: BudgetLine, now: number): Promise<WindowLook | undefined> {
    const window = windowId(subject, period, windowOf(period, now).start);
    const look = this.#options.redis.eval(LOOK, 2, keyOf(window), OPEN, JSON.stringify(window));
    const [spent, ...open] = (await this.#ask(look)) as readonly string[];
    return spent === undefined ? undefined : { spent: Number(spent), open };
  }

  async correct({ subject, period }: BudgetLine, seen: number, spent: number, now: number): Promise<boolean> {
    const key = keyOf(windowId(subject, period, windowOf(period, now).start));
    return (await this.#ask(this.#options.redis.eval(CORRECT, 1, key, String(seen), String(spent)))) === 1;
  }

  status(): BudgetStatus {
    const reserved = [...this.#open.values()].reduce((sum, { amount }) => sum + amount, 0);
    const error = this.#lastError === undefined ? {} : { lastError: this.#lastError };
    return { open: this.#open.size, reserved, expired: this.#expired, violations: this.#violations, ...error };
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    clearInterval(this.#renewing);
    this.#options.redis.off("ready", this.#begin);
    if (this.#unsettled.size > 0) await this.sweep();
  }

  /** Settles what Redis did not take before, and what is left of processes that are gone. Never rejects. */
  async sweep(): Promise<void> {
    const { redis, chargedFor } = this.#options;
    try {
      for (const { reservation, charged } of [...this.#unsettled.values()]) await this.#settleOne(reservation, charged);
      if (this.#sweeps % SWEEPS_PER_CHECK === 0) await this.#check();
      this.#sweeps += 1;
      const found = (await this.#ask(redis.eval(ENDED, 2, OPEN, LEASES))) as readonly string[];
      const ended = new Map<string, string>();
      for (let at = 0; at + 1 < found.length; at += 2) ended.set(String(found[at]), String(found[at + 1]));
      // A row is committed before its reservation is settled. What has none was never answered, or still runs.
      const charged = await chargedFor([...ended.keys()]);
      for (const [id, record] of ended) {
        const { amount, windows } = JSON.parse(record) as Pick<Reservation, "amount" | "windows">;
        const reservation = { id, amount, windows, at: 0 };
        const cost = charged.get(id);
        if (cost === undefined) await this.#giveBack(reservation);
        else await this.#settleOne(reservation, cost);
        this.#expired += 1;
      }
    } catch (error) {
      if (error instanceof CountersUnavailable) return; // noted; tried again
      this.#options.log.error({ error }, "ended reservations could not be given back; trying again");
    }
  }

  /** Whether what each window holds is the sum of the reservations that name it, all servers' together; from here on it is. */
  async #check(): Promise<void> {
    const answer = await this.#ask(this.#options.redis.eval(CHECK, 2, OPEN, HELD, `${PREFIX}window:`));
    const [violations, example] = answer as readonly [number, string];
    if (violations > 0) {
      this.#options.log.error(
        { violations, example },
        "what budgets held was not the sum of the reservations; it was put right. If Redis has not thrown keys out (maxmemory-policy), please report it",
      );
    }
    this.#violations = violations;
  }

  async #giveBack({ id, amount, windows }: Reservation): Promise<void> {
    const keys = [OPEN, LEASES, HELD, ...windows.map(keyOf)];
    await this.#ask(this.#options.redis.eval(GIVE_BACK, keys.length, ...keys, id, String(-amount)));
  }

  async #hold(reservation: Reservation, lines: readonly BudgetLine[] | undefined): Promise<readonly string[]> {
    const { id, amount, windows } = reservation;
    const keys = [GENERATION, OPEN, LEASES, HELD, doneOf(id), ...windows.map(keyOf)];
    const mode = lines === undefined ? "force" : "check";
    const limits = windows.map((_, index) => String(lines?.[index]?.limit ?? 0));
    const record = JSON.stringify({ amount, windows });
    const isSent = this.#options.redis.status === "ready"; // else it fails at once
    try {
      const reply = (await this.#ask(
        this.#options.redis.eval(
          ...([RESERVE, keys.length, ...keys] as const),
          ...[id, String(amount), String(this.#leaseMs), record, randomUUID(), mode, ...limits],
        ),
        true,
      )) as readonly string[];
      await this.#noteGeneration(String(reply[0]));
      return reply;
    } catch (error) {
      // It may have been held all the same, unless Redis said no: given back as soon as Redis answers.
      const isRefused = error instanceof CountersUnavailable && error.cause instanceof ReplyError;
      if (lines !== undefined && isSent && !isRefused) this.#unsettled.set(id, { reservation, charged: 0 });
      throw error;
    }
  }

  /** Never rejects: leases end later than the next try. What another process took for ours that are gone is held again. */
  async #renew(): Promise<void> {
    const ids = [...this.#open.keys()];
    try {
      for (let from = 0; from < ids.length; from += RENEWED_AT_ONCE) {
        const renewed = ids.slice(from, from + RENEWED_AT_ONCE);
        const renewing = this.#options.redis.eval(RENEW, 2, OPEN, LEASES, String(this.#leaseMs), ...renewed);
        for (const id of (await this.#ask(renewing)) as readonly string[]) await this.#holdAgain(id);
      }
    } catch {
      // Noted.
    }
  }

  /** With each connection: Redis may be another than before, or have lost what it knew. Never rejects. */
  readonly #begin = async (): Promise<void> => {
    const keys = [GENERATION, RUN, WINDOWS, OPEN, LEASES, HELD];
    try {
      await this.#noteGeneration(
        String(await this.#ask(this.#options.redis.eval(BEGIN, keys.length, ...keys, randomUUID()))),
      );
    } catch {
      // Noted; what Redis lost all of is noticed with the next reservation too.
    }
    await this.#renew(); // their leases may have ended meanwhile
  };

  /** Redis was emptied since: what this process holds is held again. */
  async #noteGeneration(generation: string): Promise<void> {
    const before = this.#generation;
    this.#generation = generation;
    if (before === undefined || before === generation) return;
    this.#options.log.warn({ open: this.#open.size }, "Redis has lost its data; budgets are summed up from the ledger");
    for (const id of [...this.#open.keys()]) await this.#holdAgain(id);
  }

  /** Unless it was settled meanwhile: its settlement is sent after this, and by the same connection. */
  async #holdAgain(id: string): Promise<void> {
    const reservation = this.#open.get(id);
    if (reservation !== undefined) await this.#hold(reservation, undefined);
  }

  async #settleOne(reservation: Reservation, charged: number): Promise<void> {
    const { id, amount, windows } = reservation;
    const keys = [OPEN, LEASES, doneOf(id), HELD, ...windows.map(keyOf)];
    await this.#ask(this.#options.redis.eval(SETTLE, keys.length, ...keys, id, String(-amount), String(charged)));
    this.#unsettled.delete(id);
  }

  /** Requests of this process that come meanwhile wait for the same answer. */
  #seed(line: BudgetLine, window: BudgetWindow): Promise<void> {
    const id = windowId(line.subject, line.period, window.start);
    const seeding = this.#seeding.get(id) ?? this.#sumUp(line, window).finally(() => this.#seeding.delete(id));
    this.#seeding.set(id, seeding);
    return seeding;
  }

  async #sumUp({ subject, period }: BudgetLine, window: BudgetWindow): Promise<void> {
    const key = keyOf(windowId(subject, period, window.start));
    const forgetAt = Number.isFinite(window.end) ? window.end / 1_000 + KEEP_S : 0;
    for (let tries = 0; tries < SEED_TRIES; tries++) {
      // Whoever comes meanwhile works with the token that is there; a call that is settled takes it away.
      await this.#ask(this.#options.redis.hsetnx(key, "seeding", randomUUID()));
      const token = (await this.#ask(this.#options.redis.hget(key, "seeding"))) ?? "";
      const sum = await this.#options.chargedIn(subject, window).catch((error: Error) => {
        throw new CountersUnavailable(`what was spent cannot be read: ${error.message}`, { cause: error });
      });
      const isDone = await this.#ask(
        this.#options.redis.eval(SEED, 2, key, WINDOWS, token, String(sum), String(forgetAt)),
      );
      if (isDone === 1) return;
    }
  }

  /** @param isReserving a Redis whose memory is full answers all else, so only this, or a minute without it, shows that the fault is over. */
  async #ask<T>(answer: Promise<T>, isReserving = false): Promise<T> {
    try {
      const value = await answer;
      if (this.#lastError !== undefined && (isReserving || performance.now() >= this.#refusesUntil)) {
        this.#options.log.warn({}, "Redis answers again");
        this.#lastError = undefined;
        this.#refusesUntil = 0;
      }
      return value;
    } catch (error) {
      const message = reasonOf(error);
      const refuses = error instanceof ReplyError;
      if (this.#lastError === undefined) {
        const what = refuses ? "Redis refuses commands" : "Redis does not answer";
        this.#options.log.error({ error: message }, `${what}: requests with a budget are refused until that ends`);
      }
      this.#lastError = message;
      this.#refusesUntil = refuses ? performance.now() + REFUSAL_MS : 0;
      throw new CountersUnavailable(message, { cause: error });
    }
  }
}

/** There once a reservation is settled. */
function doneOf(id: string): string {
  return `${PREFIX}done:${id}`;
}

function keyOf(window: WindowId): string {
  return `${PREFIX}window:${window}`;
}
