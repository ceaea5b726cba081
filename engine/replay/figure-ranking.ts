import type { Facts } from "../evaluate/facts.js";
import type { Outcome, RouteChoice } from "../evaluate/outcome.js";
import type { PolicySet, RequireRule, Route } from "../policy/policy-set.js";
import type { CatalogEntry } from "../rank/catalog-index.js";
import { Draw } from "../rank/draw.js";
import {
  type CandidateTest,
  type CostLimit,
  excludeCandidate,
  isExcludedByFigures,
} from "../rank/exclude-candidate.js";
import { expandCandidates } from "../rank/expand-candidates.js";
import { expectedCost, wholeTokens } from "../rank/expected-cost.js";
import { orderByScore, scoringOf } from "../rank/order-candidates.js";
import type { RankedCandidate, Strategy } from "../rank/strategies.js";
import type { World } from "../rank/world.js";
import { type NanoUsd, usdToNano } from "../units/money.js";
import { alikeEntry } from "./alike-entry.js";
import type { RecordReader } from "./record-reader.js";
import { NUMBER } from "./record-values.js";
import type { Destination } from "./replay-decision.js";

/** A route with the candidates that only figures can still leave out. */
export interface FixedRoute {
  readonly rule: string;
  readonly route: Route;
  readonly maxCost: NanoUsd | undefined;
  readonly sticky: Route["sticky"] | undefined;
  readonly to: readonly FixedCandidate[];
  readonly fallback: readonly FixedCandidate[];
  /** The endpoints of both, behind the first of all. */
  readonly behindFirst: readonly string[];
  /** Those that limit the cost. */
  readonly requirements: readonly RequireRule[];
  /** Tokens that no context window and no output limit of the candidates is smaller than. */
  readonly smallestWindow: number;
  readonly smallestOutput: number;
  /** What orders those of `to`; undefined: they stay as written. */
  readonly score: Strategy | undefined;
  /** Whether it looks at the candidates' costs, latencies, calls under way and error rates, and whether it draws. */
  readonly scoresCosts: boolean;
  readonly scoresLatencies: boolean;
  readonly scoresInFlight: boolean;
  readonly scoresErrorRates: boolean;
  readonly draws: boolean;
  /** Whether equal scores are drawn for, given a value of what is sticky. */
  readonly breaksTies: boolean;
}
interface FixedCandidate {
  readonly entry: CatalogEntry;
  /** Its number in the record's figures; −1: there are none of it. */
  readonly number: number;
}

/** The figures that a request asks with. */
interface Asked {
  readonly promptTokens: number | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly maxLatencyMs: number | undefined;
  readonly budget: NanoUsd | undefined;
  readonly answers: number | undefined;
}

const none: readonly string[] = [];
const nothing: World = {};
const noLimits: readonly CostLimit[] = [];
const noDraw = new Draw(0);

/**
 * Ranks as `rank` does, record after record, where all but the figures is settled before: costs, windows, limits, latencies,
 * draws are left.
 */
export class FigureRanking {
  private readonly contextTokens: number;
  private readonly maxOutputTokens: number;
  private readonly budgetUsd: number;
  private readonly maxLatencyMs: number;

  constructor(private readonly reader: RecordReader) {
    const { record } = reader;
    this.contextTokens = record.numberOfFact("context_tokens");
    this.maxOutputTokens = record.numberOfFact("max_output_tokens");
    this.budgetUsd = record.numberOfFact("budget_usd");
    this.maxLatencyMs = record.numberOfFact("max_latency_ms");
  }

  /** Settles all of a route but the figures. */
  fix(set: PolicySet, choice: RouteChoice, { requirements }: Outcome, facts: Facts, world: World): FixedRoute {
    const { rule, route } = choice;
    const { uses_tools, uses_vision, uses_json_schema } = facts;
    // Without any figure nothing is left out that figures leave out.
    const test: CandidateTest = {
      ...{ facts: { uses_tools, uses_vision, uses_json_schema }, world, requirements },
      ...{ costLimits: noLimits, promptTokens: undefined, maxOutputTokens: undefined },
    };
    const left = (entries: readonly CatalogEntry[]): readonly FixedCandidate[] =>
      entries
        .filter((entry) => excludeCandidate(entry, test, undefined, undefined) === undefined)
        .map((entry) => ({ entry: alikeEntry(entry), number: this.reader.record.numberOfEndpoint(entry.endpoint.id) }));
    const expanded = expandCandidates(set, route, facts.model);
    const [to, fallback] = [left(expanded.to), left(expanded.fallback)];
    const endpoints = [...to, ...fallback].map(({ entry }) => entry.endpoint);
    const { strategy, sticky } = route;
    const isBlend = typeof strategy !== "string";
    return {
      rule,
      route,
      maxCost: route.maxCost,
      sticky,
      to,
      fallback,
      behindFirst: endpoints.slice(1).map(({ id }) => id),
      requirements: requirements.filter(({ require }) => require.maxCost !== undefined),
      smallestWindow: Math.min(...endpoints.map(({ contextWindow }) => contextWindow)),
      smallestOutput: Math.min(...endpoints.map(({ maxOutputTokens = Number.POSITIVE_INFINITY }) => maxOutputTokens)),
      score: strategy === "order" || to.length < 2 ? undefined : scoringOf(strategy),
      scoresCosts: isBlend || strategy === "cheapest",
      scoresLatencies: isBlend || strategy === "fastest",
      scoresInFlight: strategy === "least_busy",
      scoresErrorRates: strategy === "balanced",
      draws: strategy === "weighted" || strategy === "balanced",
      breaksTies: sticky !== undefined && strategy !== "weighted" && strategy !== "balanced",
    };
  }

  /** Where the record that was read last goes. */
  rank(routes: readonly FixedRoute[], world: World): Destination {
    const asked = this.asked(world);
    let first: RankedCandidate | undefined;
    let { rule } = routes[routes.length - 1] as FixedRoute;
    let fallbacks: readonly string[] = none;
    for (let number = 0; number < routes.length; number++) {
      const fixed = routes[number] as FixedRoute;
      const planned = first === undefined ? undefined : [first.entry.endpoint.id, ...fallbacks];
      const test = leavesOut(fixed, asked) ? testOf(fixed, asked) : undefined;
      if (planned === undefined && fixed.score === undefined && test === undefined) {
        const candidate = fixed.to[0] ?? fixed.fallback[0];
        if (candidate === undefined) continue;
        first = { entry: candidate.entry, cost: undefined, latencyMs: undefined };
        fallbacks = fixed.behindFirst;
      } else {
        const to = this.order(fixed, this.left(fixed, fixed.to, asked, test, planned), asked, world);
        const behind = this.left(fixed, fixed.fallback, asked, test, planned);
        const more: string[] = [];
        for (let at = 0; at < to.length + behind.length; at++) {
          const candidate = (at < to.length ? to[at] : behind[at - to.length]) as RankedCandidate;
          if (first === undefined) first = candidate;
          else more.push(candidate.entry.endpoint.id);
        }
        fallbacks = planned === undefined ? more : [...fallbacks, ...more];
      }
      if (planned === undefined && first !== undefined) rule = fixed.rule;
    }
    if (world.no_fallback === true) fallbacks = none;
    if (first === undefined) {
      return { rule, isDenied: false, endpoint: undefined, fallbacks, cost: undefined, latencyMs: undefined };
    }
    const { endpoint } = first.entry;
    const cost = expectedCost(endpoint, asked.promptTokens, asked.maxOutputTokens, asked.answers);
    const latencyMs = this.latencyOf(this.reader.record.numberOfEndpoint(endpoint.id));
    return { rule, isDenied: false, endpoint: endpoint.id, fallbacks, cost, latencyMs };
  }

  private asked({ answers }: World): Asked {
    const budget = this.figure(this.budgetUsd);
    const nano = budget === undefined ? undefined : usdToNano(budget);
    return {
      promptTokens: wholeTokens(this.figure(this.contextTokens)),
      maxOutputTokens: wholeTokens(this.figure(this.maxOutputTokens)),
      maxLatencyMs: this.figure(this.maxLatencyMs),
      budget: nano !== undefined && Number.isFinite(nano) ? nano : undefined,
      answers,
    };
  }

  private figure(fact: number): number | undefined {
    const { kinds, numbers } = this.reader.record;
    return kinds[fact] === NUMBER ? numbers[fact] : undefined;
  }

  private latencyOf(endpoint: number): number | undefined {
    const figure = this.reader.record.latency.at(endpoint);
    return Number.isFinite(figure) ? figure : undefined;
  }

  /**
   * The candidates that this request's figures leave over, without those that are planned already.
   * @param test undefined when its figures can leave out none.
   */
  private left(
    fixed: FixedRoute,
    candidates: readonly FixedCandidate[],
    asked: Asked,
    test: CandidateTest | undefined,
    planned: readonly string[] | undefined,
  ): readonly RankedCandidate[] {
    const usesCosts = fixed.scoresCosts || test !== undefined;
    const usesLatencies = fixed.scoresLatencies || test !== undefined;
    const left: RankedCandidate[] = [];
    for (let at = 0; at < candidates.length; at++) {
      const { entry, number } = candidates[at] as FixedCandidate;
      const { endpoint } = entry;
      if (planned?.includes(endpoint.id) === true) continue;
      const cost = usesCosts
        ? expectedCost(endpoint, asked.promptTokens, asked.maxOutputTokens, asked.answers)
        : undefined;
      const latencyMs = usesLatencies ? this.latencyOf(number) : undefined;
      if (test !== undefined && isExcludedByFigures(entry, test, cost, latencyMs)) continue;
      left.push({ entry, cost, latencyMs });
    }
    return left;
  }

  private order(
    fixed: FixedRoute,
    candidates: readonly RankedCandidate[],
    { promptTokens, maxOutputTokens }: Asked,
    { answers }: World,
  ): readonly RankedCandidate[] {
    const { route, score, sticky } = fixed;
    if (score === undefined || candidates.length < 2) return candidates;
    const { record } = this.reader;
    const stickyDraw = sticky === undefined ? undefined : this.stickyDraw(sticky);
    const looksAtSeed = fixed.scoresLatencies || (fixed.draws && stickyDraw === undefined);
    const worldDraw = looksAtSeed ? record.seedDraw() : undefined;
    const world = {
      answers,
      in_flight: fixed.scoresInFlight ? record.inFlight.all() : undefined,
      error_rate: fixed.scoresErrorRates ? record.errorRate.all() : undefined,
    } as World;
    const draw = stickyDraw ?? worldDraw ?? noDraw;
    const context = { route, world, promptTokens, maxOutputTokens, draw, worldDraw };
    return orderByScore(candidates, score, context, fixed.breaksTies && stickyDraw !== undefined);
  }

  private stickyDraw(sticky: NonNullable<Route["sticky"]>): Draw | undefined {
    const { record } = this.reader;
    return sticky === "prefix" ? record.prefixDraw() : record.textDraw(record.numberOfFact(sticky));
  }
}

/** Whether the figures of a request can leave out a candidate of a route. */
function leavesOut({ maxCost, requirements, smallestWindow, smallestOutput }: FixedRoute, asked: Asked): boolean {
  const { promptTokens = 0, maxOutputTokens = 0, maxLatencyMs, budget } = asked;
  if (budget !== undefined || maxCost !== undefined || maxLatencyMs !== undefined) return true;
  return requirements.length > 0 || promptTokens + maxOutputTokens > smallestWindow || maxOutputTokens > smallestOutput;
}

function testOf({ maxCost, requirements }: FixedRoute, asked: Asked): CandidateTest {
  const { promptTokens, maxOutputTokens, maxLatencyMs, budget } = asked;
  // The names are for people only, and what exceeds the lower one exceeds one.
  const limit = budget === undefined ? maxCost : maxCost === undefined || budget < maxCost ? budget : maxCost;
  const costLimits = limit === undefined ? noLimits : [{ name: "", limit }];
  const facts = { max_latency_ms: maxLatencyMs };
  return { facts, world: nothing, requirements, costLimits, promptTokens, maxOutputTokens };
}
