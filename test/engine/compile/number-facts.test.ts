import { describe, expect, it } from "vitest";
import { ConditionLowering } from "../../../engine/compile/lower-condition.js";
import { numberFacts } from "../../../engine/compile/number-facts.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { all, atLeast, below, has, is, night, not } from "../explain/harness.js";
import { symbolTable } from "./harness.js";

describe("numberFacts()", () => {
  const table = symbolTable();
  const mentioned = (...conditions: Condition[]) => {
    const lowering = new ConditionLowering(table);
    return conditions.map((condition) => lowering.lower(condition, "true").mentions);
  };
  const conditions = [
    all(is("tenant", "a", "b"), has("any", "x", "y")),
    not(all(atLeast("context_tokens", 5), below("context_tokens", 9), is("tenant", "b", "c"))),
    all(night([1], "UTC"), night([1], "Europe/Berlin"), has("none", "y", "z")),
  ];
  const numbered = numberFacts(mentioned(...conditions), table, []);
  const { facts, tagCount, numbers } = numbered;
  const [tenant, tags, tokens] = [table.fact("tenant"), table.fact("tags"), table.fact("context_tokens")];

  it("numbers facts in the order of their first mention, local times by zone", () => {
    expect(facts.map(({ name, type, tz }) => [name, type, tz])).toEqual([
      ["tenant", "string", undefined],
      ["tags", "set", undefined],
      ["context_tokens", "number", undefined],
      ["time", "local-time", "UTC"],
      ["time", "local-time", "Europe/Berlin"],
    ]);
    const symbols = [tags, table.fact("time", "local-time", "UTC"), table.fact("time", "local-time", "Europe/Berlin")];
    expect(symbols.map((symbol) => numbers[symbol])).toEqual([1, 3, 4]);
  });
  it("numbers the strings, tags and cuts of each fact, and its highest cell", () => {
    expect(["a", "b", "c"].map((text) => numbers[table.text(tenant, text)])).toEqual([2, 3, 4]);
    expect(["x", "y", "z"].map((tag) => numbers[table.text(tags, tag)])).toEqual([0, 1, 2]);
    expect(tagCount).toBe(3);
    expect([5, 9].map((cut) => numbers[table.cut(tokens, cut)])).toEqual([2, 3]);
    const named = table.symbols[tokens];
    expect(named?.kind === "fact" && numbers[named.highest]).toBe(3);
    expect([...facts[2]!.cuts]).toEqual([5, 9]);
  });
  it("keeps the tables of facts that name the same as in the build before", () => {
    const edited = mentioned(...conditions.slice(0, 2), has("none", "y", "v"));
    const again = numberFacts(edited, table, [], numbered);
    expect(again.facts).toEqual(numberFacts(edited, table, []).facts);
    expect([0, 1, 2].map((fact) => again.facts[fact]?.strings === facts[fact]?.strings)).toEqual([true, false, true]);
    expect(again.facts[2]?.buckets).toBe(facts[2]?.buckets);
  });
});
