import type { Condition } from "../../conditions/condition.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import type { Route } from "../../policy/policy-set.js";
import { type CatalogEntry, indexCatalog } from "../../rank/catalog-index.js";
import { catalogCuts, rankFacts } from "../check-context.js";
import { boxesNotNaming } from "../regions/candidate-regions.js";
import { PolicyRegions } from "../regions/policy-regions.js";
import { expandReferences } from "../regions/route-meaning.js";
import type { Box } from "../space/box.js";
import { buildSpace } from "../space/build-space.js";
import type { Cut } from "../space/number-atoms.js";
import { httpRequests } from "../space/request-assumptions.js";

/** A route, with the endpoints that can be its candidates. */
export interface CandidateRoute {
  readonly id: string;
  readonly ruleNumber: number;
  readonly route: Route;
  readonly entries: readonly CatalogEntry[];
}

/** The requests over HTTP that a property is about, and what the policy does with them. Boxes are undefined where there are too many. */
export class PropertyRegions {
  readonly regions: PolicyRegions;
  /** The requests that meet `forall`. */
  readonly all: readonly Box[] | undefined;

  /** @param cuts numbers between which requests are told apart, beside those of the policy and its catalog. */
  constructor(
    readonly policy: CompiledPolicy,
    readonly forall: Condition,
    cuts: ReadonlyMap<string, readonly Cut[]>,
  ) {
    const space = buildSpace({
      sets: [policy.set],
      conditions: [forall],
      facts: rankFacts,
      cuts: new Map([...catalogCuts(policy), ...cuts]),
      assumptions: httpRequests,
    });
    this.regions = new PolicyRegions(space, policy.set);
    this.all = this.regions.conditions.of(forall, "true");
  }

  /** Every route with the endpoints that can be its candidates; with `requested`, all of the catalog. */
  *routes(): Iterable<CandidateRoute> {
    const { set } = this.policy;
    const rules = this.regions.routes.map(({ rule, ruleNumber }) => ({
      id: rule.id,
      ruleNumber,
      route: rule.effect === "route" ? rule.route : set.defaultRoute,
    }));
    for (const each of [...rules, { id: "default", ruleNumber: set.rules.length, route: set.defaultRoute }]) {
      const { to, fallback } = expandReferences(set, each.route);
      const ids = [...to, ...fallback];
      const entries = indexCatalog(set.catalog).entries.filter(({ endpoint }) => {
        return ids.includes("requested") || ids.includes(endpoint.id);
      });
      yield { ...each, entries };
    }
  }

  /** The requests of the property on which a rule acts; those that {@link takenBefore} holds it does not serve. */
  matching(ruleNumber: number): readonly Box[] | undefined {
    return this.regions.intersect(this.all, this.regions.acts(ruleNumber));
  }

  /** What never comes to a rule: what is refused, and what rules above take that end there. */
  takenBefore(ruleNumber: number): readonly (readonly Box[] | undefined)[] {
    return [this.refused(), this.regions.endingAbove(ruleNumber)];
  }

  /** The requests that the policy denies. */
  refused(): readonly Box[] | undefined {
    return this.regions.deniedOf(this.policy.set.rules.length);
  }

  /** With `requested` alone, requests that name another model do not have the endpoint as a candidate. */
  notNaming(route: Route, entry: CatalogEntry): readonly Box[] {
    const { to, fallback } = expandReferences(this.policy.set, route);
    if ([...to, ...fallback].includes(entry.endpoint.id)) return [];
    return boxesNotNaming(this.regions.space, entry.model.id);
  }
}
