import type { IncomingHttpHeaders } from "node:http";
import { didYouMean, type Endpoint, listNames, type SimulatedFault, simulatedFaults } from "../../../engine/serving.js";

export const FAULT_HEADER = "x-route-simulate";

/** How the simulator is to answer for an endpoint; undefined: as it does otherwise. */
export type FaultOf = (endpoint: Endpoint) => SimulatedFault | undefined;

/**
 * Reads `x-route-simulate`: a fault for every simulated endpoint (`cut`), or for some by model, endpoint or provider
 * (`hang@openai, overloaded@openai/gpt-4.1`). Heeded only in the test mode (`SIMULATE_FAULTS=1`); faults that do not exist
 * are {@link faultWarnings}.
 */
export function requestedFaults(headers: IncomingHttpHeaders): FaultOf {
  const header = headers[FAULT_HEADER];
  if (typeof header !== "string") return noFault;
  const wanted = header.split(",").flatMap((part) => {
    const [name = "", ...place] = part.trim().split("@");
    const fault = simulatedFaults.find((known) => known === name);
    return fault === undefined ? [] : [{ fault, place: place.join("@") }];
  });
  return ({ id, model, provider }) =>
    wanted.find(({ place }) => place === "" || place === id || place === model || place === provider)?.fault;
}

/** Outside the test mode, and without the header. */
export const noFault: FaultOf = () => undefined;

/** What to warn of in an `x-route-simulate`. @param isHeeded in the test mode */
export function faultWarnings(header: string | readonly string[], isHeeded: boolean): readonly string[] {
  if (!isHeeded) {
    return ["x-route-simulate: only a server with SIMULATE_FAULTS=1 in its environment heeds it; it was not used"];
  }
  if (typeof header !== "string") return ["x-route-simulate: it is given more than once; it was not used"];
  return header.split(",").flatMap((part) => {
    const [name = ""] = part.trim().split("@");
    if (simulatedFaults.some((known) => known === name)) return [];
    const near = didYouMean(name, simulatedFaults) ?? `it takes ${listNames(simulatedFaults)}, and @PLACE`;
    return [`x-route-simulate: there is no fault of that name; ${near}`];
  });
}
