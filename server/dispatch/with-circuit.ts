import type { Attempt, CallSide, EndedAttempt } from "./attempt-result.js";
import type { CallVerdict } from "./circuit.js";
import type { EndpointStates } from "./endpoint-states.js";
import { requestFaults } from "./failure.js";
import { passedOver } from "./passed-over.js";

/** Adds the endpoint's circuit to an attempt: one that is open (or a health check that fails) passes it over; how a call ends is told to it. */
export function withCircuit(attempt: Attempt, endpoints: EndpointStates, now: () => number): Attempt {
  return async (planned, side) => {
    if (endpoints.isFailing(planned.endpoint)) return passedOver("circuit_open");
    const call = endpoints.circuits.begin(planned.endpoint, now());
    if (call === undefined) return passedOver("circuit_open");
    const ended = await attempt(
      planned,
      onContent(side, () => call.contentArrived(now())),
    );
    call.end(verdictOf(ended), now());
    return ended;
  };
}

/** A fault of the request itself shows an endpoint that works; a 429 that says when to come back is kept by its cool-down. */
function verdictOf({ result }: EndedAttempt): CallVerdict {
  switch (result.kind) {
    case "answered":
    case "streamed":
      return { kind: "fine" };
    case "failed":
    case "cut": {
      const { errorClass, retryAfterMs } = result.failure;
      if (requestFaults.has(errorClass)) return { kind: "fine" };
      if (errorClass === "rate_limited" && retryAfterMs !== undefined) return { kind: "nothing" };
      return { kind: "failed", errorClass, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    case "cancelled":
    case "outrun":
    case "unpaid":
    case "passed_over":
      return { kind: "nothing" };
  }
}

function onContent({ client, sink }: CallSide, callback: () => void): CallSide {
  if (sink === undefined) return { client, sink };
  return {
    client,
    sink: {
      begin(planned) {
        callback();
        sink.begin(planned);
      },
      write: (events) => sink.write(events),
      onceDrained: (drained) => sink.onceDrained(drained),
    },
  };
}
