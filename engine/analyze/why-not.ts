import { decide } from "../evaluate/decide.js";
import { evaluateCondition } from "../evaluate/evaluate-condition.js";
import { type Facts, readFact } from "../evaluate/facts.js";
import type { Outcome } from "../evaluate/outcome.js";
import { withDefaults } from "../evaluate/with-defaults.js";
import { ConditionWords } from "../explain/condition-words.js";
import { FailureFinder } from "../explain/find-failed-condition.js";
import { formatFactValue } from "../explain/format-fact-value.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { Route } from "../policy/policy-set.js";
import { type CatalogEntry, indexCatalog } from "../rank/catalog-index.js";
import { excludeCandidate } from "../rank/exclude-candidate.js";
import { rank, rankAttempts } from "../rank/rank.js";
import type { World } from "../rank/world.js";
import { positionOf } from "../source/position.js";
import { formatUsd } from "../units/money.js";
import type { Axis } from "./axis.js";
import type { Box } from "./box.js";
import { buildSpace } from "./build-space.js";
import { boxesNotNaming, surelyExcluded } from "./candidate-regions.js";
import { stepsFrom } from "./change-steps.js";
import { catalogCuts, rankFacts } from "./check-context.js";
import { edgeValues } from "./edge-values.js";
import { controlOf } from "./fact-control.js";
import { factsOfBox } from "./facts-of-box.js";
import type { Search } from "./find-uncovered.js";
import { type Move, movesFor, movesToCombine } from "./moves.js";
import { PolicyRegions } from "./policy-regions.js";
import { PossibleChoice } from "./possible-choice.js";
import { rankedSpaceOf } from "./ranked-space.js";
import { httpRequests } from "./request-assumptions.js";
import { atomOfFacts } from "./request-space.js";
import { expandReferences, goesOn } from "./route-meaning.js";
import { nearer, searchSteps } from "./search-steps.js";
import { StepBudget } from "./step-budget.js";
import type { Trial } from "./trial.js";
import { describeWorldChanges } from "./world-changes.js";
import { definitionsOf } from "./write-request.js";

/** Why a request does not go to a model, and what would send it there. */
export interface WhyNot {
  readonly model: string;
  /** The endpoint tried first as it is; absent when refused, or when no candidate is left. */
  readonly chosen?: string;
  /** Whether that is the model already. */
  readonly is_chosen: boolean;
  /** Every rule with the model among its candidates, in reading order, and all that keeps it from choosing it. */
  readonly rules: readonly BlockedRule[];
  /** Changes that a client can make, each tried. */
  readonly by_client: readonly FactChanges[];
  /** Whether none of fewer facts does it; else there were too many to try, or an expression that only a search can meet. */
  readonly is_smallest: boolean;
  /** Changes that need the operator, a key, or another time. */
  readonly by_operator: readonly FactChanges[];
  /** `found`; `impossible`: proved; `not found`: neither. */
  readonly client_can: "found" | "impossible" | "not found";
}
export interface BlockedRule {
  readonly rule: string;
  readonly file?: string;
  readonly line?: number;
  readonly as: "candidate" | "fallback" | "requested";
  readonly blocked_by: readonly { readonly what: string; readonly detail: string }[];
}
export interface FactChanges {
  /** Of facts; of hints that are left out; of keys and providers, as `by_operator` has them. */
  readonly changes: readonly { readonly fact: string; readonly from: string; readonly to: string }[];
  readonly facts: Facts;
  /** The world in which it was tried, when the changes are not of facts alone. */
  readonly world?: World;
  readonly rule: string;
  readonly endpoint: string;
  readonly cost_usd?: string;
}

interface FoundChange {
  readonly trial: Trial;
  /** How many facts, tags and hints it changes. */
  readonly size: number;
}

/** Changes that are made at once before giving up on a smallest one, and combinations that are tried. */
const MOST_CHANGES = 3;
const MOST_TRIES = 60_000;
/** Answers of one kind that are shown. */
const MOST_ANSWERS = 3;

/** @param model `author/model`, or one of its endpoints. */
export function whyNot(policy: CompiledPolicy, given: Facts, world: World, model: string): WhyNot {
  const asking = new Asking(policy, withDefaults(policy.set, given), world, model);
  const first = asking.first({ facts: asking.facts, world });
  const isChosen = first !== undefined && asking.isMeant(first.endpoint.id);
  const rules = asking.rules();
  const found = isChosen ? { client: [], operator: [], isSmallest: true } : asking.changes();
  const impossible =
    !isChosen && found.client.length === 0 && asking.isImpossible(rules.map(({ ruleNumber }) => ruleNumber));
  return {
    model,
    ...(first === undefined ? {} : { chosen: first.endpoint.id }),
    is_chosen: isChosen,
    rules: rules.map(({ blocked }) => blocked),
    by_client: found.client,
    is_smallest: found.isSmallest,
    by_operator: found.operator,
    client_can: isChosen || found.client.length > 0 ? "found" : impossible ? "impossible" : "not found",
  };
}

class Asking {
  readonly facts: Facts;
  readonly #policy: CompiledPolicy;
  readonly #world: World;
  readonly #start: Trial;
  readonly #model: string;
  readonly #entries: readonly CatalogEntry[];
  readonly #regions: PolicyRegions;

  constructor(policy: CompiledPolicy, facts: Facts, world: World, model: string) {
    this.facts = facts;
    this.#policy = policy;
    this.#world = world;
    this.#start = { facts, world };
    this.#model = model;
    this.#entries = indexCatalog(policy.set.catalog).entries.filter(({ endpoint }) => this.isMeant(endpoint.id));
    const space = buildSpace({
      sets: [policy.set],
      assumptions: httpRequests,
      facts: [...rankFacts, "max_latency_ms"],
      cuts: catalogCuts(policy),
    });
    this.#regions = new PolicyRegions(space, policy.set);
  }

  isMeant(endpoint: string): boolean {
    return endpoint === this.#model || endpoint.startsWith(`${this.#model}@`);
  }

  /** The first attempt for a request. */
  first({ facts, world }: Trial) {
    const outcome = decide(this.#policy, facts);
    return outcome.denied === undefined ? rankAttempts(this.#policy, outcome, facts, world).attempts[0] : undefined;
  }

  rules() {
    const { set } = this.#policy;
    const routes = [
      ...set.rules.flatMap((rule, ruleNumber) =>
        rule.effect === "route" ? [{ rule: rule.id, ruleNumber, route: rule.route }] : [],
      ),
      { rule: "default", ruleNumber: set.rules.length, route: set.defaultRoute },
    ];
    return routes.flatMap(({ rule, ruleNumber, route }) => {
      const as = this.#placeIn(route);
      if (as === undefined) return [];
      const span = set.rules[ruleNumber]?.span ?? route.span;
      const place = { file: span.file, line: positionOf(this.#policy.files, span).line };
      return [{ ruleNumber, blocked: { rule, ...place, as, blocked_by: this.#blocks(rule, ruleNumber, route, as) } }];
    });
  }

  #placeIn(route: Route): BlockedRule["as"] | undefined {
    const { to, fallback } = expandReferences(this.#policy.set, route);
    if (to.some((id) => this.isMeant(id))) return "candidate";
    if ([...to, ...fallback].includes("requested") && this.#entries.length > 0) return "requested";
    return fallback.some((id) => this.isMeant(id)) ? "fallback" : undefined;
  }

  #blocks(rule: string, ruleNumber: number, route: Route, as: BlockedRule["as"]): BlockedRule["blocked_by"] {
    const { set } = this.#policy;
    const blocks: { what: string; detail: string }[] = [];
    let { facts } = this;
    const named = this.#entries[0]?.model.id;
    if (as === "requested" && facts.model !== named && named !== undefined) {
      blocks.push({ what: "model", detail: `the request names ${facts.model ?? "none"}` });
      // And were it named?
      facts = { ...facts, model: named };
    }
    const outcome = decide(this.#policy, facts);
    if (outcome.denied !== undefined) {
      blocks.push({ what: `guard ${outcome.denied.rule.id}`, detail: "refuses the request" });
    }
    const condition = set.rules[ruleNumber]?.condition;
    const finder = new FailureFinder(facts, new ConditionWords(definitionsOf(set)));
    const failed = condition === undefined ? undefined : finder.find(condition);
    if (failed !== undefined) blocks.push({ what: failed.wanted, detail: `is not so: ${failed.got}` });
    const above = set.rules.filter((other, at) => {
      return at < ruleNumber && other.effect === "route" && evaluateCondition(other.condition, facts) === true;
    });
    const taker = above.find((other) => !goesOn(other));
    if (taker !== undefined) blocks.push({ what: `rule ${taker.id}`, detail: "stands above and takes the request" });
    else {
      // Those that go on take it only while they have a candidate.
      const { attempts } = rank(this.#policy, outcome, facts, this.#world);
      const asked = above.find(({ id }) => attempts.some((attempt) => attempt.rule === id));
      if (asked !== undefined) {
        blocks.push({ what: `rule ${asked.id}`, detail: "stands above and is asked first; it goes on when exhausted" });
      }
    }
    const alone: Outcome = {
      denied: undefined,
      requirements: outcome.requirements,
      route: { rule, ruleNumber, route },
    };
    return [...blocks, ...this.#rankBlocks(alone, facts)];
  }

  /** What ranking has against the model, were the rule to decide. */
  #rankBlocks(outcome: Outcome, facts: Facts): BlockedRule["blocked_by"] {
    const { attempts, excluded } = rank(this.#policy, outcome, facts, this.#world);
    const at = attempts.findIndex(({ endpoint }) => this.isMeant(endpoint.id));
    if (at === 0) return [];
    const [first] = attempts;
    if (first !== undefined && at > 0) {
      const { strategy } = first.route;
      const how = typeof strategy === "string" ? strategy : "its blend";
      const place = attempts[at]?.from === "fallback" ? "is a fallback, tried after" : `comes after, by ${how},`;
      return [{ what: "rank", detail: `number ${at + 1}: it ${place} ${first.endpoint.id}` }];
    }
    const reasons = excluded.filter(({ endpoint }) => this.isMeant(endpoint.id));
    return reasons.map(({ endpoint, reason, detail }) => ({ what: reason, detail: `${endpoint.id}: ${detail}` }));
  }

  changes() {
    const { set } = this.#policy;
    const edges = edgeValues(this.#policy, this.facts, this.#world, this.#entries);
    const moves = movesFor(this.#regions.space, set, this.#start, this.#entries, edges);
    const isClients = ({ fact, isServers, apply }: Move) =>
      isServers !== true && this.#isClients(fact, apply(this.#start).facts);
    const client = this.#smallest(moves.filter(isClients), () => true);
    const operator = this.#smallest(moves, (chosen) => !chosen.every(isClients));
    const found = client.length > 0 ? client : this.#fromRegions((fact) => controlOf(set, fact) === "client");
    return { ...this.#provenSmallest(found), operator: operator.map(({ trial }) => this.#describe(trial)) };
  }

  /** Whether a client can bring about a change of one fact. */
  #isClients(fact: string, changed: Facts): boolean {
    return controlOf(this.#policy.set, fact) === "client" && (fact !== "tags" || this.#keepsKeyTags(changed));
  }

  /** The tags of its key are among a request's, whatever the client says. */
  #keepsKeyTags(facts: Facts): boolean {
    const { tags: before = [], key_tags: own = [] } = this.facts;
    return own.every((tag) => !before.includes(tag) || facts.tags?.includes(tag) === true);
  }

  /** What was found, or what takes fewer changes: everything that does is looked at, as far as it goes. */
  #provenSmallest(found: readonly FoundChange[]): {
    readonly client: readonly FactChanges[];
    readonly isSmallest: boolean;
  } {
    const space = rankedSpaceOf(this.#policy);
    const choice = new PossibleChoice(this.#policy, space, this.#entries);
    const steps = stepsFrom(
      this.#start,
      space,
      this.#policy.set,
      (fact) => controlOf(this.#policy.set, fact) === "client",
    );
    const own = steps.filter(({ of, apply }) => this.#isClients(of, apply(this.#start).facts));
    const budget = new StepBudget(MOST_TRIES);
    const size = found[0]?.size ?? MOST_CHANGES;
    let isComplete = true;
    const describe = (trial: Trial) => this.#describe(nearer(choice, this.facts, trial));
    const known = found.map(({ trial }) => describe(trial));
    for (let fewer = 1; fewer < size; fewer++) {
      const search = searchSteps(choice, this.#start, own, fewer, budget);
      const changes = search.found.map(describe);
      if (changes.length > 0) {
        const others = known.filter((other) => !changes.some((one) => holdsAll(other, one)));
        return { client: [...changes, ...others].slice(0, MOST_ANSWERS), isSmallest: isComplete };
      }
      isComplete &&= search.isComplete;
    }
    return { client: known, isSmallest: isComplete && found.length > 0 };
  }

  /** Fewest changes first, of the same facts the nearest values; of what is found nothing larger is tried. */
  #smallest(moves: readonly Move[], isWanted: (chosen: readonly Move[]) => boolean): readonly FoundChange[] {
    const found: { readonly moves: readonly Move[]; readonly trial: Trial; readonly weight: number }[] = [];
    let tries = 0;
    const holds = (chosen: readonly Move[], known: readonly Move[]) =>
      known.every((move) => chosen.some(({ fact }) => fact === move.fact));
    const visit = (of: readonly Move[], chosen: readonly Move[], trial: Trial, from: number, left: number): void => {
      if (left === 0) {
        const weight = chosen.reduce((sum, move) => sum + move.weight, 0);
        const known = found.findIndex(({ moves: before }) => holds(chosen, before));
        const isNearer = known === -1 || (found[known]?.moves.length === chosen.length && weight < found[known].weight);
        if (!isNearer || !isWanted(chosen)) return;
        tries++;
        if (!this.#isChosenBy(trial) || !this.#needsAll(chosen)) return;
        if (known !== -1) found.splice(known, 1);
        found.push({ moves: chosen, trial, weight });
        return;
      }
      for (let at = from; at <= of.length - left && tries < MOST_TRIES; at++) {
        const move = of[at] as Move;
        if (chosen.some((other) => other.fact === move.fact && !(move.isTag && other.isTag))) continue;
        visit(of, [...chosen, move], move.apply(trial), at + 1, left - 1);
      }
    };
    const few = movesToCombine(moves);
    for (let size = 1; size <= MOST_CHANGES && found.length < MOST_ANSWERS && tries < MOST_TRIES; size++) {
      visit(size === 1 ? moves : few, [], this.#start, 0, size);
    }
    found.sort((a, b) => a.moves.length - b.moves.length || a.weight - b.weight);
    return found.slice(0, MOST_ANSWERS).map(({ moves: { length }, trial }) => ({ trial, size: length }));
  }

  /** Whether none of the changes can be left out. */
  #needsAll(chosen: readonly Move[]): boolean {
    if (chosen.length === 1) return true;
    return chosen.every((left) => {
      const without = chosen.filter((move) => move !== left).reduce((trial, move) => move.apply(trial), this.#start);
      return !this.#isChosenBy(without);
    });
  }

  #isChosenBy(trial: Trial): boolean {
    const first = this.first(trial);
    return first !== undefined && this.isMeant(first.endpoint.id);
  }

  /** A change of any size: a request of a region where a rule decides, brought back as near as it goes. */
  #fromRegions(isFree: (fact: string) => boolean): readonly FoundChange[] {
    const regions = this.#regions;
    const places = this.rules().flatMap(({ ruleNumber }) => [
      [ruleNumber, regions.above(ruleNumber)] as const,
      [ruleNumber, regions.endingAbove(ruleNumber)] as const,
    ]);
    for (const [ruleNumber, above] of places) {
      const found = this.#findAsked(ruleNumber, isFree, above, []);
      if (typeof found === "string") continue;
      const start = factsOfBox(this.#regions.space, found);
      if (start === undefined) continue;
      let facts: Facts = { ...this.facts, ...start };
      const isChosenBy = (changed: Facts) => this.#isChosenBy({ facts: changed, world: this.#world });
      if (!isChosenBy(facts) || !this.#keepsKeyTags(facts)) continue;
      for (const name of Object.keys(facts)) {
        const { [name as keyof Facts]: _, ...others } = facts;
        const was = readFact(this.facts, name);
        const back = (was === undefined ? others : { ...facts, [name]: was }) as Facts;
        if (isChosenBy(back)) facts = back;
      }
      return [{ trial: { facts, world: this.#world }, size: this.#sizeOf(facts) }];
    }
    return [];
  }

  /** How many changes lead to other facts, of sets one for each tag. */
  #sizeOf(facts: Facts): number {
    return definitionsOf(this.#policy.set).reduce((sum, { name, type }) => {
      const [before, after] = [readFact(this.facts, name), readFact(facts, name)];
      if (JSON.stringify(before) === JSON.stringify(after)) return sum;
      if (type !== "set" || after === undefined) return sum + 1;
      const tags = [...((before ?? []) as readonly string[]), ...(after as readonly string[])];
      return sum + Math.max(1, tags.filter((tag) => tags.indexOf(tag) === tags.lastIndexOf(tag)).length);
    }, 0);
  }

  /** Requests that a rule is asked for and that are not among those given, with the facts that are not free as they are. */
  #findAsked(
    ruleNumber: number,
    isFree: (fact: string) => boolean,
    ...covers: readonly (readonly Box[] | undefined)[]
  ): Search {
    const regions = this.#regions;
    const { space } = regions;
    let fixed: readonly Box[] | undefined = [space.layout.full()];
    for (const [number, axis] of space.axes.entries()) {
      if (readsOf(axis).some(isFree)) continue;
      const atom = atomOfFacts(axis, this.facts);
      // A request outside what is assumed of requests fixes nothing.
      if (atom !== undefined && atom !== -1) fixed = regions.intersect(fixed, [space.layout.only(number, [atom])]);
    }
    const areas = regions.intersect(regions.acts(ruleNumber), fixed);
    return regions.find(areas, regions.deniedOf(ruleNumber), ...covers);
  }

  /** Whether no change of what a client controls can make one of the rules choose the model: proved. */
  isImpossible(ruleNumbers: readonly number[]): boolean {
    const { set } = this.#policy;
    const isFree = (fact: string) => controlOf(set, fact) === "client";
    const open = this.#entries.filter((entry) => !this.#isOut(entry));
    // A batch stays one, whatever its length.
    const asked = this.#world.largest_prompt === undefined ? "plain" : "any";
    return ruleNumbers.every((ruleNumber) => {
      const rule = set.rules[ruleNumber];
      const route = rule?.effect === "route" ? rule.route : set.defaultRoute;
      const named = expandReferences(set, route);
      const ids = [...named.to, ...named.fallback];
      return open.every((entry) => {
        const isNamed = ids.includes(entry.endpoint.id);
        if (!isNamed && !ids.includes("requested")) return true;
        const excluded = surelyExcluded(this.#regions, entry, route, asked);
        // Only a request that names the model has it as a candidate.
        const unnamed = isNamed ? [] : boxesNotNaming(this.#regions.space, entry.model.id);
        const covers = excluded === undefined ? undefined : [...excluded, ...unnamed];
        return this.#findAsked(ruleNumber, isFree, this.#regions.endingAbove(ruleNumber), covers) === "none";
      });
    });
  }

  /** Left out whatever the request says: no key, circuit open. What its own hints and body leave out, others need not. */
  #isOut(entry: CatalogEntry): boolean {
    const { hint_excluded: _, hint_excluded_by: _by, incapable: _body, ...world } = this.#world;
    const test = {
      facts: {},
      world,
      requirements: [],
      costLimits: [],
      promptTokens: undefined,
      maxOutputTokens: undefined,
    };
    return excludeCandidate(entry, test, undefined, undefined) !== undefined;
  }

  #describe(trial: Trial): FactChanges {
    const { set } = this.#policy;
    const { facts, world } = trial;
    const first = this.first(trial);
    if (first === undefined) throw new Error("invariant: a change that was tried has an attempt");
    const changes = definitionsOf(set).flatMap((definition) => {
      const write = (of: Facts) => {
        const value = readFact(of, definition.name);
        return value === undefined ? "absent" : formatFactValue(value, definition);
      };
      const [from, to] = [write(this.facts), write(facts)];
      return from === to ? [] : [{ fact: definition.name, from, to }];
    });
    return {
      changes: [...changes, ...describeWorldChanges(this.#world, world, set)],
      facts,
      ...(world === this.#world ? {} : { world }),
      rule: first.rule,
      endpoint: first.endpoint.id,
      ...(first.cost === undefined ? {} : { cost_usd: formatUsd(first.cost) }),
    };
  }
}

/** Whether one answer changes all that another does. */
function holdsAll(one: FactChanges, other: FactChanges): boolean {
  return other.changes.every(({ fact }) => one.changes.some((change) => change.fact === fact));
}

/** The facts that an axis asks about. */
function readsOf(axis: Axis): readonly string[] {
  if (axis.kind === "fact") return [axis.definition.name];
  if (axis.kind === "tag") return [axis.fact];
  return axis.predicate.kind === "logic" ? axis.predicate.reads : [axis.predicate.fact];
}
