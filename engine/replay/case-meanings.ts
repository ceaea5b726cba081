import { withoutSpans } from "../policy/without-spans.js";
import { CandidateTable } from "./candidate-table.js";

/** Meanings that are kept; beyond it every case has one of its own. */
const MOST = 1 << 14;

/** Numbers for what the cases of policies mean: two cases with one number send every request to the same destination. */
export class CaseMeanings {
  /** The candidates that cases name by number. */
  readonly candidates = new CandidateTable();
  private readonly numbers = new Map<string, number>();
  private next = 0;

  /** @param found plain data, all that ranking looks at; undefined: it means the same as no other. */
  of(found: object | undefined): number {
    if (found === undefined) return this.next++;
    const text = JSON.stringify(found, withoutSpans);
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    if (this.numbers.size < MOST) this.numbers.set(text, this.next);
    return this.next++;
  }
}
