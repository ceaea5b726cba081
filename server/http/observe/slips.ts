import { type CompiledPolicy, type FactValue, findString, type StringTable } from "../../../engine/serving.js";

type Named = Pick<CompiledPolicy, "tree">;

/** What conditions compare a fact with, by lower case; made when first asked for. */
const byLowerCase = new WeakMap<StringTable, ReadonlyMap<string, string>>();

/** What people write between tags, or around them, in place of commas: `pii kyc`, `["pii"]`. */
const notOfTags = /[\s;|"'`()[\]{}，、；]+/;

/** The longest part of a value that is shown, in characters. */
const SHOWN = 64;

/**
 * Says of a value that the policy names another one which is most likely meant: `eu` for `EU`, `pii` and `kyc` for the one tag `pii kyc`.
 * @returns undefined when the policy names the value itself, or none that is like it.
 */
export function describeSlip(policy: Named, fact: string, value: FactValue | undefined): string | undefined {
  if (typeof value === "string") return describeCase(policy, fact, value);
  if (!Array.isArray(value)) return undefined;
  for (const tag of value as readonly string[]) {
    if (!notOfTags.test(tag)) continue;
    const named = namedFor(policy, fact);
    if (named === undefined || findString(named, tag) !== -1) continue;
    const part = tag.split(notOfTags).find((each) => findString(named, each) !== -1);
    if (part === undefined) continue;
    return `${quote(tag)} is one tag, and the policy names ${quote(part)}: write commas between tags, and no quotes or brackets`;
  }
  return undefined;
}

function describeCase(policy: Named, fact: string, value: string): string | undefined {
  const named = namedFor(policy, fact);
  if (named === undefined || findString(named, value) !== -1) return undefined;
  const other = lowerCaseOf(named).get(value.toLowerCase());
  if (other === undefined) return undefined;
  return `${quote(value)} is another value than ${quote(other)}, which the policy names: case counts`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

/** The strings or tags that conditions compare a fact with: the tree has them at hand, while rules lie packed until they are looked at. */
function namedFor({ tree }: Named, fact: string): StringTable | undefined {
  return tree.facts.find(({ name }) => name === fact)?.strings;
}

function lowerCaseOf(named: StringTable): ReadonlyMap<string, string> {
  const known = byLowerCase.get(named);
  if (known !== undefined) return known;
  const made = new Map(named.strings.map((text) => [text.toLowerCase(), text]));
  byLowerCase.set(named, made);
  return made;
}
