import type { Facts } from "../../evaluate/facts.js";
import type { Endpoint } from "../../policy/policy-set.js";
import type { CatalogEntry } from "../../rank/catalog-index.js";
import { expectedCost } from "../../rank/expected-cost.js";
import { nanoToUsd } from "../../units/money.js";
import { MAX_TOKENS } from "../../units/tokens.js";
import type { FactAxis } from "../space/axis.js";
import type { RequestSpace } from "../space/request-space.js";

/** The request with the shortest prompt that costs more than a limit, for a few lengths of the answer. */
export function justDearer(request: Facts, { endpoint, model }: CatalogEntry, limit: number): readonly Facts[] {
  const { max_output_tokens: given, ...others } = request;
  return [given, undefined, 1, 1_000].flatMap((most) => {
    const prompt = shortestDearer(endpoint, most, limit);
    if (prompt === undefined) return [];
    const sized = { ...others, context_tokens: prompt, ...(most === undefined ? {} : { max_output_tokens: most }) };
    // The client's own budget must just allow it.
    const cost = expectedCost(endpoint, prompt, most);
    const budgeted =
      request.budget_usd === undefined || cost === undefined ? sized : { ...sized, budget_usd: nanoToUsd(cost) };
    return [budgeted, { ...budgeted, model: model.id }];
  });
}

/** How many answers make a request cost more than a limit; 1 when no number does. */
export function answersToExceed(request: Facts, { endpoint }: CatalogEntry, limit: number): number {
  const { context_tokens, max_output_tokens } = request;
  const cost = (answers: number) => expectedCost(endpoint, context_tokens, max_output_tokens, answers) ?? 0;
  const each = cost(2) - cost(1);
  return each === 0 ? 1 : Math.max(1, Math.floor((limit - (cost(1) - each)) / each) + 1);
}

/** The request with prompt and answer as large as the endpoint takes and the property allows. */
export function largestRequests(
  request: Facts,
  space: RequestSpace,
  { endpoint, model }: CatalogEntry,
): readonly Facts[] {
  const window = endpoint.contextWindow;
  const answer = Math.min(endpoint.maxOutputTokens ?? window, window);
  const tops = (fact: string) => {
    const [number] = space.factAxes.get(fact) ?? [];
    const atoms = number === undefined ? [] : (space.axes[number] as FactAxis).atoms;
    return atoms.flatMap((atom) =>
      atom.kind === "number" && atom.max !== undefined ? [Math.ceil(atom.max.value) - 1] : [],
    );
  };
  const prompts = [request.context_tokens ?? 0, window, window - answer, window - 1_024, ...tops("context_tokens")];
  const answers = [request.max_output_tokens, undefined, answer, ...tops("max_output_tokens")];
  const found: Facts[] = [];
  for (const prompt of [...new Set(prompts)].sort((a, b) => b - a)) {
    for (const most of new Set(answers)) {
      const { max_output_tokens: _, ...others } = request;
      const sized = {
        ...others,
        context_tokens: Math.max(1, prompt),
        ...(most === undefined ? {} : { max_output_tokens: most }),
      };
      found.push(sized, { ...sized, model: model.id });
    }
  }
  return found.slice(0, 400);
}

/** The shortest prompt, or prompts together, that costs more than a limit. A longer one never costs less, so halving finds it. */
function shortestDearer(endpoint: Endpoint, maxOutputTokens: number | undefined, limit: number): number | undefined {
  const isDearer = (prompt: number) => (expectedCost(endpoint, prompt, maxOutputTokens) ?? 0) > limit;
  let shortest = 1;
  let longest = MAX_TOKENS;
  if (!isDearer(longest)) return undefined;
  while (shortest < longest) {
    const middle = Math.floor((shortest + longest) / 2);
    if (isDearer(middle)) longest = middle;
    else shortest = middle + 1;
  }
  return longest;
}
