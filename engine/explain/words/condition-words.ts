import type { Condition } from "../../conditions/condition.js";
import type { FactDefinition } from "../../conditions/fact-definitions.js";
import { readFactsOf } from "../facts-of-condition.js";
import { writeCondition } from "./write-condition.js";

/** A condition in words, and the facts it reads, each once, in the order written. */
export interface Words {
  readonly text: string;
  readonly reads: readonly string[];
}

/** Conditions in words, each written when it is first asked for and kept while somebody has its condition. */
export class ConditionWords {
  private readonly plain = new WeakMap<Condition, Words>();
  private readonly negated = new WeakMap<Condition, Words>();
  private readonly definitionsByName: ReadonlyMap<string, FactDefinition>;

  constructor(private readonly definitions: readonly FactDefinition[]) {
    this.definitionsByName = new Map(definitions.map((definition) => [definition.name, definition]));
  }

  definition(fact: string): FactDefinition | undefined {
    return this.definitionsByName.get(fact);
  }

  /** @param isNegated whether a `not` stands around it. */
  of(condition: Condition, isNegated = false): Words {
    const known = isNegated ? this.negated : this.plain;
    let words = known.get(condition);
    if (words === undefined) {
      const said: Condition = isNegated ? { kind: "not", condition, span: condition.span } : condition;
      words = { text: writeCondition(said, this.definitions), reads: readFactsOf(condition) };
      known.set(condition, words);
    }
    return words;
  }
}
