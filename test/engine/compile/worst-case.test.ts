import { afterEach, describe, expect, it, vi } from "vitest";
import { usualTuning } from "../../../engine/compile/tree-tuning.js";
import { worstCase } from "../../../engine/compile/worst-case.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { decide } from "../../../engine/evaluate/decide.js";
import { FactReader } from "../../../engine/evaluate/fact-reader.js";
import { generatePolicy, shapes } from "../../differential/generate-policy.js";
import { generateRequest } from "../../differential/generate-request.js";
import { Random } from "../../differential/random.js";
import { all, atLeast, below, has, is, isTrue } from "../explain/harness.js";
import { compile, setOf } from "./harness.js";

afterEach(() => vi.restoreAllMocks());

describe("worstCase()", () => {
  const worstOf = (rules: Parameters<typeof setOf>[0]) => worstCase(compile(setOf(rules)).tree);
  const many = (count: number) => Array.from({ length: count }, (_, at) => at);

  it("adds up the rules and predicates of a list, guards included", () => {
    expect(worstOf([is("tenant", "a"), all(is("app", "a"), isTrue("stream")), { deny: is("user", "u") }])).toEqual({
      rules: 3,
      predicates: 4,
      words: 0,
    });
  });
  it("takes one child of a fact that has one value", () => {
    const { rules } = worstOf(many(1_000).map((at) => is("tenant", `t${at % 200}`)));
    expect(rules).toBe(5);
  });
  it("takes as many children of a set as a request has tags", () => {
    const { rules } = worstOf(many(1_000).map((at) => has("any", `tag${at}`)));
    expect(rules).toBe(64);
  });
  it("takes one child of a number that is cut, and all that stand below `rest`", () => {
    const tuning = { ...usualTuning, longestList: 1, leastRulesToCut: 2, directCells: -1e9, nodeCost: 0 };
    const ranges = many(8).map((at) => all(atLeast("context_tokens", at), below("context_tokens", at + 1)));
    const last = { ...(ranges.at(-1) as Condition) };
    const { tree } = compile(setOf([...ranges, last, isTrue("stream")]), { ...tuning, leafCost: (rules) => rules });
    expect(worstCase(tree)).toEqual({ rules: 2 + 1, predicates: 4 + 1, words: 0 });
  });
  it("counts what many rules share once", () => {
    const scope = is("tenant", ...many(100).map((at) => `t${at}`));
    const { predicates } = worstOf(many(4).map((at) => all(scope, is("app", `a${at}`))));
    expect(predicates).toBe(4 * 2 + 1);
  });

  it("is never exceeded", () => {
    const random = new Random(11);
    const asked = vi.spyOn(FactReader.prototype, "holds");
    for (let number = 0; number < 24; number++) {
      const set = generatePolicy(random, shapes[number % shapes.length]!, number % 10 === 0 ? 400 : 40);
      const policy = compile(set);
      const { rules } = worstCase(policy.tree);
      for (let request = 0; request < 50; request++) {
        asked.mockClear();
        decide(policy, generateRequest(random));
        expect(asked.mock.calls.length).toBeLessThanOrEqual(rules + policy.tree.sharedCount);
      }
    }
  });
});
