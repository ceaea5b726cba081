import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { analyzePolicy } from "../../engine/analyze/analyze-policy.js";
import { diagnosticCodes } from "../../engine/diagnostics/diagnostic-codes.js";
import { compilePolicy } from "../../engine/policy/compile-policy.js";
import { readPolicyDirectory } from "../../server/policy-files/read-policy-directory.js";
import { type DocsExample, filesOfExample, readExamples } from "./docs-examples.js";

const shipped = await readPolicyDirectory("policies");
/** Limits and stray files take more than an example on a page. */
const withoutExamples = ["RW1004", "RW1009"];

function codesOf(example: DocsExample): readonly string[] {
  const { value, diagnostics } = compilePolicy(filesOfExample(example, shipped));
  const findings = value === undefined ? [] : analyzePolicy(value, { all: true });
  return [...diagnostics, ...findings].map(({ code }) => code);
}

describe("the page of a diagnostic code", () => {
  it("is there for each, and for no other", async () => {
    const pages = await readdir("docs/errors");
    expect(pages.sort()).toEqual(
      Object.keys(diagnosticCodes)
        .map((code) => `${code}.md`)
        .sort(),
    );
  });

  it.each(Object.keys(diagnosticCodes))("%s: its first example is reported, its second is not", async (code) => {
    const page = await readFile(`docs/errors/${code}.md`, "utf8");
    expect(page).toMatch(new RegExp(`^# ${code}: `));
    const [reported, silent] = await readExamples(`docs/errors/${code}.md`);
    if (withoutExamples.includes(code)) return;
    expect(codesOf(reported!)).toContain(code);
    expect(codesOf(silent!)).not.toContain(code);
  });
});
