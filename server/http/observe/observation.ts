import { type AttributeDefinition, absentFacts, type FactValue } from "../../../engine/serving.js";

type FactsBeingRead = Record<string, FactValue | undefined>;

/** {@link absentFacts} of a policy, by its attributes. */
const known = new WeakMap<readonly AttributeDefinition[], Readonly<FactsBeingRead>>();

function knownAbsentFacts(attributes: readonly AttributeDefinition[]): Readonly<FactsBeingRead> {
  let facts = known.get(attributes);
  if (facts === undefined) {
    facts = absentFacts(attributes);
    known.set(attributes, facts);
  }
  return facts;
}

/** Facts of one request as they are read: of each fact the first source that is there stands. */
export class Observation {
  /**
   * Begun alike for every request, see {@link absentFacts}; a fact that is added to a copy of them takes a microsecond.
   */
  readonly facts: FactsBeingRead;
  readonly sources: Record<string, string> = {};
  /** One sentence for each hint that could not be used. */
  readonly warnings: string[] = [];
  /** One sentence for each hint that refuses the request. */
  readonly refusals: string[] = [];

  constructor(attributes: readonly AttributeDefinition[]) {
    this.facts = { ...knownAbsentFacts(attributes) };
  }

  observe(name: string, value: FactValue, source: string): void {
    if (this.facts[name] !== undefined) return;
    this.facts[name] = value;
    this.sources[name] = source;
  }

  /** Makes a fact absent again. */
  forget(name: string): void {
    this.facts[name] = undefined;
    delete this.sources[name];
  }

  /** For what cannot be used and must not be passed over: the request is refused. */
  refuse(sentence: string): void {
    this.refusals.push(`${sentence}; the request is refused`);
  }
}
