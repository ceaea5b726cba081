import type { RequireRule, Route } from "../../policy/policy-set.js";
import type { CatalogEntry } from "../../rank/catalog-index.js";
import { expectedCost } from "../../rank/expected-cost.js";
import { unmetRequirement } from "../../rank/unmet-requirement.js";
import type { FactAtom, FactAxis } from "../space/axis.js";
import type { Box } from "../space/box.js";
import { joinBoxes } from "../space/condition-boxes.js";
import { atomOfFacts } from "../space/request-space.js";
import type { PolicyRegions } from "./policy-regions.js";

/**
 * What requests may ask for beside their facts. `plain`: one answer to one prompt, as all but embeddings and old text
 * completions do. `any`: several answers (`n`), each of which costs, and several prompts, whose windows are judged one by one.
 */
export type Asked = "plain" | "any";

/** The capabilities that a request asks for, by the fact that says so. */
export const capabilityFacts = [
  ["uses_tools", "tools"],
  ["uses_vision", "vision"],
  ["uses_json_schema", "json_schema"],
] as const;

/**
 * Requests that an endpoint is certain not to serve as a candidate of a route, whatever the state of the world: it
 * fails a requirement, lacks a capability, is too small, or costs too much. What only a larger prompt within the same
 * atom would exceed is not certain, so it is left out.
 *
 * @returns undefined when the requests of a guard take too many boxes.
 */
export function surelyExcluded(
  regions: PolicyRegions,
  entry: CatalogEntry,
  route: Route,
  asked: Asked = "plain",
): readonly Box[] | undefined {
  let byEndpoint = excludedAnywhere.get(regions);
  if (byEndpoint === undefined) {
    byEndpoint = new Map();
    excludedAnywhere.set(regions, byEndpoint);
  }
  const key = `${asked} ${entry.endpoint.id}`;
  if (!byEndpoint.has(key)) byEndpoint.set(key, excludedOnAnyRoute(regions, entry, asked));
  const boxes = byEndpoint.get(key);
  if (route.maxCost === undefined || boxes === undefined) return boxes;
  return joinBoxes(regions.space, [...boxes, ...dearerThan(regions, entry, route.maxCost)]);
}

/** Whether an endpoint is certain to be left out of every request that a route rule may be asked for and no guard refuses. */
export function neverServes(
  regions: PolicyRegions,
  ruleNumber: number,
  route: Route,
  entry: CatalogEntry,
  asked: Asked = "plain",
): boolean {
  const excluded = surelyExcluded(regions, entry, route, asked);
  // Mostly some of the requests that are known already are served.
  const allowed = regions.findAllowed(ruleNumber, "ending");
  if (typeof allowed !== "string" && typeof regions.find([allowed], excluded) !== "string") return false;
  return regions.findAllowedBeyond(ruleNumber, "ending", excluded) === "none";
}

/** What does not depend on the route is worked out once for each endpoint. */
const excludedAnywhere = new WeakMap<PolicyRegions, Map<string, readonly Box[] | undefined>>();

function excludedOnAnyRoute(regions: PolicyRegions, entry: CatalogEntry, asked: Asked): readonly Box[] | undefined {
  const boxes: Box[] = [];
  for (const { rule, ruleNumber } of regions.requires) {
    const own = excludedByRequirement(regions, entry, rule as RequireRule, ruleNumber);
    if (own === undefined) return undefined;
    boxes.push(...own);
  }
  boxes.push(...lackingCapability(regions, entry), ...tooLong(regions, entry, asked), ...overBudget(regions, entry));
  return joinBoxes(regions.space, boxes);
}

export function excludedByRequirement(
  regions: PolicyRegions,
  entry: CatalogEntry,
  rule: RequireRule,
  ruleNumber: number,
): readonly Box[] | undefined {
  const { maxCost } = rule.require;
  const isUnmet = unmetRequirement(entry, rule, undefined) !== undefined;
  if (!isUnmet && maxCost === undefined) return [];
  const acts = regions.acts(ruleNumber);
  if (isUnmet || acts === undefined || maxCost === undefined) return acts;
  return regions.intersect(acts, dearerThan(regions, entry, maxCost));
}

export function lackingCapability({ space }: PolicyRegions, { model }: CatalogEntry): readonly Box[] {
  return capabilityFacts.flatMap(([fact, capability]) => {
    if (model.capabilities.includes(capability)) return [];
    return boxesWhere(space, fact, (atom) => atom.kind === "boolean" && atom.value);
  });
}

function tooLong(regions: PolicyRegions, { endpoint }: CatalogEntry, asked: Asked): readonly Box[] {
  const { space } = regions;
  const limit = endpoint.maxOutputTokens;
  const tooLongAnswers =
    limit === undefined ? [] : boxesWhere(space, "max_output_tokens", (atom) => leastOf(atom) > limit);
  return [
    ...tooLongAnswers,
    ...byAnswer(regions, (prompt, answer) => {
      // Of several prompts the largest counts, however long they are together.
      const largest = asked === "plain" ? leastOf(prompt) : 0;
      return largest + leastOf(answer) > endpoint.contextWindow;
    }),
  ];
}

/** Where even the least cost is above a limit; everywhere without a price. */
function dearerThan(regions: PolicyRegions, { endpoint }: CatalogEntry, limit: number): readonly Box[] {
  if (endpoint.price === undefined) return [regions.space.layout.full()];
  return byAnswer(regions, (prompt, answer) => (leastCost(endpoint, prompt, answer) ?? -1) > limit);
}

function overBudget(regions: PolicyRegions, { endpoint }: CatalogEntry): readonly Box[] {
  const { space } = regions;
  if (endpoint.price === undefined) return boxesWhere(space, "budget_usd", ({ kind }) => kind !== "absent");
  const [number] = space.factAxes.get("budget_usd") ?? [];
  if (number === undefined) return [];
  const { atoms } = space.axes[number] as FactAxis;
  return atoms.flatMap((budget, at) => {
    const most = mostOf(budget);
    if (most === undefined) return [];
    const here = [space.layout.only(number, [at])];
    const dear = byAnswer(regions, (prompt, answer) => (leastCost(endpoint, prompt, answer) ?? -1) > most);
    return regions.intersect(here, dear) ?? [];
  });
}

function leastCost(endpoint: CatalogEntry["endpoint"], prompt: FactAtom, answer: FactAtom): number | undefined {
  const tokens = (atom: FactAtom) => (atom.kind === "number" ? Math.max(0, leastOf(atom)) : undefined);
  return expectedCost(endpoint, tokens(prompt), tokens(answer));
}

/** Boxes over the sizes of prompt and answer, one for each atom of the answer. */
export function byAnswer(
  { space }: PolicyRegions,
  isExcluded: (prompt: FactAtom, answer: FactAtom) => boolean,
): readonly Box[] {
  const [promptAxis] = space.factAxes.get("context_tokens") ?? [];
  const [answerAxis] = space.factAxes.get("max_output_tokens") ?? [];
  if (promptAxis === undefined || answerAxis === undefined) return [];
  const prompts = (space.axes[promptAxis] as FactAxis).atoms;
  const boxes = (space.axes[answerAxis] as FactAxis).atoms.flatMap((answer, at) => {
    const excluded = prompts.flatMap((prompt, index) => (isExcluded(prompt, answer) ? [index] : []));
    if (excluded.length === 0) return [];
    return space.layout.intersect(space.layout.only(answerAxis, [at]), space.layout.only(promptAxis, excluded)) ?? [];
  });
  return joinBoxes(space, boxes);
}

/** The requests whose atom of a fact is one of those wanted. */
export function boxesWhere(
  { factAxes, axes, layout }: PolicyRegions["space"],
  fact: string,
  isWanted: (atom: FactAtom) => boolean,
): readonly Box[] {
  return (factAxes.get(fact) ?? []).flatMap((number) => {
    const atoms = (axes[number] as FactAxis).atoms.flatMap((atom, at) => (isWanted(atom) ? [at] : []));
    return atoms.length === 0 ? [] : [layout.only(number, atoms)];
  });
}

/** The requests that name another model, or none. */
export function boxesNotNaming({ factAxes, axes, layout }: PolicyRegions["space"], model: string): readonly Box[] {
  return (factAxes.get("model") ?? []).flatMap((number) => {
    const axis = axes[number] as FactAxis;
    const named = atomOfFacts(axis, { model });
    const others = axis.atoms.flatMap((_, at) => (at === named ? [] : [at]));
    return others.length === 0 ? [] : [layout.only(number, others)];
  });
}

/** The least whole value of a stretch; nothing for an absent fact. */
function leastOf(atom: FactAtom): number {
  if (atom.kind !== "number" || atom.min === undefined) return atom.kind === "number" ? Number.NEGATIVE_INFINITY : 0;
  return atom.min.inclusive ? Math.ceil(atom.min.value) : Math.floor(atom.min.value) + 1;
}

/** The greatest value of a stretch, not below any in it; undefined when there is no limit, or no value. */
function mostOf(atom: FactAtom): number | undefined {
  return atom.kind === "number" ? atom.max?.value : undefined;
}
