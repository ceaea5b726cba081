import { describe, expect, it } from "vitest";
import { lineStarts, positionAt, positionOf } from "../../../engine/source/position.js";

const file = (text: string) => ({ name: "a.yaml", text });

describe("positionAt()", () => {
  it.each([
    ["LF", "ab\ncd\n"],
    ["CR", "ab\rcd\r"],
  ])("counts lines that end with %s", (_name, text) => {
    expect(positionAt(file(text), 0)).toEqual({ line: 1, column: 1 });
    expect(positionAt(file(text), 2)).toEqual({ line: 1, column: 3 });
    expect(positionAt(file(text), 3)).toEqual({ line: 2, column: 1 });
    expect(positionAt(file(text), 6)).toEqual({ line: 3, column: 1 });
  });

  it("counts CRLF as one end of a line", () => {
    expect(positionAt(file("ab\r\n\r\ncd"), 6)).toEqual({ line: 3, column: 1 });
    expect(positionAt(file("ab\r\ncd"), 3)).toEqual({ line: 1, column: 4 });
  });

  it("counts columns in UTF-16 units, so a character outside the first plane is two", () => {
    expect(positionAt(file("🚀x"), 2)).toEqual({ line: 1, column: 3 });
  });

  it("puts the end of the text on the last line, and an empty file at 1:1", () => {
    expect(positionAt(file("ab"), 2)).toEqual({ line: 1, column: 3 });
    expect(positionAt(file(""), 0)).toEqual({ line: 1, column: 1 });
  });

  it("agrees with counting, at every offset of a mixed text", () => {
    const text = "a\r\n\n🚀b\r\rlast";
    for (let offset = 0; offset <= text.length; offset++) {
      const lines = text.slice(0, offset).split(/\r\n|\n|\r(?!$)|\r$(?!\n)/);
      if (text.slice(offset - 1, offset + 1) === "\r\n") continue; // between the two halves of one line end
      expect(positionAt(file(text), offset), `offset ${offset}`).toEqual({
        line: lines.length,
        column: (lines.at(-1)?.length ?? 0) + 1,
      });
    }
  });
});

describe("lineStarts()", () => {
  it("is built once for each file", () => {
    const one = file("a\nb");
    expect(lineStarts(one)).toBe(lineStarts(one));
    expect([...lineStarts(one)]).toEqual([0, 2]);
  });
});

describe("positionOf()", () => {
  it("finds the file, and is 1:1 in none of them", () => {
    const span = { file: "a.yaml", start: 2, end: 3 };
    expect(positionOf([file("a\nb")], span)).toEqual({ line: 2, column: 1 });
    expect(positionOf([], span)).toEqual({ line: 1, column: 1 });
  });
});
