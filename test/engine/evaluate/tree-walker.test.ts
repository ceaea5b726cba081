import { describe, expect, it } from "vitest";
import type { TreeTuning } from "../../../engine/compile/tree-tuning.js";
import { usualTuning } from "../../../engine/compile/tree-tuning.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { decide } from "../../../engine/evaluate/decide.js";
import { compile, decided, setOf } from "../compile/harness.js";
import { all, any, atLeast, below, has, is } from "../explain/harness.js";

const leafCost = (rules: number) => rules;
const splitting: TreeTuning = { ...usualTuning, longestList: 1, nodeCost: 0, leafCost };
const hashed: TreeTuning = { ...splitting, directCells: -1e9 };
const bitmaps: TreeTuning = { ...splitting, nodeCost: 1e9 };
const hashedBitmaps: TreeTuning = { ...bitmaps, directCells: -1e9 };
const tunings = [splitting, hashed, bitmaps, hashedBitmaps];

const many = (count: number, condition: (at: number) => Condition) =>
  Array.from({ length: count }, (_, at) => condition(at));
const names = (of: string, count: number) => Array.from({ length: count }, (_, at) => `${of}${at}`);

describe("TreeWalker", () => {
  it("finds each of many values, in tables of every kind", () => {
    for (const tuning of tunings) {
      const tenants = compile(setOf(many(150, (at) => is("tenant", `t${at}`))), tuning);
      const tags = compile(setOf(many(150, (at) => has("any", `x${at}`))), tuning);
      for (let at = 0; at < 150; at++) {
        expect(decided(tenants, { tenant: `t${at}` })).toBe(`route r${at}`);
        expect(decided(tags, { tags: ["other", `x${at}`] })).toBe(`route r${at}`);
      }
    }
  });

  it("gives a requirement once, and all in order, though several of the request's tags lead to them", () => {
    for (const tuning of tunings) {
      const requires = many(12, (at) => has("any", `x${at}`, `x${(at + 1) % 12}`, "common")).map((require) => ({
        require,
      }));
      const policy = compile(setOf(requires), tuning);
      expect(decided(policy, { tags: ["x4", "x5", "x9"] })).toBe("required r3 r4 r5 r8 r9, route default");
      expect(decided(policy, { tags: ["common", "x7"] })).toBe(`required ${names("r", 12).join(" ")}, route default`);
    }
  });

  it("finds values whose places in a hash table collide", () => {
    // Consecutive numbers never do: the rules name some of the values that a guard has numbered.
    const some = Array.from({ length: 120 }, (_, at) => (at * at * 7 + at) % 2_000);
    const guards = [
      { deny: all(is("app", "x"), is("tenant", ...names("t", 2_000))) },
      { deny: all(is("app", "x"), has("any", ...names("x", 2_000))) },
    ];
    for (const tuning of [hashed, hashedBitmaps]) {
      const tenants = compile(setOf([...guards, ...some.map((at) => is("tenant", `t${at}`))]), tuning);
      const tags = compile(setOf([...guards, ...some.map((at) => has("any", `x${at}`))]), tuning);
      for (const [at, value] of some.entries()) {
        expect(decided(tenants, { tenant: `t${value}`, app: "a" })).toBe(`route r${2 + some.indexOf(value)}`);
        expect(decided(tags, { tags: [`x${value}`], app: "a" })).toBe(`route r${2 + some.indexOf(value)}`);
        const unnamed = (value + 1 + at) % 2_000;
        if (!some.includes(unnamed)) {
          expect(decided(tenants, { tenant: `t${unnamed}`, app: "a" })).toBe("route default");
          expect(decided(tags, { tags: [`x${unnamed}`], app: "a" })).toBe("route default");
        }
      }
    }
  });

  it("takes more tags, and finds more rules, than it has room for at first", () => {
    const tags = names("x", 100);
    for (const tuning of tunings) {
      const requires = compile(setOf(tags.map((tag) => ({ require: has("any", tag) }))), tuning);
      expect(decided(requires, { tags })).toBe(`required ${names("r", 100).join(" ")}, route default`);
      expect(decided(requires, { tags: tags.slice(30) })).toBe(
        `required ${names("r", 100).slice(30).join(" ")}, route default`,
      );
    }
    const eight = (of: string, at: number) => names(of, 60).filter((_, place) => (place + 60 - at) % 60 < 8);
    const ofKey = (at: number): Condition => ({ ...has("any", ...eight("k", at)), fact: "key_tags" }) as Condition;
    for (const tuning of [bitmaps, hashedBitmaps]) {
      const policy = compile(setOf(many(60, (at) => all(has("any", ...eight("x", at)), ofKey(at)))), tuning);
      expect(decided(policy, { tags: names("x", 60), key_tags: names("k", 60) })).toBe("route r0");
      expect(decided(policy, { tags: names("x", 60), key_tags: ["k30"] })).toBe("route r23");
      expect(decided(policy, { tags: ["x30"], key_tags: names("k", 60) })).toBe("route r23");
      expect(decided(policy, { tags: ["x30"], key_tags: names("k", 60).slice(38) })).toBe("route default");
    }
  });

  it("keeps every guard for a request with as many tags as there may be", () => {
    const guards = many(40, (at) => has("any", ...names("x", 64).filter((_, tag) => (tag + at) % 40 < 2)));
    // The last one asks for no tag.
    const policy = compile(setOf([...guards, is("app", "a")].map((require) => ({ require }))));
    expect(decided(policy, { app: "a", tags: names("x", 64) })).toBe(
      `required ${names("r", 41).join(" ")}, route default`,
    );
  });

  it("takes numbers that lie far beyond those that the rules of a bitmap name", () => {
    const between = (at: number) => all(atLeast("context_tokens", at), below("context_tokens", at + 1));
    const guard = { deny: all(is("key", "x"), any(...many(300, (at) => between(2 * at)))) };
    const rules = many(60, (at) =>
      at % 9 === 0 ? is("tenant", `t${at}`) : all(between(250 + at), is("app", `a${at}`), is("region", `r${at}`)),
    );
    for (const tuning of [bitmaps, hashedBitmaps]) {
      const policy = compile(setOf([guard, ...rules]), tuning);
      for (let tokens = 0; tokens < 650; tokens++) {
        expect(decided(policy, { key: "y", context_tokens: tokens, tenant: "t54" })).toBe("route r55");
      }
    }
  });

  it("passes over tags that the policy names elsewhere", () => {
    for (const tuning of tunings) {
      const guards = many(20, (at) => has("any", `x${at}`)).map((deny) => ({ deny }));
      const policy = compile(setOf([...guards, ...many(20, (at) => has("any", `y${at}`))]), tuning);
      expect(decided(policy, { tags: ["x3", "y7"] })).toBe("denied r3, route r27");
      expect(decided(policy, { tags: ["y19", "y7"] })).toBe("route r27");
      expect(decided(policy, { tags: ["x19", "x7"] })).toBe("denied r7, route default");
    }
  });

  it("allocates no list when nothing is required", () => {
    const policy = compile(setOf([{ require: is("tenant", "a") }]));
    expect(decide(policy, { tenant: "b" }).requirements).toBe(decide(policy, { tenant: "c" }).requirements);
  });
});
