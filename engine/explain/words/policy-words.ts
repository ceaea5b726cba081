import { builtInFacts } from "../../conditions/fact-definitions.js";
import type { Span } from "../../diagnostics/diagnostic.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { type Position, positionOf } from "../../source/position.js";
import { ConditionWords } from "./condition-words.js";

/**
 * What explanations say of a policy whatever the request: conditions in words and places in files, each worked out when it is
 * first said and kept as long as what is said of: a server's rules make their conditions anew when nobody has them.
 */
export class PolicyWords {
  readonly conditions: ConditionWords;
  private readonly positions = new WeakMap<Span, Position>();

  private constructor(private readonly policy: CompiledPolicy) {
    this.conditions = new ConditionWords([...builtInFacts, ...policy.set.attributes]);
  }

  private static readonly known = new WeakMap<CompiledPolicy, PolicyWords>();

  static of(policy: CompiledPolicy): PolicyWords {
    let words = PolicyWords.known.get(policy);
    if (words === undefined) {
      words = new PolicyWords(policy);
      PolicyWords.known.set(policy, words);
    }
    return words;
  }

  position(span: Span): Position {
    let position = this.positions.get(span);
    if (position === undefined) {
      position = positionOf(this.policy.files, span);
      this.positions.set(span, position);
    }
    return position;
  }
}
