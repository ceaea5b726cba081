import { builtInFacts } from "../conditions/fact-definitions.js";
import { type Facts, type FactValue, readFact } from "../evaluate/facts.js";
import type { PolicySet } from "../policy/policy-set.js";
import type { DecisionRecord, RecordedFact } from "./decision-record.js";

/** The source of a fact that nothing gave and whose attribute has a default. */
export const DEFAULT_SOURCE = "default";

/**
 * The facts that are there, each with its source: built-in ones in the order of `builtInFacts`, then attributes as
 * declared, then any other.
 *
 * @param given as the caller passed them; `facts`: the same with defaults filled in.
 * @param sources by fact; one without a source is recorded as `given`.
 */
export function recordFacts(
  set: PolicySet,
  given: Facts,
  facts: Facts,
  sources: Readonly<Record<string, string>>,
): Readonly<Record<string, RecordedFact>> {
  const recorded: Record<string, RecordedFact> = {};
  const record = (name: string) => {
    const value = readFact(facts, name);
    if (value === undefined || Object.hasOwn(recorded, name)) return;
    const isDefault = readFact(given, name) === undefined;
    recorded[name] = { value, source: isDefault ? DEFAULT_SOURCE : (sources[name] ?? "given") };
  };
  for (const name of declaredFacts(set)) record(name);
  for (const name in facts) record(name);
  return recorded;
}

/** Of each policy put together once. */
const declared = new WeakMap<PolicySet, readonly string[]>();

function declaredFacts(set: PolicySet): readonly string[] {
  const known = declared.get(set) ?? [...builtInFacts, ...set.attributes].map(({ name }) => name);
  declared.set(set, known);
  return known;
}

/**
 * The facts of a record, ready to be decided again. Defaults of attributes are left out: the policy that decides
 * again fills in its own.
 */
export function factsOfRecord(record: Pick<DecisionRecord, "facts">): Facts {
  const facts: Record<string, FactValue> = {};
  for (const [name, { value, source }] of Object.entries(record.facts)) {
    if (source === DEFAULT_SOURCE && name.startsWith("attributes.")) continue;
    facts[name] = value;
  }
  return facts as Facts;
}
