import type { Condition, FactValue, PolicySet } from "../../../engine/serving.js";

/** What conditions compare a fact with, by its lower case too. */
interface NamedValues {
  readonly values: Set<string>;
  readonly byLowerCase: Map<string, string>;
}

/** By fact; collected when first asked for, as the names of models in routes are. */
const namedBySet = new WeakMap<PolicySet, ReadonlyMap<string, NamedValues>>();

/** What people write between tags, or around them, in place of commas: `pii kyc`, `["pii"]`. */
const notOfTags = /[\s;|"'`()[\]{}，、；]+/;

/** The longest part of a value that is shown, in characters. */
const SHOWN = 64;

/**
 * Says of a value that the policy names another one which is most likely meant: `eu` for `EU`, `pii` and `kyc` for the one tag `pii kyc`.
 * @returns undefined when the policy names the value itself, or none that is like it.
 */
export function describeSlip(set: PolicySet, fact: string, value: FactValue | undefined): string | undefined {
  if (typeof value === "string") return describeCase(set, fact, value);
  if (!Array.isArray(value)) return undefined;
  for (const tag of value as readonly string[]) {
    if (!notOfTags.test(tag)) continue;
    const named = namedIn(set).get(fact)?.values;
    if (named === undefined || named.has(tag)) continue;
    const part = tag.split(notOfTags).find((each) => named.has(each));
    if (part === undefined) continue;
    return `${quote(tag)} is one tag, and the policy names ${quote(part)}: write commas between tags, and no quotes or brackets`;
  }
  return undefined;
}

function describeCase(set: PolicySet, fact: string, value: string): string | undefined {
  const named = namedIn(set).get(fact);
  const other = named?.values.has(value) === false ? named.byLowerCase.get(value.toLowerCase()) : undefined;
  if (other === undefined) return undefined;
  return `${quote(value)} is another value than ${quote(other)}, which the policy names: case counts`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

function namedIn(set: PolicySet): ReadonlyMap<string, NamedValues> {
  const known = namedBySet.get(set);
  if (known !== undefined) return known;
  const named = new Map<string, NamedValues>();
  for (const { condition } of set.rules) collect(condition, named);
  namedBySet.set(set, named);
  return named;
}

function collect(condition: Condition, named: Map<string, NamedValues>): void {
  switch (condition.kind) {
    case "all":
    case "any":
      for (const part of condition.conditions) collect(part, named);
      return;
    case "not":
      collect(condition.condition, named);
      return;
    case "one-of":
    case "set": {
      const of = named.get(condition.fact) ?? { values: new Set(), byLowerCase: new Map() };
      named.set(condition.fact, of);
      for (const value of condition.kind === "set" ? condition.tags : condition.values) {
        of.values.add(value);
        of.byLowerCase.set(value.toLowerCase(), value);
      }
    }
  }
}
