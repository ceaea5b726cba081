import { describe, expect, it } from "vitest";
import { sharedConditions } from "../../../engine/compile/shared-conditions.js";
import { usualTuning } from "../../../engine/compile/tree-tuning.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { all, any, has, is, isTrue, not } from "../explain/harness.js";
import { setOf } from "./harness.js";

const shared = (...conditions: Condition[]) => [
  ...sharedConditions(setOf(conditions).rules, { ...usualTuning, longCondition: 3 }),
];

describe("sharedConditions()", () => {
  const own = isTrue("stream");
  it("are the long ones that stand in several rules, whole or as a part of `all`", () => {
    const scope = is("tenant", "a", "b", "c", "d");
    expect(shared(scope, scope)).toEqual([scope]);
    expect(shared(all(scope, own), scope)).toEqual([scope]);
    expect(shared(all(own, scope), all(scope, own), all(scope))).toEqual([scope]);
    const other = has("any", "a", "b", "c", "d");
    expect(shared(all(scope, other), all(scope, own, other))).toEqual([scope, other]);
    expect(shared(all(scope, own))).toEqual([]);
    // As equal, but not the same, it is another condition.
    expect(shared(scope, { ...scope })).toEqual([]);
    expect(shared(any(scope, own), any(scope, own))).toEqual([]);
  });
  it("is a condition as long as its leaves and their values are many", () => {
    const long: readonly Condition[] = [
      is("tenant", "a", "b", "c", "d"),
      has("any", "a", "b", "c", "d"),
      not(has("none", "a", "b", "c", "d")),
      any(own, own, own, own),
      any(is("tenant", "a", "b"), not(is("app", "a", "b"))),
    ];
    const short: readonly Condition[] = [
      is("tenant", "a", "b", "c"),
      has("any", "a", "b", "c"),
      not(has("none", "a", "b", "c")),
      any(own, own, own),
      any(is("tenant", "a"), not(is("app", "a", "b"))),
      any(),
    ];
    for (const condition of long) expect(shared(condition, condition)).toEqual([condition]);
    for (const condition of short) expect(shared(condition, condition)).toEqual([]);
  });
  it("holds a whole `all` that stands in several rules, and not its parts", () => {
    const scope = all(is("tenant", "a", "b"), has("any", "x", "y", "z", "v"));
    expect(shared(scope, scope)).toEqual([scope]);
    expect(shared(scope, scope, all(scope, own))).toEqual([scope]);
  });
});
