import type { Box, BoxLayout } from "../space/box.js";
import { findUncovered, type Search, subtract } from "../space/find-uncovered.js";
import { QUESTION_STEPS, StepBudget } from "../space/step-budget.js";

/** One rule of a list of which the first that acts counts; the last acts always. */
export interface ListedRule {
  /** `rule code`, `the default route`. */
  readonly name: string;
  readonly ruleNumber: number;
  /** What it does. */
  readonly meaning: string;
  /** When and what: rules of the same key in two lists are one rule. */
  readonly key: string;
  /** Undefined when that takes too many boxes. */
  readonly acts: readonly Box[] | undefined;
}

/** Requests that one list gives to `from` and the other to `to`. */
export interface FirstMatchChange {
  readonly from: ListedRule;
  readonly to: ListedRule;
  readonly region: readonly Box[];
  /** Whether `region` is all of them; else it is some. */
  readonly isWhole: boolean;
}

export interface FirstMatchQuestion {
  readonly layout: BoxLayout;
  readonly before: readonly ListedRule[];
  readonly after: readonly ListedRule[];
  /** Only requests in one of these count. */
  readonly within: readonly Box[];
  /** Requests in one of these do not count. */
  readonly without: readonly Box[];
  /** Which pairs are asked for. */
  readonly isWanted: (from: ListedRule, to: ListedRule) => boolean;
}

/** Boxes of one change that are listed. */
const MOST_OF_ONE = 256;

/**
 * For each pair of a rule of one list and a rule of the other: the requests that the one gives to the first and the
 * other to the second. Pairs that cannot share a request are passed over: when a rule stands in both lists and, in
 * either, above the other of the pair, it takes the shared requests there.
 *
 * @returns the changes, and the pairs that were not decided.
 */
export function firstMatchChanges(question: FirstMatchQuestion): {
  readonly changes: readonly FirstMatchChange[];
  readonly undecided: readonly (readonly [ListedRule, ListedRule])[];
} {
  const { layout, before, after, within, without, isWanted } = question;
  const twinOfBefore = matchKeys(before, after);
  const twinOfAfter = new Map([...twinOfBefore].map(([one, other]) => [other, one]));
  const changes: FirstMatchChange[] = [];
  const undecided: (readonly [ListedRule, ListedRule])[] = [];
  const aboveFrom = before.map(() => undefined as readonly Covering[] | undefined);
  const aboveTo = after.map(() => undefined as readonly Covering[] | undefined);

  for (const [index, from] of before.entries()) {
    for (const [otherIndex, to] of after.entries()) {
      const twin = twinOfBefore.get(index);
      const otherTwin = twinOfAfter.get(otherIndex);
      if (twin !== undefined && twin < otherIndex) break;
      if (otherTwin !== undefined && otherTwin < index) continue;
      if (!isWanted(from, to)) continue;
      if (from.acts === undefined || to.acts === undefined) {
        undecided.push([from, to]);
        continue;
      }
      const shared = twin === otherIndex ? from.acts : intersect(layout, from.acts, to.acts);
      const areas = intersect(layout, shared, within);
      if (areas.length === 0) continue;
      aboveFrom[index] ??= coveringAbove(layout, before, index);
      aboveTo[otherIndex] ??= coveringAbove(layout, after, otherIndex);
      const above = [
        ...(aboveFrom[index] ?? []),
        // What stands above both is counted once.
        ...(aboveTo[otherIndex] ?? []).filter(({ rule }) => !((twinOfAfter.get(rule) ?? index) < index)),
      ];
      const isUnknown = above.some(({ boxes }) => boxes === undefined);
      const covers = [...above.flatMap(({ boxes }) => boxes ?? []), ...without];
      const found: Search = isUnknown
        ? "undecided"
        : findUncovered(layout, areas, covers, new StepBudget(QUESTION_STEPS));
      if (found === "none") continue;
      if (found === "undecided") {
        undecided.push([from, to]);
        continue;
      }
      const region = subtract(layout, areas, covers, new StepBudget(QUESTION_STEPS / 10), MOST_OF_ONE);
      changes.push({ from, to, region: region ?? [found], isWhole: region !== undefined });
    }
  }
  return { changes, undecided };
}

/** The position in `after` of the same rule, by position in `before`. Of equal rules the first is the first's. */
function matchKeys(before: readonly ListedRule[], after: readonly ListedRule[]): ReadonlyMap<number, number> {
  const places = new Map<string, number[]>();
  for (const [index, { key }] of after.entries()) places.set(key, [...(places.get(key) ?? []), index]);
  const twins = new Map<number, number>();
  for (const [index, { key }] of before.entries()) {
    const other = places.get(key)?.shift();
    if (other !== undefined) twins.set(index, other);
  }
  return twins;
}

interface Covering {
  readonly rule: number;
  readonly boxes: readonly Box[] | undefined;
}

/** The rules above one that share requests with it. */
function coveringAbove(layout: BoxLayout, rules: readonly ListedRule[], index: number): readonly Covering[] {
  const own = rules[index]?.acts ?? [];
  return rules.slice(0, index).flatMap(({ acts }, rule): readonly Covering[] => {
    if (acts === undefined) return [{ rule, boxes: undefined }];
    const boxes = acts.filter((box) => own.some(({ bits }) => layout.meets(bits, box)));
    return boxes.length === 0 ? [] : [{ rule, boxes }];
  });
}

function intersect(layout: BoxLayout, one: readonly Box[], other: readonly Box[]): readonly Box[] {
  return one.flatMap((box) => other.flatMap((each) => layout.intersect(box, each) ?? []));
}
