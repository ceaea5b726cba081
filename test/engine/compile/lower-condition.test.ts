import { describe, expect, it } from "vitest";
import type { Formula, Question } from "../../../engine/compile/formula.js";
import { ConditionLowering } from "../../../engine/compile/lower-condition.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { all, any, atLeast, below, has, is, isTrue, logic, night, not } from "../explain/harness.js";
import { lowered, symbolTable } from "./harness.js";

const operations = [
  ["within", "within or absent", "one of", "one of or absent", "any tag", "any tag or absent"],
  ["all tags", "all tags or absent", "is true", "is not false"],
].flat();

/** A formula in words. */
function inWords(condition: Condition, question: Question): string {
  const write = (formula: Formula): string => {
    if (typeof formula === "boolean") return String(formula);
    if (formula.kind !== "literal") return `(${formula.parts.map(write).join(` ${formula.kind} `)})`;
    const { operation, x, y, values, holds } = formula;
    return `${holds ? "" : "not "}${operations[operation]} ${values.length > 0 ? values.join("/") : `${x}+${y}`}`;
  };
  return write(lowered(condition, question).formula);
}

describe("lower()", () => {
  const cases: readonly [string, Condition, string, string][] = [
    ["a string", is("tenant", "a"), "within 2+0", "within or absent 2+0"],
    ["strings", is("tenant", "a", "b"), "one of 2/3", "one of or absent 2/3"],
    ["strings that are named twice", is("tenant", "a", "b", "a"), "one of 2/3", "one of or absent 2/3"],
    ["one string, named twice", is("tenant", "a", "a"), "within 2+0", "within or absent 2+0"],
    ["a boolean", isTrue("stream"), "within 2+0", "within or absent 2+0"],
    ["not a string", not(is("tenant", "a")), "not within or absent 2+0", "not within 2+0"],
    ["not not", not(not(isTrue("stream"))), "within 2+0", "within or absent 2+0"],
    ["none of tags", has("none", "x"), "not any tag or absent 0", "not any tag 0"],
    ["not none of tags", not(has("none", "x")), "any tag 0", "any tag or absent 0"],
    [
      "not all",
      not(all(isTrue("stream"), is("app", "x"))),
      "(not within or absent 2+0 or not within or absent 2+0)",
      "(not within 2+0 or not within 2+0)",
    ],
    ["no rule text at all", all(), "true", "true"],
    ["any of nothing", any(), "false", "false"],
    ["all of one", all(isTrue("stream")), "within 2+0", "within or absent 2+0"],
    [
      "all in all",
      all(all(isTrue("stream"), is("app", "x")), is("tenant", "a")),
      "(within 2+0 and within 2+0 and within 2+0)",
      "(within or absent 2+0 and within or absent 2+0 and within or absent 2+0)",
    ],
    [
      "two nights",
      night([1, 4], "UTC"),
      "(within 2+0 or within 4+0)",
      "(within or absent 2+0 or within or absent 4+0)",
    ],
    [
      "not two nights",
      not(night([1, 4], "UTC")),
      "(not within or absent 2+0 and not within or absent 4+0)",
      "(not within 2+0 and not within 4+0)",
    ],
    ["JsonLogic", logic({ var: "app" }, "app"), "is true 0+0", "is not false 0+0"],
    [
      "a range between two cuts",
      all(atLeast("spend_ratio", 1), below("spend_ratio", 2)),
      "(within 2+1073741821 and within 1+1)",
      "(within or absent 2+1073741821 and within or absent 1+1)",
    ],
  ];
  for (const [name, condition, whenTrue, whenNotFalse] of cases) {
    it(`asks ${name}`, () => {
      expect([inWords(condition, "true"), inWords(condition, "not-false")]).toEqual([whenTrue, whenNotFalse]);
    });
  }

  it("numbers equal memoised predicates once", () => {
    const prefix: Condition = { kind: "prefix", fact: "model", prefix: "gpt-", span: is("a").span };
    const { memoised } = lowered(all(prefix, { ...prefix, span: { ...prefix.span, start: 7 } }), "true");
    expect(memoised).toEqual([{ predicate: prefix, fact: 0 }]);
  });

  it("gives JsonLogic no fact of its own", () => {
    const { facts, memoised } = lowered(logic({ var: "app" }, "app"), "true");
    expect([facts, memoised.map(({ fact }) => fact)]).toEqual([[], [-1]]);
  });

  it("mentions each symbol once, in the order of the text", () => {
    const table = symbolTable();
    const condition = all(is("tenant", "b", "a"), atLeast("context_tokens", 5), is("tenant", "a", "c"));
    const { mentions } = new ConditionLowering(table).lower(condition, "true");
    const words = mentions.flatMap((symbol) => {
      const named = table.symbols[symbol]!;
      return named.kind === "fact" ? named.name : named.kind === "text" ? named.text : named.kind;
    });
    expect(words.join(" ")).toBe("tenant highest b a context_tokens highest cut c");
  });

  it("lowers what is shared once for each question", () => {
    const scope = is("tenant", "a", "b");
    const lowering = new ConditionLowering(symbolTable(), new Set([scope]));
    const formula = lowering.sharedFormula(scope, "true", true);
    expect(lowering.sharedFormula(scope, "true", true)).toBe(formula);
    expect(lowering.sharedFormula(scope, "not-false", true)).not.toEqual(formula);
    expect(lowering.sharedFormula(scope, "true", false)).not.toEqual(formula);
  });

  it("says whether a condition has numbers in common with other rules", () => {
    const scope = is("tenant", "a", "b");
    const lowering = new ConditionLowering(symbolTable(), new Set([scope]));
    const standsAlone = (condition: Condition) => lowering.lower(condition, "true").standsAlone;
    expect(standsAlone(all(is("tenant", "a", "b"), night([1], "UTC")))).toBe(true);
    expect(standsAlone(all(scope, isTrue("stream")))).toBe(false);
    expect(standsAlone(not(logic({ var: "app" }, "app")))).toBe(false);
  });
});
