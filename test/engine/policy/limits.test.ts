import { describe, expect, it } from "vitest";
import { decide } from "../../../engine/evaluate/decide.js";
import { decideInOrder } from "../../../engine/evaluate/decide-in-order.js";
import { compilePolicy } from "../../../engine/policy/compile-policy.js";
import { limits } from "../../../engine/source/limits.js";
import type { SourceFile } from "../../../engine/source/source-file.js";
import { completed } from "../diagnostics/read-broken-sets.js";

/** Inputs too big to lie in a folder of test/broken. */
function told(files: readonly SourceFile[]): readonly string[] {
  return compilePolicy(files).diagnostics.map(({ code, message }) => `${code} ${message}`);
}

const rules = (text: string): SourceFile => ({ name: "rules.yaml", text: `kind: policy\nrules:\n${text}` });
const numbered = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join("");
const deny = (index: number) => `  - { id: r${index}, deny: "no" }\n`;

describe("compilePolicy() beyond a limit", () => {
  it("refuses too many files, and too many characters together", () => {
    const files = Array.from({ length: limits.files + 1 }, (_, at) => ({ name: `f${at}.yaml`, text: "" }));
    expect(told(files)).toEqual(["RW1004 the directory holds 2,001 YAML files; a policy set may have 2,000"]);
    const text = " ".repeat(limits.fileSize);
    const large = Array.from({ length: 17 }, (_, at) => ({ name: `f${at}.yaml`, text }));
    expect(told(large)).toEqual([
      "RW1004 the files have 71,303,168 characters together; a policy set may have 67,108,864",
    ]);
  });

  it("refuses a file that is too large, and says nothing of the names in it", () => {
    const large = { name: "catalog.yaml", text: "#".repeat(limits.fileSize + 1) };
    expect(told(completed([large]))).toEqual([
      "RW1004 the file has 4,194,305 characters; a policy file may have 4,194,304",
    ]);
  });

  it("takes 50,000 rules, and refuses one more, once", () => {
    expect(told(completed([rules(numbered(limits.rules, deny))]))).toEqual([]);
    expect(told(completed([rules(numbered(limits.rules + 10, deny))]))).toEqual([
      "RW1004 the set has more than 50,000 rules",
    ]);
  });

  // Each kept a list of those before it: that took minutes, and gigabytes.
  it("says of 50,000 rules under one id that it is used twice", () => {
    const found = told(completed([rules(numbered(limits.rules, () => deny(0)))]));
    expect(found).toHaveLength(limits.diagnostics);
    expect(found[0]).toBe("RW1205 the id `r0` is used twice");
  });

  it("takes 32 `all` within each other, each a list of maps, and refuses one more", () => {
    const nested = (depth: number) =>
      rules(
        `  - id: a\n    match: ${"{ all: [".repeat(depth)}{ stream: true }${"] }".repeat(depth)}\n    deny: "no"\n`,
      );
    expect(told(completed([nested(32)]))).toEqual([]);
    expect(told(completed([nested(33)]))).toEqual([
      "RW1004 `all` stands within 32 others; `all`, `any` and `not` nest at most 32 deep",
    ]);
  });

  it("takes 16 files that include each other, and refuses one more", () => {
    const chain = (length: number) =>
      completed([
        rules("  - include: f2.yaml\n"),
        ...Array.from({ length: length - 1 }, (_, at) => ({
          name: `f${at + 2}.yaml`,
          text: `kind: policy\nrules:\n${at + 2 === length ? deny(0) : `  - include: f${at + 3}.yaml\n`}`,
        })),
      ]);
    expect(told(chain(16))).toEqual([]);
    expect(told(chain(17))).toEqual(["RW1004 files include each other more than 16 deep here"]);
  });

  it("takes 32 pools within each other in any order, and refuses one more, once", () => {
    const pools = (depth: number, isReversed: boolean) => {
      const lines = Array.from(
        { length: depth },
        (_, at) => `  p${at}: [${at === depth - 1 ? "openai/gpt-4.1" : `p${at + 1}`}]\n`,
      );
      const text = `kind: policy\nname: x\npools:\n${(isReversed ? lines.reverse() : lines).join("")}`;
      return completed([{ name: "policy.yaml", text: `${text}default:\n  route: { to: [p0] }\n` }]);
    };
    for (const isReversed of [true, false]) {
      expect(told(pools(32, isReversed))).toEqual([]);
      expect(told(pools(5_000, isReversed))).toEqual(["RW1004 pools stand within each other more than 32 deep"]);
    }
  });

  it("reports 100 findings of thousands, the first ones", () => {
    const messages = told(completed([rules(numbered(3_000, (at) => `  - { id: r${at}, deny: "" }\n`))]));
    expect(messages).toHaveLength(limits.diagnostics);
    expect(messages.at(-1)).toMatch(/^RW1004 [\d,]+ more findings are not shown$/);
  });

  it("refuses a million brackets", () => {
    expect(told(completed([rules(`  - ${"[".repeat(1_000_000)}`)]))).toEqual([
      "RW1004 maps and lists nest deeper than 160 levels here",
    ]);
  });
});

describe("compilePolicy() on large sound files", () => {
  const many = (count: number, name: string) => Array.from({ length: count }, (_, at) => `${name}${at}`).join(", ");
  it.each([
    ["200,000 tags", rules(`  - { id: a, match: { tags: [${many(200_000, "t")}] }, deny: "no" }\n`)],
    ["200,000 tenants", rules(`  - { id: a, match: { tenant: [${many(200_000, "t")}] }, deny: "no" }\n`)],
    [
      "50,000 parts of `any`",
      rules(`  - { id: a, match: { any: [${"{ stream: true }, ".repeat(50_000)}] }, deny: "no" }\n`),
    ],
    ["150,000 tags in none", rules(`  - { id: a, match: { tags: { none: [${many(150_000, "t")}] } }, deny: "no" }\n`)],
  ])("does not overflow the stack: %s", (_name, file) => {
    const { value, diagnostics } = compilePolicy(completed([file]));
    expect(diagnostics).toEqual([]);
    for (const facts of [{}, { tags: ["t7"], tenant: "t7", stream: true }, { tags: [], tenant: "x", stream: false }]) {
      expect(decide(value!, facts)).toEqual(decideInOrder(value!.set, facts));
    }
  });
});

describe("compilePolicy() on large files", () => {
  it.each([
    ["rules that are all wrong", rules(numbered(20_000, (at) => `  - { id: r${at}, deny: "", colour: ${at} }\n`))],
    [
      "unknown facts",
      rules(`  - id: a\n    deny: "no"\n    match:\n${numbered(20_000, (at) => `      fact${at}: 1\n`)}`),
    ],
    ["unknown models", rules(`  - id: a\n    route:\n      to: [${numbered(20_000, (at) => `acme/m${at}, `)}]\n`)],
    ["wrong items in one line", rules(`  - { id: a, route: { to: [${"0, ".repeat(20_000)}] } }\n`)],
    ["unclosed brackets", rules("  - x: [\n".repeat(5_000))],
    ["anchors in one line", rules(`  - { id: a, deny: "no", match: { tags: [${"&x y, ".repeat(20_000)}] } }\n`)],
    ["includes of nothing", rules(numbered(20_000, (at) => `  - include: f${at}.yaml\n`))],
    [
      "values of a closed list",
      rules(`  - { id: a, deny: "no", match: { attributes.plan: [${"gold, ".repeat(20_000)}] } }\n`),
    ],
  ])("does not take the square of their size: %s", (_name, file) => {
    expect(told(completed([file])).length).toBeGreaterThan(0);
  });
});
