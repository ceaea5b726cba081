/**
 * Rules in a neutral form that every adapter translates: `{ id, conditions }`, all of which must hold, each one of
 *
 *     { fact, in: [strings] }            a string is one of these
 *     { fact, is: boolean }
 *     { fact, gte?: number, lt?: number } whole numbers; at least one bound
 *     { fact: "tags", any: [tags] } | { fact: "tags", all: [tags] } | { fact: "tags", none: [tags] }
 *
 * A condition on an absent fact does not hold (also `none`); the first rule that holds decides, else none does.
 * Budgets are whole nano-dollars here; requests carry USD.
 */
import { Random } from "./random.mjs";

const numbered = (name, count) =>
  Array.from({ length: count }, (_, at) => `${name}-${String(at + 1).padStart(4, "0")}`);

/** What rules and requests draw from; tenants and apps grow with the number of rules, as they do in life. */
export function vocabulary(ruleCount) {
  return {
    tenant: numbered("tenant-of", Math.max(4, Math.round(ruleCount / 20))),
    app: numbered("application", Math.max(3, Math.round(ruleCount / 50))),
    user: numbered("user-name", Math.max(10, Math.round(ruleCount / 4))),
    model: numbered("some-author/some-model", 60),
    region: ["eu-central", "eu-west", "us-east", "us-west", "asia-south", "asia-east", "africa-south", "sa-east"],
    priority: ["interactive", "batch"],
    tags: numbered("tag", 120),
  };
}

/** Quantiles of what requests carry: a condition from the 0.2 to the 0.6 quantile holds for 40 % of the values. */
export const numbers = {
  context_tokens: (share) => Math.round(10 ** (1 + 5 * share)),
  max_output_tokens: (share) => Math.round(10 ** (1 + 3.5 * share)),
  budget_usd: (share) => Math.round(10 ** (5 + 5 * share)),
  max_latency_ms: (share) => Math.round(100 + 20_000 * share * share),
};
const numberNames = Object.keys(numbers);
const booleans = ["stream", "uses_tools", "uses_vision", "uses_json_schema"];

export const shapes = {
  /** Most rules belong to a tenant; tags, a model, a few thresholds. */
  realistic(random, words) {
    const conditions = [];
    if (random.chance(0.75)) conditions.push({ fact: "tenant", in: [random.pick(words.tenant)] });
    if (random.chance(0.3)) conditions.push({ fact: "app", in: random.some(words.app, 2) });
    if (random.chance(0.45)) conditions.push({ fact: "tags", any: random.some(words.tags, 3) });
    if (random.chance(0.1)) conditions.push({ fact: "tags", none: random.some(words.tags, 2) });
    if (random.chance(0.3)) conditions.push({ fact: "model", in: random.some(words.model, 4) });
    if (random.chance(0.15)) conditions.push({ fact: "region", in: random.some(words.region, 3) });
    if (random.chance(0.1)) conditions.push({ fact: "priority", in: [random.pick(words.priority)] });
    if (random.chance(0.4)) conditions.push(oneSided(random, "context_tokens"));
    if (random.chance(0.2)) conditions.push(oneSided(random, "budget_usd"));
    if (random.chance(0.2)) conditions.push(oneSided(random, "max_latency_ms"));
    if (random.chance(0.15)) conditions.push({ fact: random.pick(booleans), is: random.chance(0.5) });
    // A rule without a tenant, an app or tags would take most traffic from all below it.
    const isNarrow = conditions.some(({ fact }) => fact === "tenant" || fact === "user");
    if (!isNarrow) conditions.push({ fact: "user", in: [random.pick(words.user)] });
    return conditions;
  },

  /** Two to four facts of thirteen, each with its own few values: whatever fact is asked, most rules do not care. */
  "wildcard-heavy"(random, words) {
    const facts = [...Object.keys(words), ...numberNames, ...booleans.slice(0, 2)];
    const chosen = new Set();
    for (let left = random.integer(2, 4); left > 0; ) {
      const before = chosen.size;
      chosen.add(random.pick(facts));
      left -= chosen.size - before;
    }
    const conditions = [...chosen].map((fact) => {
      if (fact === "tags")
        return random.chance(0.3)
          ? { fact, all: random.some(words.tags, 2) }
          : { fact, any: random.some(words.tags, 2) };
      if (fact in words) return { fact, in: random.some(words[fact], 2) };
      if (fact in numbers) return twoSided(random, fact, 0.05, 0.4);
      return { fact, is: random.chance(0.5) };
    });
    // At least one condition that holds for few requests, or the first few rules would take them all.
    if (!conditions.some(({ fact }) => fact in words && fact !== "priority" && fact !== "region")) {
      conditions.push({ fact: "model", in: [random.pick(words.model)] });
    }
    return conditions;
  },

  /** Overlapping ranges on three or four numbers, now and then a tag. */
  "numeric-heavy"(random, words) {
    const left = new Set(numberNames);
    if (random.chance(0.5)) left.delete(random.pick(numberNames));
    const conditions = [...left].map((fact) => twoSided(random, fact, 0.03, 0.35));
    if (random.chance(0.2)) conditions.push({ fact: "tags", any: random.some(words.tags, 2) });
    return conditions;
  },
};

function oneSided(random, fact) {
  // Few different thresholds: people write round numbers.
  const value = numbers[fact](random.integer(1, 19) / 20);
  return random.chance(0.5) ? { fact, gte: value } : { fact, lt: value };
}

function twoSided(random, fact, narrowest, widest) {
  const width = narrowest + random.next() * (widest - narrowest);
  const start = random.next() * (1 - width);
  const gte = numbers[fact](start);
  return { fact, gte, lt: Math.max(gte + 1, numbers[fact](start + width)) };
}

export function generateRules(shape, count, seed) {
  const random = new Random(seed);
  const words = vocabulary(count);
  return Array.from({ length: count }, (_, at) => ({ id: `rule-${at}`, conditions: shapes[shape](random, words) }));
}
