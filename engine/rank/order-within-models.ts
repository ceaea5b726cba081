import type { PlannedAttempt } from "./route-plan.js";

/**
 * Puts the endpoints of each model into the order a request's hints ask for, in the places that the model's endpoints have:
 * which model comes when stays the policy's. Endpoints that the hints do not name come after those they do, as they were.
 *
 * @param from the first attempt that may move.
 * @param order ids of endpoints.
 */
export function orderWithinModels(attempts: PlannedAttempt[], from: number, order: readonly string[]): void {
  const placeOf = ({ endpoint }: PlannedAttempt) => {
    const place = order.indexOf(endpoint.id);
    return place === -1 ? order.length : place;
  };
  const places = new Map<string, number[]>();
  for (const [at, { endpoint }] of attempts.entries()) {
    if (at < from) continue;
    const known = places.get(endpoint.model);
    if (known === undefined) places.set(endpoint.model, [at]);
    else known.push(at);
  }
  for (const taken of places.values()) {
    const ordered = taken.map((at) => attempts[at] as PlannedAttempt).sort((a, b) => placeOf(a) - placeOf(b));
    for (const [turn, attempt] of ordered.entries()) attempts[taken[turn] as number] = attempt;
  }
}
