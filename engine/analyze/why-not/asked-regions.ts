import { type Facts, readFact } from "../../evaluate/facts.js";
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
    // The default route is no rule, and stands behind them.
    const wanted = new Set(ruleNumbers.map((number) => set.rules[number]));
    this.#ruleNumbers = [...rules, undefined].flatMap((rule, number) => (wanted.has(rule) ? [number] : []));
    this.#fixed = this.#fix();
  }

  /** A change of any size: a request of a region where a rule decides, brought back as near as it goes. */
  findChange(): readonly FoundChange[] {
    const { facts: before, world } = this.#asked;
    const regions = this.#regions;
    const places = this.#ruleNumbers.flatMap((ruleNumber) => [
      [ruleNumber, () => regions.above(ruleNumber)] as const,
      [ruleNumber, () => regions.endingAbove(ruleNumber)] as const,
    ]);
    for (const [ruleNumber, above] of places) {
      const found = this.#find(ruleNumber, above, []);
      if (typeof found === "string") continue;
      const start = factsOfBox(regions.space, found);
      if (start === undefined) continue;
      let facts: Facts = { ...before, ...start };
      const isChosenBy = (changed: Facts) => this.#asked.isChosenBy({ facts: changed, world });
      if (!isChosenBy(facts) || !this.#asked.keepsKeyTags(facts)) continue;
      for (const name of Object.keys(facts)) {
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

  /** Whether no change of what a client controls can make one of the rules choose the model: proved. */
  isImpossible(): boolean {
    const { entries, world } = this.#asked;
    const regions = this.#regions;
    const { set } = regions;
    const open = entries.filter((entry) => !isOut(this.#asked, entry));
    // A batch stays one, whatever its length.
    const prompts = world.largest_prompt === undefined ? "plain" : "any";
    return this.#ruleNumbers.every((ruleNumber) => {
      const rule = set.rules[ruleNumber];
      const route = rule?.effect === "route" ? rule.route : set.defaultRoute;
      const named = expandReferences(set, route);
      const ids = [...named.to, ...named.fallback];
      return open.every((entry) => {
        const isNamed = ids.includes(entry.endpoint.id);
        if (!isNamed && !ids.includes("requested")) return true;
        const excluded = surelyExcluded(regions, entry, route, prompts);
        // Only a request that names the model has it as a candidate.
        const unnamed = isNamed ? [] : boxesNotNaming(regions.space, entry.model.id);
        const covers = excluded === undefined ? undefined : [...excluded, ...unnamed];
        return this.#find(ruleNumber, () => regions.endingAbove(ruleNumber), covers) === "none";
      });
    });
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
