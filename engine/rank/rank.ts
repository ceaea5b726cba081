import type { Facts } from "../evaluate/facts.js";
import { nextRoute } from "../evaluate/next-route.js";
import type { Outcome, RouteChoice } from "../evaluate/outcome.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { RequireRule } from "../policy/policy-set.js";
import type { NanoUsd } from "../units/money.js";
import type { CatalogEntry } from "./catalog-index.js";
import { costLimits } from "./cost-limits.js";
import { Draw } from "./draw.js";
import { type CandidateTest, excludeCandidate } from "./exclude-candidate.js";
import { expandCandidates } from "./expand-candidates.js";
import { ASSUMED_OUTPUT_TOKENS, expectedCost, wholeTokens } from "./expected-cost.js";
import { orderCandidates } from "./order-candidates.js";
import { orderWithinModels } from "./order-within-models.js";
import type { Exclusion, PlannedAttempt, RoutePlan } from "./route-plan.js";
import { measured, type RankedCandidate } from "./strategies.js";
import type { World } from "./world.js";

/**
 * Turns an outcome into the ordered attempts, and a reason for every candidate left out.
 *
 * Candidates of `to` come first, ordered by the route's strategy, then those of `fallback` as written. With
 * `on_exhausted: next_rule` the candidates of the next route rule that is true follow, each with its own rule's
 * strategy, limits and timeouts; so on until a route that does not say so, or the default. Requirements, the
 * request's budget and its latency limit hold for all of them.
 *
 * An endpoint stands in the plan once: at the first place where it can serve, else with the first reason why it cannot.
 *
 * Pure, deterministic and total: the same arguments give the same plan; names the catalog does not have are ignored.
 * A denied outcome gives a plan without attempts and exclusions.
 */
export function rank(policy: CompiledPolicy, outcome: Outcome, facts: Facts, world: World): RoutePlan {
  const excluded: Exclusion[] = [];
  const { choice, attempts } = rankChain(policy, outcome, facts, world, excluded);
  const [first] = attempts;
  if (world.no_fallback === true) excluded.push(...attempts.splice(1).map(notAllowedByHint));
  return {
    rule: first?.rule ?? choice.rule,
    route: first?.route ?? choice.route,
    attempts,
    excluded,
    assumedOutputTokens: wholeTokens(facts.max_output_tokens) ?? ASSUMED_OUTPUT_TOKENS,
  };
}

/** The rule and the attempts of {@link rank}, without a word about who is left out. */
export function rankAttempts(
  policy: CompiledPolicy,
  outcome: Outcome,
  facts: Facts,
  world: World,
): Pick<RoutePlan, "rule" | "attempts"> {
  const { choice, attempts } = rankChain(policy, outcome, facts, world, undefined);
  if (world.no_fallback === true) attempts.splice(1);
  return { rule: attempts[0]?.rule ?? choice.rule, attempts };
}

/** The attempts of all routes of a chain, and the route that was asked last. */
function rankChain(
  policy: CompiledPolicy,
  outcome: Outcome,
  facts: Facts,
  world: World,
  excluded: Exclusion[] | undefined,
): { readonly choice: RouteChoice; readonly attempts: PlannedAttempt[] } {
  const attempts: PlannedAttempt[] = [];
  let choice = outcome.route;
  if (outcome.denied === undefined) {
    rankRoute(policy, choice, outcome.requirements, facts, world, attempts, excluded);
    while (choice.route.onExhausted === "next_rule" && choice.ruleNumber < policy.set.rules.length) {
      choice = nextRoute(policy, facts, choice.ruleNumber);
      rankRoute(policy, choice, outcome.requirements, facts, world, attempts, excluded);
    }
  }
  return { choice, attempts };
}

/**
 * Ranks the candidates of one route and appends them to what earlier routes of the chain gave.
 * @param excluded undefined when nobody asks who is left out.
 */
function rankRoute(
  policy: CompiledPolicy,
  { rule, route }: RouteChoice,
  requirements: readonly RequireRule[],
  facts: Facts,
  world: World,
  attempts: PlannedAttempt[],
  excluded: Exclusion[] | undefined,
): void {
  const promptTokens = wholeTokens(facts.context_tokens);
  const maxOutputTokens = wholeTokens(facts.max_output_tokens);
  const test: CandidateTest = {
    facts,
    world,
    requirements,
    costLimits: costLimits(rule, route.maxCost, facts.budget_usd),
    promptTokens: wholeTokens(world.largest_prompt) ?? promptTokens,
    maxOutputTokens,
  };

  const candidates = expandCandidates(policy.set, route, facts.model);
  const to = keep(candidates.to, "to", rule, test, attempts, excluded);
  const fallback = keep(candidates.fallback, "fallback", rule, test, attempts, excluded);

  const stickyValue =
    route.sticky === undefined ? undefined : route.sticky === "prefix" ? world.prefix : facts[route.sticky];
  const worldDraw = world.seed === undefined ? undefined : new Draw(world.seed);
  const draw = stickyValue === undefined ? (worldDraw ?? new Draw(0)) : new Draw(stickyValue);
  const from = attempts.length;
  const context = { route, world, promptTokens, maxOutputTokens, draw, worldDraw };
  for (const { entry, cost, latencyMs, score } of orderCandidates(to, context, stickyValue !== undefined)) {
    const attempt: PlannedAttempt =
      score === undefined
        ? { endpoint: entry.endpoint, rule, route, from: "to" }
        : { endpoint: entry.endpoint, rule, route, from: "to", score };
    attempts.push(withKnown(attempt, cost, latencyMs));
  }
  for (const { entry, cost, latencyMs } of fallback) {
    attempts.push(
      withKnown<PlannedAttempt>({ endpoint: entry.endpoint, rule, route, from: "fallback" }, cost, latencyMs),
    );
  }
  if (world.hint_order !== undefined) orderWithinModels(attempts, from, world.hint_order);
}

/** @returns those that can serve. The others are added to `excluded`. */
function keep(
  entries: readonly CatalogEntry[],
  from: "to" | "fallback",
  rule: string,
  test: CandidateTest,
  attempts: readonly PlannedAttempt[],
  excluded: Exclusion[] | undefined,
): readonly RankedCandidate[] {
  const { facts, world, maxOutputTokens } = test;
  const promptTokens = wholeTokens(facts.context_tokens);
  // Within one route every endpoint is there once already; only later routes of a chain can meet one again.
  const isChained = attempts.length > 0 || (excluded !== undefined && excluded.length > 0);
  const kept: RankedCandidate[] = [];
  for (const entry of entries) {
    const { endpoint } = entry;
    if (isChained && placeOf(endpoint.id, attempts) !== -1) continue;
    const cost = expectedCost(endpoint, promptTokens, maxOutputTokens, world.answers);
    const latencyMs = measured(world.latency_ms, endpoint.id);
    const why = excludeCandidate(entry, test, cost, latencyMs);
    if (why === undefined) kept.push({ entry, cost, latencyMs });
    if (excluded === undefined) continue;
    const before = isChained ? placeOf(endpoint.id, excluded) : -1;
    if (why === undefined) {
      if (before !== -1) excluded.splice(before, 1);
    } else if (before === -1) {
      const exclusion: Exclusion = { endpoint, rule, from, reason: why.reason, detail: why.detail() };
      excluded.push(withKnown(exclusion, cost, latencyMs));
    }
  }
  return kept;
}

/** −1: none is of that endpoint. */
function placeOf(id: string, entries: readonly { readonly endpoint: { readonly id: string } }[]): number {
  for (let at = 0; at < entries.length; at++) if (entries[at]?.endpoint.id === id) return at;
  return -1;
}

function notAllowedByHint({ endpoint, rule, from }: PlannedAttempt): Exclusion {
  return {
    endpoint,
    rule,
    from,
    reason: "hint_excluded",
    detail: "the request says provider.allow_fallbacks: false",
  };
}

/** Adds the figures that are known to an entry of the plan that was just made. Copying it is what costs on this path. */
function withKnown<Entry extends { readonly cost?: NanoUsd; readonly latencyMs?: number }>(
  entry: Entry,
  cost: NanoUsd | undefined,
  latencyMs: number | undefined,
): Entry {
  const open: { cost?: NanoUsd; latencyMs?: number } = entry;
  if (cost !== undefined) open.cost = cost;
  if (latencyMs !== undefined) open.latencyMs = latencyMs;
  return entry;
}
