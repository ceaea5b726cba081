import { describe, expect, it } from "vitest";
import { areSufficient, necessaryParts } from "../../../engine/compile/necessary.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { all, any, atLeast, below, has, is, isTrue, logic, night, not, span } from "../explain/harness.js";
import { lowered } from "./harness.js";

function necessary(condition: Condition, question: "true" | "not-false" = "true"): string[] {
  const { formula, facts } = lowered(condition, question);
  return necessaryParts(formula, facts).map((part) => {
    const name = facts[part.fact]?.name;
    const absent = part.orAbsent ? " or absent" : "";
    if (part.kind === "interval") {
      return `${name} ${part.first > part.last ? "never" : `${part.first}..${part.last}`}${absent}`;
    }
    return `${name} ${part.kind === "cells" ? "in" : "has"} ${part.keys.join("/")}${absent}`;
  });
}

describe("necessaryParts()", () => {
  it("takes what every part of `all` says", () => {
    expect(necessary(all(is("tenant", "a"), isTrue("stream")))).toEqual(["tenant in 2", "stream in 2"]);
  });
  it("counts absence for guards", () => {
    expect(necessary(is("tenant", "a"), "not-false")).toEqual(["tenant in 2 or absent"]);
  });
  it("unites what all branches of `any` say of one fact", () => {
    expect(necessary(any(all(is("tenant", "a"), isTrue("stream")), is("tenant", "b")))).toEqual(["tenant in 2/3"]);
  });
  it("says nothing of `any` with a branch about something else", () => {
    expect(necessary(any(is("tenant", "a"), isTrue("stream")))).toEqual([]);
  });
  it("says nothing of a string that must not be", () => {
    expect(necessary(not(is("tenant", "a")))).toEqual([]);
  });
  it("turns a denied bound into the other side", () => {
    expect(necessary(not(atLeast("spend_ratio", 1)))).toEqual(["spend_ratio 1..1"]);
  });
  it("intersects two bounds on one number", () => {
    expect(necessary(all(atLeast("spend_ratio", 1), below("spend_ratio", 3), atLeast("spend_ratio", 2)))).toEqual([
      "spend_ratio 3..3",
    ]);
  });
  it("takes each tag of `all` alone", () => {
    expect(necessary(has("all", "x", "y"))).toEqual(["tags has 0", "tags has 1"]);
  });
  it("takes a list of strings, and what two lists have in common", () => {
    expect(necessary(is("tenant", "a", "b"))).toEqual(["tenant in 2/3"]);
    expect(necessary(is("tenant", "a", "b"), "not-false")).toEqual(["tenant in 2/3 or absent"]);
    expect(necessary(not(is("tenant", "a", "b")))).toEqual([]);
    expect(necessary(all(is("tenant", "a", "b", "c"), is("tenant", "c", "b", "d")))).toEqual(["tenant in 3/4"]);
    expect(necessary(all(is("tenant", "a"), is("tenant", "a", "b", "c")))).toEqual(["tenant in 2"]);
    expect(necessary(all(is("tenant", "a"), is("tenant", "b")))).toEqual(["tenant in "]);
  });
  it("counts absence only where every part allows it", () => {
    const isThere: Condition = { kind: "present", fact: "tenant", expected: true, span };
    expect(necessary(all(is("tenant", "a"), is("tenant", "a", "b")), "not-false")).toEqual(["tenant in 2 or absent"]);
    const inOrOut = any(is("tenant", "a"), not(isThere));
    expect(necessary(all(inOrOut, is("tenant", "a", "b")))).toEqual(["tenant in 2"]);
    expect(necessary(all(is("tenant", "a", "b"), inOrOut))).toEqual(["tenant in 2"]);
    const low = any(below("spend_ratio", 1), not({ ...isThere, fact: "spend_ratio" }));
    expect(necessary(low)).toEqual(["spend_ratio 1..1 or absent"]);
    expect(necessary(all(low, below("spend_ratio", 1)))).toEqual(["spend_ratio 1..1"]);
    expect(necessary(all(below("spend_ratio", 1), low))).toEqual(["spend_ratio 1..1"]);
    expect(necessary(all(below("spend_ratio", 1)), "not-false")).toEqual(["spend_ratio 1..1 or absent"]);
  });
  it("takes presence and absence", () => {
    const present = (fact: string, expected: boolean): Condition => ({ kind: "present", fact, expected, span });
    expect(necessary(present("tenant", false))).toEqual(["tenant in  or absent"]);
    expect(necessary(present("tenant", true))).toEqual([]);
    expect(necessary(present("tags", false))).toEqual(["tags has  or absent"]);
    expect(necessary(present("tags", true))).toEqual([]);
    expect(necessary(present("stream", true))).toEqual(["stream in 1/2"]);
    expect(necessary(present("stream", false))).toEqual(["stream in  or absent"]);
    expect(necessary(all(present("spend_ratio", false), below("spend_ratio", 1)))).toEqual(["spend_ratio never"]);
    expect(necessary(present("time", true))).toEqual([]);
    expect(necessary(present("time", false))).toEqual([]);
  });
  it("takes booleans, denied ones too", () => {
    const isFalse: Condition = { kind: "boolean", fact: "stream", expected: false, span };
    expect(necessary(isFalse)).toEqual(["stream in 1"]);
    expect(necessary(isFalse, "not-false")).toEqual(["stream in 1 or absent"]);
    expect(necessary(not(isFalse))).toEqual(["stream in 2"]);
    expect(necessary(not(isTrue("stream")), "not-false")).toEqual(["stream in 1 or absent"]);
  });
  it("takes ranges, and what is left outside of denied ones", () => {
    const between = (min: number, max: number): Condition => {
      return {
        kind: "range",
        fact: "spend_ratio",
        min: { value: min, inclusive: true },
        max: { value: max, inclusive: false },
        span,
      };
    };
    expect(necessary(between(1, 2))).toEqual(["spend_ratio 2..2"]);
    expect(necessary(not(between(1, 2)))).toEqual([]); // In two pieces.
    expect(necessary(not(below("spend_ratio", 1)))).toEqual(["spend_ratio 2..2"]);
    expect(necessary(not(below("spend_ratio", 1)), "not-false")).toEqual(["spend_ratio 2..2 or absent"]);
    expect(necessary(not(atLeast("spend_ratio", 1)), "not-false")).toEqual(["spend_ratio 1..1 or absent"]);
    expect(necessary(between(2, 1))).toEqual(["spend_ratio never"]);
    expect(necessary(not(between(2, 1)))).toEqual([]); // Whatever number it is.
    expect(necessary(all(between(1, 5), not(atLeast("spend_ratio", 3))))).toEqual(["spend_ratio 2..2"]);
  });
  it("unites ranges to the least that holds them", () => {
    const low = all(atLeast("spend_ratio", 1), below("spend_ratio", 2));
    const high = all(atLeast("spend_ratio", 3), below("spend_ratio", 4));
    const none = all(atLeast("spend_ratio", 4), below("spend_ratio", 3));
    expect(necessary(any(low, high))).toEqual(["spend_ratio 2..4"]);
    expect(necessary(any(high, low))).toEqual(["spend_ratio 2..4"]);
    expect(necessary(any(none, low))).toEqual(["spend_ratio 2..2"]);
    expect(necessary(any(low, none))).toEqual(["spend_ratio 2..2"]);
    expect(necessary(any(low, high), "not-false")).toEqual(["spend_ratio 2..4 or absent"]);
    expect(necessary(any(all(low, isTrue("stream")), all(isTrue("stream"), high)))).toEqual([
      "spend_ratio 2..4",
      "stream in 2",
    ]);
  });
  it("takes local times, by the hull of their windows", () => {
    expect(necessary(night([1], "UTC"))).toEqual(["time 2..2"]);
    expect(necessary(any(night([1], "UTC"), night([4], "UTC")))).toEqual(["time 2..4"]);
  });
  it("takes lists of tags, and unites them", () => {
    expect(necessary(has("any", "y", "x"))).toEqual(["tags has 0/1"]);
    expect(necessary(has("any", "y", "x"), "not-false")).toEqual(["tags has 0/1 or absent"]);
    expect(necessary(has("all", "y", "x"), "not-false")).toEqual(["tags has 0 or absent", "tags has 1 or absent"]);
    expect(necessary(has("none", "y", "x"))).toEqual([]);
    expect(necessary(not(has("none", "y", "x")))).toEqual(["tags has 0/1"]);
    expect(necessary(not(has("any", "y", "x")))).toEqual([]);
    expect(necessary(not(has("all", "y", "x")))).toEqual([]);
    expect(necessary(any(has("any", "y"), has("any", "x", "y")))).toEqual(["tags has 0/1"]);
    expect(necessary(all(has("any", "y"), has("any", "x", "y")))).toEqual(["tags has 0", "tags has 0/1"]);
    expect(necessary(any(has("any", "y"), is("tenant", "a")))).toEqual([]);
  });
  it("gives the values of a union in ascending order", () => {
    const isB = all(is("tenant", "a", "b"), is("tenant", "b"));
    expect(necessary(any(isB, is("tenant", "a")))).toEqual(["tenant in 2/3"]);
  });
  it("looks at sixteen of the tags that must be there all", () => {
    const tags = Array.from({ length: 40 }, (_, at) => `t${at}`);
    expect(necessary(has("all", ...tags))).toHaveLength(16);
    expect(necessary(has("any", ...tags))).toHaveLength(1);
  });
  it("says nothing of patterns and JsonLogic, nor of unions that hold too much", () => {
    expect(necessary({ kind: "prefix", fact: "tenant", prefix: "a", span })).toEqual([]);
    expect(necessary(logic({ var: "tenant" }, "tenant"), "not-false")).toEqual([]);
    const names = (from: number, count: number) => Array.from({ length: count }, (_, at) => `n${from + at}`);
    expect(necessary(any(is("tenant", ...names(0, 128)), is("tenant", ...names(128, 128))))).toHaveLength(1);
    expect(necessary(any(is("tenant", ...names(0, 128)), is("tenant", ...names(128, 129))))).toEqual([]);
    expect(necessary(any(is("tenant", ...names(0, 256)), is("tenant", ...names(0, 256))))).toHaveLength(1);
    expect(necessary(any(is("tenant", ...names(0, 300)), is("tenant", ...names(0, 300))))).toEqual([]);
    expect(necessary(any(has("any", ...names(0, 128)), has("any", ...names(128, 129))))).toEqual([]);
  });
  it("says nothing of what is always or never true", () => {
    expect(necessary(all())).toEqual([]);
    expect(necessary(any())).toEqual([]);
  });
});

describe("areSufficient()", () => {
  const isSaid = (condition: Condition): boolean => {
    const { formula, facts } = lowered(condition, "true");
    return areSufficient(formula, facts);
  };

  it("is true of a conjunction whose literals are each said by one part", () => {
    expect(isSaid(is("tenant", "a"))).toBe(true);
    expect(
      isSaid(all(is("tenant", "a", "b"), has("any", "x", "y"), atLeast("context_tokens", 5), isTrue("stream"))),
    ).toBe(true);
    expect(isSaid(all())).toBe(true);
  });

  it("is false of what they leave open", () => {
    const open: readonly Condition[] = [
      any(),
      any(is("tenant", "a"), is("tenant", "b")),
      not(is("tenant", "a")),
      has("all", "x", "y"),
      has("none", "x"),
      { kind: "prefix", fact: "tenant", prefix: "a", span },
    ];
    for (const condition of open) {
      expect(isSaid(condition)).toBe(false);
      expect(isSaid(all(isTrue("stream"), condition))).toBe(false);
    }
  });
});
