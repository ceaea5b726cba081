import type { DecisionEvent } from "../admin/answers.js";
import { describeError, openAdmin } from "../admin/ask-admin.js";
import { readEvents } from "../admin/read-events.js";
import { Refusal } from "../admin/refusal.js";
import { fromEvent, type ListedDecision } from "./listed-decision.js";

/** Events are put into the list together: a busy server makes thousands a second. */
const GATHER_MS = 200;
/** The server writes something every 15 s: after silence of this length a connection is gone, though nobody said so. */
const SILENCE_MS = 45_000;
const RETRY_MS = [500, 1_000, 2_000] as const;

export interface Follower {
  /** Asks for the newest decisions, once the stream of those that follow is open. @param until the stream is gone. */
  readonly list: (until: AbortSignal) => Promise<void>;
  readonly take: (found: readonly ListedDecision[]) => void;
  readonly onSkipped: (count: number) => void;
  readonly onState: (state: "live" | "reconnecting" | "stopped") => void;
  readonly onError: (message: string) => void;
}

/**
 * Follows the decisions that fit a filter, as they are made: again from the list on when the stream breaks. Ends when the
 * server refuses it for good.
 * @param query the filter, as the address has it.
 */
export async function followDecisions(query: string, signal: AbortSignal, follower: Follower): Promise<void> {
  for (let failures = 0; !signal.aborted; failures++) {
    const connection = new AbortController();
    try {
      const until = AbortSignal.any([signal, connection.signal]);
      const response = await openAdmin(`/admin/decisions/stream${query === "" ? "" : `?${query}`}`, { signal: until });
      const reading = readAll(response, follower, () => connection.abort());
      await Promise.race([follower.list(until), reading]); // a stream that breaks at once is known at once
      follower.onState("live");
      failures = 0;
      await reading;
    } catch (failure) {
      if (signal.aborted) return;
      follower.onError(describeError(failure));
      if (failure instanceof Refusal && failure.status < 500 && failure.status !== 429) {
        follower.onState("stopped");
        return;
      }
    } finally {
      connection.abort();
    }
    if (signal.aborted) return;
    follower.onState("reconnecting");
    await pause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 0, signal);
  }
}

async function readAll(
  response: Response,
  { take, onSkipped }: Pick<Follower, "take" | "onSkipped">,
  onSilence: () => void,
): Promise<void> {
  let gathered: ListedDecision[] = [];
  let heardAt = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - heardAt > SILENCE_MS) onSilence();
    if (gathered.length === 0) return;
    take(gathered);
    gathered = [];
  }, GATHER_MS);
  try {
    await readEvents(response, {
      onComment: () => {
        heardAt = Date.now();
      },
      onEvent: ({ event, data }) => {
        heardAt = Date.now();
        if (event === "decision") gathered.push(fromEvent(JSON.parse(data) as DecisionEvent));
        else if (event === "skipped") onSkipped((JSON.parse(data) as { skipped: number }).skipped);
      },
    });
  } finally {
    clearInterval(timer);
    if (gathered.length > 0) take(gathered);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
