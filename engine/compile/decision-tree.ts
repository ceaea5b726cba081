/**
 * The rules of a set, filed so that a decision looks only at those that can act. Plain data: numbers in typed arrays,
 * strings as map keys, so it can be cloned to another thread. Rules are numbered by their place in the set.
 */
export interface DecisionTree {
  readonly deny: RuleIndex;
  readonly require: RuleIndex;
  readonly route: RuleIndex;
}

/**
 * One effect's rules. Each rule stands in one place only: under the values of *one* fact that it cannot act without,
 * or in `rest`. Size: one entry for each value a rule is filed under, so linear in the text of the policy.
 */
export interface RuleIndex {
  readonly branches: readonly FactBranch[];
  /** Rules that no single string or set fact decides; ascending. */
  readonly rest: Int32Array;
}

export interface FactBranch {
  readonly fact: string;
  /** Rules that can act when the fact equals, or its set holds, the value; ascending. */
  readonly byValue: ReadonlyMap<string, Int32Array>;
  /** Rules that can act when the fact is absent (guards: unknown is not false); ascending. */
  readonly absent: Int32Array;
}
