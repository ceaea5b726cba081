/** Meanings that are kept; beyond it every case has one of its own. */
const MOST = 1 << 14;

/** Numbers for what the cases of policies mean: two cases with one number send every request to the same destination. */
export class CaseMeanings {
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

/** Where a thing stands in the files means nothing. */
function withoutSpans(key: string, value: unknown): unknown {
  return key === "span" ? undefined : value;
}
