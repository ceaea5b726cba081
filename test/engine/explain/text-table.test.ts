import { describe, expect, it } from "vitest";
import { breakText, renderTable, safeText } from "../../../engine/explain/text-table.js";
import { formatFactValue, formatInstant } from "../../../engine/explain/words/format-fact-value.js";

describe("renderTable", () => {
  it("aligns columns, numbers to the right, without trailing blanks", () => {
    const rows = [
      ["a", { text: "1", align: "right" }, "first"],
      ["long", { text: "1,000", align: "right" }, ""],
    ] as const;
    expect(renderTable(rows, 2, false)).toEqual(["  a         1  first", "  long  1,000"]);
  });

  it("leaves out columns that nobody fills", () => {
    expect(renderTable([["a", "", "c"]], 0, false)).toEqual(["a  c"]);
  });

  it("does not let a long last cell push the columns of longer rows aside", () => {
    expect(
      renderTable(
        [
          ["a", "b", "c"],
          ["…", "a long remark"],
        ],
        0,
        false,
      ),
    ).toEqual(["a  b  c", "…  a long remark"]);
  });

  it("goes on below the last column when a line is full", () => {
    const lines = renderTable([["name", "word ".repeat(40).trim()]], 0, false);
    expect(lines).toHaveLength(2);
    expect(lines[0]?.length).toBeLessThanOrEqual(120);
    expect(lines[1]).toMatch(/^ {6}word/);
  });

  it("keeps to a narrower terminal, and gives the last cell lines of its own where hardly any room is left", () => {
    const rows = [
      ["rule-of-a-team", "teams/search.yaml:12", "tags has any of rerank, classify · {code, sql, python}"],
      ["b", "policy.yaml:3", "yes"],
    ];
    expect(renderTable(rows, 2, false, 60)).toEqual([
      "  rule-of-a-team  teams/search.yaml:12",
      "      tags has any of rerank, classify · {code, sql, python}",
      "  b               policy.yaml:3         yes",
    ]);
    const remark = ["", "", "because: it goes on below the row before it"];
    expect(renderTable([...rows.slice(0, 1), remark], 2, false, 60)).toEqual([
      "  rule-of-a-team  teams/search.yaml:12",
      "      tags has any of rerank, classify · {code, sql, python}",
      "      because: it goes on below the row before it",
    ]);
    expect(renderTable(rows, 2, false, 80)).toEqual([
      "  rule-of-a-team  teams/search.yaml:12  tags has any of rerank, classify ·",
      "                                        {code, sql, python}",
      "  b               policy.yaml:3         yes",
    ]);
  });

  it("aligns coloured cells as if they had no colour", () => {
    const rows = [
      [{ text: "a", tone: "good" }, "x"],
      ["long", "y"],
    ] as const;
    expect(renderTable(rows, 0, true)).toEqual(["\u001b[32ma\u001b[0m     x", "long  y"]);
  });
});

describe("breakText", () => {
  it("keeps a word that is longer than a line whole", () => {
    const word = "w".repeat(50);
    expect(breakText(`a ${word} b`, 40)).toEqual(["a", word, "b"]);
  });

  it("does not break into a tower of words", () => {
    expect(breakText("one two three four five six seven", 10)).toEqual(["one two three four five six seven"]);
  });
});

describe("safeText", () => {
  it("shows control characters and direction overrides by their number", () => {
    expect(safeText("a\u001b[2Jb\u009b\u202e\n é")).toBe("a\\u{1b}[2Jb\\u{9b}\\u{202e}\\u{a} é");
  });
});

describe("formatFactValue", () => {
  const number = (unit?: "tokens" | "usd" | "ms" | "ratio") => {
    return { name: "f", type: "number", description: "", ...(unit === undefined ? {} : { unit }) } as const;
  };
  it.each([
    [150_000, number("tokens"), "150,000"],
    [1_500.5, number("ms"), "1500.5"],
    [0.05, number("usd"), "0.05"],
    [1e-9, number("usd"), "0.000000001"],
    [0.25, number("ratio"), "0.25"],
    [20_000, number(), "20000"],
    [true, undefined, "true"],
    ["plain-word", undefined, "plain-word"],
    ["", undefined, '""'],
    ["two words", undefined, '"two words"'],
    [["a", "b c"], undefined, '{a, "b c"}'],
    [[], undefined, "{}"],
    [0, { name: "time", type: "time", description: "" } as const, "1970-01-01T00:00:00.000Z"],
  ])("writes %j as people read it", (value, definition, expected) => {
    expect(formatFactValue(value, definition)).toBe(expected);
  });

  it("writes an instant beyond what a date can hold as its number", () => {
    expect(formatInstant(1e20)).toBe("100000000000000000000");
  });
});
