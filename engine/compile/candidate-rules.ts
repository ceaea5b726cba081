import { type Facts, readFact } from "../evaluate/facts.js";
import type { RuleIndex } from "./decision-tree.js";

/**
 * The lists of rules that can act for a request; each is ascending. A rule that stands in no list cannot act. A rule
 * may stand in two lists (a request with two of its tags).
 */
export function candidateRules(index: RuleIndex, facts: Facts): readonly Int32Array[] {
  const lists: Int32Array[] = index.rest.length > 0 ? [index.rest] : [];
  for (const { fact, byValue, absent } of index.branches) {
    const value = readFact(facts, fact);
    if (value === undefined) {
      if (absent.length > 0) lists.push(absent);
    } else if (typeof value === "string") {
      const list = byValue.get(value);
      if (list !== undefined) lists.push(list);
    } else if (Array.isArray(value)) {
      for (const tag of value as readonly string[]) {
        const list = byValue.get(tag);
        if (list !== undefined) lists.push(list);
      }
    }
  }
  return lists;
}

/**
 * Walks several ascending lists as one, in ascending order and without repeats, until the visitor returns true.
 * @returns the rule number at which the visitor stopped, or -1.
 */
export function firstInOrder(lists: readonly Int32Array[], visit: (ruleNumber: number) => boolean): number {
  const positions = new Int32Array(lists.length);
  let last = -1;
  for (;;) {
    let next = -1;
    for (let at = 0; at < lists.length; at++) {
      const list = lists[at] as Int32Array;
      let position = positions[at] as number;
      while (position < list.length && (list[position] as number) <= last) position++;
      positions[at] = position;
      const ruleNumber = list[position];
      if (ruleNumber !== undefined && (next === -1 || ruleNumber < next)) next = ruleNumber;
    }
    if (next === -1) return -1;
    if (visit(next)) return next;
    last = next;
  }
}
