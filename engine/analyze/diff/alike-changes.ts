import { writeCount } from "../../units/write-figures.js";
import type { ChangeReport, CostReport } from "./describe-diff.js";
import { type AlikeGroup, groupAlike } from "./group-alike.js";

/** Of the others, names that are written out. */
const MOST_NAMED = 4;

/** Changes that are shown as one. */
export interface AlikeChanges {
  readonly shown: ChangeReport;
  readonly others: readonly ChangeReport[];
  readonly way: AlikeGroup["way"];
}

export function joinAlike(changes: readonly ChangeReport[]): readonly AlikeChanges[] {
  return groupAlike(changes).map(({ first, others: places, way }) => {
    const shown = changes[first] as ChangeReport;
    const others = places.map((place) => changes[place] as ChangeReport);
    return { shown: others.length === 0 ? shown : withTraffic(shown, others), others, way };
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
export function namesOf({ others, way }: AlikeChanges): string {
  const names = others.slice(0, MOST_NAMED).map(({ from, to }) => (way === "to" ? from : to));
  const more = others.length - names.length;
  return more === 0 ? names.join(", ") : `${names.join(", ")} and ${writeCount(more)} more`;
}
