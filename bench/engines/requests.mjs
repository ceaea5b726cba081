import { Random } from "./random.mjs";
import { numbers, vocabulary } from "./rules.mjs";

/**
 * Requests as texts, to be parsed anew before each decision: strings of a real request have never been seen before.
 * Half are drawn at random (a sixth of the facts absent, a tenth of the strings unknown to every rule); half meet one rule,
 * picked evenly, so that decisions end at every depth.
 */
export function generateRequests(rules, count, seed) {
  const random = new Random(seed);
  const words = vocabulary(rules.length);
  return Array.from({ length: count }, (_, at) => {
    const facts = {};
    for (const name of ["tenant", "app", "user", "model", "region", "priority"]) {
      if (random.chance(0.83)) facts[name] = random.chance(0.1) ? `something-else-${at}` : random.pick(words[name]);
    }
    for (const [name, quantile] of Object.entries(numbers)) {
      if (random.chance(0.83)) facts[name] = quantile(random.next());
    }
    for (const name of ["stream", "uses_tools", "uses_vision", "uses_json_schema"]) facts[name] = random.chance(0.3);
    let tags = random.chance(0.83) ? random.some(words.tags, 4) : undefined;
    if (random.chance(0.5)) tags = meet(random.pick(rules), facts, tags, random);
    if (facts.budget_usd !== undefined) facts.budget_usd /= 1e9;
    return JSON.stringify({ ...facts, tags: tags?.join(",") });
  });
}

/** Changes the facts so that the rule's conditions hold. */
function meet({ conditions }, facts, givenTags, random) {
  let tags = givenTags;
  for (const condition of conditions) {
    const { fact } = condition;
    if (condition.in) facts[fact] = random.pick(condition.in);
    else if (condition.is !== undefined) facts[fact] = condition.is;
    else if (condition.any) tags = [...(tags ?? []), random.pick(condition.any)];
    else if (condition.all) tags = [...(tags ?? []), ...condition.all];
    else if (condition.none) tags = (tags ?? ["tag-none"]).filter((tag) => !condition.none.includes(tag));
    else facts[fact] = random.integer(condition.gte ?? 0, (condition.lt ?? (condition.gte ?? 0) + 1000) - 1);
  }
  return tags === undefined ? undefined : [...new Set(tags)];
}

/**
 * Facts as a proxy has them: values from JSON, tags split from a header, every fact in its place. (An object whose
 * properties come and go with each request costs any engine some 60 ns more for each fact it reads: `--shapeless`.)
 */
export function parseRequest(text) {
  const given = JSON.parse(text);
  return {
    tags: given.tags === undefined ? undefined : given.tags === "" ? [] : given.tags.split(","),
    model: given.model,
    context_tokens: given.context_tokens,
    max_output_tokens: given.max_output_tokens,
    budget_usd: given.budget_usd,
    max_latency_ms: given.max_latency_ms,
    priority: given.priority,
    region: given.region,
    tenant: given.tenant,
    app: given.app,
    user: given.user,
    stream: given.stream,
    uses_tools: given.uses_tools,
    uses_vision: given.uses_vision,
    uses_json_schema: given.uses_json_schema,
  };
}

/** The same facts in an object that has only those that are there. */
export function parseShapeless(text) {
  const facts = JSON.parse(text);
  if (facts.tags !== undefined) facts.tags = facts.tags === "" ? [] : facts.tags.split(",");
  return facts;
}
