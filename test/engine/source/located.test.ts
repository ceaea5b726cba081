import { describe, expect, it } from "vitest";
import { entryOf, type LocatedMap, plainValue, shorten, spanWithin } from "../../../engine/source/located.js";
import { parseYaml } from "../../../engine/source/syntax/parse-yaml.js";

const parse = (text: string) => parseYaml({ name: "a.yaml", text }).root!;

describe("plainValue()", () => {
  it("gives the JSON that was written", () => {
    const text = '{"a":[1,"x",null,true,{"b":{}}],"c":1.5}';
    expect(JSON.stringify(plainValue(parse(text)))).toBe(text);
  });
});

describe("entryOf()", () => {
  it("finds the same entries in a small map and in a large one", () => {
    for (const size of [3, 31, 32, 5_000]) {
      const map = parse(Array.from({ length: size }, (_, at) => `k${at}: ${at}`).join("\n")) as LocatedMap;
      expect(entryOf(map, `k${size - 1}`)?.value).toMatchObject({ value: size - 1 });
      expect(entryOf(map, "constructor")).toBeUndefined();
    }
  });
});

describe("spanWithin()", () => {
  const text = "a: 'one two'\nb: one two\nc: \"one\\ttwo\"\n";
  const scalarOf = (key: string) => {
    const { value } = entryOf(parse(text) as LocatedMap, key)!;
    if (value.kind !== "scalar") throw new Error("expected a scalar");
    return { span: value.span, source: value.source };
  };
  const shown = (key: string) => {
    const { span, source } = scalarOf(key);
    const { start, end } = spanWithin(span, source, source.indexOf("two"), source.length);
    return text.slice(start, end);
  };

  it("is the stretch itself in plain and in quoted text", () => {
    expect(shown("a")).toBe("two");
    expect(shown("b")).toBe("two");
  });

  it("is the whole text where escapes move it", () => {
    expect(shown("c")).toBe('"one\\ttwo"');
  });
});

describe("shorten()", () => {
  it("keeps 60 characters on one line, without control characters or half a surrogate pair", () => {
    expect(shorten("a\nb\u009b[31mc")).toBe("a b [31mc");
    expect(shorten("x".repeat(61))).toBe(`${"x".repeat(59)}…`);
    expect(shorten(`${"x".repeat(58)}🚀🚀`)).toBe(`${"x".repeat(58)}…`);
  });
});
