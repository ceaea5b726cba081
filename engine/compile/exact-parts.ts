import { columnPartOf, type FiledRule } from "./filed-rule.js";
import type { Necessary } from "./necessary.js";
import type { WordBuffer } from "./word-buffer.js";

/**
 * Counts the parts of each rule of a bitmap that the way to it and its rows tell exactly. A rule all of whose parts are counted,
 * and whose parts say all that its program asks, need not be asked once every row has been found.
 */
export class ExactParts {
  private readonly counts: Int32Array;

  /** @param answered the facts of which every rule here accepts the request's cell. */
  constructor(
    private readonly rules: readonly FiledRule[],
    answered: ReadonlySet<number>,
  ) {
    this.counts = Int32Array.from(rules, ({ necessary }) => necessary.filter(({ fact }) => answered.has(fact)).length);
  }

  /** @param isExact whether rows are such that a rule's bit is set for the cells or tags that its part names and for no others. */
  add(fact: number, isExact: (part: Necessary) => boolean): void {
    for (const [bit, rule] of this.rules.entries()) {
      const part = columnPartOf(rule, fact);
      if (part !== undefined && isExact(part)) this.counts[bit] = (this.counts[bit] as number) + 1;
    }
  }

  /** Writes a word for 32 rules, in which the bit of a rule that need not be asked is set. */
  write(nodes: WordBuffer): void {
    const words = nodes.reserve(Math.ceil(this.rules.length / 32));
    for (const [bit, { isSaid, necessary }] of this.rules.entries()) {
      if (!isSaid || this.counts[bit] !== necessary.length) continue;
      const place = words + (bit >>> 5);
      nodes.set(place, nodes.get(place) | (1 << (bit & 31)));
    }
  }
}
