import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { globProblem, matchesGlob } from "../../../engine/conditions/glob.js";

describe("matchesGlob()", () => {
  it("matches the whole text, `*` standing for any run of characters, also none", () => {
    const cases: readonly (readonly [pattern: string, text: string, expected: boolean])[] = [
      ["gpt-*-mini", "gpt-4.1-mini", true],
      ["gpt-*-mini", "gpt--mini", true],
      ["gpt-*-mini", "gpt-mini", false],
      ["gpt-*", "gpt-", true],
      ["gpt-*", "my-gpt-4", false],
      ["*mini", "mini", true],
      ["*mini", "minimal", false],
      ["*", "", true],
      ["**", "anything", true],
      ["a*b*c", "abbc-abc", true],
      ["a*b*c", "abbc-ab", false],
      ["a.c*", "abc", false],
      ["*a", "aaa", true],
      ["a*a", "a", false],
    ];
    for (const [pattern, text, expected] of cases)
      expect([pattern, text, matchesGlob(pattern, text)]).toEqual([pattern, text, expected]);
  });

  it("agrees with a regular expression on any pattern and text", () => {
    const short = fc.string({ unit: fc.constantFrom("a", "b", "*", ".", "\n"), maxLength: 8 });
    fc.assert(
      fc.property(short, short, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll(".", "\\.").split("*").join("[^]*")}$`);
        expect(matchesGlob(pattern, text)).toBe(expression.test(text));
      }),
      { seed: 20261124, numRuns: 5_000 },
    );
  });

  // At most pattern × text = 2.4 million steps; a backtracking matcher would not end.
  it("never backtracks exponentially", () => {
    const pattern = `${"a*".repeat(120)}b`;
    expect(matchesGlob(pattern, "a".repeat(10_000))).toBe(false);
  });
});

describe("globProblem()", () => {
  it("is silent about a sound glob", () => {
    for (const pattern of ["gpt-*", "*", "a*b*c", "*/mini", "é*", "*".repeat(256)])
      expect(globProblem(pattern)).toBeUndefined();
  });

  it("says what is wrong", () => {
    expect(globProblem("")).toContain("empty");
    expect(globProblem("gpt-4")).toContain("without `*`");
    expect(globProblem("gpt-?*")).toContain("`?`");
    expect(globProblem("[ab]*")).toContain("`[`");
    expect(globProblem("*".repeat(257))).toContain("256");
  });
});
