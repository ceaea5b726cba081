import type { PolicySet, RequireRule, Route } from "../../policy/policy-set.js";
import type { CatalogEntry } from "../../rank/catalog-index.js";
import { costLimits } from "../../rank/cost-limits.js";
import { Draw } from "../../rank/draw.js";
import { type CandidateTest, excludeCandidate } from "../../rank/exclude-candidate.js";
import { expandCandidates } from "../../rank/expand-candidates.js";
import { assumedOutput, expectedCost, wholeTokens } from "../../rank/expected-cost.js";
import { orderCandidates } from "../../rank/order-candidates.js";
import { priceAt } from "../../rank/price-at.js";
import { COMPARED_PROMPT_TOKENS, measured, type RankedCandidate, type StrategyContext } from "../../rank/strategies.js";
import { costOfTokens, type NanoUsd, nanoToUsd, usdToNano } from "../../units/money.js";
import { MAX_TOKENS } from "../../units/tokens.js";
import { capabilityFacts } from "../regions/candidate-regions.js";
import type { Cell } from "./cell.js";
import type { Stretch } from "./change-steps.js";

/** What is asked of candidates at one end of a cell. */
interface End {
  readonly test: CandidateTest;
  readonly prompt: number | undefined;
  readonly answer: number | undefined;
}

/**
 * The candidates of one route held against each other for all requests of a cell. Whoever can serve at the hard end of its stretches
 * (the longest, the least budget) can serve all of them; whoever cannot at the easy end can serve none.
 */
export class CandidateComparison {
  readonly to: readonly CatalogEntry[];
  readonly fallback: readonly CatalogEntry[];
  readonly #cell: Cell;
  readonly #route: Route;
  readonly #easy: End;
  readonly #hard: End;
  readonly #answers: number;

  /**
   * @param sure requirements that hold for all requests of the cell.
   * @param possible those that hold for some; for one request they hold for all candidates, or for none.
   */
  constructor(
    set: PolicySet,
    cell: Cell,
    rule: string,
    route: Route,
    sure: readonly RequireRule[],
    possible: readonly RequireRule[],
  ) {
    const { to, fallback } = expandCandidates(set, route, cell.trial.facts.model);
    this.to = to;
    this.fallback = fallback;
    this.#cell = cell;
    this.#route = route;
    this.#answers = cell.trial.world.answers ?? 1;
    this.#easy = endOf(cell, rule, route, sure, "low");
    this.#hard = endOf(cell, rule, route, possible, "high");
  }

  /** Whether an endpoint can serve none of the requests. */
  isSurelyOut(entry: CatalogEntry): boolean {
    return this.#isOut(entry, this.#easy);
  }

  /** Whether some candidate can serve all of them. */
  someServes(isMeant: (entry: CatalogEntry) => boolean): boolean {
    return [...this.to, ...this.fallback].some((entry) => isMeant(entry) && !this.#isOut(entry, this.#hard));
  }

  /** Whether for all requests that an endpoint can serve one of the others can too, and comes before it. */
  isSurelyBehind(entry: CatalogEntry, isOther: (entry: CatalogEntry) => boolean): boolean {
    return [...this.to, ...this.fallback].some(
      (other) => isOther(other) && this.#comesBefore(other, entry) && this.#servesWherever(other, entry),
    );
  }

  #isOut(entry: CatalogEntry, { test, prompt, answer }: End): boolean {
    const cost = expectedCost(entry.endpoint, prompt, answer, this.#answers);
    return excludeCandidate(entry, test, cost, this.#latencyOf(entry)) !== undefined;
  }

  #latencyOf({ endpoint }: CatalogEntry): number | undefined {
    return measured(this.#cell.trial.world.latency_ms, endpoint.id);
  }

  /** Whether one endpoint can serve each request that another of the route can. */
  #servesWherever(one: CatalogEntry, other: CatalogEntry): boolean {
    if (!this.#isOut(one, this.#hard)) return true;
    // What does not depend on the stretches must not stand against it, with any requirement.
    const { test, prompt, answer } = this.#easy;
    const cost = expectedCost(one.endpoint, prompt, answer, this.#answers);
    const latency = this.#latencyOf(one);
    const hard = this.#hard.test;
    const { requirements } = hard;
    if (excludeCandidate(one, { ...test, requirements }, cost, latency) !== undefined) return false;
    if (!this.#hasWhatIsFree(one, other)) return false;
    const fits = (limits: CandidateTest) => excludeCandidate(one, limits, undefined, undefined) === undefined;
    const window = {
      ...test,
      requirements: [],
      costLimits: [],
      promptTokens: hard.promptTokens,
      maxOutputTokens: hard.maxOutputTokens,
    };
    const isRoomier =
      one.endpoint.contextWindow >= other.endpoint.contextWindow &&
      (one.endpoint.maxOutputTokens ?? Number.POSITIVE_INFINITY) >=
        (other.endpoint.maxOutputTokens ?? Number.POSITIVE_INFINITY);
    if (!isRoomier && !fits(window)) return false;
    const highest = expectedCost(one.endpoint, this.#hard.prompt, this.#hard.answer, this.#answers);
    const least = Math.min(
      ...hard.costLimits.map(({ limit }) => limit),
      ...requirements.flatMap((rule) => rule.require.maxCost ?? []),
    );
    if (highest !== undefined && highest > least && !(this.#dearerBy(one, other) <= 0)) return false;
    const slowest = hard.facts.max_latency_ms;
    if (slowest === undefined || latency === undefined || latency <= slowest) return true;
    return latency <= (this.#latencyOf(other) ?? Number.NEGATIVE_INFINITY);
  }

  /** Whether one endpoint does whatever a free fact may ask for that another does: a capability, a price for a budget. */
  #hasWhatIsFree({ endpoint, model }: CatalogEntry, other: CatalogEntry): boolean {
    const { free } = this.#cell;
    const lacks = capabilityFacts.some(
      ([fact, capability]) =>
        free.has(fact) && !model.capabilities.includes(capability) && other.model.capabilities.includes(capability),
    );
    return !lacks && !(free.has("budget_usd") && endpoint.price === undefined && other.endpoint.price !== undefined);
  }

  /** Whether one endpoint stands before another wherever both can serve. */
  #comesBefore(one: CatalogEntry, other: CatalogEntry): boolean {
    const isFallback = this.fallback.includes(other);
    if (isFallback !== this.fallback.includes(one)) return isFallback;
    const list = isFallback ? this.fallback : this.to;
    const isWrittenFirst = list.indexOf(one) < list.indexOf(other);
    const { strategy, sticky } = this.#route;
    if (isFallback || strategy === "order") return isWrittenFirst;
    // Of what is drawn by a value that is open nothing is known; only a tie is drawn for elsewhere.
    const isDrawOpen = sticky !== undefined && (this.#cell.open.has(sticky) || this.#cell.free.has(sticky));
    if (strategy === "cheapest") {
      const difference = this.#dearerBy(one, other);
      if (difference < 0) return true;
      const isTieDrawn = sticky !== undefined && (isDrawOpen || this.#stickyValue() !== undefined);
      return difference <= 0 && isWrittenFirst && !isTieDrawn;
    }
    if (isDrawOpen) return false;
    switch (strategy) {
      case "best":
      case "least_busy":
      case "weighted":
        // They score each candidate by itself.
        return this.#isFirstOf(
          [one, other].sort((a, b) => list.indexOf(a) - list.indexOf(b)),
          one,
          other,
        );
      default:
        return this.#isFirstOfServing(one, other);
    }
  }

  /** Other strategies compare all that can serve, so it must be known who does. */
  #isFirstOfServing(one: CatalogEntry, other: CatalogEntry): boolean {
    const { strategy } = this.#route;
    const serving = this.to.filter((entry) => !this.#isOut(entry, this.#hard));
    const isKnown = this.to.every((entry) => serving.includes(entry) || this.#isOut(entry, this.#easy));
    if (!isKnown) return false;
    if (!serving.includes(one)) return false;
    if (!serving.includes(other)) return true;
    const costShare = typeof strategy === "string" ? 0 : (strategy.cost ?? 0);
    if (typeof strategy === "string" || costShare === 0 || this.#isOneSize())
      return this.#isFirstOf(serving, one, other);
    const total = costShare + (strategy.latency ?? 0) + (strategy.quality ?? 0);
    const costs = [this.#easy, this.#hard].map(({ prompt = COMPARED_PROMPT_TOKENS, answer }) =>
      serving.map(({ endpoint }) => expectedCost(endpoint, prompt, answer, this.#answers)),
    );
    const [low = [], high = []] = costs;
    if (low.includes(undefined)) return false;
    const [least, most] = [Math.max(...(low as number[])), Math.max(...(high as number[]))];
    if (!(least > 0)) return false;
    const difference = this.#dearerBy(one, other);
    const greatest = difference <= 0 ? difference / most : difference / least;
    const costOf = (entry: CatalogEntry) => low[serving.indexOf(entry)] as number;
    const now = (costOf(one) - costOf(other)) / least;
    const scores = new Map(this.#order(serving).map(({ entry, score }) => [entry, score]));
    const gap = (scores.get(one) ?? Number.NaN) - (scores.get(other) ?? Number.NaN);
    return gap + (costShare / total) * (greatest - now) < -1e-9;
  }

  #isOneSize(): boolean {
    return this.#easy.prompt === this.#hard.prompt && this.#easy.answer === this.#hard.answer;
  }

  #isFirstOf(entries: readonly CatalogEntry[], one: CatalogEntry, other: CatalogEntry): boolean {
    const order = this.#order(entries).map(({ entry }) => entry);
    return order.indexOf(one) < order.indexOf(other);
  }

  #order(entries: readonly CatalogEntry[]) {
    const { prompt, answer } = this.#easy;
    const { world } = this.#cell.trial;
    const sticky = this.#stickyValue();
    const worldDraw = world.seed === undefined ? undefined : new Draw(world.seed);
    const draw = sticky === undefined ? (worldDraw ?? new Draw(0)) : new Draw(sticky);
    const context: StrategyContext = {
      route: this.#route,
      world,
      promptTokens: prompt,
      maxOutputTokens: answer,
      draw,
      worldDraw,
    };
    const candidates = entries.map((entry): RankedCandidate => {
      const cost = expectedCost(entry.endpoint, prompt, answer, this.#answers);
      return { entry, cost, latencyMs: this.#latencyOf(entry) };
    });
    return orderCandidates(candidates, context, sticky !== undefined);
  }

  #stickyValue(): string | undefined {
    const { sticky } = this.#route;
    const { facts, world } = this.#cell.trial;
    return sticky === undefined ? undefined : sticky === "prefix" ? world.prefix : facts[sticky];
  }

  /** By how many nano-dollars one endpoint can be dearer than another, at most: a bound that is exact for one size. */
  #dearerBy({ endpoint: one }: CatalogEntry, { endpoint: other }: CatalogEntry): number {
    if (one.price === undefined || other.price === undefined) {
      // No price comes last.
      return one.price === undefined ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    }
    const prompts = [this.#easy, this.#hard].map(({ prompt = COMPARED_PROMPT_TOKENS }) => prompt);
    const [low = 0, high = 0] = prompts;
    const [price, otherPrice] = [priceAt(one.price, low), priceAt(other.price, low)];
    const isOneTier = priceAt(one.price, high) === price && priceAt(other.price, high) === otherPrice;
    if (!isOneTier) return Number.POSITIVE_INFINITY;
    const input = mostDifference([low, high], [low, high], price.input, otherPrice.input);
    const answersOf = (endpoint: typeof one): [number, number] => [
      this.#easy.answer ?? assumedOutput(endpoint),
      this.#hard.answer ?? assumedOutput(endpoint),
    ];
    const answers = mostDifference(answersOf(one), answersOf(other), price.output, otherPrice.output);
    if (!this.#cell.free.has("max_output_tokens")) return input + this.#answers * answers;
    // Left out, each has its own.
    const assumed =
      costOfTokens(assumedOutput(one), price.output) - costOfTokens(assumedOutput(other), otherPrice.output);
    return input + this.#answers * Math.max(answers, assumed);
  }
}

/**
 * By how much tokens at one price can cost more than at another, at most: between the ends of a stretch the difference grows or falls
 * evenly, but for what is rounded up.
 */
function mostDifference(
  tokens: readonly [number, number],
  others: readonly [number, number],
  price: Parameters<typeof costOfTokens>[1],
  otherPrice: Parameters<typeof costOfTokens>[1],
): number {
  const at = (end: 0 | 1) => costOfTokens(tokens[end], price) - costOfTokens(others[end], otherPrice);
  if (tokens[0] === tokens[1] && others[0] === others[1]) return at(0);
  if (price === otherPrice) return 0;
  return price < otherPrice ? Math.min(0, at(0) + 1) : at(1) + 1;
}

/** At the easy end what is free asks for nothing and limits nothing, at the hard end for all. */
function endOf(
  { trial, stretches, free }: Cell,
  rule: string,
  route: Route,
  requirements: readonly RequireRule[],
  end: keyof Stretch,
): End {
  const { facts, world } = trial;
  const isEasy = end === "low";
  const size = (fact: "context_tokens" | "max_output_tokens") => {
    if (free.has(fact)) return isEasy ? 0 : MAX_TOKENS;
    return stretches.get(fact)?.[end] ?? wholeTokens(facts[fact]);
  };
  const limit = (fact: "budget_usd" | "max_latency_ms", given: number | undefined) => {
    if (free.has(fact)) return isEasy ? undefined : 0;
    return stretches.get(fact)?.[isEasy ? "high" : "low"] ?? given;
  };
  const prompt = size("context_tokens");
  const answer = size("max_output_tokens");
  const budget = limit("budget_usd", facts.budget_usd === undefined ? undefined : usdToNano(facts.budget_usd));
  const budgetUsd = budget === undefined ? undefined : nanoToUsd(budget as NanoUsd);
  const latency = limit("max_latency_ms", facts.max_latency_ms);
  const capabilities = capabilityFacts.filter(([fact]) => free.has(fact)).map(([fact]) => [fact, !isEasy] as const);
  const isAsGiven = capabilities.length === 0 && latency === facts.max_latency_ms;
  const test: CandidateTest = {
    facts: isAsGiven ? facts : { ...facts, ...Object.fromEntries(capabilities), max_latency_ms: latency },
    world,
    requirements,
    costLimits: costLimits(rule, route.maxCost, budgetUsd),
    promptTokens: wholeTokens(world.largest_prompt) ?? prompt,
    maxOutputTokens: answer,
  };
  return { test, prompt, answer };
}
