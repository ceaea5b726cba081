import { builtInSources, sourceOf } from "../conditions/fact-definitions.js";
import { type Facts, type FactValue, readFact } from "../evaluate/facts.js";
import { givenValue } from "../evaluate/given-value.js";
import type { PolicySet } from "../policy/policy-set.js";
import type { DecisionRecord, RecordedFact } from "./decision-record.js";

/** The source of a fact that nothing gave and whose attribute has a default. */
export const DEFAULT_SOURCE = "default";

/**
 * The facts that are there, each with its source: built-in ones in the order of `builtInFacts`, then attributes as
 * declared, then any other. Sets are copies.
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
  for (let source = 0; source < builtInSources.length; source++) {
    const name = builtInSources[source] as string;
    record(recorded, name, givenValue(facts, source, name), sources[name]);
  }
  for (const { name } of set.attributes) {
    record(recorded, name, readFact(facts, name), readFact(given, name) === undefined ? DEFAULT_SOURCE : sources[name]);
  }
  for (const name in facts) {
    if (sourceOf(name) === -1 && !Object.hasOwn(recorded, name)) {
      record(recorded, name, readFact(facts, name), sources[name]);
    }
  }
  return recorded;
}

function record(
  recorded: Record<string, RecordedFact>,
  name: string,
  value: FactValue | undefined,
  source = "given",
): void {
  if (value === undefined) return;
  recorded[name] = { value: Array.isArray(value) ? (value.slice() as readonly string[]) : value, source };
}

/** The values of recorded facts, defaults included. */
export function valuesOf(recorded: DecisionRecord["facts"]): Facts {
  const facts: Record<string, FactValue> = {};
  for (const name in recorded) facts[name] = (recorded[name] as RecordedFact).value;
  return facts as Facts;
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
