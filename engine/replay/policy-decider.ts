import { decide } from "../evaluate/decide.js";
import type { Facts } from "../evaluate/facts.js";
import { nextRoute } from "../evaluate/next-route.js";
import type { Outcome, RouteChoice } from "../evaluate/outcome.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { CandidateReference, RequireRule, Route } from "../policy/policy-set.js";
import { routesOf } from "../policy/routes-of.js";
import type { CatalogEntry } from "../rank/catalog-index.js";
import { costLimits } from "../rank/cost-limits.js";
import { Draw } from "../rank/draw.js";
import { type CandidateTest, excludeCandidate } from "../rank/exclude-candidate.js";
import { expandCandidates } from "../rank/expand-candidates.js";
import { expectedCost, wholeTokens } from "../rank/expected-cost.js";
import { orderCandidates } from "../rank/order-candidates.js";
import type { RankedCandidate } from "../rank/strategies.js";
import type { World } from "../rank/world.js";
import type { CaseMeanings } from "./case-meanings.js";
import { ClassTable } from "./class-table.js";
import { ClassNumbers, type FactClass, factClasses } from "./fact-class.js";
import { factsOfTheirType } from "./fact-types.js";
import { NUMBER, type RecordReader } from "./record-reader.js";
import { type Destination, destinationOf } from "./replay-decision.js";

/** Cases that are kept. */
const MOST_CASES = 1 << 12;
const nothing: World = {};
/** After so many requests it is seen whether half of them had a case; if not, so many are decided each by itself. */
const TRIED = 4_096;
const SPARED = 16 * TRIED;

/** What is the same for all requests of the same classes. */
type CaseContent =
  | { readonly kind: "denied"; readonly destination: Destination }
  | { readonly kind: "ranked"; readonly routes: readonly FixedRoute[]; readonly world: World }
  /** Its ranking looks at more than classes and figures. */
  | { readonly kind: "plain" };
/** With the number of its meaning, {@link CaseMeanings}. */
type Case = CaseContent & { readonly meaning: number };

/** It means the same as no other, not even as itself. */
const eachByItself: Case = { kind: "plain", meaning: Number.NaN };

/** A route with the candidates that only figures can still leave out. */
interface FixedRoute {
  readonly rule: string;
  readonly route: Route;
  readonly to: readonly FixedCandidate[];
  readonly fallback: readonly FixedCandidate[];
  /** Those that limit the cost. */
  readonly requirements: readonly RequireRule[];
}
interface FixedCandidate {
  readonly entry: CatalogEntry;
  /** Its place in the reader's figures; −1: there are none of it. */
  readonly place: number;
}

/**
 * Decides the records that a reader has read, as {@link destinationOf} does, but the same thing once: requests whose facts
 * the policy cannot tell apart are decided once and then looked up, and so is which candidates they leave over. What is
 * left to do for each are its figures: costs, windows, limits, latencies, draws.
 */
export class PolicyDecider {
  private readonly numbers = new ClassNumbers();
  private readonly classes: readonly FactClass[];
  private readonly table: ClassTable;
  private cases: Case[] = [];
  private readonly placeOfCase = new Map<string, number>();
  private generation = 0;
  private tried = 0;
  private missed = 0;
  private spared = 0;
  private readonly contextTokens: number;
  private readonly maxOutputTokens: number;
  private readonly budgetUsd: number;
  private readonly maxLatencyMs: number;
  private readonly namesRequested: boolean;

  /** What was made of the record that was read last. */
  private latest: { readonly case: Case; readonly destination: Destination } | undefined;

  constructor(
    private readonly policy: CompiledPolicy,
    private readonly reader: RecordReader,
    /** Shared by the deciders whose destinations are compared. */
    private readonly meanings: CaseMeanings,
  ) {
    this.namesRequested = namesRequested(policy);
    const ranked = ["uses_tools", "uses_vision", "uses_json_schema", ...(this.namesRequested ? ["model"] : [])];
    this.classes = factClasses(policy, ranked, reader, this.numbers);
    this.table = new ClassTable(this.classes.length + 1);
    this.contextTokens = reader.placeOf("context_tokens");
    this.maxOutputTokens = reader.placeOf("max_output_tokens");
    this.budgetUsd = reader.placeOf("budget_usd");
    this.maxLatencyMs = reader.placeOf("max_latency_ms");
    for (const { endpoints } of policy.set.catalog.models) for (const { id } of endpoints) reader.sameText(id);
  }

  /**
   * Where the request of the record that was read last goes.
   * @param other what another policy's decider has made of it: where both mean the same, nothing is ranked again.
   */
  destination(other?: PolicyDecider): Destination {
    const { policy, reader } = this;
    const found = this.caseOfRecord();
    const isSame = other?.latest?.case.meaning === found.meaning;
    const destination =
      isSame && other?.latest !== undefined
        ? other.latest.destination
        : found.kind === "denied"
          ? found.destination
          : found.kind === "plain"
            ? destinationOf(policy, reader.facts(), reader.world)
            : this.rank(found.routes, found.world);
    this.latest = { case: found, destination };
    return destination;
  }

  private caseOfRecord(): Case {
    const { reader, classes, table, numbers } = this;
    if (this.spared > 0) {
      this.spared--;
      return eachByItself;
    }
    if (++this.tried === TRIED) this.judge();
    if (this.generation !== reader.generation || numbers.isFull) this.forgetAll();
    const { key } = table;
    for (let at = 0; at < classes.length; at++) key[at] = (classes[at] as FactClass).ofRecord();
    key[classes.length] = reader.fixedWorldNumber;
    const known = table.find();
    if (known !== -1) return this.cases[known] as Case;
    if (table.isFull || this.cases.length === MOST_CASES) {
      this.forgetAll();
      return this.caseOfRecord();
    }
    this.missed++;
    const place = this.learnCase();
    table.keep(place);
    return this.cases[place] as Case;
  }

  /** Where hardly two requests are alike, looking for their cases costs more than it spares. */
  private judge(): void {
    if (this.missed > TRIED / 2) this.spared = SPARED;
    this.tried = 0;
    this.missed = 0;
  }

  private forgetAll(): void {
    this.generation = this.reader.generation;
    this.numbers.clear();
    for (const each of this.classes) each.clear();
    this.table.clear();
    this.cases = [];
    this.placeOfCase.clear();
  }

  /** The place of a case for what was read last. Many combinations of classes come to the same case. */
  private learnCase(): number {
    const { policy, reader } = this;
    const facts = factsOfTheirType(policy.set, reader.facts());
    const outcome = decide(policy, facts);
    const choices = outcome.denied !== undefined ? [] : chain(policy, outcome, facts);
    const { uses_tools, uses_vision, uses_json_schema, model } = facts;
    // A case is told by all that ranking looks at beside figures.
    let name = `${outcome.denied?.rule.id}\n${this.namesRequested ? JSON.stringify(model) : ""}\n${reader.fixedWorldNumber}\n${uses_tools} ${uses_vision} ${uses_json_schema}`;
    for (const { id } of outcome.requirements) name += `\n${id}`;
    for (const { ruleNumber } of choices) name += ` ${ruleNumber}`;
    const known = this.placeOfCase.get(name);
    if (known !== undefined) return known;
    const world = reader.fixedWorld();
    this.placeOfCase.set(name, this.cases.length);
    if (outcome.denied !== undefined)
      return this.addCase({ kind: "denied", destination: destinationOf(policy, facts, world) });
    if (world.hint_order !== undefined) return this.addCase({ kind: "plain" });
    return this.addCase({
      kind: "ranked",
      world,
      routes: choices.map((choice) => this.fixedRoute(choice, outcome, facts, world)),
    });
  }

  private addCase(found: CaseContent): number {
    const meaning = this.meanings.of(found.kind === "plain" ? undefined : found);
    return this.cases.push({ ...found, meaning }) - 1;
  }

  private fixedRoute({ rule, route }: RouteChoice, { requirements }: Outcome, facts: Facts, world: World): FixedRoute {
    const { reader, policy } = this;
    const { uses_tools, uses_vision, uses_json_schema } = facts;
    // Without any figure nothing is left out that figures leave out.
    const test: CandidateTest = {
      ...{ facts: { uses_tools, uses_vision, uses_json_schema }, world, requirements },
      ...{ costLimits: [], promptTokens: undefined, maxOutputTokens: undefined },
    };
    const left = (entries: readonly CatalogEntry[]): readonly FixedCandidate[] =>
      entries
        .filter((entry) => excludeCandidate(entry, test, undefined, undefined) === undefined)
        .map((entry) => ({ entry, place: reader.placeOfEndpoint(entry.endpoint.id) }));
    const { to, fallback } = expandCandidates(policy.set, route, facts.model);
    const costly = requirements.filter(({ require }) => require.maxCost !== undefined);
    return { rule, route, to: left(to), fallback: left(fallback), requirements: costly };
  }

  private figure(place: number): number | undefined {
    const { kinds, numbers } = this.reader;
    return kinds[place] === NUMBER ? numbers[place] : undefined;
  }

  private text(fact: string): string | undefined {
    const value = this.reader.factAt(this.reader.placeOf(fact));
    return typeof value === "string" ? value : undefined;
  }

  private rank(routes: readonly FixedRoute[], world: World): Destination {
    const promptTokens = wholeTokens(this.figure(this.contextTokens));
    const maxOutputTokens = wholeTokens(this.figure(this.maxOutputTokens));
    const budget = this.figure(this.budgetUsd);
    const facts = { max_latency_ms: this.figure(this.maxLatencyMs) };
    const { answers } = world;
    let first: RankedCandidate | undefined;
    let { rule } = routes[routes.length - 1] as FixedRoute;
    const fallbacks: string[] = [];
    for (let number = 0; number < routes.length; number++) {
      const fixed = routes[number] as FixedRoute;
      const limits = costLimits(fixed.rule, fixed.route.maxCost, budget);
      const { requirements } = fixed;
      // No spreading here and below: it costs as much as the rest.
      const test = { facts, world: nothing, requirements, costLimits: limits, promptTokens, maxOutputTokens };
      const isPlanned =
        first === undefined ? undefined : (id: string) => first?.entry.endpoint.id === id || fallbacks.includes(id);
      const to = this.order(fixed.route, this.left(fixed.to, test, answers, isPlanned), test, world);
      const behind = this.left(fixed.fallback, test, answers, isPlanned);
      for (let at = 0; at < to.length + behind.length; at++) {
        const candidate = (at < to.length ? to[at] : behind[at - to.length]) as RankedCandidate;
        if (first === undefined) {
          first = candidate;
          rule = fixed.rule;
        } else fallbacks.push(candidate.entry.endpoint.id);
      }
    }
    if (world.no_fallback === true) fallbacks.length = 0;
    const endpoint = first?.entry.endpoint.id;
    return { rule, isDenied: false, endpoint, fallbacks, cost: first?.cost, latencyMs: first?.latencyMs };
  }

  /** The candidates that this request's figures leave over, without those that are planned already. */
  private left(
    candidates: readonly FixedCandidate[],
    test: CandidateTest,
    answers: number | undefined,
    isPlanned: ((endpoint: string) => boolean) | undefined,
  ): readonly RankedCandidate[] {
    const { latency } = this.reader;
    const left: RankedCandidate[] = [];
    for (let at = 0; at < candidates.length; at++) {
      const { entry, place } = candidates[at] as FixedCandidate;
      const { endpoint } = entry;
      if (isPlanned?.(endpoint.id) === true) continue;
      const cost = expectedCost(endpoint, test.promptTokens, test.maxOutputTokens, answers);
      const figure = latency.at(place);
      const latencyMs = figure !== undefined && Number.isFinite(figure) ? figure : undefined;
      if (excludeCandidate(entry, test, cost, latencyMs) === undefined) left.push({ entry, cost, latencyMs });
    }
    return left;
  }

  private order(
    route: Route,
    candidates: readonly RankedCandidate[],
    { promptTokens, maxOutputTokens }: CandidateTest,
    { answers }: World,
  ): readonly RankedCandidate[] {
    const { reader } = this;
    const { strategy, sticky } = route;
    if (strategy === "order" || candidates.length < 2) return candidates;
    const stickyValue = sticky === undefined ? undefined : sticky === "prefix" ? reader.prefix() : this.text(sticky);
    const world = {
      answers,
      in_flight: strategy === "least_busy" ? reader.inFlight.all() : undefined,
      error_rate: strategy === "balanced" ? reader.errorRate.all() : undefined,
    } as World;
    const seed = reader.seed();
    const worldDraw = seed === undefined ? undefined : new Draw(seed);
    const draw = stickyValue === undefined ? (worldDraw ?? new Draw(0)) : new Draw(stickyValue);
    return orderCandidates(
      candidates,
      { route, world, promptTokens, maxOutputTokens, draw, worldDraw },
      stickyValue !== undefined,
    );
  }
}

/** The routes that are asked for candidates, one after the other. */
function chain(policy: CompiledPolicy, { route }: Outcome, facts: Facts): readonly RouteChoice[] {
  const choices = [route];
  for (let choice = route; choice.route.onExhausted === "next_rule" && choice.ruleNumber < policy.set.rules.length; ) {
    choice = nextRoute(policy, facts, choice.ruleNumber);
    choices.push(choice);
  }
  return choices;
}

/** Whether some route asks for the model that the client named. */
function namesRequested({ set }: CompiledPolicy): boolean {
  const isRequested = ({ kind }: CandidateReference) => kind === "requested";
  return (
    routesOf(set).some(({ to, fallback }) => to.some(isRequested) || fallback.some(isRequested)) ||
    set.pools.some(({ items }) => items.some(isRequested))
  );
}
