import type { Facts } from "../../evaluate/facts.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { type CatalogEntry, indexCatalog } from "../../rank/catalog-index.js";
import { expectedCost } from "../../rank/expected-cost.js";
import type { World } from "../../rank/world.js";
import { type NanoUsd, nanoToUsd, usdToNano } from "../../units/money.js";
import { MAX_TOKENS } from "../../units/tokens.js";

/**
 * The values of numbers, by fact, at which a candidate would just be let in or just be left out, were all else of a request as
 * it is: lengths that fill a window or a limit on cost, and one more; a budget and a latency that just suffice for a model.
 *
 * @param wanted the endpoints of that model.
 */
export function edgeValues(
  { set }: CompiledPolicy,
  facts: Facts,
  { latency_ms, answers, largest_prompt }: World,
  wanted: readonly CatalogEntry[],
): ReadonlyMap<string, readonly number[]> {
  const { context_tokens = 0, max_output_tokens } = facts;
  const prompts = new Set<number>();
  const outputs = new Set<number>();
  const addEdge = (to: Set<number>, most: number) => {
    for (const value of [most, most + 1]) if (value >= 1 && value <= MAX_TOKENS) to.add(value);
  };
  const limits = limitsOf(set, facts);
  for (const { endpoint } of indexCatalog(set.catalog).entries) {
    if (largest_prompt === undefined) addEdge(prompts, endpoint.contextWindow - (max_output_tokens ?? 0));
    addEdge(outputs, endpoint.contextWindow - (largest_prompt ?? context_tokens));
    for (const limit of limits) {
      addEdge(
        prompts,
        mostWithin(limit, (tokens) => expectedCost(endpoint, tokens, max_output_tokens, answers)),
      );
      addEdge(
        outputs,
        mostWithin(limit, (tokens) => expectedCost(endpoint, context_tokens, tokens, answers)),
      );
    }
  }
  const budgets = wanted.flatMap(
    ({ endpoint }) => expectedCost(endpoint, context_tokens, max_output_tokens, answers) ?? [],
  );
  const latencies = wanted.flatMap(({ endpoint }) => latency_ms?.[endpoint.id] ?? []);
  return new Map([
    ["context_tokens", [...prompts]],
    ["max_output_tokens", [...outputs]],
    ["budget_usd", budgets.map(nanoToUsd)],
    ["max_latency_ms", latencies.map(Math.ceil)],
  ]);
}

function limitsOf({ rules, defaultRoute }: CompiledPolicy["set"], { budget_usd }: Facts): ReadonlySet<NanoUsd> {
  const limits = rules.flatMap((rule) => {
    if (rule.effect === "deny") return [];
    return (rule.effect === "route" ? rule.route.maxCost : rule.require.maxCost) ?? [];
  });
  return new Set([
    ...limits,
    ...(defaultRoute.maxCost === undefined ? [] : [defaultRoute.maxCost]),
    ...(budget_usd === undefined ? [] : [usdToNano(budget_usd)]),
  ]);
}

/** The most tokens that keep a limit; −1 when none do, or all. More tokens never cost less, so halving finds it. */
function mostWithin(limit: NanoUsd, costOf: (tokens: number) => NanoUsd | undefined): number {
  const keeps = (tokens: number) => (costOf(tokens) ?? Number.POSITIVE_INFINITY) <= limit;
  if (!keeps(0) || keeps(MAX_TOKENS)) return -1;
  let low = 0;
  let high = MAX_TOKENS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (keeps(middle)) low = middle;
    else high = middle;
  }
  return low;
}
