import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../../engine/policy/compile-policy.js";
import { KnownParts } from "../../../engine/policy/known-parts.js";
import type { SourceFile } from "../../../engine/source/source-file.js";
import { Random } from "../../differential/random.js";

const policies = join(import.meta.dirname, "../../../policies");
const shipped: readonly SourceFile[] = readdirSync(policies, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => ({ name, text: readFileSync(join(policies, name), "utf8") }));

const catalog = `kind: catalog
providers: { left: { format: simulated } }
models: { acme/small: { context_window: 32k, endpoints: [{ provider: left, model: small }] } }
`;
const root = (rest = "") => `kind: policy
name: parts
rules:
  - include: a.yaml
    scope: { tenant: [one, two] }
  - include: b.yaml
default: { route: { to: [acme/small] } }
${rest}`;
const rule = (id: string, to = "acme/small") =>
  `kind: policy\nrules:\n  - { id: ${id}, match: { app: ${id} }, route: { to: [${to}] } }\n`;
const filesOf = (texts: Record<string, string>): SourceFile[] =>
  Object.entries(texts).map(([name, text]) => ({ name, text }));
const base = { "policy.yaml": root(), "catalog.yaml": catalog, "a.yaml": rule("a"), "b.yaml": rule("b") };

describe("compilePolicy() with what is known from before", () => {
  it("gives what it would give without, edit after edit", () => {
    const random = new Random(7);
    const known = new KnownParts();
    let files = [...shipped];
    let refused = 0;
    for (let edit = 0; edit < 60; edit++) {
      files = random.chance(0.25) ? [...shipped] : edited(files, random);
      const [expected, actual] = [compilePolicy(files), compilePolicy(files, known)];
      expect(actual).toEqual(expected);
      if (expected.value === undefined) refused++;
    }
    expect(refused).toBeGreaterThan(10);
    expect(refused).toBeLessThan(50);
  });

  it("keeps the rules of files that are the same, and no others", () => {
    const known = new KnownParts();
    const [first, second] = [base, { ...base, "b.yaml": rule("c") }].map(
      (texts) => compilePolicy(filesOf(texts), known).value?.set.rules,
    );
    expect(second?.map(({ id }) => id)).toEqual(["a", "c"]);
    expect(second?.[0]).toBe(first?.[0]);
  });

  it("reads all rules again when the file they stand below changes", () => {
    const known = new KnownParts();
    const pools = { ...base, "policy.yaml": root("pools: { p: [acme/small] }\n"), "a.yaml": rule("a", "p") };
    expect(compilePolicy(filesOf(pools), known).diagnostics).toEqual([]);
    const without = compilePolicy(filesOf({ ...pools, "policy.yaml": root() }), known);
    expect(without.diagnostics).toEqual(compilePolicy(filesOf({ ...pools, "policy.yaml": root() })).diagnostics);
    expect(without.value).toBeUndefined();
  });

  it("reads a rule again that was let pass because its pool stood in the wrong file", () => {
    const known = new KnownParts();
    const misplaced = { ...base, "a.yaml": `${rule("a")}pools: { p: [acme/small] }\n`, "b.yaml": rule("b", "p") };
    compilePolicy(filesOf(misplaced), known);
    const mended = filesOf({ ...misplaced, "a.yaml": rule("a") });
    expect(compilePolicy(mended, known)).toEqual(compilePolicy(mended));
  });
});

/** One file with a line gone, doubled, exchanged or misspelt; or a file gone. */
function edited(files: readonly SourceFile[], random: Random): SourceFile[] {
  const at = random.integer(0, files.length - 1);
  if (random.chance(0.05)) return files.filter((_, index) => index !== at);
  return files.map((file, index) => {
    if (index !== at) return file;
    const lines = file.text.split("\n");
    const line = random.integer(0, lines.length - 1);
    const text = lines[line] as string;
    const chance = random.next();
    if (chance < 0.2) lines.splice(line, 1);
    else if (chance < 0.35) lines.splice(line, 0, text);
    else if (chance < 0.6) lines[line] = text.replace(/[a-z]{4}/, "name");
    else if (chance < 0.8) lines[line] = text.replace(/\d/, "7");
    else lines[line] = `${text} # edited`;
    return { name: file.name, text: lines.join("\n") };
  });
}
