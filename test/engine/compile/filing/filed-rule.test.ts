import { describe, expect, it } from "vitest";
import {
  allowFiling,
  columnPartOf,
  type FiledRule,
  partOf,
  withRarestTags,
} from "../../../../engine/compile/filing/filed-rule.js";
import type { Necessary } from "../../../../engine/compile/necessary.js";

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
const cells = (fact: number, count: number): Necessary => ({
  kind: "cells",
  fact,
  keys: numbers(count),
  orAbsent: false,
});
const tags = (fact: number, ...keys: number[]): Necessary => ({ kind: "tags", fact, keys, orAbsent: false });
const interval: Necessary = { kind: "interval", fact: 9, first: 1, last: 5, orAbsent: false };
const rule = (necessary: readonly Necessary[], allowance = 16): FiledRule => {
  return { ruleNumber: 0, program: 0, necessary, isSaid: true, allowance };
};

describe("allowFiling()", () => {
  const allowances = (...rules: (readonly Necessary[])[]) =>
    allowFiling(rules.map((necessary) => rule(necessary))).map(({ allowance }) => allowance);

  it("is 16 at least, and a place more than the values of the longest list, up to 64", () => {
    expect(allowances([], [interval], [cells(0, 3)], [cells(0, 15)], [cells(0, 16)])).toEqual([16, 16, 16, 16, 17]);
    expect(allowances([cells(0, 20), cells(1, 30)], [tags(2, ...numbers(40)), cells(1, 3)])).toEqual([31, 41]);
  });
  it("shares out the values of a list that several rules hold, beyond 64", () => {
    const [long, longer] = [cells(0, 99), cells(1, 299)];
    expect(allowances([long])).toEqual([100]);
    expect(allowances([long], [long, interval])).toEqual([64, 64]);
    expect(allowances([longer], [longer])).toEqual([150, 150]);
  });
});

describe("withRarestTags()", () => {
  const kept = (...rules: (readonly Necessary[])[]) =>
    withRarestTags(
      rules.map((necessary) => rule(necessary)),
      10,
    ).map(({ necessary }) => necessary);

  it("keeps of several lists of tags the one whose most used tag is used least, the first of equals", () => {
    const [common, rare, equal] = [tags(0, 1), tags(0, 2), tags(0, 3)];
    expect(kept([common, rare], [common], [cells(1, 2)])[0]).toEqual([rare]);
    expect(kept([rare, common], [common])[0]).toEqual([rare]);
    expect(kept([rare, equal])[0]).toEqual([rare]);
    // Tag 2 is used twice, in a longer list too.
    expect(kept([tags(0, 2, 4), equal], [tags(0, 2, 5)])[0]).toEqual([equal]);
  });
  it("leaves other parts, and tags of other facts", () => {
    const parts = [cells(1, 3), tags(0, 1), interval, tags(2, 2)];
    expect(kept(parts)).toEqual([parts]);
    expect(kept([tags(0, 1), ...parts, tags(2, 2)], [tags(0, 1)])[0]).toEqual([
      tags(0, 1),
      cells(1, 3),
      interval,
      tags(2, 2),
    ]);
  });
});

describe("columnPartOf()", () => {
  it("is what a rule says of a fact, but for long lists that it may not be filed under", () => {
    expect([partOf(rule([interval]), 9), columnPartOf(rule([interval]), 9)]).toEqual([interval, interval]);
    expect([partOf(rule([interval]), 8), columnPartOf(rule([interval]), 8)]).toEqual([undefined, undefined]);
    expect(columnPartOf(rule([cells(0, 256)]), 0)?.kind).toBe("cells");
    expect(columnPartOf(rule([cells(0, 257)]), 0)).toBeUndefined();
    expect(columnPartOf(rule([cells(0, 257)], 257), 0)?.kind).toBe("cells");
  });
});
