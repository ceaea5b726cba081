import { Engine } from "json-rules-engine";

/** All rules are tried (it has no first match); the first in order is taken from the events. */
export const name = "json-rules-engine";

export function load(rules) {
  const engine = new Engine([], { allowUndefinedFacts: true });
  engine.addOperator("sharesOne", (given, tags) => Array.isArray(given) && tags.some((tag) => given.includes(tag)));
  engine.addOperator("holdsAll", (given, tags) => Array.isArray(given) && tags.every((tag) => given.includes(tag)));
  engine.addOperator("holdsNone", (given, tags) => Array.isArray(given) && !tags.some((tag) => given.includes(tag)));
  for (const [at, { conditions }] of rules.entries()) {
    engine.addRule({ conditions: { all: conditions.flatMap(conditionsOf) }, event: { type: String(at) } });
  }
  return async (facts) => {
    const { events } = await engine.run(facts);
    return events.reduce((first, { type }) => Math.min(first, Number(type)), rules.length);
  };
}

function conditionsOf({ fact, in: values, is, gte, lt, any, all, none }) {
  if (values) return [{ fact, operator: "in", value: values }];
  if (is !== undefined) return [{ fact, operator: "equal", value: is }];
  if (any) return [{ fact, operator: "sharesOne", value: any }];
  if (all) return [{ fact, operator: "holdsAll", value: all }];
  if (none) return [{ fact, operator: "holdsNone", value: none }];
  const bound = (value) => (fact === "budget_usd" ? value / 1e9 : value);
  return [
    ...(gte === undefined ? [] : [{ fact, operator: "greaterThanInclusive", value: bound(gte) }]),
    ...(lt === undefined ? [] : [{ fact, operator: "lessThan", value: bound(lt) }]),
  ];
}
