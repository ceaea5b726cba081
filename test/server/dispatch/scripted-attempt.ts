import type { ErrorClass, PlannedAttempt } from "../../../engine/serving.js";
import type { Attempt, AttemptResult, EndedAttempt } from "../../../server/dispatch/answers/attempt-result.js";
import { ClientPresence } from "../../../server/dispatch/answers/client-presence.js";

/** A candidate of a plan, as far as dispatching looks at it. */
export function candidate(id: string, route: Partial<PlannedAttempt["route"]> = {}): PlannedAttempt {
  return { endpoint: { id }, route: { retries: 0, fallbackOn: ["server_error"], ...route } } as PlannedAttempt;
}

/** Its pause before a retry is a millisecond. */
export function failed(errorClass: ErrorClass = "server_error", message = ""): AttemptResult {
  return { kind: "failed", failure: { errorClass, message, summary: "", retryAfterMs: 1 } };
}

export const answered: AttemptResult = { kind: "answered", body: Buffer.from("{}") };
export const busy: AttemptResult = { kind: "passed_over", reason: "busy" };
export const open: AttemptResult = { kind: "passed_over", reason: "circuit_open" };
export const unpaid: AttemptResult = { kind: "unpaid", refusal: { kind: "unavailable" } };

/** Calls that end as is said of each, in turn; `leave`: the client hangs up meanwhile, and the call fails. */
export function scripted(...results: readonly (AttemptResult | "leave")[]) {
  const client = new ClientPresence();
  const called: string[] = [];
  const attempt: Attempt = async ({ endpoint }): Promise<EndedAttempt> => {
    const scene = results[called.length];
    called.push(endpoint.id);
    if (scene === undefined) throw new Error(`${endpoint.id} is called once too often`);
    if (scene === "leave") client.leave();
    const result = scene === "leave" ? failed() : scene;
    return { result, status: undefined, firstTokenMs: undefined, totalMs: 1, wasSent: true, notes: {} };
  };
  return { attempt, called, side: { client, sink: undefined } };
}
