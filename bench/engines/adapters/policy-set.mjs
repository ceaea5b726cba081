/** The neutral rules as a policy set of route rules, as the reader of YAML files would make it. */
const span = { file: "bench.yaml", start: 0, end: 0 };
const route = {
  to: [],
  fallback: [],
  strategy: "order",
  timeouts: {},
  retries: 0,
  fallbackOn: [],
  onExhausted: "fail",
  span,
};

export function policySetOf(rules) {
  return {
    name: "bench",
    attributes: [],
    pools: [],
    rules: rules.map(({ id, conditions, effect = "route" }) => ({
      id,
      condition: { kind: "all", conditions: conditions.map(conditionOf), span },
      span,
      effect,
      ...(effect === "route" ? { route } : effect === "deny" ? { message: "no" } : { require: { region: ["eu"] } }),
    })),
    defaultRoute: route,
    catalog: { providers: [], models: [] },
  };
}

function conditionOf({ fact, in: values, is, gte, lt, any, all, none }) {
  if (values) return { kind: "one-of", fact, values, span };
  if (is !== undefined) return { kind: "boolean", fact, expected: is, span };
  for (const [quantifier, tags] of Object.entries({ any, all, none })) {
    if (tags) return { kind: "set", fact, quantifier, tags, span };
  }
  return {
    kind: "range",
    fact,
    ...(gte === undefined ? {} : { min: { value: gte, inclusive: true } }),
    ...(lt === undefined ? {} : { max: { value: lt, inclusive: false } }),
    span,
  };
}
