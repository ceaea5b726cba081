import type { RoutePlan } from "../../engine/index.js";
import { waitForReturn } from "../dispatch/wait-for-return.js";
import { DEFAULT_QUEUE_MS } from "../dispatch/waiting-room.js";
import type { DataPlane } from "./data-plane.js";
import type { Decision } from "./decision.js";
import type { Exchange } from "./exchange.js";

/** A decision whose plan has an attempt, or none that waiting would give it. */
export async function untilPossible(plane: DataPlane, exchange: Exchange, decide: () => Decision): Promise<Decision> {
  for (;;) {
    const decision = decide();
    const { plan } = decision;
    if (plan === undefined || plan.attempts.length > 0) return decision;
    if (!(await waitForAnother(plane, exchange, plan, plan.excluded))) return decision;
  }
}

/** Waits within what the route's `timeouts: { queue }` leaves. @returns whether to decide again. */
export async function waitForAnother(
  plane: DataPlane,
  exchange: Exchange,
  { route }: RoutePlan,
  excluded: RoutePlan["excluded"],
): Promise<boolean> {
  const { endpoints, clock, now } = plane.dispatching;
  const maxMs = (route.timeouts.queueMs ?? DEFAULT_QUEUE_MS) - exchange.queuedMs;
  const startedAt = clock();
  const mayReturn =
    maxMs > 0 && (await waitForReturn({ excluded, endpoints, client: exchange.client, maxMs, now: now() }));
  if (mayReturn) exchange.queuedMs += clock() - startedAt;
  return mayReturn;
}
