import type { PolicySet } from "../policy/policy-set.js";
import { Draw } from "../rank/draw.js";
import { expectedCost, wholeTokens } from "../rank/expected-cost.js";
import { COMPARED_PROMPT_TOKENS } from "../rank/strategies.js";
import type { World } from "../rank/world.js";
import { usdToNano } from "../units/money.js";
import { FigurePlan } from "./figure-plan.js";
import type { FixedCandidate, FixedRoute } from "./fixed-route.js";
import { NUMBER, type RecordValues } from "./record-values.js";
import type { Destination } from "./replay-decision.js";

const none: readonly string[] = [];
const noDraw = new Draw(0);

/**
 * Ranks as `rank` does, record after record, where all but the figures is settled before ({@link fixRoute}): costs, windows,
 * limits, latencies, draws are left.
 */
export class FigureRanking {
  private readonly plan: FigurePlan;
  private readonly contextTokensFact: number;
  private readonly maxOutputTokensFact: number;
  private readonly budgetUsdFact: number;
  private readonly maxLatencyMsFact: number;
  /** What the request that is ranked asks with. */
  private promptTokens: number | undefined;
  private maxOutputTokens: number | undefined;
  private answers: number | undefined;
  /** Milliseconds and nano-dollars; Infinity: no limit. */
  private maxLatencyMs = Number.POSITIVE_INFINITY;
  private budget = Number.POSITIVE_INFINITY;

  constructor(
    { catalog }: PolicySet,
    private readonly record: RecordValues,
  ) {
    this.plan = new FigurePlan(catalog.models.reduce((count, { endpoints }) => count + endpoints.length, 0));
    this.contextTokensFact = record.numberOfFact("context_tokens");
    this.maxOutputTokensFact = record.numberOfFact("max_output_tokens");
    this.budgetUsdFact = record.numberOfFact("budget_usd");
    this.maxLatencyMsFact = record.numberOfFact("max_latency_ms");
  }

  /** Where the record that was read last goes. */
  rank(routes: readonly FixedRoute[], world: World): Destination {
    this.ask(world);
    const { plan } = this;
    plan.count = 0;
    let { rule } = routes[routes.length - 1] as FixedRoute;
    let asWritten: readonly string[] | undefined;
    for (let number = 0; number < routes.length; number++) {
      const route = routes[number] as FixedRoute;
      const from = plan.count;
      const isAsWritten = this.planRoute(route);
      asWritten = from === 0 && isAsWritten ? route.behindFirst : undefined;
      if (from === 0 && plan.count > 0) rule = route.rule;
    }
    const first = plan.candidates[0];
    if (plan.count === 0 || first === undefined) {
      return { rule, isDenied: false, endpoint: undefined, fallbacks: none, cost: undefined, latencyMs: undefined };
    }
    const fallbacks = world.no_fallback === true ? none : (asWritten ?? plan.behindFirst());
    const cost = this.costOf(first, this.promptTokens);
    const latencyMs = this.latencyOf(first);
    return {
      rule,
      isDenied: false,
      endpoint: first.id,
      fallbacks,
      cost,
      latencyMs: Number.isNaN(latencyMs) ? undefined : latencyMs,
    };
  }

  private ask({ answers }: World): void {
    this.answers = answers;
    this.promptTokens = wholeTokens(this.figure(this.contextTokensFact));
    this.maxOutputTokens = wholeTokens(this.figure(this.maxOutputTokensFact));
    this.maxLatencyMs = this.figure(this.maxLatencyMsFact) ?? Number.POSITIVE_INFINITY;
    const budget = this.figure(this.budgetUsdFact);
    const nano = budget === undefined ? Number.POSITIVE_INFINITY : usdToNano(budget);
    // Beyond what numbers hold there is no limit.
    this.budget = Number.isFinite(nano) ? nano : Number.POSITIVE_INFINITY;
  }

  private figure(fact: number): number | undefined {
    const { kinds, numbers } = this.record;
    return kinds[fact] === NUMBER ? numbers[fact] : undefined;
  }

  private latencyOf({ number }: FixedCandidate): number {
    return this.record.latency.measuredAt(number, Number.NaN);
  }

  private costOf({ endpoint }: FixedCandidate, promptTokens: number | undefined): number | undefined {
    return expectedCost(endpoint, promptTokens, this.maxOutputTokens, this.answers);
  }

  /**
   * Adds the candidates that a route has for this request.
   * @returns whether they are all that it names, in the order written.
   */
  private planRoute(route: FixedRoute): boolean {
    const { plan } = this;
    const { to, fallback, strategy } = route;
    const from = plan.count;
    const mostCost = Math.min(this.budget, route.mostCost);
    const leavesOut =
      mostCost !== Number.POSITIVE_INFINITY ||
      this.maxLatencyMs !== Number.POSITIVE_INFINITY ||
      (this.promptTokens ?? 0) + (this.maxOutputTokens ?? 0) > route.smallestWindow ||
      (this.maxOutputTokens ?? 0) > route.smallestOutput;
    const scoresCosts = strategy === "cheapest" || typeof strategy !== "string";
    this.addLeft(to, from, leavesOut, mostCost, scoresCosts);
    const isOrdered = strategy !== "order" && plan.count - from > 1;
    if (isOrdered) {
      if (scoresCosts && this.promptTokens === undefined) this.compareCosts(from);
      this.order(route, from);
    }
    this.addLeft(fallback, from, leavesOut, mostCost, false);
    return !isOrdered && plan.count - from === to.length + fallback.length;
  }

  /**
   * Adds the candidates that this request's figures leave over, without those that were planned before its route.
   * @param leavesOut whether figures can leave out any.
   */
  private addLeft(
    candidates: readonly FixedCandidate[],
    planned: number,
    leavesOut: boolean,
    mostCost: number,
    scoresCosts: boolean,
  ): void {
    const { plan, promptTokens, maxOutputTokens = 0, maxLatencyMs } = this;
    const tokens = (promptTokens ?? 0) + maxOutputTokens;
    const isLimited = mostCost !== Number.POSITIVE_INFINITY;
    for (let at = 0; at < candidates.length; at++) {
      const candidate = candidates[at] as FixedCandidate;
      if (planned > 0 && plan.holds(candidate, planned)) continue;
      const cost = isLimited || scoresCosts ? (this.costOf(candidate, promptTokens) ?? Number.NaN) : Number.NaN;
      const latencyMs = this.latencyOf(candidate);
      if (leavesOut) {
        if (tokens > candidate.contextWindow || maxOutputTokens > candidate.maxOutputTokens) continue;
        if (isLimited && (candidate.endpoint.price === undefined || cost > mostCost)) continue;
        if (latencyMs > maxLatencyMs) continue;
      }
      plan.add(candidate, cost, latencyMs);
    }
  }

  /** Where the size of the prompt is not known, costs are compared for a usual one. */
  private compareCosts(from: number): void {
    const { candidates, costs, count } = this.plan;
    for (let at = from; at < count; at++) {
      costs[at] = this.costOf(candidates[at] as FixedCandidate, COMPARED_PROMPT_TOKENS) ?? Number.NaN;
    }
  }

  private order({ strategy, sticky }: FixedRoute, from: number): void {
    const { plan, record } = this;
    const draw = sticky === undefined ? undefined : this.stickyDraw(sticky);
    switch (strategy) {
      case "weighted":
        plan.scoreByWeight(from, draw ?? record.seedDraw() ?? noDraw);
        plan.order(from, undefined);
        return;
      case "balanced":
        plan.scoreByBalance(from, draw ?? record.seedDraw() ?? noDraw, record.errorRate);
        plan.order(from, undefined);
        return;
      case "order":
        return;
      case "cheapest":
        plan.scoreByCost(from);
        break;
      case "fastest":
        plan.scoreByLatency(from, record);
        break;
      case "best":
        plan.scoreByQuality(from);
        break;
      case "least_busy":
        plan.scoreByCalls(from, record.inFlight);
        break;
      default:
        plan.scoreByBlend(from, strategy, record);
    }
    plan.order(from, draw);
  }

  private stickyDraw(sticky: NonNullable<FixedRoute["sticky"]>): Draw | undefined {
    const { record } = this;
    return sticky === "prefix" ? record.prefixDraw() : record.textDraw(record.numberOfFact(sticky));
  }
}
