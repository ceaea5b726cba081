import { ZenEngine } from "@gorules/zen-engine";

/** A decision table with hit policy `first` and one free expression a row; comparing a missing field is an error there. */
export const name = "zen-engine";

export function load(rules) {
  const table = {
    hitPolicy: "first",
    inputs: [{ id: "when", name: "when", type: "expression" }],
    outputs: [{ id: "rule", name: "rule", field: "rule", type: "expression" }],
    rules: rules.map(({ conditions }, at) => ({
      _id: String(at),
      when: conditions.map(conditionOf).join(" and "),
      rule: String(at),
    })),
  };
  const node = (id, type, content) => ({ id, name: id, type, position: { x: 0, y: 0 }, ...(content && { content }) });
  const edge = (sourceId, targetId) => ({ id: `${sourceId}-${targetId}`, sourceId, targetId, type: "edge" });
  const graph = {
    nodes: [node("in", "inputNode"), node("table", "decisionTableNode", table), node("out", "outputNode")],
    edges: [edge("in", "table"), edge("table", "out")],
  };
  const decision = new ZenEngine().createDecision(Buffer.from(JSON.stringify(graph)));
  return async (facts) => {
    const { result } = await decision.evaluate(facts);
    return result?.rule ?? rules.length;
  };
}

function conditionOf({ fact, in: values, is, gte, lt, any, all, none }) {
  const present = `${fact} != null`;
  const list = (items) => `[${items.map((item) => `'${item}'`).join(", ")}]`;
  const bound = (value) => (fact === "budget_usd" ? value / 1e9 : value).toFixed(9).replace(/\.?0+$/, "");
  if (values) return `(${present} and ${fact} in ${list(values)})`;
  if (is !== undefined) return `(${present} and ${fact} == ${is})`;
  if (any) return `(${present} and some(${fact}, # in ${list(any)}))`;
  if (all) return `(${present} and ${all.map((tag) => `some(${fact}, # == '${tag}')`).join(" and ")})`;
  if (none) return `(${present} and none(${fact}, # in ${list(none)}))`;
  return `(${[present, ...(gte === undefined ? [] : [`${fact} >= ${bound(gte)}`]), ...(lt === undefined ? [] : [`${fact} < ${bound(lt)}`])].join(" and ")})`;
}
