import { describe, expect, it } from "vitest";
import {
  type DecisionList,
  nothingListed,
  PAGE,
  withNew,
  withNewest,
  withOlder,
} from "../../../server/dashboard/decisions/decision-list.js";
import type { ListedDecision } from "../../../server/dashboard/decisions/listed-decision.js";

/** Decisions of these numbers, newest first. */
const from = (first: number, last: number) =>
  Array.from({ length: first - last + 1 }, (_, place) => {
    const id = `dec_${String(first - place).padStart(5, "0")}`;
    return { decision: { id }, summary: { rule: "r", status: 200 } } as unknown as ListedDecision;
  });
const shown = ({ rows, hasMore }: DecisionList) => ({
  rows: rows?.map(({ decision }) => Number(decision.id.slice(4))),
  hasMore,
});
const numbers = (first: number, last: number) => Array.from({ length: first - last + 1 }, (_, place) => first - place);

describe("the list of decisions", () => {
  it("begins with the newest page, of which a full one may have one after it", () => {
    expect(shown(withNewest(nothingListed, from(3, 1)))).toEqual({ rows: [3, 2, 1], hasMore: false });
    expect(shown(withNewest(nothingListed, from(60, 11)))).toEqual({ rows: numbers(60, 11), hasMore: true });
  });

  it("keeps those of the stream that are newer than the page", () => {
    const streamed = withNew(nothingListed, from(62, 61));
    expect(shown(withNewest(streamed, from(60, 11)))).toEqual({ rows: numbers(62, 11), hasMore: true });
  });

  it("keeps what it had when the newest page touches it, and drops it when there is a gap", () => {
    const before = withNewest(nothingListed, from(30, 1));
    expect(shown(withNewest(before, from(79, 30)))).toEqual({ rows: numbers(79, 1), hasMore: true });
    expect(shown(withNewest(before, from(80, 31)))).toEqual({ rows: numbers(80, 31), hasMore: true });
  });

  it("holds at most 500 live rows, and says that there are more", () => {
    const full = withNew(nothingListed, from(500, 1));
    expect(full.hasMore).toBe(false);
    expect(shown(withNew(full, from(501, 501)))).toEqual({ rows: numbers(501, 2), hasMore: true });
  });

  it("takes an older page behind the row that it was asked for, and not once that is another", () => {
    const list = withNewest(nothingListed, from(100, 51));
    expect(shown(withOlder(list, from(50, 1), "dec_00051"))).toEqual({ rows: numbers(100, 1), hasMore: true });
    expect(shown(withOlder(list, from(50, 41), "dec_00051")).hasMore).toBe(false);
    expect(withOlder(list, from(50, 1), "dec_00052")).toBe(list);
    expect(PAGE).toBe(50);
  });
});
