import { describe, expect, it } from "vitest";
import type { TreeFact } from "../../../../engine/compile/decision-tree.js";
import { chooseColumns } from "../../../../engine/compile/filing/choose-columns.js";
import type { FiledRule } from "../../../../engine/compile/filing/filed-rule.js";
import type { Necessary } from "../../../../engine/compile/necessary.js";
import { Random } from "../../../differential/random.js";

/** A fact with so many named strings, tags or cuts. */
function fact(type: TreeFact["type"], size: number): TreeFact {
  const strings = { strings: Array.from({ length: size }, (_, at) => `s${at}`) };
  const known = { name: `${type}${size}`, type, strings, cuts: new Float64Array(size), firstTag: 0 };
  return known as unknown as TreeFact;
}
const cells = (of: number, ...keys: number[]): Necessary => ({ kind: "cells", fact: of, keys, orAbsent: false });
const tags = (of: number, ...keys: number[]): Necessary => ({ kind: "tags", fact: of, keys, orAbsent: false });
const interval = (of: number, first: number, last: number): Necessary => {
  return { kind: "interval", fact: of, first, last, orAbsent: false };
};
const rulesOf = (count: number, partsOf: (at: number) => readonly Necessary[], isSaid = true): readonly FiledRule[] =>
  Array.from({ length: count }, (_, at) => {
    return { ruleNumber: at, program: 0, necessary: partsOf(at), isSaid, allowance: 16 };
  });
const factsOf = (rules: readonly FiledRule[], facts: readonly TreeFact[], answered: readonly number[] = []) =>
  chooseColumns(rules, new Set(answered), facts).facts;

describe("the columns of a bitmap", () => {
  const boolean = fact("boolean", 0);

  it("are none of fewer than three rules", () => {
    const parts = () => [cells(0, 2)];
    expect(chooseColumns(rulesOf(2, parts), new Set(), [boolean])).toEqual({ facts: [], leading: 0, costly: 0 });
    expect(factsOf(rulesOf(3, parts), [boolean])).toEqual([0]);
  });

  it("are of facts that turn a twentieth of the rules away, neither answered nor by lists read in many places", () => {
    // A boolean turns half of the requests away.
    const named = (count: number) => rulesOf(20, (at) => (at < count ? [cells(0, 2)] : []));
    expect(factsOf(named(1), [boolean])).toEqual([]);
    expect(factsOf(named(2), [boolean])).toEqual([0]);
    expect(factsOf(named(20), [boolean], [0])).toEqual([]);
    const listed = (length: number) => rulesOf(4, () => [cells(0, ...Array.from({ length }, (_, at) => 2 + at))]);
    expect(factsOf(listed(256), [fact("string", 1_000)])).toEqual([0]);
    expect(factsOf(listed(257), [fact("string", 1_000)])).toEqual([]);
  });

  it("are sixteen at most", () => {
    const facts = Array.from({ length: 18 }, (_, at) => fact("string", 2 + at));
    const rules = rulesOf(8, () => facts.map((_, at) => cells(at, 2)));
    // The more strings are named, the more requests one of them turns away.
    expect(factsOf(rules, facts)).toEqual([17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
  });

  it("come by what they turn away for what they cost", () => {
    /** All rules ask both; which comes first. */
    const order = (one: readonly [TreeFact, Necessary], other: readonly [TreeFact, Necessary]) =>
      factsOf(
        rulesOf(4, () => [one[1], other[1]]),
        [one[0], other[0]],
      ).join();
    // −ln(share let through) / ns: a boolean 0.69 / 20 = 0.0347.
    const half = [boolean, cells(0, 2)] as const;
    // Strings, 36 ns: 1 of 3, 1.10 / 36 = 0.0305; 1 of 4, 1.39 / 36 = 0.0385.
    expect(order(half, [fact("string", 1), cells(1, 2)])).toBe("0,1");
    expect(order(half, [fact("string", 2), cells(1, 2)])).toBe("1,0");
    // Two of eight are as good as one of four.
    expect(order([fact("string", 2), cells(0, 2)], [fact("string", 6), cells(1, 2, 3)])).toBe("0,1");
    expect(order([fact("string", 2), cells(0, 2)], [fact("string", 7), cells(1, 2, 3)])).toBe("1,0");
    // Numbers, 28 ns: 2 of 5 stretches, 0.92 / 28 = 0.0327; 1 of 3, 1.10 / 28 = 0.0392.
    expect(order(half, [fact("number", 4), interval(1, 1, 2)])).toBe("0,1");
    expect(order(half, [fact("number", 2), interval(1, 2, 2)])).toBe("1,0");
    // Nothing of it is let through.
    expect(order(half, [fact("number", 2), interval(1, 2, 1)])).toBe("1,0");
    // Tags, 90 ns, a request has three: 3 of 63, 3.04 / 90 = 0.0338; 3 of 73, 3.19 / 90 = 0.0355.
    expect(order(half, [fact("set", 60), tags(1, 0)])).toBe("0,1");
    expect(order(half, [fact("set", 70), tags(1, 0)])).toBe("1,0");
    // A request is taken to have any of so many.
    expect(order(half, [fact("set", 6), tags(1, 0, 1, 2)])).toBe("0");
  });

  describe("that are read at once", () => {
    const six = Array.from({ length: 6 }, () => fact("boolean", 0));
    const all = (at: number) => [cells(at, 2)];

    it("are none while fewer than four are worth it", () => {
      const facts = six.slice(0, 3);
      const rules = rulesOf(64, () => facts.flatMap((_, at) => all(at)));
      expect(chooseColumns(rules, new Set(), facts).leading).toBe(0);
      expect(
        chooseColumns(
          rulesOf(64, () => six.slice(0, 4).flatMap((_, at) => all(at))),
          new Set(),
          six,
        ).leading,
      ).toBe(4);
    });

    it("end before a set", () => {
      const facts = [...six, fact("set", 400)];
      const parts = [...six.flatMap((_, at) => all(at)), tags(6, 0)];
      const { facts: columns, leading } = chooseColumns(
        rulesOf(64, () => parts),
        new Set(),
        facts,
      );
      expect(columns[0]).toBe(6);
      expect(leading).toBe(0);
    });
  });

  it("of a set are not looked at for a rule whose program is asked, of many rules, where they are not worth it", () => {
    const facts = [fact("string", 300), fact("set", 3)];
    const rules = (count: number) =>
      rulesOf(count, (at) => [cells(0, 2 + (at % 300)), ...(at % 4 === 0 ? [tags(1, 0)] : [])]);
    expect(chooseColumns(rules(257), new Set(), facts)).toEqual({ facts: [0, 1], leading: 0, costly: 2 });
    expect(chooseColumns(rules(256), new Set(), facts)).toEqual({ facts: [0, 1], leading: 0, costly: 0 });
  });

  // The model of costs is pinned: whoever changes it finds these changed, and measures (bench/engines) before taking them over.
  it("of mixed rules are those that the model of costs chose when it was measured", () => {
    const chosen = Array.from({ length: 40 }, (_, seed) => {
      const random = new Random(seed + 1);
      const facts = Array.from({ length: random.integer(2, 9) }, () => {
        const type = random.pick(["string", "string", "number", "boolean", "set", "local-time"] as const);
        return fact(type, type === "boolean" ? 0 : random.integer(1, 40));
      });
      const partOf = (of: number): Necessary => {
        const { type, strings } = facts[of] as TreeFact;
        const size = strings.strings.length;
        if (type === "set") return tags(of, random.integer(0, size - 1));
        if (type === "boolean") return cells(of, random.integer(1, 2));
        if (type === "string") return cells(of, ...Array.from({ length: random.integer(1, 3) }, (_, at) => 2 + at));
        const first = random.integer(1, size);
        return interval(of, first, random.integer(first, size + 1));
      };
      const share = random.integer(1, 9) / 10;
      const count = random.pick([4, 12, 40, 200, 300]);
      const rules = Array.from({ length: count }, (_, at): FiledRule => {
        const necessary = facts.flatMap((_, of) => (random.chance(share) ? [partOf(of)] : []));
        return { ruleNumber: at, program: 0, necessary, isSaid: random.chance(0.7), allowance: 16 };
      });
      const { facts: columns, leading, costly } = chooseColumns(rules, new Set(), facts);
      return `${columns.join(" ")} | ${leading} | ${costly}`;
    });
    expect(chosen).toMatchInlineSnapshot(`
      [
        "2 0 6 4 5 3 | 0 | 0",
        "3 0 6 1 5 2 4 | 0 | 0",
        "1 0 3 2 4 5 6 | 5 | 64",
        "6 3 1 4 2 0 7 5 8 | 7 | 0",
        "4 6 2 3 5 | 0 | 0",
        "0 1 2 | 0 | 0",
        "0 1 | 0 | 0",
        "1 0 2 | 0 | 0",
        "1 0 2 | 0 | 0",
        "5 4 2 3 0 1 | 4 | 0",
        "1 4 0 3 2 5 | 6 | 0",
        "2 0 3 1 | 4 | 0",
        "2 3 0 4 1 5 | 0 | 0",
        "2 0 4 1 3 | 0 | 0",
        "1 2 0 | 0 | 0",
        "4 2 0 6 1 3 5 | 0 | 0",
        "4 3 0 6 1 2 5 | 5 | 0",
        "1 3 2 0 4 | 0 | 0",
        "0 1 | 0 | 0",
        "1 7 5 2 6 3 0 4 | 0 | 0",
        "0 1 3 2 4 | 0 | 0",
        "5 1 0 4 2 3 | 0 | 0",
        "1 0 | 0 | 0",
        "1 2 3 0 | 4 | 0",
        "5 3 2 4 0 1 | 0 | 0",
        "1 2 3 5 4 0 | 4 | 0",
        "1 2 3 4 0 | 4 | 0",
        "3 2 4 0 1 | 0 | 16",
        "0 1 2 | 0 | 0",
        "4 1 5 2 3 0 6 7 | 4 | 0",
        "1 5 4 6 0 3 2 | 5 | 0",
        "3 1 0 | 0 | 0",
        "5 1 3 4 0 2 | 0 | 56",
        "4 | 0 | 0",
        "0 1 | 0 | 0",
        "1 4 2 3 8 7 5 0 6 | 4 | 0",
        "3 2 5 4 0 1 | 0 | 0",
        "3 4 6 2 5 0 1 | 0 | 0",
        "0 1 | 0 | 0",
        "6 5 3 2 1 4 0 | 0 | 0",
      ]
    `);
  });
});
