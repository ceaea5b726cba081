import type { ChangeHead } from "./change-head.js";

/** Up to so many rules that were edited alike are shown one by one. */
const MOST_ALIKE = 3;
/** Up to so many changes from or to the same rule are shown one by one: of an edited rule each names another that takes its requests. */
const MOST_OF_RULE = 8;

/** Changes that are shown as one, by their places: of rules that were edited alike, or of one rule that lost requests to others or took theirs. */
export interface AlikeGroup {
  readonly first: number;
  readonly others: readonly number[];
  readonly way: "alike" | "from" | "to";
}

/**
 * Changes of rules that were edited in the same way, as hundreds are by an edit of one pool, and those in which one edited rule has
 * lost requests to hundreds of others, or takes those of hundreds. In order of the first of each.
 * Requirements stay apart: one recorded decision can be part of several such changes, so what they say of traffic has no sum. So do routes
 * that are asked next.
 */
export function groupAlike(changes: readonly ChangeHead[]): readonly AlikeGroup[] {
  const counts = { from: countBy(changes, keyOf.from), to: countBy(changes, keyOf.to) };
  const wayOf = (change: ChangeHead): AlikeGroup["way"] | undefined => {
    if (change.from === change.to) {
      return change.differences.length > 0 && change.kind !== "required" ? "alike" : undefined;
    }
    if (change.kind !== "routed" && change.kind !== "denied") return undefined;
    // Rules that are added are as many edits, though all of them take requests of the same rule.
    return change.edited.find((side) => (counts[side].get(keyOf[side](change)) ?? 0) > MOST_OF_RULE);
  };
  const groups = new Map<string, { way: AlikeGroup["way"] | undefined; places: number[] }>();
  for (const [place, change] of changes.entries()) {
    const way = wayOf(change);
    const key = way === undefined ? `${place}` : `${way} ${keyOf[way](change)}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { way, places: [place] });
    else known.places.push(place);
  }
  return [...groups.values()]
    .flatMap(({ way, places }): readonly AlikeGroup[] => {
      if (way === undefined || places.length <= MOST_ALIKE) {
        return places.map((first) => ({ first, others: [], way: "alike" }));
      }
      const [first, ...others] = places as [number, ...number[]];
      return [{ first, others, way }];
    })
    .sort((one, other) => one.first - other.first);
}

/** What the changes of a group have in common. */
const keyOf = {
  alike: ({ kind, differences }: ChangeHead) => JSON.stringify([kind, differences]),
  from: ({ kind, from }: ChangeHead) => JSON.stringify([kind, from]),
  to: ({ kind, to }: ChangeHead) => JSON.stringify([kind, to]),
};

function countBy(changes: readonly ChangeHead[], key: (change: ChangeHead) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const change of changes) {
    if (change.from !== change.to) counts.set(key(change), (counts.get(key(change)) ?? 0) + 1);
  }
  return counts;
}
