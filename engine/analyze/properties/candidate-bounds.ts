import type { Endpoint, RequireRule, Route } from "../../policy/policy-set.js";
import type { CatalogEntry } from "../../rank/catalog-index.js";
import { expectedCost } from "../../rank/expected-cost.js";
import { MAX_TOKENS } from "../../units/tokens.js";
import {
  type Asked,
  boxesWhere,
  byAnswer,
  excludedByRequirement,
  lackingCapability,
} from "../regions/candidate-regions.js";
import type { PolicyRegions } from "../regions/policy-regions.js";
import type { FactAtom } from "../space/axis.js";
import type { Box } from "../space/box.js";

/** Requests for which some value within their atoms costs more than a limit at an endpoint. */
export function mayCostMore(
  regions: PolicyRegions,
  { endpoint }: CatalogEntry,
  limit: number,
  asked: Asked = "plain",
): readonly Box[] {
  if (endpoint.price === undefined) return [regions.space.layout.full()];
  return byAnswer(regions, (prompt, answer) => {
    const sizes = [mostTokens(prompt, endpoint, asked), answerTokens(answer, endpoint)] as const;
    const cost = expectedCost(endpoint, ...sizes);
    if (cost === undefined || cost > limit) return true;
    // An answer that costs anything costs more than any limit when there are enough of them.
    return asked === "any" && cost !== expectedCost(endpoint, ...sizes, 2);
  });
}

/** Requests that an endpoint may be unable to serve as a candidate of a route, the world being kind. */
export function mayBeExcluded(regions: PolicyRegions, entry: CatalogEntry, route: Route): readonly Box[] | undefined {
  const boxes: Box[] = [...lackingCapability(regions, entry)];
  for (const { rule, ruleNumber } of regions.requires) {
    const { maxCost } = (rule as RequireRule).require;
    const certain = excludedByRequirement(regions, entry, rule as RequireRule, ruleNumber);
    const dear = maxCost === undefined ? [] : mayCostMore(regions, entry, maxCost);
    const uncertain = dear.length === 0 ? [] : regions.intersect(regions.acts(ruleNumber), dear);
    if (certain === undefined || uncertain === undefined) return undefined;
    boxes.push(...certain, ...uncertain);
  }
  const { endpoint } = entry;
  boxes.push(
    ...byAnswer(regions, (prompt, answer) => {
      const limit = endpoint.maxOutputTokens ?? Number.POSITIVE_INFINITY;
      return mostOf(prompt) + mostOf(answer) > endpoint.contextWindow || mostOf(answer) > limit;
    }),
  );
  if (route.maxCost !== undefined) boxes.push(...mayCostMore(regions, entry, route.maxCost));
  // A budget's stretch begins at its least value: that is what must be enough.
  for (const budget of boxesWhere(regions.space, "budget_usd", ({ kind }) => kind === "number")) {
    const dear = mayCostMore(regions, entry, 0);
    boxes.push(...(regions.intersect([budget], dear) ?? []));
  }
  return boxes;
}

/** The most tokens of an atom, whole; 0 for an absent fact. */
function mostOf(atom: FactAtom): number {
  if (atom.kind !== "number") return 0;
  if (atom.max === undefined) return Number.POSITIVE_INFINITY;
  return atom.max.inclusive ? Math.floor(atom.max.value) : Math.ceil(atom.max.value) - 1;
}

/** As many as the endpoint would take: a longer prompt is not served at all; of several, all together can be longer. */
function mostTokens(atom: FactAtom, { contextWindow }: Endpoint, asked: Asked): number | undefined {
  return atom.kind === "absent" ? undefined : Math.min(mostOf(atom), asked === "plain" ? contextWindow : MAX_TOKENS);
}

function answerTokens(atom: FactAtom, { contextWindow, maxOutputTokens }: Endpoint): number | undefined {
  return atom.kind === "absent" ? undefined : Math.min(mostOf(atom), maxOutputTokens ?? contextWindow, contextWindow);
}
