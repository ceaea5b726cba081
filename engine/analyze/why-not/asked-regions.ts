import { type Facts, type FactValue, readFact } from "../../evaluate/facts.js";
import type { PolicySet } from "../../policy/policy-set.js";
import type { CatalogEntry } from "../../rank/catalog-index.js";
import { excludeCandidate } from "../../rank/exclude-candidate.js";
import { catalogCuts, rankFacts } from "../check-context.js";
import { boxesNotNaming, surelyExcluded } from "../regions/candidate-regions.js";
import { PolicyRegions } from "../regions/policy-regions.js";
import { expandReferences } from "../regions/route-meaning.js";
import type { Axis } from "../space/axis.js";
import type { Box } from "../space/box.js";
import { buildSpace } from "../space/build-space.js";
import { factsOfBox } from "../space/facts-of-box.js";
import type { Search } from "../space/find-uncovered.js";
import { httpRequests } from "../space/request-assumptions.js";
import { atomOfFacts, type RequestSpace } from "../space/request-space.js";
import { definitionsOf } from "../space/write-request.js";
import type { AskedModel } from "./asked-model.js";
import { avoidedGuards } from "./avoided-guards.js";
import type { FoundChange } from "./fact-changes.js";
import { controlOf } from "./fact-control.js";

/** Requests as finely cut as conditions and the limits of candidates need. */
export function askedSpaceOf(set: PolicySet): RequestSpace {
  return buildSpace({
    sets: [set],
    assumptions: httpRequests,
    facts: [...rankFacts, "max_latency_ms"],
    cuts: catalogCuts({ set }),
  });
}

/** All requests that the client can make of one: what its key, the operator and the clock say of it stays. */
export class AskedRegions {
  readonly #asked: AskedModel;
  /** Of those rules only that may act on such a request. */
  readonly #regions: PolicyRegions;
  readonly #ruleNumbers: readonly number[];
  /** Of each of those rules, and the default route, the number among all rules of the policy. */
  readonly #numbersOfAll: readonly number[];
  /** What stays. */
  readonly #fixed: readonly Box[] | undefined;

  /** @param ruleNumbers of all rules that have the model among their candidates. */
  constructor(asked: AskedModel, ruleNumbers: readonly number[]) {
    const { policy, facts, idle } = asked;
    const { set } = policy;
    const clients = definitionsOf(set).filter(({ name }) => controlOf(set, name) === "client");
    const rules = idle.mayAct(
      facts,
      clients.map(({ name }) => name),
    );
    const own = { ...set, rules };
    this.#asked = asked;
    this.#regions = new PolicyRegions(askedSpaceOf(own), own);
    const numbers = new Map(set.rules.map((rule, number) => [rule, number]));
    // The default route is no rule, and stands behind them.
    this.#numbersOfAll = [...rules.map((rule) => numbers.get(rule) as number), set.rules.length];
    const wanted = new Set(ruleNumbers);
    this.#ruleNumbers = this.#numbersOfAll.flatMap((ofAll, number) => (wanted.has(ofAll) ? [number] : []));
    this.#fixed = this.#fix();
  }

  /** A change of any size: a request of a region where a rule decides, brought back as near as it goes. */
  findChange(): readonly FoundChange[] {
    const { facts: before, world } = this.#asked;
    for (const found of this.#asks()) {
      const start = typeof found === "string" ? undefined : factsOfBox(this.#regions.space, found);
      if (start === undefined) continue;
      let facts = this.#asClientSays(start);
      const isChosenBy = (changed: Facts) => this.#asked.isChosenBy({ facts: changed, world });
      if (!isChosenBy(facts) || !this.#asked.keepsKeyTags(facts)) continue;
      for (const name of Object.keys({ ...before, ...facts })) {
        const { [name as keyof Facts]: _, ...others } = facts;
        const was = readFact(before, name);
        const back = (was === undefined ? others : { ...facts, [name]: was }) as Facts;
        if (isChosenBy(back)) facts = back;
      }
      const avoidsGuard = avoidedGuards(this.#asked, facts).length > 0;
      return [{ trial: { facts, world }, size: sizeOf(this.#asked, facts), avoidsGuard }];
    }
    return [];
  }

  /** For each rule requests that it is asked for: that no rule above takes, then that only those take that go on. */
  *#asks(): Iterable<Search> {
    const regions = this.#regions;
    for (const ruleNumber of this.#ruleNumbers) {
      yield this.#find(ruleNumber, () => regions.above(ruleNumber), []);
      if (regions.endingAbove(ruleNumber)?.length === regions.above(ruleNumber)?.length) continue;
      yield this.#find(ruleNumber, () => regions.endingAbove(ruleNumber), []);
    }
  }

  /** The request as the client would send it in place of its own: what its key, the operator and the clock say stays. */
  #asClientSays(said: Facts): Facts {
    const { facts: before, policy } = this.#asked;
    const facts = { ...before, ...said } as Record<string, FactValue | undefined>;
    for (const name of Object.keys(facts)) {
      const isClients = controlOf(policy.set, name) === "client";
      // Of what no condition reads the request keeps its own.
      if (isClients && !this.#regions.space.factAxes.has(name)) continue;
      const value = readFact(isClients ? said : before, name);
      if (value === undefined) delete facts[name];
      else facts[name] = value;
    }
    return facts as Facts;
  }

  /**
   * The rules that some change of what the client controls may make choose the model, by their numbers among all rules: of the others
   * it is proved that none does.
   */
  withinReach(): ReadonlySet<number> {
    const { entries, world } = this.#asked;
    const regions = this.#regions;
    const { set } = regions;
    const open = entries.filter((entry) => !isOut(this.#asked, entry));
    // A batch stays one, whatever its length.
    const prompts = world.largest_prompt === undefined ? "plain" : "any";
    const reached = this.#ruleNumbers.filter((ruleNumber) => {
      const rule = set.rules[ruleNumber];
      const route = rule?.effect === "route" ? rule.route : set.defaultRoute;
      const named = expandReferences(set, route);
      const ids = [...named.to, ...named.fallback];
      return open.some((entry) => {
        const isNamed = ids.includes(entry.endpoint.id);
        if (!isNamed && !ids.includes("requested")) return false;
        const excluded = surelyExcluded(regions, entry, route, prompts);
        // Only a request that names the model has it as a candidate.
        const unnamed = isNamed ? [] : boxesNotNaming(regions.space, entry.model.id);
        const covers = excluded === undefined ? undefined : [...excluded, ...unnamed];
        return this.#find(ruleNumber, () => regions.endingAbove(ruleNumber), covers) !== "none";
      });
    });
    return new Set(reached.map((ruleNumber) => this.#numbersOfAll[ruleNumber] as number));
  }

  /** Requests that a rule is asked for and that are not among those given. */
  #find(ruleNumber: number, above: () => readonly Box[] | undefined, covers: readonly Box[] | undefined): Search {
    const areas = this.#regions.intersect(this.#regions.acts(ruleNumber), this.#fixed);
    if (areas?.length === 0) return "none";
    return this.#regions.find(areas, this.#regions.deniedOf(ruleNumber), above(), covers);
  }

  #fix(): readonly Box[] | undefined {
    const { facts, policy } = this.#asked;
    const { space } = this.#regions;
    let fixed: readonly Box[] | undefined = [space.layout.full()];
    for (const [number, axis] of space.axes.entries()) {
      if (readsOf(axis).some((fact) => controlOf(policy.set, fact) === "client")) continue;
      const atom = atomOfFacts(axis, facts);
      // A request outside what is assumed of requests fixes nothing.
      if (atom !== undefined && atom !== -1)
        fixed = this.#regions.intersect(fixed, [space.layout.only(number, [atom])]);
    }
    return fixed;
  }
}

/** How many changes lead to other facts, of sets one for each tag. */
function sizeOf(asked: AskedModel, facts: Facts): number {
  return definitionsOf(asked.policy.set).reduce((sum, { name, type }) => {
    const [before, after] = [readFact(asked.facts, name), readFact(facts, name)];
    if (JSON.stringify(before) === JSON.stringify(after)) return sum;
    if (type !== "set" || after === undefined) return sum + 1;
    const tags = [...((before ?? []) as readonly string[]), ...(after as readonly string[])];
    return sum + Math.max(1, tags.filter((tag) => tags.indexOf(tag) === tags.lastIndexOf(tag)).length);
  }, 0);
}

/** Left out whatever the request says: no key, circuit open. What its own hints and body leave out, others need not. */
function isOut(asked: AskedModel, entry: CatalogEntry): boolean {
  const { hint_excluded: _, hint_excluded_by: _by, incapable: _body, ...world } = asked.world;
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

/** The facts that an axis asks about. */
function readsOf(axis: Axis): readonly string[] {
  if (axis.kind === "fact") return [axis.definition.name];
  if (axis.kind === "tag") return [axis.fact];
  return axis.predicate.kind === "logic" ? axis.predicate.reads : [axis.predicate.fact];
}
