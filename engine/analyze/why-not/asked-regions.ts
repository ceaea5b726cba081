import { type Facts, readFact } from "../../evaluate/facts.js";
import type { CatalogEntry } from "../../rank/catalog-index.js";
import { excludeCandidate } from "../../rank/exclude-candidate.js";
import { boxesNotNaming, surelyExcluded } from "../regions/candidate-regions.js";
import type { PolicyRegions } from "../regions/policy-regions.js";
import { expandReferences } from "../regions/route-meaning.js";
import type { Axis } from "../space/axis.js";
import type { Box } from "../space/box.js";
import { factsOfBox } from "../space/facts-of-box.js";
import type { Search } from "../space/find-uncovered.js";
import { atomOfFacts } from "../space/request-space.js";
import { definitionsOf } from "../space/write-request.js";
import type { AskedModel } from "./asked-model.js";
import { avoidedGuards } from "./avoided-guards.js";
import type { FoundChange } from "./fact-changes.js";
import { controlOf } from "./fact-control.js";

/** A change of any size: a request of a region where a rule decides, brought back as near as it goes. */
export function changeFromRegions(
  asked: AskedModel,
  regions: PolicyRegions,
  ruleNumbers: readonly number[],
  isFree: (fact: string) => boolean,
): readonly FoundChange[] {
  const { world } = asked;
  const places = ruleNumbers.flatMap((ruleNumber) => [
    [ruleNumber, regions.above(ruleNumber)] as const,
    [ruleNumber, regions.endingAbove(ruleNumber)] as const,
  ]);
  for (const [ruleNumber, above] of places) {
    const found = findAsked(asked, regions, ruleNumber, isFree, above, []);
    if (typeof found === "string") continue;
    const start = factsOfBox(regions.space, found);
    if (start === undefined) continue;
    let facts: Facts = { ...asked.facts, ...start };
    const isChosenBy = (changed: Facts) => asked.isChosenBy({ facts: changed, world });
    if (!isChosenBy(facts) || !asked.keepsKeyTags(facts)) continue;
    for (const name of Object.keys(facts)) {
      const { [name as keyof Facts]: _, ...others } = facts;
      const was = readFact(asked.facts, name);
      const back = (was === undefined ? others : { ...facts, [name]: was }) as Facts;
      if (isChosenBy(back)) facts = back;
    }
    const avoidsGuard = avoidedGuards(asked, facts).length > 0;
    return [{ trial: { facts, world }, size: sizeOf(asked, facts), avoidsGuard }];
  }
  return [];
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

/** Whether no change of what a client controls can make one of the rules choose the model: proved. */
export function isImpossible(asked: AskedModel, regions: PolicyRegions, ruleNumbers: readonly number[]): boolean {
  const { set } = asked.policy;
  const isFree = (fact: string) => controlOf(set, fact) === "client";
  const open = asked.entries.filter((entry) => !isOut(asked, entry));
  // A batch stays one, whatever its length.
  const prompts = asked.world.largest_prompt === undefined ? "plain" : "any";
  return ruleNumbers.every((ruleNumber) => {
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
      return findAsked(asked, regions, ruleNumber, isFree, regions.endingAbove(ruleNumber), covers) === "none";
    });
  });
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

/** Requests that a rule is asked for and that are not among those given, with the facts that are not free as they are. */
function findAsked(
  asked: AskedModel,
  regions: PolicyRegions,
  ruleNumber: number,
  isFree: (fact: string) => boolean,
  ...covers: readonly (readonly Box[] | undefined)[]
): Search {
  const { space } = regions;
  let fixed: readonly Box[] | undefined = [space.layout.full()];
  for (const [number, axis] of space.axes.entries()) {
    if (readsOf(axis).some(isFree)) continue;
    const atom = atomOfFacts(axis, asked.facts);
    // A request outside what is assumed of requests fixes nothing.
    if (atom !== undefined && atom !== -1) fixed = regions.intersect(fixed, [space.layout.only(number, [atom])]);
  }
  const areas = regions.intersect(regions.acts(ruleNumber), fixed);
  return regions.find(areas, regions.deniedOf(ruleNumber), ...covers);
}

/** The facts that an axis asks about. */
function readsOf(axis: Axis): readonly string[] {
  if (axis.kind === "fact") return [axis.definition.name];
  if (axis.kind === "tag") return [axis.fact];
  return axis.predicate.kind === "logic" ? axis.predicate.reads : [axis.predicate.fact];
}
