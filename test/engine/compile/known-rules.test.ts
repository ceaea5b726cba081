import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../../engine/compile/build-decision-tree.js";
import { KnownRules } from "../../../engine/compile/known-rules.js";
import { usualTuning } from "../../../engine/compile/tree-tuning.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import type { AttributeDefinition } from "../../../engine/policy/policy-set.js";
import { all, atLeast, is, span } from "../explain/harness.js";
import { setOf } from "./harness.js";

describe("KnownRules", () => {
  it("forgets all when a declared fact has another type", () => {
    const declared = (type: "number" | "set"): AttributeDefinition[] => [
      { name: "attributes.x", type, description: "", from: { key: true }, span },
    ];
    const isThere: Condition = { kind: "present", fact: "attributes.x", expected: true, span };
    const first = setOf([isThere, is("tenant", "a")], declared("number"));
    const second = { ...first, attributes: declared("set") };
    const known = new KnownRules();
    const build = (set: typeof first) => buildDecisionTree(set, usualTuning, known);
    expect(build(first).facts[0]?.type).toBe("number");
    expect(build(second)).toEqual(buildDecisionTree(second));
  });

  it("keeps little of rules that are gone", () => {
    const known = new KnownRules();
    let most = 0;
    for (let edit = 0; edit < 30; edit++) {
      const names = Array.from({ length: 400 }, (_, at) => `edit-${edit}-tenant-${at}`);
      const rules = names.map((name, at) => all(is("tenant", name), atLeast("context_tokens", edit * 400 + at)));
      const scope = is("app", ...names);
      buildDecisionTree(setOf([...rules, all(scope), all(scope)]), usualTuning, known);
      const { symbols, weight } = known.symbols;
      const mentions = symbols.map((symbol) => (symbol.kind === "part" ? symbol.mentions.length : 0));
      expect(weight).toBe(mentions.reduce((sum, count) => sum + count, symbols.length));
      most = Math.max(most, weight);
    }
    expect(most).toBeGreaterThan(10_000);
    expect(most).toBeLessThan(20_000);
  });
});
