import type { CandidateReference } from "../../policy/policy-set.js";
import { type Check, routesOf } from "../check-context.js";

/** RW2205: a pool that no route uses, directly or through another pool. */
export const unusedPools: Check = function* (context) {
  const { pools } = context.policy.set;
  const used = new Set<string>();
  const visit = (references: readonly CandidateReference[]): void => {
    for (const reference of references) {
      if (reference.kind !== "pool" || used.has(reference.pool)) continue;
      used.add(reference.pool);
      visit(pools.find(({ name }) => name === reference.pool)?.items ?? []);
    }
  };
  for (const { route } of routesOf(context)) visit([...route.to, ...route.fallback]);
  for (const { name, span } of pools) {
    if (used.has(name)) continue;
    yield {
      code: "RW2205",
      severity: "warning",
      message: `no route uses pool \`${name}\``,
      span,
      help: "remove it, or use it in a route",
    };
  }
};
