import type { AttributeDefinition } from "../policy/policy-set.js";
import { type Facts, type FactValue, readFact } from "./facts.js";

/**
 * Fills in the defaults of custom attributes that are absent.
 * @returns the same object when there is nothing to fill in, else a copy.
 */
export function withDefaults(
  set: { readonly attributes: readonly Pick<AttributeDefinition, "name" | "default">[] },
  facts: Facts,
): Facts {
  let filled: Record<string, FactValue | undefined> | undefined;
  for (const attribute of set.attributes) {
    if (attribute.default === undefined || readFact(facts, attribute.name) !== undefined) continue;
    filled ??= { ...facts };
    filled[attribute.name] = attribute.default;
  }
  return (filled ?? facts) as Facts;
}
