import type { Endpoint, PolicySet } from "../policy/policy-set.js";
import { Draw } from "../rank/draw.js";
import { costOfCall, expectedCost, wholeTokens } from "../rank/expected-cost.js";
import { COMPARED_PROMPT_TOKENS } from "../rank/strategies.js";
import type { World } from "../rank/world.js";
import { type PicoUsdPerToken, usdToNano } from "../units/money.js";
import {
  ASSUMED_OUTPUT,
  type CandidateTable,
  COLUMNS,
  CONTEXT_WINDOW,
  INPUT_PRICE,
  MAX_OUTPUT,
  OUTPUT_PRICE,
} from "./candidate-table.js";
import { FigurePlan } from "./figure-plan.js";
import { type FixedRoute, PREFIX } from "./fixed-route.js";
import { NUMBER, type RecordValues } from "./records/record-values.js";
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
  /** What the request that is ranked asks with; NaN: unknown, or not limited. */
  private promptTokens = Number.NaN;
  private maxOutputTokens = Number.NaN;
  private answers = 1;
  /** Milliseconds and nano-dollars; Infinity: no limit. */
  private maxLatencyMs = Number.POSITIVE_INFINITY;
  private budget = Number.POSITIVE_INFINITY;

  constructor(
    { catalog }: PolicySet,
    private readonly record: RecordValues,
    private readonly table: CandidateTable,
  ) {
    this.plan = new FigurePlan(
      table,
      catalog.models.reduce((count, { endpoints }) => count + endpoints.length, 0),
    );
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
    if (plan.count === 0) {
      return { rule, isDenied: false, endpoint: undefined, fallbacks: none, cost: undefined, latencyMs: undefined };
    }
    const fallbacks = world.no_fallback === true ? none : (asWritten ?? plan.behindFirst());
    const first = plan.candidates[0] as number;
    const cost = this.costOf(first, this.promptTokens);
    const latencyMs = this.latencyOf(first);
    return {
      rule,
      isDenied: false,
      endpoint: this.table.ids[first],
      fallbacks,
      cost: Number.isNaN(cost) ? undefined : cost,
      latencyMs: Number.isNaN(latencyMs) ? undefined : latencyMs,
    };
  }

  private ask({ answers = 1 }: World): void {
    this.answers = answers;
    this.promptTokens = wholeTokens(this.figure(this.contextTokensFact)) ?? Number.NaN;
    this.maxOutputTokens = wholeTokens(this.figure(this.maxOutputTokensFact)) ?? Number.NaN;
    const mostMs = this.figure(this.maxLatencyMsFact);
    this.maxLatencyMs = Number.isNaN(mostMs) ? Number.POSITIVE_INFINITY : mostMs;
    const nano = usdToNano(this.figure(this.budgetUsdFact));
    // Beyond what numbers hold there is no limit.
    this.budget = Number.isFinite(nano) ? nano : Number.POSITIVE_INFINITY;
  }

  /** NaN: the record has none. */
  private figure(fact: number): number {
    const { kinds, numbers } = this.record;
    return kinds[fact] === NUMBER ? (numbers[fact] as number) : Number.NaN;
  }

  private latencyOf(candidate: number): number {
    return this.record.latency.measuredAt(this.table.endpointNumbers[candidate] as number, Number.NaN);
  }

  /** Expected, nano-dollars; NaN: unknown. */
  private costOf(candidate: number, promptTokens: number): number {
    const { figures } = this.table;
    const { maxOutputTokens } = this;
    const row = candidate * COLUMNS;
    const input = figures[row + INPUT_PRICE] as number;
    if (Number.isNaN(promptTokens + input)) return this.costWithout(candidate, promptTokens);
    const outputTokens = Number.isNaN(maxOutputTokens) ? (figures[row + ASSUMED_OUTPUT] as number) : maxOutputTokens;
    const output = figures[row + OUTPUT_PRICE] as number;
    return costOfCall(promptTokens, input as PicoUsdPerToken, outputTokens, output as PicoUsdPerToken, this.answers);
  }

  /** The cost where there is no one price, or the size of the prompt is unknown. */
  private costWithout(candidate: number, promptTokens: number): number {
    const endpoint = this.table.endpoints[candidate] as Endpoint;
    return expectedCost(endpoint, known(promptTokens), known(this.maxOutputTokens), this.answers) ?? Number.NaN;
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
      or0(this.promptTokens) + or0(this.maxOutputTokens) > route.smallestWindow ||
      this.maxOutputTokens > route.smallestOutput;
    const scoresCosts = strategy === "cheapest" || typeof strategy !== "string";
    this.addLeft(to, from, leavesOut, mostCost, scoresCosts);
    const isOrdered = strategy !== "order" && plan.count - from > 1;
    if (isOrdered) {
      if (scoresCosts && Number.isNaN(this.promptTokens)) this.compareCosts(from);
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
    candidates: readonly number[],
    planned: number,
    leavesOut: boolean,
    mostCost: number,
    scoresCosts: boolean,
  ): void {
    const { plan, promptTokens, maxOutputTokens, maxLatencyMs } = this;
    const { endpoints, figures } = this.table;
    const tokens = or0(promptTokens) + or0(maxOutputTokens);
    const isLimited = mostCost !== Number.POSITIVE_INFINITY;
    for (let at = 0; at < candidates.length; at++) {
      const candidate = candidates[at] as number;
      if (planned > 0 && plan.holds(candidate, planned)) continue;
      const cost = isLimited || scoresCosts ? this.costOf(candidate, promptTokens) : Number.NaN;
      const latencyMs = this.latencyOf(candidate);
      if (leavesOut) {
        const row = candidate * COLUMNS;
        if (tokens > (figures[row + CONTEXT_WINDOW] as number)) continue;
        if (maxOutputTokens > (figures[row + MAX_OUTPUT] as number)) continue;
        if (cost > mostCost || latencyMs > maxLatencyMs) continue;
        if (isLimited && Number.isNaN(cost) && endpoints[candidate]?.price === undefined) continue;
      }
      plan.add(candidate, cost, latencyMs);
    }
  }

  /** Where the size of the prompt is not known, costs are compared for a usual one. */
  private compareCosts(from: number): void {
    const { candidates, costs, count } = this.plan;
    for (let at = from; at < count; at++) {
      costs[at] = this.costOf(candidates[at] as number, COMPARED_PROMPT_TOKENS);
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

  private stickyDraw(sticky: number): Draw | undefined {
    const { record } = this;
    return sticky === PREFIX ? record.prefixDraw() : record.textDraw(sticky);
  }
}

function known(figure: number): number | undefined {
  return Number.isNaN(figure) ? undefined : figure;
}

function or0(figure: number): number {
  return Number.isNaN(figure) ? 0 : figure;
}
