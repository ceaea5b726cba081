import { describe, expect, it } from "vitest";
import { machineryOf } from "../../../engine/evaluate/machinery.js";
import { compile, setOf } from "../compile/harness.js";
import { all, has, is, span } from "../explain/harness.js";

describe("FactReader", () => {
  const keyTags = { kind: "set", fact: "key_tags", quantifier: "any", tags: ["a", "b"], span } as const;
  const { tree } = compile(setOf([all(has("any", "x", "y"), keyTags)]));
  const [tags, others] = ["tags", "key_tags"].map((name) => tree.facts.findIndex((fact) => fact.name === name)) as [
    number,
    number,
  ];

  it("lists the tags of each set that the policy names, each once", () => {
    const { reader } = machineryOf(tree);
    const tagsOf = (fact: number) => Array.from({ length: reader.countTags(fact) }, (_, at) => reader.tagAt(fact, at));
    const facts = { tags: ["y", "other", "y", "x", "y"], key_tags: ["b", "b", "x"] };
    reader.begin();
    expect([reader.cell(tags, facts), reader.cell(others, facts)]).toEqual([1, 1]);
    const { firstTag } = tree.facts[others] as { firstTag: number };
    expect([tagsOf(tags), tagsOf(others)]).toEqual([[1, 0], [firstTag + 1]]);
    expect(reader.isMalformed).toBe(false);
  });

  it("begins anew with each request", () => {
    const { reader } = machineryOf(tree);
    reader.begin();
    expect([reader.cell(tags, { tags: "x" as never }), reader.isMalformed]).toEqual([0, true]);
    reader.begin();
    expect([reader.cell(tags, {}), reader.isMalformed]).toEqual([0, false]);
    expect(reader.cell(tags, { tags: ["x"] })).toBe(0); // Read already.
  });
});

describe("machineryOf()", () => {
  it("is made once for a tree, also when others are used in between", () => {
    const [one, other] = [compile(setOf([is("tenant", "a")])).tree, compile(setOf([is("tenant", "b")])).tree];
    const first = machineryOf(one);
    expect(machineryOf(one)).toBe(first);
    expect(machineryOf(other)).not.toBe(first);
    expect(machineryOf(one)).toBe(first);
  });
});
