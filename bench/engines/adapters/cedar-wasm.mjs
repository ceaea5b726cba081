import * as cedar from "@cedar-policy/cedar-wasm/nodejs";

/**
 * One `permit` a rule. Cedar has no order among permits: the first match is the smallest id among the reasons it gives.
 * It has whole numbers only: budgets are nano-dollars.
 */
export const name = "cedar-wasm";
let sets = 0;

export function load(rules) {
  const id = `bench-${sets++}`;
  const staticPolicies = Object.fromEntries(
    rules.map(({ conditions }, at) => [
      String(at),
      `permit(principal, action, resource) when { ${conditions.map(conditionOf).join(" && ")} };`,
    ]),
  );
  const parsed = cedar.preparsePolicySet(id, { staticPolicies, templates: {}, templateLinks: [] });
  if (parsed.type !== "success") throw new Error(JSON.stringify(parsed.errors?.slice(0, 2)));
  const request = {
    principal: { type: "User", id: "u" },
    action: { type: "Action", id: "route" },
    resource: { type: "Model", id: "m" },
    validateRequest: false,
    entities: [],
    preparsedPolicySetId: id,
  };
  return (facts) => {
    const context = {};
    for (const key in facts) if (facts[key] !== undefined) context[key] = facts[key];
    if (context.budget_usd !== undefined) context.budget_usd = Math.round(context.budget_usd * 1e9);
    const answer = cedar.statefulIsAuthorized({ ...request, context });
    if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
    let first = rules.length;
    for (const reason of answer.response.diagnostics.reason) first = Math.min(first, Number(reason));
    return first;
  };
}

function conditionOf({ fact, in: values, is, gte, lt, any, all, none }) {
  const read = `context.${fact}`;
  const present = `context has ${fact}`;
  if (values) return `(${present} && ${JSON.stringify(values)}.contains(${read}))`;
  if (is !== undefined) return `(${present} && ${read} == ${is})`;
  if (any) return `(${present} && ${read}.containsAny(${JSON.stringify(any)}))`;
  if (all) return `(${present} && ${read}.containsAll(${JSON.stringify(all)}))`;
  if (none) return `(${present} && !${read}.containsAny(${JSON.stringify(none)}))`;
  return `(${[present, ...(gte === undefined ? [] : [`${read} >= ${gte}`]), ...(lt === undefined ? [] : [`${read} < ${lt}`])].join(" && ")})`;
}
