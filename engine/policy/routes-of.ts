import type { PolicySet, Route } from "./policy-set.js";

/** Every route of a policy: the default one, then those of its rules in reading order. */
export function routesOf({ rules, defaultRoute }: Pick<PolicySet, "rules" | "defaultRoute">): readonly Route[] {
  return [defaultRoute, ...rules.flatMap((rule) => (rule.effect === "route" ? [rule.route] : []))];
}
