import type { CandidateReference, Route } from "../../policy/policy-set.js";
import { decideInOrder } from "../../evaluate/decide-in-order.js";
import type { Facts } from "../../evaluate/facts.js";
import type { CatalogEntry } from "../../rank/catalog-index.js";
import { expandCandidates } from "../../rank/expand-candidates.js";
import { rank } from "../../rank/rank.js";
import { type Check, type CheckContext, routesOf } from "../check-context.js";
import { surelyExcluded } from "../candidate-regions.js";
import { writeRequest } from "../write-request.js";

/**
 * RW2201: a candidate that a rule names and that can serve none of the requests the rule decides: each fails a
 * requirement, a capability, the window or a limit on cost. Of a pool or a selection, when none of it can.
 */
export const candidatesThatNeverServe: Check = function* (context) {
  for (const { name, ruleNumber, route } of routesOf(context)) {
    const reach = context.reach(ruleNumber);
    if (reach.kind !== "decides" || !isAllowed(context, reach.request)) continue;
    for (const reference of [...route.to, ...route.fallback]) {
      const entries = entriesOf(context, route, reference);
      if (entries.length === 0 || !entries.every((entry) => neverServes(context, ruleNumber, route, entry))) continue;
      const why = reasonFor(context, reach.request, entries);
      yield {
        code: "RW2201",
        severity: "warning",
        message: `${describe(reference)} can ${reference.kind === "model" || reference.kind === "endpoint" ? "serve no" : "serve a"} request of ${name}`,
        span: reference.span,
        help: `for example ${writeRequest(reach.request, context.definitions)}${why === undefined ? "" : `: ${why}`}`,
      };
    }
  }
};

function isAllowed({ policy }: CheckContext, request: Facts): boolean {
  return decideInOrder(policy.set, request).denied === undefined;
}

function entriesOf({ policy }: CheckContext, route: Route, reference: CandidateReference): readonly CatalogEntry[] {
  if (reference.kind === "requested") return [];
  return expandCandidates(policy.set, { ...route, to: [reference], fallback: [] }, undefined).to;
}

function neverServes({ regions }: CheckContext, ruleNumber: number, route: Route, entry: CatalogEntry): boolean {
  const excluded = surelyExcluded(regions, entry, route);
  const served = regions.find(
    regions.acts(ruleNumber),
    regions.before("route", ruleNumber),
    regions.denied(),
    excluded,
  );
  return served === "none";
}

/** What ranking itself says about one of them. */
function reasonFor({ policy }: CheckContext, request: Facts, entries: readonly CatalogEntry[]): string | undefined {
  const plan = rank(policy, decideInOrder(policy.set, request), request, {});
  const ids = new Set(entries.map(({ endpoint }) => endpoint.id));
  const exclusion = plan.excluded.find(({ endpoint }) => ids.has(endpoint.id));
  return exclusion === undefined ? undefined : `${exclusion.reason}: ${exclusion.detail}`;
}

function describe(reference: CandidateReference): string {
  switch (reference.kind) {
    case "model":
      return `\`${reference.model}\``;
    case "endpoint":
      return `\`${reference.model}@${reference.provider}\``;
    case "pool":
      return `nothing of pool \`${reference.pool}\``;
    default:
      return "nothing of this selection";
  }
}
