import { parse } from "@marcbachmann/cel-js";

/** One parsed expression a rule, tried in order. Numbers are doubles in JavaScript, so literals are too. */
export const name = "cel-js";

export function load(rules) {
  const expressions = rules.map(({ conditions }) => parse(conditions.map(conditionOf).join(" && ")));
  return (facts) => {
    const present = { f: {} };
    for (const key in facts) if (facts[key] !== undefined) present.f[key] = facts[key];
    for (let at = 0; at < expressions.length; at++) if (expressions[at](present) === true) return at;
    return expressions.length;
  };
}

function conditionOf({ fact, in: values, is, gte, lt, any, all, none }) {
  const read = `f.${fact}`;
  const present = `has(${read})`;
  const tests = (tags, join, not = "") => tags.map((tag) => `${not}(${JSON.stringify(tag)} in ${read})`).join(join);
  const bound = (value) => {
    const number = String(fact === "budget_usd" ? value / 1e9 : value);
    return /[.e]/.test(number) ? number : `${number}.0`;
  };
  if (values) return `(${present} && ${read} in ${JSON.stringify(values)})`;
  if (is !== undefined) return `(${present} && ${read} == ${is})`;
  if (any) return `(${present} && (${tests(any, " || ")}))`;
  if (all) return `(${present} && ${tests(all, " && ")})`;
  if (none) return `(${present} && ${tests(none, " && ", "!")})`;
  return `(${[present, ...(gte === undefined ? [] : [`${read} >= ${bound(gte)}`]), ...(lt === undefined ? [] : [`${read} < ${bound(lt)}`])].join(" && ")})`;
}
