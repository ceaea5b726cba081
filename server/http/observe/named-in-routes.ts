import { type Condition, matchesGlob, type PolicySet, type Predicate } from "../../../engine/serving.js";

/** What the conditions of a set's route rules say about the requested model. */
interface ModelNames {
  readonly values: Set<string>;
  readonly patterns: Extract<Predicate, { kind: "prefix" | "glob" }>[];
  /** A JsonLogic condition reads it: any name may mean something. */
  isAny: boolean;
}

/** Collected when first asked for: the conditions of 10,000 rules take some 20 ms to look at. */
const namesBySet = new WeakMap<PolicySet, ModelNames>();

/** Whether a route rule asks for a model of that name, so that a name which the catalog lacks means something all the same: `fast`. */
export function isNamedInRoutes(set: PolicySet, model: string): boolean {
  let names = namesBySet.get(set);
  if (names === undefined) {
    names = { values: new Set(), patterns: [], isAny: false };
    for (const rule of set.rules) if (rule.effect === "route") collect(rule.condition, names);
    namesBySet.set(set, names);
  }
  return (
    names.isAny ||
    names.values.has(model) ||
    names.patterns.some((one) =>
      one.kind === "prefix" ? model.startsWith(one.prefix) : matchesGlob(one.pattern, model),
    )
  );
}

function collect(condition: Condition, names: ModelNames): void {
  switch (condition.kind) {
    case "all":
    case "any":
      for (const part of condition.conditions) collect(part, names);
      return;
    case "one-of":
      if (condition.fact === "model") for (const value of condition.values) names.values.add(value);
      return;
    case "prefix":
    case "glob":
      if (condition.fact === "model") names.patterns.push(condition);
      return;
    case "logic":
      if (condition.reads.includes("model")) names.isAny = true;
  }
}
