import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../../engine/compile/build-decision-tree.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { Random } from "../../differential/random.js";
import { all, any, atLeast, below, has, is, not } from "../explain/harness.js";
import { setOf } from "./harness.js";

/** Bytes of a tree for each rule. */
function bytesPerRule(conditions: readonly Condition[]): number {
  const { nodes, code } = buildDecisionTree(setOf(conditions));
  return (nodes.byteLength + code.byteLength) / conditions.length;
}

describe("the size of a decision tree", () => {
  const name = (at: number, of: string) => `${of}-${at}`;
  const adversaries: readonly [string, (at: number, random: Random) => Condition][] = [
    ["different tenants", (at) => is("tenant", name(at, "t"))],
    ["one tenant for all", () => is("tenant", "t")],
    [
      "a wildcard in all facts but one",
      (at) => (at % 2 === 0 ? is("app", name(at, "a")) : has("any", name(at, "tag"))),
    ],
    ["nested ranges", (at) => all(atLeast("context_tokens", at), below("context_tokens", 10_000 - at))],
    [
      "overlapping ranges on two numbers",
      (_, random) => {
        const range = (fact: string) => {
          const start = random.integer(0, 100_000);
          return all(atLeast(fact, start), below(fact, start + random.integer(1, 60_000)));
        };
        return all(range("context_tokens"), range("max_output_tokens"));
      },
    ],
    [
      "lists of twenty values in two facts",
      (_, random) => {
        const list = (of: string) => Array.from({ length: 20 }, () => name(random.integer(0, 300), of));
        return all(is("tenant", ...list("t")), is("app", ...list("a")));
      },
    ],
    [
      "ranges, tags and lists",
      (_, random) =>
        all(
          atLeast("budget_usd", random.integer(0, 1_000)),
          has("any", name(random.integer(0, 100), "x"), name(random.integer(0, 100), "x")),
          is("model", name(random.integer(0, 50), "m"), name(random.integer(0, 50), "m")),
          below("max_latency_ms", random.integer(0, 1_000)),
        ),
    ],
  ];
  for (const [title, make] of adversaries) {
    it(`grows no faster than the rules with ${title}`, () => {
      const [few, many] = [1_000, 4_000].map((count) => {
        const random = new Random(7);
        return bytesPerRule(Array.from({ length: count }, (_, at) => make(at, random)));
      }) as [number, number];
      expect(many).toBeLessThan(1_024);
      // Bitmaps may come in where lists did before; nothing that grows with the number of rules again.
      expect(many).toBeLessThan(few * 1.6 + 64);
    });
  }

  // The scope of an include stands, as one object, in each rule below it; its text is written once.
  const list = (of: string, count: number) => Array.from({ length: count }, (_, at) => name(at, of));
  const scopes: readonly [string, (count: number) => Condition][] = [
    ["tags of which one is needed", (count) => has("any", ...list("tag", count))],
    ["tags that are all needed", (count) => has("all", ...list("tag", count))],
    ["tags of which none may be there", (count) => has("none", ...list("tag", count))],
    ["tenants", (count) => is("tenant", ...list("t", count))],
    [
      "alternatives",
      (count) => any(...list("t", count).map((tenant, at) => all(is("tenant", tenant), atLeast("context_tokens", at)))),
    ],
    ["things that must not be", (count) => all(...list("u", count).map((user) => not(is("user", user))))],
  ];
  for (const [title, make] of scopes) {
    it(`grows no faster than the text when all rules stand in a scope of as many ${title}`, () => {
      for (const effect of ["route", "deny"] as const) {
        const [few, many] = [1_000, 4_000].map((count) => {
          const scope = make(count);
          const conditions = Array.from({ length: count }, (_, at) => {
            const own = at % 3 === 0 ? is("tenant", name(at, "t")) : has("any", name(at, "tag"), name(at % 7, "tag"));
            return at % 50 === 0 ? scope : all(scope, own);
          });
          const { nodes, code } = buildDecisionTree(
            setOf(effect === "route" ? conditions : conditions.map((deny) => ({ deny }))),
          );
          return (nodes.length + code.length) / count;
        }) as [number, number];
        expect(many).toBeLessThan(few * 1.6 + 16);
        expect(many).toBeLessThan(256); // words
      }
    });
  }
});
