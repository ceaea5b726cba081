import type { PlannedAttempt } from "../../engine/serving.js";
import type { ClientPresence } from "./client-presence.js";
import type { Limits, Release, Slots } from "./slots.js";
import { DEFAULT_QUEUE_MS, type WaitingRoom } from "./waiting-room.js";

export interface Concurrency {
  readonly slots: Slots;
  readonly room: WaitingRoom;
  /** What a call to an endpoint needs places in; none: it is not limited. */
  readonly limitsOf: (planned: PlannedAttempt) => Limits;
  /** How long the request has waited so far, milliseconds. */
  readonly waitedMs: () => number;
  /** Told how long it waited once more. */
  readonly onWaited: (ms: number) => void;
  /** Milliseconds, of a clock that only goes forward. */
  readonly clock: () => number;
}

/** The places (`max_concurrent`) that the calls of one request take. */
export class RequestPlaces {
  readonly #concurrency: Concurrency;
  #kept: Turn | undefined;

  constructor(concurrency: Concurrency) {
    this.#concurrency = concurrency;
  }

  /** Takes the places for a call. @returns what gives them back; undefined when the candidate is at its limit. */
  take(planned: PlannedAttempt): Release | undefined {
    const kept = this.#kept;
    if (kept?.planned !== planned) return this.#concurrency.slots.take(this.#concurrency.limitsOf(planned));
    this.#kept = undefined;
    return kept.release;
  }

  /**
   * Waits for the first of several candidates that are at their limit, at most as long as their route says, and keeps its
   * places for the call that follows.
   */
  async waitForTurn(busy: readonly PlannedAttempt[], client: ClientPresence): Promise<PlannedAttempt | undefined> {
    this.#kept = await firstTurn(busy, client, this.#concurrency);
    return this.#kept?.planned;
  }
}

interface Turn {
  readonly planned: PlannedAttempt;
  readonly release: Release;
}

function firstTurn(
  busy: readonly PlannedAttempt[],
  client: ClientPresence,
  { slots, room, limitsOf, waitedMs, onWaited, clock }: Concurrency,
): Promise<Turn | undefined> {
  const limitMs = Math.max(...busy.map(({ route }) => route.timeouts.queueMs ?? DEFAULT_QUEUE_MS));
  const waitMs = limitMs - waitedMs();
  const leave = waitMs <= 0 || client.isGone ? undefined : room.enter();
  if (leave === undefined) return Promise.resolve(undefined);
  const startedAt = clock();
  return new Promise((resolve) => {
    const end = (turn: Turn | undefined) => {
      clearTimeout(timer);
      forgetClient();
      forgetSlots();
      leave();
      onWaited(clock() - startedAt);
      resolve(turn);
    };
    const timer = setTimeout(() => end(undefined), waitMs);
    const forgetClient = client.onGone(() => end(undefined));
    const forgetSlots = slots.wait(busy.map(limitsOf), (index, release) => {
      const planned = busy[index];
      if (planned === undefined) release();
      end(planned === undefined ? undefined : { planned, release });
    });
  });
}
