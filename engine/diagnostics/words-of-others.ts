/**
 * Words that people bring from other gateways and policy tools, or expect, with the words of policy files that say the
 * same. Where several are given, that which may stand at the place is meant.
 */
export const wordsOfOthers: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    match: ["if", "when", "where", "condition", "conditions", "filter"],
    route: ["then"],
    id: ["name", "rule"],
    because: ["reason", "description", "comment", "note", "why"],
    to: ["model", "models", "candidates", "target", "targets", "use"],
    fallback: ["backup", "otherwise", "else"],
    any: ["or", "any_of", "one_of", "contains", "includes", "in", "has"],
    all: ["and", "all_of"],
    none: ["not", "none_of", "not_in", "nin", "excludes"],
    not: ["ne", "neq", "not_in", "nin", "!=", "is_not", "not_equals", "none"],
    gte: ["min", "ge", ">=", "from", "at_least", "atleast", "minimum"],
    gt: ["above", "over", "more_than", "greater_than", ">"],
    lte: ["max", "le", "<=", "at_most", "atmost", "maximum"],
    lt: ["below", "under", "less_than", "<"],
    present: ["exists", "is_present", "defined"],
    tenant: ["team", "org", "organization", "organisation", "customer"],
    context_tokens: ["tokens", "input_tokens", "prompt_tokens", "context_length"],
    max_output_tokens: ["max_tokens", "output_tokens", "completion_tokens", "max_completion_tokens"],
    budget_usd: ["cost", "max_cost", "max_cost_usd", "price"],
    max_cost_usd: ["max_price", "max_cost", "cost", "price", "budget", "budget_usd"],
    cost: ["price"],
    cheapest: ["cheap", "price", "cost", "cost-based-routing", "lowest_cost"],
    fastest: ["fast", "latency", "latency-based-routing", "lowest_latency", "speed"],
    best: ["quality", "smartest"],
    weighted: ["canary", "random", "split"],
    balanced: ["load_balance", "loadbalance", "round-robin", "round_robin", "simple-shuffle"],
    least_busy: ["least-busy", "least_connections"],
    order: ["fallback", "first", "in-order", "priority", "sequential"],
    uses_vision: ["image", "images", "has_images"],
    uses_tools: ["functions", "function_calling", "tool_choice"],
    uses_json_schema: ["json", "json_mode", "response_format", "structured_output"],
    stream: ["streaming"],
  }).reduce((found, [ours, others]) => {
    for (const other of others) found.set(other, [...(found.get(other) ?? []), ours]);
    return found;
  }, new Map<string, readonly string[]>()),
);
