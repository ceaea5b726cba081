import { describe, expect, it } from "vitest";
import { ConditionLowering } from "../../../engine/compile/lower-condition.js";
import { numberFacts } from "../../../engine/compile/number-facts.js";
import type { SymbolTable } from "../../../engine/compile/symbol-table.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { all, atLeast, below, has, is, night, not } from "../explain/harness.js";
import { symbolTable } from "./harness.js";

const conditions = [
  all(is("tenant", "a", "b"), has("any", "x", "y")),
  not(all(atLeast("context_tokens", 5), below("context_tokens", 9), is("tenant", "b", "c"))),
  all(night([1], "UTC"), night([1], "Europe/Berlin"), has("none", "y", "z")),
];
const mentioned = (table: SymbolTable, some: readonly Condition[]) => {
  const lowering = new ConditionLowering(table);
  return some.map((condition) => lowering.lower(condition, "true").mentions);
};
/** In each test anew: what is worked out outside of tests is counted for none of them (docs/testing.md). */
const numbered = () => {
  const table = symbolTable();
  return { table, before: numberFacts(mentioned(table, conditions), table, []) };
};

describe("numberFacts()", () => {
  it("numbers facts in the order of their first mention, local times by zone", () => {
    const { table, before } = numbered();
    expect(before.facts.map(({ name, type, tz }) => [name, type, tz])).toEqual([
      ["tenant", "string", undefined],
      ["tags", "set", undefined],
      ["context_tokens", "number", undefined],
      ["time", "local-time", "UTC"],
      ["time", "local-time", "Europe/Berlin"],
    ]);
    const [utc, berlin] = ["UTC", "Europe/Berlin"].map((tz) => table.fact("time", "local-time", tz));
    expect([table.fact("tags"), utc, berlin].map((symbol) => before.numbers[symbol!])).toEqual([1, 3, 4]);
  });

  it("numbers the strings, tags and cuts of each fact, and its highest cell", () => {
    const { table, before } = numbered();
    const { facts, tagCount, numbers } = before;
    const [tenant, tags, tokens] = [table.fact("tenant"), table.fact("tags"), table.fact("context_tokens")];
    expect(["a", "b", "c"].map((text) => numbers[table.text(tenant, text)])).toEqual([2, 3, 4]);
    expect(facts[0]!.strings.strings).toEqual(["a", "b", "c"]);
    expect(["x", "y", "z"].map((tag) => numbers[table.text(tags, tag)])).toEqual([0, 1, 2]);
    expect(tagCount).toBe(3);
    expect([5, 9].map((cut) => numbers[table.cut(tokens, cut)])).toEqual([2, 3]);
    const named = table.symbols[tokens];
    expect(named?.kind === "fact" && numbers[named.highest]).toBe(3);
    expect([...facts[2]!.cuts]).toEqual([5, 9]);
  });

  it("keeps the tables of facts that name the same as in the build before", () => {
    const { table, before } = numbered();
    const edited = mentioned(table, [...conditions.slice(0, 2), has("none", "y", "v")]);
    const again = numberFacts(edited, table, [], before);
    expect(again.facts).toEqual(numberFacts(edited, table, []).facts);
    const isKept = (fact: number) => again.facts[fact]?.strings === before.facts[fact]?.strings;
    expect([0, 1, 2].map(isKept)).toEqual([true, false, true]);
    expect(again.facts[2]?.buckets).toBe(before.facts[2]?.buckets);
    const cut = numberFacts(mentioned(table, [...conditions, atLeast("context_tokens", 7)]), table, [], before);
    expect([...cut.facts[2]!.cuts]).toEqual([5, 7, 9]);
    expect([0, 1, 2].map((fact) => cut.facts[fact]?.cuts === before.facts[fact]?.cuts)).toEqual([true, true, false]);
  });

  it("gives the same numbers, as one object, when nothing is numbered anew", () => {
    const { table, before } = numbered();
    expect(numberFacts(mentioned(table, conditions), table, [], before).numbers).toBe(before.numbers);
    const reversed = mentioned(table, [...conditions].reverse());
    expect(numberFacts(reversed, table, [], before).numbers).not.toEqual(before.numbers);
  });
});
