import { describe, expect, it } from "vitest";
import { codeFrame } from "../../../engine/diagnostics/code-frame.js";
import { renderDiagnostics } from "../../../engine/diagnostics/render-diagnostics.js";

// biome-ignore lint/suspicious/noControlCharactersInRegex: what the renderer writes for colours
const colour = /\u001b\[\d+m/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
const control = /[\u0007\u001b\u009b]/;

/** The frame of the stretch that « and » enclose. */
function frame(marked: string): string {
  const start = marked.indexOf("«");
  const end = marked.indexOf("»") - 1;
  const file = { name: "a.yaml", text: marked.replace(/[«»]/g, "") };
  return codeFrame(file, { file: "a.yaml", start, end })
    .map(({ gutter, text }) => `${gutter} ${text}`.trimEnd())
    .join("\n");
}

describe("codeFrame()", () => {
  it("marks the stretch, below the line above it", () => {
    expect(frame("a: 1\nb: «two»\nc: 3\n")).toBe("  1 | a: 1\n  2 | b: two\n    |    ^^^");
  });

  it("leaves out a line above that is blank or not there", () => {
    expect(frame("«a»: 1\n")).toBe("  1 | a: 1\n    | ^");
    expect(frame("a: 1\n\n«b»: 2")).toBe("  3 | b: 2\n    | ^");
  });

  it("marks one column at the end of a line, of a file without a newline, and in an empty file", () => {
    expect(frame("a: 1«»\n")).toBe("  1 | a: 1\n    |     ^");
    expect(frame("a: 1«»")).toBe("  1 | a: 1\n    |     ^");
    expect(frame("«»")).toBe("  1 |\n    | ^");
  });

  it("marks a stretch of several lines to the end of the first", () => {
    expect(frame("a: «[1,\n  2]»\n")).toBe("  1 | a: [1,\n    |    ^^^");
  });

  it("shows a tab as one blank, so that the marks stand right", () => {
    expect(frame("a:\t«x»")).toBe("  1 | a: x\n    |    ^");
  });

  it("counts wide characters as two columns and combining ones as none", () => {
    expect(frame("日本: «é🚀» x")).toBe("  1 | 日本: é🚀 x\n    |       ^^^");
    expect(frame("e\u0301: «x»")).toBe("  1 | e\u0301: x\n    |    ^");
  });

  it("shows what could steer a terminal or turn the text as a dot of one column", () => {
    expect(frame("a\u001b[31m\u202e\u009b: «x»")).toBe("  1 | a·[31m··: x\n    |           ^");
  });

  it("cuts a long line around the stretch, and leaves out the line above then", () => {
    const [first = "", marks = ""] = frame(`above\n${"x".repeat(500)}«here»${"y".repeat(500)}`).split("\n");
    expect(first).toBe(`  2 | …${"x".repeat(60)}here${"y".repeat(36)}…`);
    expect(marks).toBe(`    | ${" ".repeat(61)}^^^^`);
  });

  it("does not cut a character in two", () => {
    for (let shift = 0; shift < 4; shift++) {
      const text = frame(`${"x".repeat(shift)}${"🚀".repeat(100)}«here»${"🚀".repeat(100)}`);
      expect(text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
      expect(text).toContain("here");
    }
  });
});

describe("renderDiagnostics()", () => {
  const file = { name: "a.yaml", text: "a: 1\nb: 2\n" };
  const span = { file: "a.yaml", start: 5, end: 6 };

  it("writes place, code, message, frame, related places and help", () => {
    const related = [{ span: { file: "a.yaml", start: 0, end: 1 }, note: "first here" }];
    const finding = { code: "RW1003", severity: "error", message: "twice", span, help: "keep one", related } as const;
    expect(renderDiagnostics([finding], [file], { prefix: "policies/" })).toBe(
      [
        "policies/a.yaml:2:1: error[RW1003]: twice",
        "  1 | a: 1",
        "  2 | b: 2",
        "    | ^",
        "  policies/a.yaml:1:1: first here",
        "  1 | a: 1",
        "    | ^",
        "  help: keep one",
      ].join("\n"),
    );
  });

  it("names the directory for what stands in no file", () => {
    const finding = { code: "RW1005", severity: "error", message: "there is no `policy.yaml`" } as const;
    expect(renderDiagnostics([finding], [], { prefix: "policies/" })).toBe(
      "policies: error[RW1005]: there is no `policy.yaml`",
    );
    expect(renderDiagnostics([finding], [])).toBe("error[RW1005]: there is no `policy.yaml`");
  });

  it("colours only when asked, and says the same then", () => {
    const finding = { code: "RW1009", severity: "warning", message: "unread", span } as const;
    const plain = renderDiagnostics([finding], [file]);
    const coloured = renderDiagnostics([finding], [file], { color: true });
    expect(coloured).not.toBe(plain);
    expect(coloured.replaceAll(colour, "")).toBe(plain);
  });

  it("lets no name, message or help steer the terminal", () => {
    const name = "a\u001b[2J.yaml";
    const evil = {
      code: "RW1009",
      severity: "error",
      message: "x\u009b1m",
      help: "\u0007",
      span: { ...span, file: name },
    } as const;
    expect(renderDiagnostics([evil], [{ ...file, name }])).not.toMatch(control);
  });
});
