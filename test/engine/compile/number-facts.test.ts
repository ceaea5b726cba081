import { describe, expect, it } from "vitest";
import { numberFacts } from "../../../engine/compile/number-facts.js";
import { all, atLeast, below, has, is, night, not } from "../explain/harness.js";
import { setOf } from "./harness.js";

describe("numberFacts()", () => {
  const numbered = numberFacts(
    setOf([
      all(is("tenant", "a", "b"), has("any", "x", "y")),
      not(all(atLeast("context_tokens", 5), below("context_tokens", 9), is("tenant", "b", "c"))),
      all(night([1], "UTC"), night([1], "Europe/Berlin"), has("none", "y", "z")),
    ]),
  );
  const { facts, factOf, stringCell, tagNumber, cutCell, tagCount } = numbered;

  it("numbers facts in the order of their first mention, local times by zone", () => {
    expect(facts.map(({ name, type, tz }) => [name, type, tz])).toEqual([
      ["tenant", "string", undefined],
      ["tags", "set", undefined],
      ["context_tokens", "number", undefined],
      ["time", "local-time", "UTC"],
      ["time", "local-time", "Europe/Berlin"],
    ]);
    expect([factOf("tags"), factOf("time", "UTC"), factOf("time", "Europe/Berlin"), factOf("app")]).toEqual([
      1, 3, 4, -1,
    ]);
  });
  it("numbers the strings, tags and cuts of each fact", () => {
    expect(["a", "b", "c"].map((text) => stringCell(0, text))).toEqual([2, 3, 4]);
    expect(["x", "y", "z"].map((tag) => tagNumber(1, tag))).toEqual([0, 1, 2]);
    expect(tagCount).toBe(3);
    expect([5, 9].map((cut) => cutCell(2, cut))).toEqual([2, 3]);
    expect([...facts[2]!.cuts]).toEqual([5, 9]);
  });
});
