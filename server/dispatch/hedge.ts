import type { PlannedAttempt } from "../../engine/serving.js";
import type { Attempt, CallSide, EndedAttempt } from "./answers/attempt-result.js";
import { ClientPresence } from "./answers/client-presence.js";

export interface HedgedRace extends Pick<EndedAttempt, "result"> {
  readonly planned: PlannedAttempt;
  /** The second candidate was called too. */
  readonly usedSecond: boolean;
}

/**
 * Calls a candidate, and a second one beside it when the first has shown nothing after `hedge_after_ms`. Whose content
 * (of a stream) or answer comes first wins; the other call is ended at once, and recorded as `outrun`. A failure does not
 * win while the other call is under way, unless `isFinal` says that nothing else may follow it.
 */
export async function hedge(
  first: PlannedAttempt,
  second: PlannedAttempt,
  attempt: Attempt,
  side: CallSide,
  isFinal: (ended: Omit<HedgedRace, "usedSecond">) => boolean,
): Promise<HedgedRace> {
  const lanes: Lane[] = [];
  const run = async (planned: PlannedAttempt) => {
    const lane = openLane(side, (winner) => endOthers(lanes, winner));
    lanes.push(lane);
    try {
      const { result } = await attempt(planned, lane.side);
      const ended = { planned, result };
      const decides = !lane.isOutrun && isFinal(ended);
      if (decides) endOthers(lanes, lane);
      return { ended, decides };
    } catch (error) {
      endOthers(lanes, lane); // a fault of ours: nobody waits for them any more
      throw error;
    } finally {
      lane.close();
    }
  };
  const running = run(first);
  if (await isOver(running, lanes, first.route.hedgeAfterMs ?? 0, side.client)) {
    return { ...(await running).ended, usedSecond: false };
  }
  const both = await Promise.all([running, run(second)]);
  const usedSecond = both[1].ended.result.kind !== "passed_over";
  // Neither reached the client: the one that was called last is what counts, as in a plan that is walked.
  const decisive = both.find(({ decides }) => decides) ?? (usedSecond ? both[1] : both[0]);
  return { ...decisive.ended, usedSecond };
}

interface Lane {
  readonly side: CallSide;
  readonly presence: ClientPresence;
  readonly hasBegun: boolean;
  readonly isOutrun: boolean;
  close(): void;
}

/** A place from which only one of several calls can reach the client. */
function openLane({ client, sink }: CallSide, onBegin: (lane: Lane) => void): Lane {
  const presence = new ClientPresence();
  const forget = client.onGone(() => presence.leave());
  if (client.isGone) presence.leave();
  let hasBegun = false;
  const lane: Lane = {
    presence,
    get hasBegun() {
      return hasBegun;
    },
    get isOutrun() {
      return presence.isOutrun;
    },
    close: forget,
    side: {
      client: presence,
      sink:
        sink === undefined
          ? undefined
          : {
              begin(planned) {
                hasBegun = true;
                onBegin(lane);
                sink.begin(planned);
              },
              write: (events) => sink.write(events),
              onceDrained: (callback) => sink.onceDrained(callback),
            },
    },
  };
  return lane;
}

function endOthers(lanes: readonly Lane[], winner: Lane): void {
  for (const lane of lanes) if (lane !== winner) lane.presence.outrun();
}

/** Waits for a call to end or to bring content, at most so long. */
async function isOver(
  running: Promise<unknown>,
  lanes: readonly Lane[],
  ms: number,
  client: ClientPresence,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), ms);
  });
  let outcome: "ended" | "late";
  try {
    outcome = await Promise.race([running.then(() => "ended" as const), late]);
  } finally {
    clearTimeout(timer);
  }
  return outcome === "ended" || client.isGone || lanes.some(({ hasBegun }) => hasBegun);
}
