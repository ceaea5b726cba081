import type { ListedRule } from "./listed-rule.js";

/** Which rules of two lists are the same. Places of one list, by places of the other. */
export interface AlignedRules {
  /** Rules that act on the same requests; of several such the first is the first's. */
  readonly twinOfBefore: ReadonlyMap<number, number>;
  readonly twinOfAfter: ReadonlyMap<number, number>;
  /** Rules that act on the same requests, do the same, and stand in the same order: all others were edited or moved. */
  readonly keptOfBefore: ReadonlyMap<number, number>;
  readonly keptOfAfter: ReadonlyMap<number, number>;
}

export function alignRules(before: readonly ListedRule[], after: readonly ListedRule[]): AlignedRules {
  const twins = matchBy(before, after, ({ when }) => when);
  const kept = inOrder(matchBy(before, after, ({ key }) => key));
  return { twinOfBefore: twins, twinOfAfter: inverse(twins), keptOfBefore: kept, keptOfAfter: inverse(kept) };
}

function matchBy(
  before: readonly ListedRule[],
  after: readonly ListedRule[],
  textOf: (rule: ListedRule) => string,
): ReadonlyMap<number, number> {
  const places = new Map<string, number[]>();
  for (const [place, rule] of after.entries()) {
    const text = textOf(rule);
    const same = places.get(text);
    if (same === undefined) places.set(text, [place]);
    else same.push(place);
  }
  const met = new Map<string, number>();
  const matched = new Map<number, number>();
  for (const [place, rule] of before.entries()) {
    const text = textOf(rule);
    const nth = met.get(text) ?? 0;
    met.set(text, nth + 1);
    const other = places.get(text)?.[nth];
    if (other !== undefined) matched.set(place, other);
  }
  return matched;
}

/** The most of the pairs that stand in the same order in both lists: the longest increasing subsequence. */
function inOrder(pairs: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const list = [...pairs];
  /** By length, less one, of a run of pairs: the last of the run that ends first. */
  const ends: number[] = [];
  const previous: number[] = [];
  for (const [at, [, place]] of list.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list[ends[middle] as number]?.[1] as number) < place) low = middle + 1;
      else high = middle;
    }
    previous.push(ends[low - 1] ?? -1);
    ends[low] = at;
  }
  const run: (readonly [number, number])[] = [];
  for (let at = ends.at(-1) ?? -1; at !== -1; at = previous[at] as number) run.push(list[at] as [number, number]);
  return new Map(run.reverse());
}

function inverse(pairs: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  return new Map([...pairs].map(([one, other]) => [other, one]));
}
