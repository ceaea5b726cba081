import type { Limits } from "../../endpoints/slots.js";
import type { EndedAttempt } from "../answers/attempt-result.js";
import type { DispatchDependencies } from "../dispatch-request.js";
import { callEndpoint, type EndpointCall } from "./call-endpoint.js";
import { verdictOf } from "./circuit-verdict.js";
import { passedOver } from "./without-call.js";
import { withoutSecrets } from "./without-secrets.js";

/** The longest that a call beside requests may take, milliseconds: it is asked for what a provider knows at once. */
const MAX_BESIDE_MS = 10_000;

export interface CallBeside extends Pick<EndpointCall, "planned" | "adapter" | "passThrough" | "call" | "client"> {
  /** What it needs places in, as any call to the endpoint. */
  readonly limits: Limits;
  /** What nobody else may see of what it sends. */
  readonly secrets: readonly string[];
}

/** The name of the circuit that calls beside requests have at an endpoint. */
export function circuitBeside(endpoint: string): string {
  return `${endpoint} count_tokens`;
}

/**
 * Asks an endpoint for something else than an answer (how many tokens it has), once. The call is made only while the endpoint works:
 * its health check passes, its circuit is closed (a probe is for requests), and a place is free. How it ends says nothing
 * about answers, nor they about it: providers limit them apart, and many servers have no such operation. It has a
 * circuit of its own, by the same rule.
 */
export async function callBeside(
  { planned, adapter, passThrough, call, client, limits, secrets }: CallBeside,
  { endpoints, clock, now }: Pick<DispatchDependencies, "endpoints" | "clock" | "now">,
): Promise<EndedAttempt> {
  const { endpoint, route } = planned;
  const { circuits, slots } = endpoints;
  if (endpoints.isFailing(endpoint) || !circuits.isClosed(endpoint)) return passedOver("circuit_open");
  const release = slots.take(limits);
  if (release === undefined) return passedOver("busy");
  try {
    const circuit = circuits.begin({ ...endpoint, id: circuitBeside(endpoint.id) }, now());
    if (circuit === undefined) return passedOver("circuit_open");
    const totalMs = Math.min(route.timeouts.totalMs ?? MAX_BESIDE_MS, MAX_BESIDE_MS);
    const hurried = { ...planned, route: { ...route, timeouts: { ...route.timeouts, totalMs } } };
    const ended = await callEndpoint(
      { planned: hurried, adapter, passThrough, call, client, asksUsage: false, sink: undefined, circuit, clock, now },
      (answered) => withoutSecrets(answered, secrets),
    );
    circuit.end(verdictOf(ended, call.operation), now());
    return ended;
  } finally {
    release();
  }
}
