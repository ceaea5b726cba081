import { describe, expect, it } from "vitest";
import { ConditionLowering } from "../../../engine/compile/lower-condition.js";
import { necessaryParts } from "../../../engine/compile/necessary.js";
import { numberFacts } from "../../../engine/compile/number-facts.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { all, any, atLeast, below, has, is, isTrue, not } from "../explain/harness.js";
import { setOf } from "./harness.js";

function necessary(condition: Condition, question: "true" | "not-false" = "true"): string[] {
  const numbered = numberFacts(setOf([condition]));
  return necessaryParts(new ConditionLowering(numbered).lower(condition, question), numbered.facts).map((part) => {
    const name = numbered.facts[part.fact]?.name;
    const absent = part.orAbsent ? " or absent" : "";
    if (part.kind === "interval") return `${name} ${part.first}..${part.last}${absent}`;
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
});
