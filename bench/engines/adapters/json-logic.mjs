/**
 * The rules as one JsonLogic expression each, tried in order. A missing variable is null and `null < 5` is true in
 * JsonLogic, so each upper bound stands behind a test for null.
 */
export function expressionOf({ conditions }) {
  return { and: conditions.map(conditionOf) };
}

function conditionOf({ fact, in: values, is, gte, lt, any, all, none }) {
  const read = { var: fact };
  const holds = (tag) => ({ in: [tag, read] });
  if (values) return values.length === 1 ? { "===": [read, values[0]] } : { in: [read, values] };
  if (is !== undefined) return { "===": [read, is] };
  if (any) return { or: any.map(holds) };
  if (all) return { and: all.map(holds) };
  if (none) return { and: [{ "!==": [read, null] }, ...none.map((tag) => ({ "!": [holds(tag)] }))] };
  const bound = (value) => (fact === "budget_usd" ? value / 1e9 : value);
  return {
    and: [
      { "!==": [read, null] },
      ...(gte === undefined ? [] : [{ ">=": [read, bound(gte)] }]),
      ...(lt === undefined ? [] : [{ "<": [read, bound(lt)] }]),
    ],
  };
}
