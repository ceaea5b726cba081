/**
 * A neutral rule (`../engines/rules.mjs`) as YAML. An edit's number is its reason, one more value in its first list and sometimes another bound,
 * so that each edit says something new, and other rules' values are numbered anew.
 */
export function writeRule({ id, conditions }, edit = 0) {
  const facts = (edit === 0 ? conditions : edited(conditions, edit)).map(writeCondition);
  const isMap = new Set(conditions.map(({ fact }) => fact)).size === facts.length;
  const match = isMap ? `{ ${facts.join(", ")} }` : `{ all: [${facts.map((fact) => `{ ${fact} }`).join(", ")}] }`;
  const because = edit === 0 ? "" : `    because: edit ${edit}\n`;
  return `  - id: ${id}\n${because}    match: ${match}\n    route: { to: [bench/model] }\n`;
}

function edited(conditions, edit) {
  const list = conditions.findIndex((condition) => condition.in !== undefined);
  const bound = conditions.findIndex((condition) => condition.gte > 0);
  return conditions.map((condition, at) => {
    if (at === list) return { ...condition, in: [...condition.in, `edit-${edit}`] };
    return at === bound ? { ...condition, gte: condition.gte - (edit % 2) } : condition;
  });
}

function writeCondition({ fact, in: values, is, any, all, none, gte, lt }) {
  if (values !== undefined) return `${fact}: [${values.join(", ")}]`;
  if (is !== undefined) return `${fact}: ${is}`;
  for (const [quantifier, tags] of Object.entries({ any, all, none })) {
    if (tags !== undefined) return `${fact}: { ${quantifier}: [${tags.join(", ")}] }`;
  }
  const write = (value) => (fact === "budget_usd" ? (value / 1e9).toFixed(9) : String(value));
  const bounds = [gte === undefined ? "" : `gte: ${write(gte)}`, lt === undefined ? "" : `lt: ${write(lt)}`];
  return `${fact}: { ${bounds.filter((bound) => bound !== "").join(", ")} }`;
}
