import { describe, expect, it } from "vitest";
import {
  analyseJsonLogic,
  MAX_JSON_LOGIC_DEPTH,
  MAX_JSON_LOGIC_NODES,
} from "../../../engine/conditions/analyse-json-logic.js";

const facts = ["tags", "context_tokens", "budget_usd", "attributes.risk", "attributes.constructor"];
const analyse = (rule: unknown) => analyseJsonLogic(rule, (name) => facts.includes(name));
const messages = (rule: unknown) => analyse(rule).problems.map(({ message }) => message);
/** Where the faults are, each with its message. */
const faults = (rule: unknown) => analyse(rule).problems.map(({ path, message }) => `${path.join(".")}: ${message}`);

describe("analyseJsonLogic()", () => {
  it("lists the facts that are read, and those read without a default", () => {
    const rule = {
      and: [
        { "==": [{ "%": [{ var: "attributes.risk" }, 2] }, 0] },
        { "<": [{ var: ["budget_usd", 0.5] }, { var: ["context_tokens"] }] },
      ],
    };
    expect(analyse(rule)).toEqual({
      reads: ["attributes.risk", "budget_usd", "context_tokens"],
      required: ["attributes.risk", "context_tokens"],
      problems: [],
    });
  });

  it("requires a fact that is read once with a default and once without", () => {
    const rule = { or: [{ var: ["budget_usd", 0] }, { var: "budget_usd" }] };
    expect(analyse(rule)).toMatchObject({ reads: ["budget_usd"], required: ["budget_usd"] });
  });

  it("reads the facts inside a default", () => {
    expect(analyse({ var: ["budget_usd", { var: "context_tokens" }] })).toMatchObject({
      reads: ["budget_usd", "context_tokens"],
      required: ["context_tokens"],
    });
  });

  it("lets `missing` and `missing_some` read facts without waiting for them", () => {
    for (const rule of [
      { missing: ["tags", "budget_usd"] },
      { missing: [["tags", "budget_usd"]] },
      { missing_some: [1, ["tags", "budget_usd"]] },
    ]) {
      expect(analyse(rule)).toEqual({ reads: ["tags", "budget_usd"], required: [], problems: [] });
    }
    expect(analyse({ missing: "tags" })).toEqual({ reads: ["tags"], required: [], problems: [] });
  });

  it("takes `var` in the body of an iteration for the element, and outside it for a fact", () => {
    for (const operator of ["map", "filter", "all", "some", "none"]) {
      const rule = { [operator]: [{ var: "tags" }, { in: [{ var: "" }, ["code", "sql"]] }] };
      expect(analyse(rule)).toEqual({ reads: ["tags"], required: ["tags"], problems: [] });
      expect(faults({ [operator]: [{ var: "tags" }, { var: "context_tokens" }] })).toEqual([
        `${operator}.1.var: \`context_tokens\` cannot be read here: \`var\` is the element`,
      ]);
    }
  });

  it("takes no name, and `null`, for the element too", () => {
    for (const name of [[], null, ""]) expect(faults({ map: [{ var: "tags" }, { var: name }] })).toEqual([]);
    expect(faults({ map: [{ var: "tags" }, { var: [["x"], 1] }] })).toEqual([
      'map.1.var.0: `["x"]` cannot be read here: `var` is the element',
    ]);
  });

  it("lets the body of `reduce` read `current` and `accumulator` only", () => {
    const count = { reduce: [{ var: "tags" }, { "+": [{ var: "accumulator" }, 1] }, { var: "context_tokens" }] };
    expect(analyse(count)).toEqual({
      reads: ["tags", "context_tokens"],
      required: ["tags", "context_tokens"],
      problems: [],
    });
    expect(faults({ reduce: [{ var: "tags" }, { max: [{ var: "current" }, { var: "accumulator" }] }, 0] })).toEqual([]);
    expect(faults({ reduce: [{ var: "tags" }, { var: "" }, 0] })).toEqual([
      "reduce.1.var: `` cannot be read in the body of `reduce`",
    ]);
  });

  it("refuses whatever could grow a value or iterate again in the body of an iteration", () => {
    const element = { var: "" };
    for (const [body, message] of [
      [{ cat: [element, element] }, "`cat` cannot stand in the body of an iteration"],
      [{ merge: [element, element] }, "`merge` cannot stand in the body of an iteration"],
      [[1, element], "the body of an iteration cannot build lists"],
      [{ map: [[1, 2], element] }, "`map` cannot stand in the body of another iteration"],
      [{ missing: ["tags"] }, "`missing` cannot stand in the body of an iteration"],
    ] as const) {
      expect(messages({ map: [{ var: "tags" }, body] })).toContain(message);
    }
  });

  it("allows lists, `cat` and `merge` outside iterations, and lists of constants within", () => {
    for (const rule of [
      { in: [{ var: "context_tokens" }, [{ var: "budget_usd" }, 1]] },
      { "==": [{ cat: ["a", { var: "budget_usd" }] }, "a1"] },
      { in: ["x", { merge: [{ var: "tags" }, ["y"]] }] },
      { some: [{ var: "tags" }, { in: [{ var: "" }, ["x", null, true, 1]] }] },
    ]) {
      expect(faults(rule)).toEqual([]);
    }
  });

  it("says where each fault is, and what to write instead", () => {
    const body = (part: unknown) => ({ all: [{ var: "tags" }, part] });
    const cases: readonly [unknown, string, string | undefined][] = [
      [[], "", undefined],
      [{ "!": {} }, "!", 'write one: `{ "!": { var: stream } }`'],
      [{ "!": { "<": [1, 2], ">": [1, 2] } }, "!", "join tests with `and` or `or`"],
      [{ in: [1, [{ var: "nobody" }]] }, "in.1.0.var", undefined],
      [body([{ var: "" }]), "all.1", "list only constants here"],
      [body({ cat: ["a"] }), "all.1.cat", "join after the iteration"],
      [body({ some: [[1], true] }), "all.1.some", "put the inner iteration into the list that the outer one reads"],
      [body({ var: "model" }), "all.1.var", 'write `{ var: "" }`'],
      [body({ missing: "tags" }), "all.1.missing", undefined],
      [
        { reduce: [{ var: "tags" }, { var: "element" }, 0] },
        "reduce.1.var",
        "only `current` and `accumulator` are there",
      ],
      [{ missing: [["nobody"]] }, "missing.0.0", undefined],
      [{ missing: [["tags"], "tags"] }, "missing", undefined],
      [{ missing_some: ["1", ["tags"]] }, "missing_some.0", undefined],
      [{ missing_some: [1, "tags"] }, "missing_some.1", undefined],
      [{ missing_some: [1, ["nobody"]] }, "missing_some.1.0", undefined],
    ];
    for (const [rule, path, help] of cases) {
      const [problem, ...others] = analyse(rule).problems;
      expect([problem?.path.join("."), problem?.help, others]).toEqual([path, help, []]);
      expect(problem?.message).not.toBe("");
      expect("help" in (problem ?? {})).toBe(help !== undefined);
    }
  });

  it("refuses names that are not facts, are computed, or lead to a prototype", () => {
    expect(faults({ var: "attributes.plan" })).toEqual(["var: `attributes.plan` is not a fact"]);
    expect(faults({ var: ["tags.0"] })).toEqual(["var.0: `tags.0` is not a fact"]);
    expect(faults({ var: "" })).toEqual(["var: `` is not a fact"]);
    expect(faults({ var: { cat: ["ta", "gs"] } })).toEqual([
      "var: the name of a fact must be written out, not computed",
    ]);
    expect(faults({ missing: ["tags", "nothing"] })).toEqual(["missing.1: `nothing` is not a fact"]);
    // Known or not: a name with such a part is never read.
    expect(faults({ var: "attributes.constructor" })).toEqual(["var: `attributes.constructor` is not a fact"]);
    expect(faults({ var: "__proto__" })).toEqual(["var: `__proto__` is not a fact"]);
  });

  it("refuses operators outside the closed list, with the list", () => {
    for (const operator of ["log", "method", "constructor", "toString", "Math.max", "equals"]) {
      const [problem] = analyse({ [operator]: [1] }).problems;
      expect(problem).toMatchObject({ path: [operator], message: `\`${operator}\` is not an operator` });
      expect(problem?.help).toContain("var missing");
    }
    expect(messages(JSON.parse('{"__proto__": [1]}'))).toEqual(["`__proto__` is not an operator"]);
  });

  it("refuses an operation with two operators or none", () => {
    expect(faults({ and: [{ "<": [2, 1], ">": [1, 2] }, {}] })).toEqual([
      "and.0: an operation has exactly one operator; found `<` and `>`",
      "and.1: an operation has exactly one operator; found none",
    ]);
  });

  it("refuses a wrong number of arguments", () => {
    expect(faults({ "==": [1] })).toEqual(["==: `==` takes 2 arguments, not 1"]);
    expect(faults({ "<": [1, 2, 3, 4] })).toEqual(["<: `<` takes 2 to 3 arguments, not 4"]);
    expect(faults({ and: [] })).toEqual(["and: `and` takes at least 1 argument, not 0"]);
    expect(faults({ var: ["tags", 1, 2] })).toEqual(["var: `var` takes a name and a default, not 3 arguments"]);
    expect(faults({ missing_some: ["1", "tags"] })).toEqual([
      "missing_some.0: `missing_some` begins with the number that must be there",
      "missing_some.1: `missing_some` needs a list of fact names",
    ]);
  });

  it("refuses what is not an operation, and what is not JSON", () => {
    for (const rule of [true, 1, "x", null, [{ var: "tags" }], undefined]) expect(messages(rule)).toHaveLength(1);
    expect(faults({ "==": [1, Number.NaN] })).toEqual(["==.1: `NaN` is not a JSON value"]);
    expect(messages({ "==": [1, undefined] })).toHaveLength(1);
  });

  it("allows the deepest nesting and refuses one more, without running out of stack", () => {
    const nest = (depth: number): unknown => (depth === 1 ? { var: "tags" } : { "!": [nest(depth - 1)] });
    expect(messages(nest(MAX_JSON_LOGIC_DEPTH))).toEqual([]);
    expect(messages(nest(MAX_JSON_LOGIC_DEPTH + 1))).toEqual(["the expression is nested more than 32 deep"]);
    const fallBack = (depth: number): unknown => (depth === 1 ? 1 : { var: ["tags", fallBack(depth - 1)] });
    expect(messages(fallBack(MAX_JSON_LOGIC_DEPTH))).toEqual([]);
    expect(messages(fallBack(MAX_JSON_LOGIC_DEPTH + 1))).toEqual(["the expression is nested more than 32 deep"]);
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(messages({ "!": [deep] })).toEqual(["the expression is nested more than 32 deep"]);
  });

  it("allows the largest expression and refuses one more value, once", () => {
    const or = (count: number) => ({ or: Array.from({ length: count }, () => 1) });
    expect(messages(or(MAX_JSON_LOGIC_NODES - 1))).toEqual([]);
    expect(faults(or(MAX_JSON_LOGIC_NODES + 500))).toEqual([": the expression holds more than 1,000 values"]);
    const endsWith = (last: unknown, ones: number) => ({ or: [...Array.from({ length: ones }, () => 1), last] });
    expect(analyse(endsWith({ var: "tags" }, MAX_JSON_LOGIC_NODES - 2))).toMatchObject({
      reads: ["tags"],
      problems: [],
    });
    expect(analyse(endsWith({ var: "tags" }, MAX_JSON_LOGIC_NODES))).toMatchObject({ reads: [] });
  });

  it("counts the names of `missing`, and lets nothing stand unread behind them", () => {
    const missing = (count: number) => ({ missing: Array.from({ length: count }, () => "tags") });
    expect(analyse(missing(MAX_JSON_LOGIC_NODES - 1))).toMatchObject({ reads: ["tags"], problems: [] });
    for (const count of [MAX_JSON_LOGIC_NODES, MAX_JSON_LOGIC_NODES + 1])
      for (const rule of [missing(count), { and: [missing(count), { method: ["x", "toString"] }] }])
        expect(faults(rule)).toEqual([": the expression holds more than 1,000 values"]);
  });
});
