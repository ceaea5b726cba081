import { indexCatalog } from "../../rank/catalog-index.js";
import { expandCandidates } from "../../rank/expand-candidates.js";
import { type Check, routesOf } from "../check-context.js";
import { neverServes } from "../regions/candidate-regions.js";
import { expandReferences } from "../regions/route-meaning.js";

/**
 * RW2204: a route all of whose candidates are at one provider, so that its failure fails the route. Not reported when
 * the catalog has no other provider that may serve a request of the rule, when a client may name the model, when the next rule
 * is asked, and of a rule that never decides.
 */
export const singleProviderRoutes: Check = function* (context) {
  const { regions, policy } = context;
  const { set } = policy;
  if (set.catalog.providers.length < 2) return;
  const { entries } = indexCatalog(set.catalog);
  for (const { name, ruleNumber, route } of routesOf(context)) {
    if (route.onExhausted === "next_rule") continue;
    const { to, fallback } = expandReferences(set, route);
    if ([...to, ...fallback].includes("requested")) continue;
    const candidates = expandCandidates(set, route, undefined);
    const providers = new Set([...candidates.to, ...candidates.fallback].map(({ endpoint }) => endpoint.provider));
    const [only] = providers;
    if (only === undefined || providers.size > 1 || context.reach(ruleNumber).kind === "never") continue;
    const others = entries.filter(({ endpoint }) => endpoint.provider !== only);
    if (others.every((entry) => neverServes(regions, ruleNumber, route, entry))) continue;
    yield {
      code: "RW2204",
      severity: "warning",
      message: `every candidate of ${name} is at provider \`${only}\`: when it fails, nothing is left`,
      span: route.span,
      help: "add a `fallback` at another provider",
    };
  }
};
