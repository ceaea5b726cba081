import { describe, expect, it } from "vitest";
import {
  branchKeys,
  childrenOf,
  chooseSplit,
  isNarrow,
  quantiles,
  Tally,
} from "../../../../engine/compile/filing/choose-split.js";
import type { FiledRule } from "../../../../engine/compile/filing/filed-rule.js";
import type { Necessary } from "../../../../engine/compile/necessary.js";
import type { TreeTuning } from "../../../../engine/compile/tree-tuning.js";

const cells = (fact: number, ...values: number[]): Necessary => ({
  kind: "cells",
  fact,
  keys: values,
  orAbsent: false,
});
const orAbsent = (fact: number, ...values: number[]): Necessary => {
  return { kind: "cells", fact, keys: values, orAbsent: true };
};
const tags = (fact: number, values: number[], orAbsent = false): Necessary => {
  return { kind: "tags", fact, keys: values, orAbsent };
};
const interval = (fact: number, first: number, last: number): Necessary => {
  return { kind: "interval", fact, first, last, orAbsent: false };
};
const rule = (ruleNumber: number, necessary: readonly Necessary[], allowance = 16): FiledRule => {
  return { ruleNumber, program: 0, necessary, isSaid: true, allowance };
};
const rules = (count: number, partsOf: (at: number) => readonly Necessary[]) =>
  Array.from({ length: count }, (_, at) => rule(at, partsOf(at)));

/** A node costs as many steps as rules are asked; visiting one costs nothing. */
const byRules: TreeTuning = {
  longestList: 2,
  longCondition: 1_000,
  leastRulesToCut: 8,
  mostRows: 8,
  mostCuts: 8,
  directCells: 8,
  nodeCost: 0,
  leafCost: (count) => count,
};
const split = (filed: readonly FiledRule[], tuning: Partial<TreeTuning> = {}, asked: readonly number[] = []) =>
  chooseSplit(filed, new Set(asked), { ...byRules, ...tuning });

describe("chooseSplit()", () => {
  it("takes the fact whose values tell most rules apart", () => {
    const filed = rules(10, (at) => [cells(0, 2), cells(1, 2 + at), cells(2, 2 + (at % 3))]);
    expect(split(filed)).toEqual({ kind: "branch", fact: 1 });
    expect(split(filed, {}, [1])).toEqual({ kind: "branch", fact: 2 });
  });

  it("is none for a short list, nor when every fact has been asked or nothing is saved", () => {
    expect(split(rules(2, (at) => [cells(0, 2 + at)]))).toBeUndefined();
    expect(split(rules(3, (at) => [cells(0, 2 + at)]))).toEqual({ kind: "branch", fact: 0 });
    expect(
      split(
        rules(10, (at) => [cells(0, 2 + at)]),
        {},
        [0],
      ),
    ).toBeUndefined();
    expect(split(rules(10, () => [cells(0, 2)]))).toBeUndefined();
    expect(split(rules(10, () => []))).toBeUndefined();
    expect(
      split(
        rules(10, (at) => [cells(0, 2 + at)]),
        { nodeCost: 9 },
      ),
    ).toBeUndefined();
    expect(
      split(
        rules(10, (at) => [cells(0, 2 + at)]),
        { nodeCost: 8 },
      ),
    ).toEqual({ kind: "branch", fact: 0 });
  });

  it("counts the rules that a fact leaves undivided", () => {
    // Five different values, and five rules that say nothing: 1 + 5. Two values for all: 5.
    const filed = rules(10, (at) => [...(at < 5 ? [cells(0, 2 + at)] : []), cells(1, 2 + (at % 2))]);
    expect(split(filed)).toEqual({ kind: "branch", fact: 1 });
    // Nine and one: 1 + 1.
    const most = rules(10, (at) => [...(at < 9 ? [cells(0, 2 + at)] : []), cells(1, 2 + (at % 2))]);
    expect(split(most)).toEqual({ kind: "branch", fact: 0 });
  });

  it("expects a value as often as rules name it", () => {
    // Nine of ten want one value: nearly every request comes with it. 8.2 rules against 5.
    const filed = rules(10, (at) => [cells(0, at < 9 ? 2 : 3), cells(1, 2 + (at % 2))]);
    expect(split(filed)).toEqual({ kind: "branch", fact: 1 });
  });

  it("expects two tags of a request, and one value", () => {
    expect(split(rules(10, (at) => [tags(0, [at]), cells(1, 2 + at)]))).toEqual({ kind: "branch", fact: 1 });
    expect(split(rules(10, (at) => [tags(0, [at]), cells(1, 2 + (at % 2))]))).toEqual({ kind: "tags", fact: 0 });
    expect(split(rules(10, (at) => [tags(0, [at]), cells(1, 2 + (at % 5))]))).toEqual({ kind: "tags", fact: 0 });
  });

  it("does not expect absence: what guards say of it divides nothing", () => {
    const guards = rules(10, (at) => [cells(1, 2 + (at % 3)), orAbsent(0, 2 + at)]);
    expect(split(guards)).toEqual({ kind: "branch", fact: 0 });
    expect(split(rules(10, () => [orAbsent(0)]))).toEqual({ kind: "branch", fact: 0 });
  });

  it("leaves aside rules that would be filed too often", () => {
    const wide = Array.from({ length: 10 }, (_, at) => rule(at, [cells(0, 2 + at, 20 + at, 40 + at)], 2));
    expect(split(wide)).toBeUndefined();
  });

  it("cuts a number among many rules, into parts of about as many", () => {
    const filed = rules(16, (at) => [interval(0, 10 * at, 10 * at + 5)]);
    const found = split(filed);
    if (found?.kind !== "cuts") throw new Error("not cut");
    expect([found.fact, found.cuts.length]).toEqual([0, 7]);
    const perChild = Array.from({ length: 8 }, () => 0);
    for (const { necessary } of filed) {
      const [part] = necessary as readonly [Necessary & { kind: "interval" }];
      const [from, to] = childrenOf(found.cuts, part.first, part.last);
      for (let child = from; child <= to; child++) perChild[child]!++;
    }
    expect(Math.max(...perChild)).toBeLessThanOrEqual(3);
    expect(Math.min(...perChild)).toBeGreaterThanOrEqual(2);
  });

  it("does not cut among few rules, nor a number that was asked", () => {
    const filed = rules(16, (at) => [interval(0, 10 * at, 10 * at + 5)]);
    expect(split(filed, { leastRulesToCut: 17 })).toBeUndefined();
    expect(split(filed, { leastRulesToCut: 16 })).toMatchObject({ kind: "cuts" });
    expect(split(filed, {}, [0])).toBeUndefined();
  });

  it("weighs cuts against values", () => {
    const part = (at: number) => interval(0, 10 * at, 10 * at + 5);
    expect(split(rules(16, (at) => [part(at), cells(1, 2 + at)]))).toEqual({ kind: "branch", fact: 1 });
    expect(split(rules(16, (at) => [part(at), cells(1, 2 + (at % 2))]))).toMatchObject({ kind: "cuts", fact: 0 });
  });
});

describe("branchKeys()", () => {
  it("are the cells or tags that a rule names, unless they are too many for it", () => {
    expect(branchKeys(rule(0, [cells(3, 2, 4)], 2), 3)).toEqual([2, 4]);
    expect(branchKeys(rule(0, [cells(3, 2, 4)], 1), 3)).toBeUndefined();
    expect(branchKeys(rule(0, [tags(3, [5, 6])], 2), 3)).toEqual([5, 6]);
    // It stands below `absent` too.
    expect(branchKeys(rule(0, [tags(3, [5, 6], true)], 2), 3)).toBeUndefined();
    expect(branchKeys(rule(0, [tags(3, [5, 6], true)], 3), 3)).toEqual([5, 6]);
    expect(branchKeys(rule(0, [cells(3, 2)]), 4)).toBeUndefined();
    expect(branchKeys(rule(0, [interval(3, 1, 2)]), 3)).toBeUndefined();
  });
});

describe("childrenOf()", () => {
  const cuts = Int32Array.of(3, 7);
  it("are those that an interval reaches into", () => {
    expect(childrenOf(cuts, 0, 2)).toEqual([0, 0]);
    expect(childrenOf(cuts, 3, 6)).toEqual([1, 1]);
    expect(childrenOf(cuts, 2, 7)).toEqual([0, 2]);
    expect(childrenOf(cuts, 4, 4)).toEqual([1, 1]);
  });
  it("are none of an empty interval", () => {
    const [from, to] = childrenOf(cuts, 4, 3);
    expect(from).toBeGreaterThan(to);
  });
});

describe("isNarrow()", () => {
  it("is a rule in at most three quarters of the children, and as often as it may be filed", () => {
    expect(isNarrow(3, 4, false, 3)).toBe(true);
    expect(isNarrow(4, 4, false, 16)).toBe(false);
    expect(isNarrow(3, 4, false, 2)).toBe(false);
    expect(isNarrow(3, 4, true, 3)).toBe(false);
    expect(isNarrow(3, 4, true, 4)).toBe(true);
  });
});

describe("quantiles()", () => {
  it("divide ascending values into equal parts", () => {
    expect(quantiles([1, 2, 3, 4, 5, 6, 7, 8], 3)).toEqual([3, 5, 7]);
    expect(quantiles([1, 2, 3, 4, 5, 6, 7, 8], 1)).toEqual([5]);
  });
  it("are given once each, ascending", () => {
    expect(quantiles([1, 1, 1, 1, 9, 9, 9, 9], 3)).toEqual([1, 9]);
    expect(quantiles([2, 10, 100, 1_000], 3)).toEqual([10, 100, 1_000]);
  });
});

describe("Tally", () => {
  it("counts keys however large they are, and forgets those that are cleared", () => {
    const tally = new Tally();
    expect([7, 7, 100_000, 7, 100_000].map((key) => tally.add(key))).toEqual([0, 1, 0, 2, 1]);
    tally.clear(7);
    expect([7, 100_000].map((key) => tally.add(key))).toEqual([0, 2]);
  });
});
