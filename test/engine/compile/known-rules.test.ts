import { afterEach, describe, expect, it, vi } from "vitest";
import { buildDecisionTree } from "../../../engine/compile/build-decision-tree.js";
import { KnownRule, KnownRules } from "../../../engine/compile/known-rules.js";
import { usualTuning } from "../../../engine/compile/tree-tuning.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import type { AttributeDefinition, PolicySet, Rule } from "../../../engine/policy/policy-set.js";
import { all, atLeast, has, is, span } from "../explain/harness.js";
import { setOf } from "./harness.js";

/** Builds trees one after the other, and tells which rules the last one lowered and bound anew. */
class Builds {
  readonly known = new KnownRules();
  readonly #seen = new Set<unknown>();
  readonly #lower = vi.spyOn(KnownRule.prototype, "lower");
  readonly #bind = vi.spyOn(KnownRule.prototype, "bind");

  build(set: PolicySet) {
    this.#lower.mockClear();
    this.#bind.mockClear();
    const tree = buildDecisionTree(set, usualTuning, this.known);
    const anew = ({ results }: { results: readonly { value: unknown }[] }): number[] =>
      results.flatMap(({ value }, rule) => (this.#seen.has(value) ? [] : [rule]));
    const [lowered, bound] = [anew(this.#lower.mock), anew(this.#bind.mock)];
    for (const { value } of [...this.#lower.mock.results, ...this.#bind.mock.results]) this.#seen.add(value);
    return { tree, lowered, bound };
  }
}

/** The set with other rules. */
const withRules = (set: PolicySet, ...rules: PolicySet["rules"]): PolicySet => ({ ...set, rules });

/** Long enough to be shared. */
const scope = (name: string) => is("app", ...Array.from({ length: 20 }, (_, at) => `${name}${at}`));

describe("KnownRules", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("lowers and binds nothing again when nothing has changed", () => {
    const builds = new Builds();
    const set = setOf([
      is("tenant", "a"),
      all(atLeast("context_tokens", 5), has("any", "x")),
      { deny: is("app", "b") },
    ]);
    expect(builds.build(set)).toMatchObject({ lowered: [0, 1, 2], bound: [0, 1, 2] });
    expect(builds.build(set)).toMatchObject({ lowered: [], bound: [] });
    expect(builds.build({ ...set })).toMatchObject({ lowered: [], bound: [] });
  });

  it("lowers what is new, and binds again those of the others whose words have other numbers", () => {
    const builds = new Builds();
    const set = setOf([is("tenant", "a"), is("tenant", "b"), atLeast("context_tokens", 50)]);
    builds.build(set);
    const [first, second, third] = set.rules as [Rule, Rule, Rule];
    const [fresh] = setOf([is("app", "c")]).rules as [Rule];
    // Behind the others it takes no number from them.
    expect(builds.build(withRules(set, first, second, third, fresh))).toMatchObject({ lowered: [3], bound: [3] });
    // Without the first, `b` is the first tenant.
    expect(builds.build(withRules(set, second, third, fresh))).toMatchObject({ lowered: [], bound: [0] });
    // A lower cut moves the ones above it.
    const [lower] = setOf([atLeast("context_tokens", 5)]).rules as [Rule];
    expect(builds.build(withRules(set, second, third, fresh, lower))).toMatchObject({ lowered: [3], bound: [1, 3] });
  });

  it("lowers a rule again when other parts of it are shared, and only then", () => {
    const builds = new Builds();
    const [one, other, third] = [scope("one"), scope("other"), scope("third")];
    const set = setOf([all(one, other, third, has("any", "x")), one, one, other, third]);
    const [subject, ...around] = set.rules as [Rule, Rule, Rule, Rule, Rule];
    const [ones, again, others, thirds] = around;
    const build = (...rules: Rule[]) => {
      const edited = withRules(set, subject, ...rules);
      const { tree, lowered } = builds.build(edited);
      expect(tree).toEqual(buildDecisionTree(edited));
      return lowered.includes(0);
    };
    expect(build(ones, others)).toBe(true);
    expect(build(ones, others)).toBe(false);
    expect(build(others, ones, again)).toBe(false);
    // As many, of which the first is another; the last is another; one; the other one; none.
    expect(build(others, thirds)).toBe(true);
    expect(build(ones, thirds)).toBe(true);
    expect(build(ones)).toBe(true);
    expect(build(others)).toBe(true);
    expect(build()).toBe(true);
  });

  it("forgets all when a declared fact has another type", () => {
    const declared = (type: "number" | "set"): AttributeDefinition[] => [
      { name: "attributes.x", type, description: "", from: { key: true }, span },
    ];
    const isThere: Condition = { kind: "present", fact: "attributes.x", expected: true, span };
    const first = setOf([isThere, is("tenant", "a")], declared("number"));
    const second = { ...first, attributes: declared("set") };
    const builds = new Builds();
    expect(builds.build(first).tree.facts[0]?.type).toBe("number");
    const { tree, lowered } = builds.build(second);
    expect(tree).toEqual(buildDecisionTree(second));
    expect(lowered).toEqual([0, 1]);
  });

  it("forgets nothing of a policy of many names while most of them are in use", () => {
    const builds = new Builds();
    const rules = (from: number, count: number) =>
      setOf(Array.from({ length: count }, (_, at) => is("tenant", `tenant-${from + at}`))).rules;
    const set = withRules(setOf([]), ...rules(0, 12_000));
    builds.build(set);
    // A thousand are gone, as many are new, and again: 12,000 of 14,000 names are in use, of at most 34,000 that are kept.
    const second = withRules(set, ...set.rules.slice(1_000), ...rules(12_000, 1_000));
    expect(builds.build(second).lowered).toHaveLength(1_000);
    const third = withRules(set, ...second.rules.slice(1_000), ...rules(13_000, 1_000));
    expect(builds.build(third).lowered).toHaveLength(1_000);
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
