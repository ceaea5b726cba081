import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { indexCatalog } from "../../rank/catalog-index.js";
import { catalogCuts, rankFacts } from "../check-context.js";
import { buildSpace } from "../space/build-space.js";
import type { Cut } from "../space/number-atoms.js";
import { httpRequests } from "../space/request-assumptions.js";
import type { RequestSpace } from "../space/request-space.js";

/** Requests as finely cut as ranking needs beside conditions: by every model that can be named, and by the tiers of prices. */
export function rankedSpaceOf(policy: CompiledPolicy): RequestSpace {
  const { set } = policy;
  const tiers = indexCatalog(set.catalog).entries.flatMap(({ endpoint }) => endpoint.price?.above ?? []);
  const cuts = new Map(catalogCuts(policy));
  cuts.set("context_tokens", [
    ...(cuts.get("context_tokens") ?? []),
    ...tiers.map(({ contextTokens }): Cut => ({ value: contextTokens, isAfter: true })),
  ]);
  const { span } = set.defaultRoute;
  return buildSpace({
    sets: [set],
    assumptions: httpRequests,
    facts: [...rankFacts, "max_latency_ms", "session", "user"],
    cuts,
    conditions: [{ kind: "one-of", fact: "model", values: set.catalog.models.map(({ id }) => id), span }],
  });
}
