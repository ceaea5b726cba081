import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../../engine/compile/build-decision-tree.js";
import type { TreeTuning } from "../../../engine/compile/tree-tuning.js";
import { usualTuning } from "../../../engine/compile/tree-tuning.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { Random } from "../../differential/random.js";
import { all, atLeast, below, has, is } from "../explain/harness.js";
import { setOf } from "./harness.js";

/** Splits wherever it may: what bounds such a tree is how often a rule may be filed. */
const splitting: TreeTuning = {
  ...usualTuning,
  longestList: 1,
  leastRulesToCut: 2,
  nodeCost: 0,
  leafCost: (rules) => rules,
};

/** As tree-size.test.ts, with so few rules that it can be run against every mutant. */
describe("the size of a small tree", () => {
  const list = (count: number, of: string) => Array.from({ length: count }, (_, at) => `${of}-${at}`);
  const cases: readonly [string, number, number, (at: number, count: number, random: Random) => Condition][] = [
    [
      "lists in two facts",
      128,
      144,
      (_at, _count, random) => {
        const values = (of: string) => Array.from({ length: 20 }, () => `${of}-${random.integer(0, 60)}`);
        return all(is("tenant", ...values("t")), is("app", ...values("a")));
      },
    ],
    [
      "ranges on two numbers",
      12,
      128,
      (_at, _count, random) => {
        const within = (fact: string) => {
          const start = random.integer(0, 1_000);
          return all(atLeast(fact, start), below(fact, start + random.integer(1, 600)));
        };
        return all(within("context_tokens"), within("max_output_tokens"));
      },
    ],
    [
      "nested ranges",
      8,
      24,
      (at, count) => all(atLeast("context_tokens", at), below("context_tokens", 2 * count - at)),
    ],
    [
      "a list of all tags, and one of their own",
      8,
      8,
      (at, count) => all(has("any", ...list(count, "x")), is("tenant", `t${at}`)),
    ],
    ["a list of all tenants", 8, 8, (at, count) => all(is("tenant", ...list(count, "x")), is("app", `a${at % 40}`))],
  ];
  for (const [title, mostUsual, mostSplitting, make] of cases) {
    for (const [name, tuning, most] of [
      ["usual", usualTuning, mostUsual],
      ["splitting", splitting, mostSplitting],
    ] as const) {
      it(`is a few words a rule with ${title}, ${name}`, () => {
        const count = 160;
        const random = new Random(7);
        const rules = Array.from({ length: count }, (_, at) => make(at, count, random));
        expect(buildDecisionTree(setOf(rules), tuning).nodes.length / count).toBeLessThan(most);
      });
    }
  }

  it("is a few words a guard that stands below each value and below absent, in eight facts", () => {
    const random = new Random(7);
    const facts = ["tenant", "app", "user", "region", "session", "model", "key", "priority"];
    const guards = Array.from({ length: 160 }, () => ({
      deny: all(...facts.map((fact) => is(fact, `${fact}-${random.integer(0, 9)}`))),
    }));
    expect(buildDecisionTree(setOf(guards), splitting).nodes.length / guards.length).toBeLessThan(200);
  });

  it("is a few words a guard that stands between two cuts and below absent, in five numbers", () => {
    const random = new Random(7);
    const facts = ["context_tokens", "max_output_tokens", "budget_usd", "max_latency_ms", "spend_ratio"];
    const within = (fact: string, from: number) => all(atLeast(fact, from), below(fact, from + 1));
    const guards = Array.from({ length: 160 }, () => ({
      deny: all(...facts.map((fact) => within(fact, random.integer(0, 9)))),
    }));
    expect(buildDecisionTree(setOf(guards), splitting).nodes.length / guards.length).toBeLessThan(400);
  });
});
