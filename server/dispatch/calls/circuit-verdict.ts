import type { CallVerdict } from "../../endpoints/circuit.js";
import type { Operation } from "../../providers/operation.js";
import type { EndedAttempt } from "../answers/attempt-result.js";
import { type Failure, requestFaults } from "../answers/failure.js";

/** Operations that a server may not have although it serves its models, or that name what it keeps: files, containers. */
const mayBeAbsent: ReadonlySet<Operation> = new Set(["compact", "completions", "messages", "responses"]);
/** What servers answer that do not have an address, or what a request names. */
const absences: ReadonlySet<number | undefined> = new Set([404, 405, 501]);

/**
 * Whether a failure tells nothing of other calls: the endpoint lacks only what this request asked for, and others go to another address (else
 * one client could close the endpoint to all); or this server could not make the call.
 * @param operation that was called.
 */
export function isNoSign({ status, isOurs }: Failure, operation: Operation): boolean {
  return isOurs === true || (absences.has(status) && mayBeAbsent.has(operation));
}

/**
 * What the end of a call says to its endpoint's circuit. A fault of the request itself shows an endpoint that works; a 429 that says
 * when to come back is kept by its cool-down.
 */
export function verdictOf({ result }: Pick<EndedAttempt, "result">, operation: Operation): CallVerdict {
  switch (result.kind) {
    case "answered":
    case "streamed":
      return FINE;
    case "failed":
    case "cut": {
      const { failure } = result;
      const { errorClass, retryAfterMs } = failure;
      if (requestFaults.has(errorClass)) return FINE;
      if (errorClass === "rate_limited" && retryAfterMs !== undefined) return NOTHING;
      if (isNoSign(failure, operation)) return NOTHING;
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
