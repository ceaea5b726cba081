import { builtInFacts, type FactType } from "../conditions/fact-definitions.js";
import { type Facts, readFact } from "../evaluate/facts.js";
import type { PolicySet } from "../policy/policy-set.js";

/** The last millisecond that a `Date` can hold, on either side of 1970. */
const LAST_TIME = 8.64e15;

const typesOfSets = new WeakMap<PolicySet, ReadonlyMap<string, FactType>>();

/** The types a policy has for facts, by name. */
export function factTypes(set: PolicySet): ReadonlyMap<string, FactType> {
  const known = typesOfSets.get(set);
  if (known !== undefined) return known;
  const types = new Map([...builtInFacts, ...set.attributes].map(({ name, type }) => [name, type]));
  typesOfSets.set(set, types);
  return types;
}

/**
 * The facts that are of the type the policy has for them. Another policy than the one that decided may declare an attribute
 * differently, and somebody may have edited the log; the server leaves out what it cannot read too.
 */
export function factsOfTheirType(set: PolicySet, facts: Facts): Facts {
  const types = factTypes(set);
  const isSound = (name: string) => {
    const value = readFact(facts, name);
    return value === undefined || isOfType(value, types.get(name));
  };
  let areAllSound = true;
  for (const name in facts) areAllSound &&= isSound(name);
  return areAllSound ? facts : (Object.fromEntries(Object.entries(facts).filter(([name]) => isSound(name))) as Facts);
}

/** Whether a value is of a type; with undefined for a fact that the policy does not have, which it does not look at. */
export function isOfType(value: unknown, type: FactType | undefined): boolean {
  switch (type) {
    case "string":
    case "number":
    case "boolean":
      return typeof value === type;
    case "set":
      return Array.isArray(value);
    case "time":
      return typeof value === "number" && Math.abs(value) <= LAST_TIME;
    case undefined:
      return true;
  }
}
