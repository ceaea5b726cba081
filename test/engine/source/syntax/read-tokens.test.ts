import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { limits } from "../../../../engine/source/limits.js";
import { parseYaml } from "../../../../engine/source/syntax/parse-yaml.js";
import { readTokens } from "../../../../engine/source/syntax/read-tokens.js";

/** `depth` lists within each other, in several notations. */
const notations: readonly (readonly [string, (depth: number) => string])[] = [
  ["brackets", (depth) => `${"[".repeat(depth)}x${"]".repeat(depth)}`],
  ["braces", (depth) => `${"{ a: ".repeat(depth)}x${" }".repeat(depth)}`],
  ["dashes in one line", (depth) => `${"- ".repeat(depth)}x`],
  ["explicit keys", (depth) => `${"? ".repeat(depth)}x`],
  ["keys on lines of their own", (depth) => Array.from({ length: depth }, (_, at) => `${" ".repeat(at)}a:`).join("\n")],
  [
    "dashes on lines of their own",
    (depth) => Array.from({ length: depth }, (_, at) => `${" ".repeat(at)}-`).join("\n"),
  ],
  ["brackets that quotes seem to close", (depth) => `${`[ "]", `.repeat(depth)}x${"]".repeat(depth)}`],
  ["brackets that comments seem to close", (depth) => `${"[ # ]\n".repeat(depth)}x${"]".repeat(depth)}`],
];

describe("readTokens()", () => {
  it.each(notations)("takes as many levels as the limit says, and no more: %s", (_name, nested) => {
    expect(readTokens(nested(limits.nesting)).kind).toBe("tokens");
    expect(readTokens(nested(limits.nesting + 1)).kind).toBe("too-deep");
  });

  it.each(notations)("does not overflow the stack a hundred times deeper: %s", (_name, nested) => {
    const depth = nested(1).includes("\n") || nested(2).includes("\n") ? 1_000 : 200_000;
    expect(readTokens(nested(depth)).kind).toBe("too-deep");
  });

  it("refuses a million brackets at the first that is too many", () => {
    const reading = readTokens("[".repeat(1_000_000));
    expect(reading).toEqual({ kind: "too-deep", start: limits.nesting, end: limits.nesting + 1 });
  });

  it("agrees with what is parsed, on random documents around the limit", () => {
    const depthOf = (value: unknown): number => {
      if (typeof value !== "object" || value === null) return 0;
      return 1 + Math.max(0, ...Object.values(value).map(depthOf));
    };
    const value = fc
      .array(fc.constantFrom("list", "map", "wide"), { minLength: 150, maxLength: 170 })
      .map((kinds) =>
        kinds.reduce<unknown>(
          (inner, kind) => (kind === "map" ? { a: inner } : kind === "list" ? [inner] : [1, inner]),
          "x",
        ),
      );
    fc.assert(
      fc.property(value, fc.boolean(), (nested, isFlow) => {
        const text = stringify(nested, { collectionStyle: isFlow ? "flow" : "block", lineWidth: 0, indent: 2 });
        expect(readTokens(text).kind).toBe(depthOf(nested) > limits.nesting ? "too-deep" : "tokens");
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});

describe("parseYaml()", () => {
  const parse = (text: string) => parseYaml({ name: "a.yaml", text });

  it("refuses a file beyond the size limit before it reads it", () => {
    const { root, diagnostics } = parse("x".repeat(limits.fileSize + 1));
    expect(root).toBeUndefined();
    expect(diagnostics).toEqual([
      {
        code: "RW1004",
        severity: "error",
        message: "the file has 4,194,305 characters; a policy file may have 4,194,304",
        help: "split it: rules can be moved to files of their own with `include`",
        span: { file: "a.yaml", start: 0, end: 1 },
      },
    ]);
  });

  it("gives places that hold what was read, with a byte order mark and CRLF", () => {
    const text = "\ufeffa: 'x y'\r\nb: [1, two]\r\n";
    const { root } = parse(text);
    if (root?.kind !== "map") throw new Error("expected a map");
    const shown = root.entries.map(({ keySpan, value }) => [
      text.slice(keySpan.start, keySpan.end),
      text.slice(value.span.start, value.span.end),
    ]);
    expect(shown).toEqual([
      ["a", "'x y'"],
      ["b", "[1, two]"],
    ]);
  });

  it("reads an empty file as nothing, without a complaint", () => {
    for (const text of ["", "\n\n", "# only a comment\n"]) {
      expect(parse(text)).toEqual({ diagnostics: [], refused: new Set() });
    }
  });

  it("finds each of several syntax errors of different lines", () => {
    const { diagnostics } = parse("a: @x\nb: `y`\nc: [1, 2\nd: 3\n");
    expect(diagnostics.map(({ message }) => message)).toEqual([
      "a value cannot begin with `@`",
      "a value cannot begin with a backtick",
      "this `[` is not closed",
    ]);
  });
});
