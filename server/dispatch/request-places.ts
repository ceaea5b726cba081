import type { PlannedAttempt } from "../../engine/serving.js";
import type { Release } from "../endpoints/slots.js";
import { DEFAULT_QUEUE_MS } from "../endpoints/waiting-room.js";
import type { ClientPresence } from "./answers/client-presence.js";
import type { DispatchDependencies, DispatchRequest } from "./dispatch-request.js";

/** The places (`max_concurrent`) that the calls of one request take. */
export class RequestPlaces {
  readonly #request: DispatchRequest;
  readonly #shared: DispatchDependencies;
  #kept: Turn | undefined;

  constructor(request: DispatchRequest, shared: DispatchDependencies) {
    this.#request = request;
    this.#shared = shared;
  }

  /** Takes the places for a call. @returns what gives them back; undefined when the candidate is at its limit. */
  take(planned: PlannedAttempt): Release | undefined {
    const kept = this.#kept;
    if (kept?.planned !== planned) {
      return this.#shared.endpoints.slots.take(this.#request.serving.limitsOf(planned.endpoint));
    }
    this.#kept = undefined;
    return kept.release;
  }

  /**
   * Waits for the first of several candidates that are at their limit, at most as long as their route says, and keeps its
   * places for the call that follows.
   */
  async waitForTurn(busy: readonly PlannedAttempt[], client: ClientPresence): Promise<PlannedAttempt | undefined> {
    this.#kept = await firstTurn(busy, client, this.#request, this.#shared);
    if (client.isGone) this.giveBack();
    return this.#kept?.planned;
  }

  /** The call that places are kept for is not made. */
  giveBack(): void {
    this.#kept?.release();
    this.#kept = undefined;
  }
}

interface Turn {
  readonly planned: PlannedAttempt;
  readonly release: Release;
}

function firstTurn(
  busy: readonly PlannedAttempt[],
  client: ClientPresence,
  { serving, progress }: DispatchRequest,
  { endpoints: { slots, room }, clock }: DispatchDependencies,
): Promise<Turn | undefined> {
  const limitMs = Math.max(...busy.map(({ route }) => route.timeouts.queueMs ?? DEFAULT_QUEUE_MS));
  const waitMs = limitMs - progress.queuedMs;
  const leave = waitMs <= 0 || client.isGone ? undefined : room.enter();
  if (leave === undefined) return Promise.resolve(undefined);
  const startedAt = clock();
  const limits = busy.map(({ endpoint }) => serving.limitsOf(endpoint));
  return new Promise((resolve) => {
    const end = (turn: Turn | undefined) => {
      clearTimeout(timer);
      forgetClient();
      forgetSlots();
      leave();
      progress.queuedMs += clock() - startedAt;
      resolve(turn);
    };
    const timer = setTimeout(() => end(undefined), waitMs);
    const forgetClient = client.onGone(() => end(undefined));
    const forgetSlots = slots.wait(limits, (index, release) => {
      const planned = busy[index];
      if (planned === undefined) release();
      end(planned === undefined ? undefined : { planned, release });
    });
  });
}
