import type { PlannedAttempt, RoutePlan } from "../../engine/serving.js";
import { waitForReturn } from "../dispatch/wait-for-return.js";
import type { WalkedPlan } from "../dispatch/walk-plan.js";
import { DEFAULT_QUEUE_MS } from "../endpoints/waiting-room.js";
import type { Soon } from "../soon.js";
import type { DataPlane } from "./data-plane.js";
import type { Deciding } from "./decide-request.js";
import type { Decision } from "./decision.js";
import type { Exchange } from "./exchange.js";

/** A decision whose plan has an attempt, or none that waiting would give it. */
export function untilPossible(plane: DataPlane, exchange: Exchange, deciding: Deciding): Soon<Decision> {
  const decision = deciding.decide();
  const { plan } = decision;
  if (plan === undefined || plan.attempts.length > 0) return decision;
  return waitForAnother(plane, exchange, plan).then((isWorthIt) =>
    isWorthIt ? untilPossible(plane, exchange, deciding) : decision,
  );
}

/** Waits within what the route's `timeouts: { queue }` leaves. @returns whether to decide again. */
async function waitForAnother(
  plane: DataPlane,
  exchange: Exchange,
  { route, excluded }: Pick<RoutePlan, "route" | "excluded">,
): Promise<boolean> {
  const { endpoints, clock, now } = plane.dispatching;
  const maxMs = (route.timeouts.queueMs ?? DEFAULT_QUEUE_MS) - exchange.progress.queuedMs;
  const startedAt = clock();
  const mayReturn =
    maxMs > 0 && (await waitForReturn({ excluded, endpoints, client: exchange.client, maxMs, now: now() }));
  if (mayReturn) exchange.progress.queuedMs += clock() - startedAt;
  return mayReturn;
}

export type Attempts = readonly [PlannedAttempt, ...PlannedAttempt[]];

export function isPossible(attempts: readonly PlannedAttempt[]): attempts is Attempts {
  return attempts.length > 0;
}

/** While every circuit opened between the decision and the call: waits for one to come back, and decides again. */
export function sendAgain(
  plane: DataPlane,
  exchange: Exchange,
  walked: WalkedPlan,
  deciding: Deciding,
  send: (plan: Attempts) => Promise<WalkedPlan>,
): Soon<WalkedPlan> {
  const { result } = walked;
  return result.kind === "passed_over" && result.reason === "circuit_open" && exchange.progress.failures.length === 0
    ? waitAndSend(plane, exchange, walked, deciding, send)
    : walked;
}

async function waitAndSend(
  plane: DataPlane,
  exchange: Exchange,
  walked: WalkedPlan,
  deciding: Deciding,
  send: (plan: Attempts) => Promise<WalkedPlan>,
): Promise<WalkedPlan> {
  const { planned } = walked;
  const { endpoint, rule, route, from } = planned;
  const excluded = [{ endpoint, rule, from, reason: "circuit_open" as const, detail: "" }];
  const mayReturn = await waitForAnother(plane, exchange, { route, excluded });
  const { attempts = [] } = (mayReturn ? (await untilPossible(plane, exchange, deciding)).plan : undefined) ?? {};
  if (isPossible(attempts)) return sendAgain(plane, exchange, await send(attempts), deciding, send);
  return exchange.client.isGone ? { planned, result: { kind: "cancelled" } } : walked;
}
