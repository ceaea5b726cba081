import type { Facts } from "../../evaluate/facts.js";
import type { TestExpectation } from "../../policy/policy-test.js";
import { canonicalModelId } from "../../rank/canonical-model.js";
import { type CatalogEntry, indexCatalog } from "../../rank/catalog-index.js";
import { expandCandidates } from "../../rank/expand-candidates.js";
import type { World } from "../../rank/world.js";
import { usdToNano } from "../../units/money.js";
import { boxesWhere, surelyExcluded } from "../regions/candidate-regions.js";
import type { NumberedRule } from "../regions/policy-regions.js";
import { expandReferences, goesOn } from "../regions/route-meaning.js";
import type { FactAtom } from "../space/axis.js";
import type { Box } from "../space/box.js";
import { mayBeExcluded, mayCostMore } from "./candidate-bounds.js";
import { answersToExceed, justDearer, largestRequests } from "./costly-requests.js";
import type { PropertyRegions } from "./property-regions.js";

/** Requests among which a counterexample would be. */
export interface Suspicion {
  readonly areas: readonly Box[] | undefined;
  readonly covers: readonly (readonly Box[] | undefined)[];
  /** Worlds to try, beside the plain one, in this order. */
  readonly worlds?: readonly ((request: Facts) => World)[];
  /** Further changes of the request to try: sizes at their limits, models to name. */
  readonly variants?: (request: Facts) => readonly Facts[];
  /** What remains unproved if no counterexample is found. */
  readonly why: string;
}

/** Where requests that break an expectation would be. The expectation holds when there is none in any of these places. */
export function* suspicionsOf(
  property: PropertyRegions,
  { denied, rule, requirements, notModel, maxCostUsd, model }: TestExpectation,
): Iterable<Suspicion> {
  if (denied !== undefined) yield* aboutDenial(property, denied);
  if (rule !== undefined) yield* aboutRule(property, rule);
  if (requirements !== undefined) yield* aboutRequirements(property, requirements);
  if (notModel !== undefined) yield* aboutNotModel(property, notModel);
  if (maxCostUsd !== undefined) yield* aboutCost(property, usdToNano(maxCostUsd));
  if (model !== undefined) yield* aboutModel(property, model);
}

function* aboutDenial(property: PropertyRegions, denied: boolean | string): Iterable<Suspicion> {
  const { regions } = property;
  const why = "whether some request is refused";
  if (denied === true) yield { areas: property.all, covers: [property.refused()], why };
  if (denied === false) yield { areas: regions.intersect(property.all, property.refused()), covers: [], why };
  if (typeof denied !== "string") return;
  const reported = regions.denies.find(({ rule }) => rule.id === denied);
  if (reported === undefined) return;
  yield { areas: property.all, covers: [regions.acts(reported.ruleNumber)], why: `whether rule ${denied} refuses all` };
  const above = regions.denies.filter(({ ruleNumber }) => ruleNumber < reported.ruleNumber);
  for (const { rule, ruleNumber } of above) {
    const areas = regions.intersect(property.all, regions.acts(ruleNumber));
    yield { areas, covers: [], why: `whether rule ${rule.id} is reported in place of ${denied}` };
  }
}

function* aboutRule(property: PropertyRegions, id: string): Iterable<Suspicion> {
  const { regions } = property;
  const { rules } = property.policy.set;
  const at = rules.findIndex((rule) => rule.id === id);
  const ruleNumber = at === -1 ? rules.length : at;
  yield* aboutDenial(property, false);
  yield { areas: property.all, covers: [regions.acts(ruleNumber)], why: `whether rule ${id} matches all` };
  for (const other of regions.routes) {
    if (other.ruleNumber >= ruleNumber) continue;
    const areas = regions.intersect(property.all, regions.acts(other.ruleNumber));
    yield { areas, covers: [], why: `whether rule ${other.rule.id} takes some of them` };
  }
  if (goesOn(rules[ruleNumber])) {
    yield { areas: property.all, covers: [], why: `rule ${id} has \`on_exhausted: next_rule\`, so another may serve` };
  }
}

function* aboutRequirements(property: PropertyRegions, ids: readonly string[]): Iterable<Suspicion> {
  const { regions } = property;
  for (const { rule, ruleNumber } of regions.requires) {
    const why = `whether rule ${rule.id} acts`;
    if (ids.includes(rule.id)) yield { areas: property.all, covers: [regions.acts(ruleNumber)], why };
    else yield { areas: regions.intersect(property.all, regions.acts(ruleNumber)), covers: [], why };
  }
}

function* aboutNotModel(property: PropertyRegions, name: string): Iterable<Suspicion> {
  for (const { id, ruleNumber, route, entries } of property.routes()) {
    for (const entry of entries) {
      if (!isNamed(entry, name)) continue;
      yield {
        areas: property.matching(ruleNumber),
        covers: [
          ...property.takenBefore(ruleNumber),
          surelyExcluded(property.regions, entry, route, "any"),
          property.notNaming(route, entry),
        ],
        worlds: [() => allDownBut(property, entry), (request) => inSeveralPrompts(property, entry, request)],
        variants: (request) => [{ ...request, model: entry.model.id }],
        why: `whether ${entry.endpoint.id} can be the first attempt of rule ${id}`,
      };
    }
  }
}

function* aboutCost(property: PropertyRegions, limit: number): Iterable<Suspicion> {
  const { regions } = property;
  for (const { id, ruleNumber, route, entries } of property.routes()) {
    if (route.maxCost !== undefined && route.maxCost <= limit) continue;
    // What a guard or the client's own budget holds to less is left out when it costs more.
    const held = regions.requires.filter(({ rule }) => {
      return rule.effect === "require" && rule.require.maxCost !== undefined && rule.require.maxCost <= limit;
    });
    const limited = held.map((guard: NumberedRule) => regions.acts(guard.ruleNumber));
    const budgeted = boxesWhere(regions.space, "budget_usd", (atom) => budgetOf(atom) <= limit);
    for (const entry of entries) {
      yield {
        areas: regions.intersect(property.matching(ruleNumber), mayCostMore(regions, entry, limit, "any")),
        covers: [
          ...property.takenBefore(ruleNumber),
          surelyExcluded(regions, entry, route, "any"),
          property.notNaming(route, entry),
          budgeted,
          ...limited,
        ],
        worlds: [
          () => allDownBut(property, entry),
          (request) => ({ ...allDownBut(property, entry), answers: answersToExceed(request, entry, limit) }),
          (request) => inSeveralPrompts(property, entry, request),
        ],
        variants: (request) => [
          ...justDearer(request, entry, limit),
          ...largestRequests(request, property.regions.space, entry),
        ],
        why: `whether ${entry.endpoint.id} can cost more by rule ${id}`,
      };
    }
  }
}

function* aboutModel(property: PropertyRegions, name: string): Iterable<Suspicion> {
  const { regions } = property;
  yield* aboutDenial(property, false);
  for (const { id, ruleNumber, route } of property.routes()) {
    const areas = property.matching(ruleNumber);
    const taken = property.takenBefore(ruleNumber);
    const { to } = expandReferences(property.policy.set, route);
    const candidates = expandCandidates(property.policy.set, { ...route, fallback: [] }, undefined).to;
    const at = candidates.findIndex((entry) => isNamed(entry, name));
    const first = candidates[at];
    const why = `whether ${name} is first by rule ${id}`;
    const named = indexCatalog(property.policy.set.catalog).entries;
    const other = named.find((entry) => !isNamed(entry, name));
    const variants = (request: Facts) => [
      ...(other === undefined ? [] : [{ ...request, model: other.model.id }]),
      ...named.slice(0, 1).flatMap((entry) => largestRequests(request, property.regions.space, first ?? entry)),
    ];
    const isOrdered = route.strategy === "order" || candidates.length === 1;
    if (first === undefined || !isOrdered || goesOn(property.policy.set.rules[ruleNumber])) {
      yield { areas, covers: taken, variants, why };
      continue;
    }
    if (to.includes("requested")) {
      // Whatever the client names comes first.
      const unnamed = boxesWhere(regions.space, "model", (atom) => {
        return (
          atom.kind === "string" &&
          !atom.isClass &&
          canonicalModelId(property.policy.set.catalog, atom.value) === undefined
        );
      });
      yield { areas, covers: [...taken, unnamed], variants, why };
    }
    for (const entry of candidates.slice(0, at)) {
      yield { areas, covers: [...taken, surelyExcluded(regions, entry, route)], variants, why };
    }
    const uncertain = regions.intersect(areas, mayBeExcluded(regions, first, route));
    yield { areas: uncertain, covers: taken, variants, why };
  }
}

function allDownBut({ policy }: PropertyRegions, entry: CatalogEntry): World {
  const others = indexCatalog(policy.set.catalog).entries.filter(({ endpoint }) => endpoint.id !== entry.endpoint.id);
  return { down: others.map(({ endpoint }) => endpoint.id) };
}

/** The prompt of a request as several that fit the window, as in a request for embeddings. */
function inSeveralPrompts(property: PropertyRegions, entry: CatalogEntry, request: Facts): World {
  const { context_tokens = 0, max_output_tokens = 0 } = request;
  const room = Math.max(1, entry.endpoint.contextWindow - max_output_tokens);
  return { ...allDownBut(property, entry), largest_prompt: Math.min(context_tokens, room) };
}

function isNamed({ endpoint }: CatalogEntry, name: string): boolean {
  return endpoint.id === name || endpoint.model === name;
}

function budgetOf(atom: FactAtom): number {
  if (atom.kind !== "number" || atom.max === undefined) return Number.POSITIVE_INFINITY;
  return atom.max.inclusive ? atom.max.value : atom.max.value - 1;
}
