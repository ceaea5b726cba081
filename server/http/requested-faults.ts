import type { IncomingHttpHeaders } from "node:http";
import { type Endpoint, type SimulatedFault, simulatedFaults } from "../../engine/serving.js";

/** How the simulator is to answer for an endpoint; undefined: as it does otherwise. */
export type FaultOf = (endpoint: Endpoint) => SimulatedFault | undefined;

/**
 * Reads `x-route-simulate`: a fault for every simulated endpoint (`cut`), or for some by model, endpoint or provider
 * (`hang@openai, overloaded@openai/gpt-4.1`). Heeded only in the test mode (`SIMULATE_FAULTS=1`); names that do not exist
 * do nothing.
 */
export function requestedFaults(headers: IncomingHttpHeaders): FaultOf {
  const header = headers["x-route-simulate"];
  if (typeof header !== "string") return noFault;
  const wanted = header.split(",").flatMap((part) => {
    const [name = "", ...place] = part.trim().split("@");
    const fault = simulatedFaults.find((known) => known === name);
    return fault === undefined ? [] : [{ fault, place: place.join("@") }];
  });
  return ({ id, model, provider }) =>
    wanted.find(({ place }) => place === "" || place === id || place === model || place === provider)?.fault;
}

/** Outside the test mode. */
export function noFaults(): FaultOf {
  return noFault;
}

const noFault: FaultOf = () => undefined;
