import type { CandidateReference, Route } from "../../policy/policy-set.js";
import type { CatalogEntry } from "../../rank/catalog-index.js";
import { expandCandidates } from "../../rank/expand-candidates.js";
import { rank } from "../../rank/rank.js";
import type { RoutePlan } from "../../rank/route-plan.js";
import { type Check, type CheckContext, routesOf } from "../check-context.js";
import { isUnmeetable } from "../is-unmeetable.js";
import { neverServes } from "../regions/candidate-regions.js";
import { writeRequest } from "../space/write-request.js";

/**
 * RW2201: a candidate that a rule names and that can serve none of the requests the rule decides: each fails a
 * requirement, a capability, the window or a limit on cost. Of a pool or a selection, when none of it can. When it can serve batches, whose prompts
 * are judged one by one, that is said.
 */
export const candidatesThatNeverServe: Check = function* (context) {
  for (const { name, ruleNumber, route } of routesOf(context)) {
    const reach = context.reach(ruleNumber);
    if (reach.kind !== "decides" || reach.outcome.denied !== undefined) continue;
    if (reach.outcome.requirements.some((guard) => isUnmeetable(context.policy.set, guard))) continue;
    const plan = rank(context.policy, reach.outcome, reach.request, {});
    // Most candidates serve the request that is at hand; only of the others the question is asked.
    const serving = new Set(plan.attempts.map(({ endpoint }) => endpoint.id));
    for (const reference of [...route.to, ...route.fallback]) {
      const entries = entriesOf(context, route, reference);
      if (entries.length === 0 || entries.some(({ endpoint }) => serving.has(endpoint.id))) continue;
      if (!entries.every((entry) => neverServes(context.regions, ruleNumber, route, entry))) continue;
      const why = reasonOf(plan, entries);
      const servesBatches = entries.some((entry) => !neverServes(context.regions, ruleNumber, route, entry, "any"));
      const request = `${reference.kind === "model" || reference.kind === "endpoint" ? "no" : "a"} request of ${name}`;
      yield {
        code: "RW2201",
        severity: "warning",
        message: `${describe(reference)} can serve ${request}${servesBatches ? " that is one prompt" : ""}`,
        span: reference.span,
        help: `for example ${writeRequest(reach.request, context.definitions)}${why === undefined ? "" : `: ${why}`}${servesBatches ? ` (${OF_BATCHES})` : ""}`,
      };
    }
  }
};

/** As ranking judges them: by `largest_prompt`. */
const OF_BATCHES =
  "a batch of shorter prompts, on /v1/embeddings or /v1/completions, it can serve: each is judged by itself";

function entriesOf({ policy }: CheckContext, route: Route, reference: CandidateReference): readonly CatalogEntry[] {
  if (reference.kind === "requested") return [];
  return expandCandidates(policy.set, { ...route, to: [reference], fallback: [] }, undefined).to;
}

/** What ranking itself says about one of them. */
function reasonOf(plan: RoutePlan, entries: readonly CatalogEntry[]): string | undefined {
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
