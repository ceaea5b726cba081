import type { PlannedAttempt } from "../../engine/index.js";
import type { Attempt } from "./attempt-result.js";
import type { ClientPresence } from "./client-presence.js";
import { passedOver } from "./passed-over.js";
import type { Limits, Release, Slots } from "./slots.js";
import { DEFAULT_QUEUE_MS, type WaitingRoom } from "./waiting-room.js";
import type { WaitForTurn } from "./walk-plan.js";

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

/**
 * Adds `max_concurrent` to the attempts of one request: a candidate at its limit is passed over. `waitForTurn` waits for
 * the first of several that are, at most as long as their route says, and keeps the place for the attempt that follows.
 */
export function withSlots(
  attempt: Attempt,
  concurrency: Concurrency,
): { readonly attempt: Attempt; readonly waitForTurn: WaitForTurn } {
  const { slots, limitsOf } = concurrency;
  const kept = new Map<PlannedAttempt, Release>();
  return {
    async attempt(planned, side) {
      const release = kept.get(planned) ?? slots.take(limitsOf(planned));
      kept.delete(planned);
      if (release === undefined) return passedOver("busy");
      try {
        return await attempt(planned, side);
      } finally {
        release();
      }
    },
    async waitForTurn(busy, client) {
      const turn = await firstTurn(busy, client, concurrency);
      if (turn === undefined) return undefined;
      kept.set(turn.planned, turn.release);
      return turn.planned;
    },
  };
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
