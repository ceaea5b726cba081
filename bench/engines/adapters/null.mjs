/** Reads every fact and decides nothing: what any engine must spend to look at a request. */
export const name = "null (reads the facts)";

export function load() {
  return (facts) => {
    let seen = 0;
    if (facts.tags !== undefined) seen += facts.tags.length;
    for (const text of [facts.model, facts.tenant, facts.app, facts.user, facts.region, facts.priority]) {
      if (text !== undefined) seen += text.length;
    }
    if (facts.context_tokens !== undefined) seen += facts.context_tokens;
    if (facts.max_output_tokens !== undefined) seen += facts.max_output_tokens;
    if (facts.budget_usd !== undefined) seen += facts.budget_usd;
    if (facts.max_latency_ms !== undefined) seen += facts.max_latency_ms;
    if (facts.stream) seen++;
    if (facts.uses_tools) seen++;
    if (facts.uses_vision) seen++;
    if (facts.uses_json_schema) seen++;
    return seen;
  };
}
