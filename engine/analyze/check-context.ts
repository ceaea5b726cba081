import type { FactDefinition } from "../conditions/fact-definitions.js";
import type { Finding } from "../diagnostics/report.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { Route } from "../policy/policy-set.js";
import { indexCatalog } from "../rank/catalog-index.js";
import { PolicyRegions, type Reach } from "./regions/policy-regions.js";
import { buildSpace } from "./space/build-space.js";
import type { Cut } from "./space/number-atoms.js";
import type { RequestAssumptions } from "./space/request-assumptions.js";
import { definitionsOf } from "./space/write-request.js";

/** What the checks of one policy share. */
export interface CheckContext {
  readonly policy: CompiledPolicy;
  readonly regions: PolicyRegions;
  readonly definitions: readonly FactDefinition[];
  /** Whether findings that are off unless asked for are wanted too. */
  readonly all: boolean;
  /** Whether a rule ever decides; asked once for each. The default route has the number of rules. */
  readonly reach: (ruleNumber: number) => Reach;
}

/** Looks for one kind of finding. */
export type Check = (context: CheckContext) => Iterable<Finding>;

export function checkContextOf(policy: CompiledPolicy, assumptions: RequestAssumptions, all: boolean): CheckContext {
  const { set } = policy;
  const space = buildSpace({ sets: [set], assumptions, facts: rankFacts, cuts: catalogCuts(policy) });
  const regions = new PolicyRegions(space, set);
  const reaches = new Map<number, Reach>();
  return {
    policy,
    regions,
    definitions: definitionsOf(set),
    all,
    reach: (ruleNumber) => {
      const known = reaches.get(ruleNumber) ?? regions.reach(ruleNumber);
      reaches.set(ruleNumber, known);
      return known;
    },
  };
}

/** The facts by which candidates are left out. */
export const rankFacts = [
  "model",
  "context_tokens",
  "max_output_tokens",
  "budget_usd",
  "uses_tools",
  "uses_vision",
  "uses_json_schema",
] as const;

/** Where a request no longer fits an endpoint. */
export function catalogCuts({ set }: Pick<CompiledPolicy, "set">): ReadonlyMap<string, readonly Cut[]> {
  const after = (value: number): Cut => ({ value, isAfter: true });
  const endpoints = indexCatalog(set.catalog).entries.map(({ endpoint }) => endpoint);
  const windows = [...new Set(endpoints.map(({ contextWindow }) => contextWindow))].map(after);
  const outputs = [...new Set(endpoints.flatMap(({ maxOutputTokens }) => maxOutputTokens ?? []))].map(after);
  return new Map([
    ["context_tokens", windows],
    ["max_output_tokens", outputs],
  ]);
}

/** The rules with a route, the default last. */
export function* routesOf(
  context: CheckContext,
): Iterable<{ readonly name: string; readonly ruleNumber: number; readonly route: Route }> {
  const { set } = context.policy;
  for (const [ruleNumber, rule] of set.rules.entries()) {
    if (rule.effect === "route") yield { name: `rule \`${rule.id}\``, ruleNumber, route: rule.route };
  }
  yield { name: "the default route", ruleNumber: set.rules.length, route: set.defaultRoute };
}
