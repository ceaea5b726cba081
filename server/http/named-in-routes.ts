import { type Condition, matchesGlob, type PolicySet } from "../../engine/index.js";

/** Whether a route rule asks for a model of that name, so that a name which the catalog lacks means something all the same: `fast`. */
export function isNamedInRoutes({ rules }: PolicySet, model: string): boolean {
  return rules.some((rule) => rule.effect === "route" && names(rule.condition, model));
}

function names(condition: Condition, model: string): boolean {
  switch (condition.kind) {
    case "all":
    case "any":
      return condition.conditions.some((part) => names(part, model));
    case "one-of":
      return condition.fact === "model" && condition.values.includes(model);
    case "prefix":
      return condition.fact === "model" && model.startsWith(condition.prefix);
    case "glob":
      return condition.fact === "model" && matchesGlob(condition.pattern, model);
    case "logic":
      return condition.reads.includes("model");
    default:
      return false;
  }
}
