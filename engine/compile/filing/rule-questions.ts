import { BY_PROGRAM } from "../decision-tree.js";
import type { Necessary } from "../necessary.js";
import { columnPartOf, type FiledRule } from "./filed-rule.js";

/**
 * Collects which columns of a bitmap narrow each rule, and counts the parts of a rule that the way to the bitmap and its rows tell
 * exactly. A rule all of whose parts are counted, and whose parts say all that its program asks, need not be asked.
 */
export class RuleQuestions {
  private readonly counts: Int32Array;
  private readonly columns: Int32Array;

  /**
   * @param answered the facts of which every rule here accepts the request's cell.
   * @param costly bits of columns that are not looked at for a rule that is asked by its program, too.
   */
  constructor(
    private readonly rules: readonly FiledRule[],
    answered: ReadonlySet<number>,
    private readonly costly: number,
  ) {
    this.counts = Int32Array.from(rules, ({ necessary }) => necessary.filter(({ fact }) => answered.has(fact)).length);
    this.columns = new Int32Array(rules.length);
  }

  /** @param isExact whether rows are such that a rule's bit is set for the cells or tags that its part names and for no others. */
  add(column: number, fact: number, isExact: (part: Necessary) => boolean): void {
    for (const [bit, rule] of this.rules.entries()) {
      const part = columnPartOf(rule, fact);
      if (part === undefined) continue;
      this.columns[bit] = (this.columns[bit] as number) | (1 << column);
      if (isExact(part)) this.counts[bit] = (this.counts[bit] as number) + 1;
    }
  }

  /** The questions of the rule at a place, as a bitmap holds them. */
  of(bit: number): number {
    const { isSaid, necessary } = this.rules[bit] as FiledRule;
    const columns = this.columns[bit] as number;
    return isSaid && this.counts[bit] === necessary.length ? columns : (columns & ~this.costly) | BY_PROGRAM;
  }
}
