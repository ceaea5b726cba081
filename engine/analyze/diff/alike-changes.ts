import { writeCount } from "../../units/write-figures.js";
import type { ChangeReport, CostReport } from "./describe-diff.js";

/** Up to so many rules that were edited alike are shown one by one. */
const MOST_ALIKE = 3;
/** Of the others, names that are written out. */
const MOST_NAMED = 4;

/** A change to show, and those of other rules that are like it. */
export interface AlikeChanges {
  readonly shown: ChangeReport;
  readonly others: readonly ChangeReport[];
}

/**
 * Changes of rules that were edited in the same way, as hundreds are by an edit of one pool: the first of them is shown. In order.
 * Requirements stay apart: one recorded decision can be part of several such changes, so what they say of traffic has no sum.
 */
export function joinAlike(changes: readonly ChangeReport[]): readonly AlikeChanges[] {
  const keyOf = ({ kind, from, to, differences }: ChangeReport, place: number) =>
    from === to && differences.length > 0 && kind !== "required" ? JSON.stringify([kind, differences]) : `${place}`;
  const groups = new Map<string, ChangeReport[]>();
  for (const [place, change] of changes.entries()) {
    const group = groups.get(keyOf(change, place));
    if (group === undefined) groups.set(keyOf(change, place), [change]);
    else group.push(change);
  }
  return changes.flatMap((change, place): readonly AlikeChanges[] => {
    const [shown, ...others] = groups.get(keyOf(change, place)) as [ChangeReport, ...ChangeReport[]];
    if (others.length < MOST_ALIKE) return [{ shown: change, others: [] }];
    return shown === change ? [{ shown: withTraffic(shown, others), others }] : [];
  });
}

/** With the traffic of all of them. */
function withTraffic(shown: ChangeReport, others: readonly ChangeReport[]): ChangeReport {
  const all = [shown, ...others].flatMap(({ traffic }) => traffic ?? []);
  const sum = (read: (traffic: (typeof all)[number]) => number) => all.reduce((total, each) => total + read(each), 0);
  const [first] = all;
  if (first === undefined) return shown;
  const fields = Object.keys(first.cost) as (keyof CostReport)[];
  const cost = Object.fromEntries(fields.map((field) => [field, sum((each) => each.cost[field])])) as Record<
    keyof CostReport,
    number
  >;
  return {
    ...shown,
    traffic: { decisions: sum(({ decisions }) => decisions), share: sum(({ share }) => share), cost },
  };
}

/** `a, b, c, d and 12 more`. */
export function namesOf(others: readonly ChangeReport[]): string {
  const names = others.slice(0, MOST_NAMED).map(({ to }) => to);
  const more = others.length - names.length;
  return more === 0 ? names.join(", ") : `${names.join(", ")} and ${writeCount(more)} more`;
}
