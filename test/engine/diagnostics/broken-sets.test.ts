import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { diagnosticCodes } from "../../../engine/diagnostics/diagnostic-codes.js";
import { renderDiagnostics } from "../../../engine/diagnostics/render-diagnostics.js";
import { compilePolicy } from "../../../engine/policy/compile-policy.js";
import { expectWellFormed } from "./expect-well-formed.js";
import { readBrokenSets, soundBase } from "./read-broken-sets.js";

const sets = readBrokenSets().map((set) => ({ ...set, ...compilePolicy(set.files) }));

describe("the broken sets of test/broken", () => {
  it("build on a base without a finding", () => {
    expect(compilePolicy(soundBase).diagnostics).toEqual([]);
  });

  it.each(sets.map((set) => [set.name, set] as const))("%s: is told exactly this", (_name, set) => {
    const { files, diagnostics, expected, expectedPath } = set;
    const rendered = `${renderDiagnostics(diagnostics, files)}\n`;
    if (process.env["UPDATE"] === "1" && rendered !== expected) writeFileSync(expectedPath, rendered);
    else expect(rendered).toBe(expected);
  });

  it.each(sets.map((set) => [set.name, set] as const))("%s: is told in order, at real places", (_name, set) => {
    expectWellFormed(set.diagnostics, set.files);
  });

  it.each(sets.map((set) => [set.name, set] as const))("%s: is about the code it is named after", (name, set) => {
    expect(set.diagnostics.map(({ code }) => code)).toContain(name.slice(0, 6));
    const isError = set.diagnostics.some(({ severity }) => severity === "error");
    expect(set.value === undefined).toBe(isError);
  });

  it("cover every code", () => {
    const covered = new Set(sets.map(({ name }) => name.slice(0, 6)));
    // What the analysis finds is not broken: test/engine/analyze and the pages of docs/errors have its examples.
    const faults = Object.keys(diagnosticCodes).filter((code) => code.startsWith("RW1"));
    expect(faults.filter((code) => !covered.has(code))).toEqual([]);
    expect(sets.length).toBeGreaterThanOrEqual(80);
  });

  it("say one thing once: no two findings begin at the same place, but for keys that a map lacks", () => {
    for (const { name, diagnostics } of sets) {
      const places = diagnostics
        .filter(
          ({ code, span }) => span !== undefined && code !== "RW1102" && code !== "RW1104" && !name.includes("denial"),
        )
        .map(({ span }) => `${span?.file}:${span?.start}`);
      expect(places, name).toEqual([...new Set(places)]);
    }
  });

  it("find everything that is wrong in one run", () => {
    const everything = sets.find(({ name }) => name === "RW1103-everything-wrong");
    expect(everything?.diagnostics.length).toBeGreaterThanOrEqual(30);
    expect(new Set(everything?.diagnostics.map(({ code }) => code)).size).toBeGreaterThanOrEqual(18);
  });
});
