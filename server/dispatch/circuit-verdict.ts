import type { CallVerdict } from "../endpoints/circuit.js";
import type { EndedAttempt } from "./answers/attempt-result.js";
import { requestFaults } from "./answers/failure.js";

/**
 * What the end of a call says to its endpoint's circuit. A fault of the request itself shows an endpoint that works; a 429 that says
 * when to come back is kept by its cool-down.
 */
export function verdictOf({ result }: EndedAttempt): CallVerdict {
  switch (result.kind) {
    case "answered":
    case "streamed":
      return FINE;
    case "failed":
    case "cut": {
      const { errorClass, retryAfterMs } = result.failure;
      if (requestFaults.has(errorClass)) return FINE;
      if (errorClass === "rate_limited" && retryAfterMs !== undefined) return NOTHING;
      return { kind: "failed", errorClass, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    case "cancelled":
    case "outrun":
    case "unpaid":
    case "passed_over":
      return NOTHING;
  }
}

const FINE: CallVerdict = { kind: "fine" };
const NOTHING: CallVerdict = { kind: "nothing" };
