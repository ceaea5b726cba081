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
  for (let at = from; at < attempts.length; at++) {
    const model = attempts[at]?.endpoint.model ?? "";
    const known = places.get(model);
    if (known === undefined) places.set(model, [at]);
    else known.push(at);
  }
  for (const taken of places.values()) {
    if (taken.length === 1) continue;
    const ordered = taken
      .flatMap((at) => attempts[at] ?? [])
      .map((attempt) => ({ attempt, place: placeOf(attempt) }))
      .sort((a, b) => a.place - b.place);
    for (const [turn, at] of taken.entries()) {
      const next = ordered[turn];
      if (next !== undefined) attempts[at] = next.attempt;
    }
  }
}
