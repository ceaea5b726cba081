import type { CandidateReference, PolicySet, Requirement, Route, Rule } from "../../policy/policy-set.js";
import { canonicalJson } from "../../policy/revision.js";
import { expandCandidates } from "../../rank/expand-candidates.js";

/** By set, and route: of thousands of requests it is asked what their routes mean. */
const meanings = new WeakMap<PolicySet, WeakMap<Route, string>>();

/** Two routes with the same meaning send every request the same way, catalog and world being equal. */
export function routeMeaning(set: PolicySet, route: Route): string {
  let known = meanings.get(set);
  if (known === undefined) {
    known = new WeakMap();
    meanings.set(set, known);
  }
  let meaning = known.get(route);
  if (meaning === undefined) {
    meaning = findRouteMeaning(set, route);
    known.set(route, meaning);
  }
  return meaning;
}

function findRouteMeaning(set: PolicySet, route: Route): string {
  const { span: _, to, fallback, weights, fallbackOn, ...options } = route;
  const sorted = weights?.toSorted((a, b) => (a.candidate < b.candidate ? -1 : 1));
  const errors = fallbackOn.toSorted();
  return canonicalJson({ ...options, weights: sorted, fallbackOn: errors, ...expandReferences(set, { to, fallback }) });
}

/** The default route is the last that is asked: what it says about what follows means nothing. */
export function defaultRouteMeaning(set: PolicySet): string {
  return routeMeaning(set, { ...set.defaultRoute, onExhausted: "fail" });
}

/** Whether the next rule that matches is asked when a rule's route is exhausted. */
export function goesOn(rule: Rule | undefined): boolean {
  return rule?.effect === "route" && rule.route.onExhausted === "next_rule";
}

export function requirementMeaning(requirement: Requirement): string {
  const sorted = (values: readonly string[] | undefined) => values?.toSorted();
  const { region, provider, capabilities } = requirement;
  return canonicalJson({
    ...requirement,
    region: sorted(region),
    provider: sorted(provider),
    capabilities: sorted(capabilities),
  });
}

/**
 * The endpoints of a route in order, `requested` standing for what a request names: pools and selections are written
 * out, so a renamed pool changes nothing.
 */
export function expandReferences(
  set: PolicySet,
  { to, fallback }: Pick<Route, "to" | "fallback">,
): { readonly to: readonly string[]; readonly fallback: readonly string[] } {
  const seen = new Set<string>();
  const expand = (references: readonly CandidateReference[]) => references.flatMap((each) => endpointsOf(set, each));
  const once = (ids: readonly string[]) =>
    ids.filter((id) => {
      const isNew = !seen.has(id);
      seen.add(id);
      return isNew;
    });
  return { to: once(expand(to)), fallback: once(expand(fallback)) };
}

/** Endpoints by set, and what a reference says: thousands of routes name the same few pools and models. */
const expanded = new WeakMap<PolicySet, Map<string, readonly string[]>>();

/** The endpoints that one reference stands for; `requested` for what a request names. */
export function endpointsOf(set: PolicySet, reference: CandidateReference): readonly string[] {
  let known = expanded.get(set);
  if (known === undefined) {
    known = new Map();
    expanded.set(set, known);
  }
  const { span: _, ...said } = reference;
  const key = JSON.stringify(said);
  let ids = known.get(key);
  if (ids === undefined) {
    ids = flatten(set, [reference], []).flatMap((each) => {
      if (each.kind === "requested") return ["requested"];
      const alone = { ...set.defaultRoute, to: [each], fallback: [] };
      return expandCandidates(set, alone, undefined).to.map(({ endpoint }) => endpoint.id);
    });
    known.set(key, ids);
  }
  return ids;
}

function flatten(
  set: PolicySet,
  references: readonly CandidateReference[],
  open: readonly string[],
): readonly CandidateReference[] {
  return references.flatMap((reference) => {
    if (reference.kind !== "pool") return [reference];
    if (open.includes(reference.pool)) return [];
    const pool = set.pools.find(({ name }) => name === reference.pool);
    return flatten(set, pool?.items ?? [], [...open, reference.pool]);
  });
}
