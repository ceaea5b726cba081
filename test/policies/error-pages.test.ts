import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { analyzePolicy } from "../../engine/analyze/analyze-policy.js";
import type { Diagnostic } from "../../engine/diagnostics/diagnostic.js";
import { diagnosticCodes } from "../../engine/diagnostics/diagnostic-codes.js";
import { renderDiagnostics } from "../../engine/diagnostics/render-diagnostics.js";
import { compilePolicy } from "../../engine/policy/compile-policy.js";
import { readPolicyDirectory } from "../../server/policy-files/read-policy-directory.js";
import { type DocsExample, filesOfExample, readExamples } from "./docs-examples.js";

const shipped = await readPolicyDirectory("policies");
function diagnosticsOf(example: DocsExample): readonly Diagnostic[] {
  const { value, diagnostics } = compilePolicy(filesOfExample(example, shipped));
  return [...diagnostics, ...(value === undefined ? [] : analyzePolicy(value, { all: true }))];
}
function codesOf(example: DocsExample): readonly string[] {
  return diagnosticsOf(example).map(({ code }) => code);
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
    expect(codesOf(reported!)).toContain(code);
    expect(codesOf(silent!)).not.toContain(code);
  });

  // What is wrong with a set has its exact texts in test/broken; this is what is questionable about a sound one.
  const questionable = Object.keys(diagnosticCodes).filter((code) => code.startsWith("RW2"));
  it.each(questionable)("%s: its first example is told exactly this (`UPDATE=1` writes it anew)", async (code) => {
    const [reported] = await readExamples(`docs/errors/${code}.md`);
    const findings = diagnosticsOf(reported!).filter((each) => each.code === code);
    const rendered = `${renderDiagnostics(findings, filesOfExample(reported!, shipped))}\n`;
    const path = `test/policies/rendered/${code}.txt`;
    if (process.env["UPDATE"] === "1") await writeFile(path, rendered);
    else expect(rendered).toBe(await readFile(path, "utf8"));
  });
});
