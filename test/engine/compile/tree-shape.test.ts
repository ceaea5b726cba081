import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../../engine/compile/build-decision-tree.js";
import { type TreeTuning, usualTuning } from "../../../engine/compile/tree-tuning.js";
import { generatePolicy, shapes } from "../../differential/generate-policy.js";
import { oddTunings } from "../../differential/odd-tunings.js";
import { Random } from "../../differential/random.js";
import { all, atLeast, below, has, is, isTrue, night } from "../explain/harness.js";
import { compile, decided, type RuleText, setOf } from "./harness.js";
import { printTree } from "./print-tree.js";

/** Splits wherever that asks fewer rules, into hash tables. */
const splitting: TreeTuning = {
  longestList: 1,
  leastRulesToCut: 2,
  mostRows: 2,
  mostCuts: 2,
  directCells: -1e9,
  longCondition: 16,
  nodeCost: 0,
  leafCost: (rules) => rules,
};
/** Down to lists of two. */
const pairs = { ...splitting, longestList: 2 };
/** Tables with a place for each cell. */
const direct = { ...splitting, directCells: 8 };
/** Never splits. */
const bitmaps = { ...splitting, nodeCost: 1e9 };
const directBitmaps = { ...bitmaps, directCells: 8 };

const denied = (rules: readonly RuleText[]) => rules.map((deny) => ({ deny }) as RuleText);
const within = (from: number, to: number) => all(atLeast("context_tokens", from), below("context_tokens", to));

function expectTree(rules: readonly RuleText[], tuning: TreeTuning) {
  const { tree } = compile(setOf(rules), tuning);
  const roots = [tree.deny, tree.route].map((root) => printTree(tree, root)).filter((text) => text !== "none");
  return expect(`\n${roots.join("\n")}\n`);
}

describe("a tree", () => {
  const tenants = [
    is("tenant", "a"),
    is("tenant", "b", "c"),
    isTrue("stream"),
    all(is("tenant", "a"), isTrue("stream")),
    is("app", "x"),
  ];
  it("files rules under the values they name, and the others below `rest`", () => {
    expectTree(tenants, splitting).toBe(`
by tenant, hashed
  rest: bitmap r2 r4
  a: bitmap r0 r3
  b, c: list r1
`);
    expectTree(tenants, direct).toBe(`
by tenant
  rest: bitmap r2 r4
  a: bitmap r0 r3
  b, c: list r1
`);
  });

  it("asks four rules in a list, five in a bitmap; below a node eight in a list", () => {
    const tags = ["v", "w", "x", "y", "z"].map((tag) => has("any", tag));
    expectTree(tags.slice(0, 4), usualTuning).toBe("\nlist r0 r1 r2 r3\n");
    expectTree(tags, usualTuning).toContain("\nbitmap r0 r1 r2 r3 r4\n");
    const ofTenants = Array.from({ length: 160 }, (_, at) =>
      all(is("tenant", `t${at >> 3}`), atLeast("context_tokens", at & 7)),
    );
    expectTree(ofTenants, usualTuning).toContain("\n  t1: list r8 r9 r10 r11 r12 r13 r14 r15\n");
  });

  it("files guards under absence too", () => {
    const guards = denied([is("tenant", "a"), is("tenant", "b", "c"), all(is("tenant", "b"), isTrue("stream"))]);
    expectTree(guards, splitting).toBe(`
by tenant, hashed
  absent: bitmap r0 r1 r2
    stream, hashed
      absent: all
      others: r0 r1
      true: all
  a: list r0
  b: bitmap r1 r2
  c: list r1
`);
    expectTree(guards, direct).toBe(`
by tenant
  absent: bitmap r0 r1 r2
    stream
      absent: all
      false: r0 r1
      true: all
  a: list r0
  b: bitmap r1 r2
  c: list r1
`);
  });

  it("files rules under tags, by the rarest of those that must all be there", () => {
    expectTree(
      [
        has("any", "x"),
        has("any", "y", "z"),
        has("all", "x", "y"),
        isTrue("stream"),
        all(has("any", "x"), isTrue("stream")),
      ],
      splitting,
    ).toBe(`
by tags, hashed
  rest: list r3
  x: bitmap r0 r4
  y: bitmap r1 r2
  z: list r1
`);
  });

  const ranges = [
    within(0, 10),
    within(10, 20),
    within(20, 30),
    within(5, 25),
    within(12, 11), // never
    atLeast("context_tokens", 30),
    isTrue("stream"),
    below("context_tokens", 40), // wide
  ];
  it("files rules between cuts, and wide ranges below `rest`", () => {
    expectTree(ranges, pairs).toBe(`
by context_tokens, cut
  rest: list r6 r7
  from 0: list r0 r3
  from 10, from 11: list r1 r3
  from 20: list r2 r3
  from 30, from 40: list r5
`);
    expectTree(ranges, { ...direct, longestList: 2 }).toBe(`
by context_tokens
  rest: list r6 r7
  from 0, from 5: list r0 r3
  from 10, from 11, from 12: list r1 r3
  from 20, from 25: list r2 r3
  from 30, from 40: list r5
`);
  });
  it("files guards with ranges below `absent` too, those that no number meets only there", () => {
    expectTree(denied(ranges), pairs).toBe(`
by context_tokens, cut
  rest: list r6 r7
  absent: bitmap r0 r1 r2 r3 r4 r5
  from 0: list r0 r3
  from 10, from 11: list r1 r3
  from 20: list r2 r3
  from 30, from 40: list r5
`);
  });

  it("contradicts itself nowhere, whatever the policy", () => {
    const random = new Random(5);
    for (const shape of shapes) {
      for (const tuning of [usualTuning, ...oddTunings]) {
        const tree = buildDecisionTree(generatePolicy(random, shape, 40), tuning);
        for (const root of [tree.deny, tree.require, tree.route]) expect(printTree(tree, root)).not.toBe("");
      }
    }
  });
});

describe("a bitmap", () => {
  it("has columns for the facts that drop rules, those first that drop most for what they cost", () => {
    const rules = Array.from({ length: 12 }, (_, at) => {
      return all(is("tenant", `t${at % 2}`), is("region", `x${at % 3}`), isTrue("stream"), is("app", "a"));
    });
    expectTree(rules, directBitmaps).toBe(`
bitmap r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11
  region
    absent: none
    other: none
    x0: r0 r3 r6 r9
    x1: r1 r4 r7 r10
    x2: r2 r5 r8 r11
  tenant
    absent: none
    other: none
    t0: r0 r2 r4 r6 r8 r10
    t1: r1 r3 r5 r7 r9 r11
  stream
    absent: none
    false: none
    true: all
  app
    absent: none
    other: none
    a: all
`);
  });
  it("has a bit for each rule, in words of 32", () => {
    const rules = Array.from({ length: 34 }, (_, at) => is("tenant", at < 32 ? "a" : "b"));
    expectTree(rules, bitmaps).toContain("    b: r32 r33\n");
    expectTree(rules, directBitmaps).toContain("    b: r32 r33\n");
  });
  it("has no column for long lists, which would be read in each of many places", () => {
    const names = Array.from({ length: 300 }, (_, at) => `t${at}`);
    const listed = all(is("tenant", ...names), isTrue("stream"));
    expectTree([listed, listed, listed], bitmaps).toBe(`
bitmap r0 r1 r2
  stream, hashed
    absent: none
    others: none
    true: all
`);
  });
  it("has rows for stretches of the week", () => {
    const nights = [1, 2, 3].map((day) => night([day], "UTC"));
    expectTree(nights, { ...bitmaps, mostCuts: 8 }).toBe(`
bitmap r0 r1 r2
  time, cut
    absent: none
    from the least: none
    from 2760: r0
    from 3240: none
    from 4200: r1
    from 4680: none
    from 5640: r2
    from 6120: none
`);
    expectTree(nights, { ...directBitmaps, mostCuts: 8, directCells: 2 }).toBe(`
bitmap r0 r1 r2
  time
    absent: none
    from the least: none
    from 2760: r0
    from 3240: none
    from 4200: r1
    from 4680: none
    from 5640: r2
    from 6120: none
`);
  });
  const tagged = [
    ...Array.from({ length: 6 }, () => has("any", "x")),
    has("any", "x", "y"),
    has("any", "y"),
    has("any", "z"),
    has("any", "v"),
    isTrue("stream"),
  ];
  it("has a row for each often named tag, and one for all others", () => {
    expectTree(tagged, bitmaps).toBe(`
bitmap r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10
  tags
    absent: r10
    others: r10
    x: r0 r1 r2 r3 r4 r5 r6
    y: r6 r7
    z, v: r8 r9
`);
    expectTree(denied(tagged), bitmaps).toBe(`
bitmap r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10
  tags
    absent: all
    others: r10
    x: r0 r1 r2 r3 r4 r5 r6
    y: r6 r7
    z, v: r8 r9
`);
  });
  const named = [is("tenant", "a"), is("tenant", "a", "b"), is("tenant", "c"), is("tenant", "d"), all()];
  it("has a row for each often named string, and one for all others", () => {
    expectTree(named, bitmaps).toBe(`
bitmap r0 r1 r2 r3 r4
  tenant, hashed
    absent: r4
    others: r4
    a: r0 r1 r4
    b: r1 r4
    c, d: r2 r3 r4
`);
    expectTree(denied(named), bitmaps).toBe(`
bitmap r0 r1 r2 r3 r4
  tenant, hashed
    absent: all
    others: r4
    a: r0 r1 r4
    b: r1 r4
    c, d: r2 r3 r4
`);
    expectTree(denied(named), directBitmaps).toBe(`
bitmap r0 r1 r2 r3 r4
  tenant
    absent: all
    other: r4
    a: r0 r1 r4
    b: r1 r4
    c, d: r2 r3 r4
`);
  });
  const ranges = [within(10, 20), within(15, 30), within(40, 41), within(7, 6), all(), atLeast("context_tokens", 35)];
  it("has a row for each stretch of 2^n cells, of which there is one more than there may be cuts", () => {
    expectTree(ranges, bitmaps).toBe(`
bitmap r0 r1 r2 r3 r4 r5
  context_tokens, cut
    absent: r4
    from the least: r4
    from 6: r0 r1 r2 r4 r5
    from 41: r4 r5
`);
    expectTree(denied(ranges), bitmaps).toBe(`
bitmap r0 r1 r2 r3 r4 r5
  context_tokens, cut
    absent: all
    from the least: r4
    from 6: r0 r1 r2 r4 r5
    from 41: r4 r5
`);
    expectTree(denied(ranges), directBitmaps).toBe(`
bitmap r0 r1 r2 r3 r4 r5
  context_tokens
    absent: all
    from the least, from 6, from 7, from 10: r0 r4
    from 15, from 20, from 30: r0 r1 r4
    from 35, from 40, from 41: r2 r4 r5
`);
    expectTree(denied(ranges), { ...bitmaps, mostCuts: 10 }).toBe(`
bitmap r0 r1 r2 r3 r4 r5
  context_tokens, cut
    absent: all
    from the least: r4
    from 6: r4
    from 7: r4
    from 10: r0 r4
    from 15: r0 r1 r4
    from 20: r1 r4
    from 30: r4
    from 35: r4 r5
    from 40: r2 r4 r5
    from 41: r4 r5
    from beyond all: r4
`);
    expectTree(denied(ranges), { ...directBitmaps, mostCuts: 10 }).toBe(`
bitmap r0 r1 r2 r3 r4 r5
  context_tokens
    absent: all
    from the least: r4
    from 6: r4
    from 7: r4
    from 10: r0 r4
    from 15: r0 r1 r4
    from 20: r1 r4
    from 30: r4
    from 35: r4 r5
    from 40: r2 r4 r5
    from 41: r4 r5
`);
  });

  it("has its rows between different edges, however many ranges have them in common", () => {
    const same = Array.from({ length: 6 }, () => within(10, 20));
    expectTree([...same, within(30, 40)], { ...directBitmaps, mostCuts: 4 }).toBe(`
bitmap r0 r1 r2 r3 r4 r5 r6
  context_tokens
    absent: none
    from the least: none
    from 10: r0 r1 r2 r3 r4 r5
    from 20: none
    from 30: r6
    from 40: none
`);
  });

  it("has no more rows than its tuning says, however many values there are", () => {
    const rules = Array.from({ length: 32 }, (_, at) => is("tenant", `t${at}`));
    const { nodes } = compile(setOf(rules), { ...bitmaps, mostRows: 8 }).tree;
    // The node, a column's place, rules and their end; the column, a table of 64 with two words each; rows of one word: for others, for absence,
    // eight of their own and a quarter as many that are shared.
    expect(nodes.length).toBe(6 + 1 + 3 * 33 + (5 + 2 * 64) + (2 + 8 + 2));
  });

  it("tells exactly the ranges that begin and end where its rows do, and asks the others", () => {
    const some = [within(15, 35), within(10, 40), within(15, 40), within(0, 15), within(10, 35)];
    expectTree(some, directBitmaps).toBe(`
bitmap r0 r1 r2 r3 r4
  context_tokens
    absent: none
    from the least, from 0: r3
    from 10, from 15: all
    from 35, from 40: r1 r2
`);
    const policy = compile(setOf(some), directBitmaps);
    for (let tokens = 0; tokens <= 50; tokens++) decided(policy, { context_tokens: tokens });
  });

  it("tells exactly the lists of values that have rows of their own, and asks the others", () => {
    const some = [
      is("tenant", "a", "c"),
      is("tenant", "a"),
      is("tenant", "a", "b"),
      is("tenant", "b"),
      is("tenant", "d"),
    ];
    expectTree(some, bitmaps).toBe(`
bitmap r0 r1 r2 r3 r4
  tenant, hashed
    absent: none
    others: none
    a: r0 r1 r2
    c, d: r0 r4
    b: r2 r3
`);
    for (const tuning of [bitmaps, directBitmaps]) {
      const policy = compile(setOf(some), tuning);
      for (const tenant of ["a", "b", "c", "d", "e"]) decided(policy, { tenant });
    }
  });
});
