import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Located, plainValue } from "../../../../engine/source/located.js";
import { checkSchema, explainSchemaFaults, type SchemaFinding } from "../../../../engine/source/schema/check-schema.js";
import type { DocumentKind } from "../../../../engine/source/schema/document-schemas.js";
import { fitsSchema } from "../../../../engine/source/schema/fits-schema.js";
import { parseYaml } from "../../../../engine/source/syntax/parse-yaml.js";
import { readPolicyDirectory } from "../../../../server/policy-files/read-policy-directory.js";

const shipped = await readPolicyDirectory("policies");

function kindOf(name: string): DocumentKind {
  return name === "catalog.yaml" ? "catalog" : name.startsWith("tests/") ? "test" : "policy";
}

/** Places count up, as they do in a file. */
function located(value: unknown): Located {
  let at = 0;
  const place = () => ({ file: "x.yaml", start: at++, end: at });
  const build = (each: unknown): Located => {
    const span = place();
    if (Array.isArray(each)) return { kind: "list", items: each.map(build), span };
    if (typeof each !== "object" || each === null) {
      return { kind: "scalar", value: each as string, source: String(each), span };
    }
    const entries = Object.entries(each).map(([key, item]) => ({ key, keySpan: place(), value: build(item) }));
    return { kind: "map", entries, span };
  };
  return build(value);
}

/** Wrong things to put somewhere into a sound document. */
const wrong: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 200_000_000, "", "x", "200k", "1.5k", "30s", "none", "30d", "a b", "a/b", "key"],
  ...[[], {}, ["x"], [1], { x: 1 }, { gte: 1 }, { any: ["a"] }, { select: {} }, { header: "x" }, ["tools", "tools"]],
  ...[{ id: "a", deny: "no" }, { id: "a", deny: "no", route: { to: ["x"] } }, { include: "x", scope: {} }, "policy"],
];

const messages = (findings: readonly SchemaFinding[]) => findings.map(({ diagnostic }) => diagnostic.message);

describe("checkSchema()", () => {
  it("finds nothing in the shipped policies", () => {
    for (const file of shipped) {
      const { root } = parseYaml(file);
      expect(checkSchema(kindOf(file.name), root!), file.name).toEqual([]);
    }
  });

  it("is explained exactly when ajv refuses: on 3,000 shipped documents with something wrong put in", () => {
    const documents = shipped.map((file) => ({ kind: kindOf(file.name), value: plainValue(parseYaml(file).root!) }));
    let refused = 0;
    fc.assert(
      fc.property(
        fc.nat(documents.length - 1),
        fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 9 }),
        fc.constantFrom(...wrong),
        fc.constantFrom("replace", "remove", "add"),
        (index, way, put, how) => {
          const { kind, value } = documents[index]!;
          const changed = change(value, way, put, how);
          const isValid = fitsSchema(kind, changed).fits;
          const findings = explainSchemaFaults(kind, located(changed));
          expect(messages(checkSchema(kind, located(changed)))).toEqual(messages(findings));
          if (!isValid) refused++;
          expect(findings.length === 0, `${how} ${JSON.stringify(put)} at ${way}`).toBe(isValid);
        },
      ),
      { numRuns: 3_000, seed: 20261125 },
    );
    expect(refused).toBeGreaterThan(1_000);
  });

  it("stops after 1,000 faults, in the order written", () => {
    const root = located({ kind: "policy", rules: Array.from({ length: 50_000 }, () => 0) });
    const findings = checkSchema("policy", root);
    expect(findings).toHaveLength(1_000);
    const starts = findings.map(({ diagnostic }) => diagnostic.span!.start);
    expect(starts.toSorted((a, b) => a - b)).toEqual(starts);
  });
});

/** A copy in which the value that the steps lead to is replaced or removed, or gets another entry. */
function change(value: unknown, [step = 0, ...rest]: readonly number[], put: unknown, how: string): unknown {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const isLast = rest.length === 0 || entries.length === 0;
  if (isLast && how === "replace") return put;
  if (isLast && entries.length === 0) return value;
  const at = step % entries.length;
  const changed = entries.flatMap(([key, item], index): [string, unknown][] => {
    if (index !== at) return [[key, item]];
    if (!isLast) return [[key, change(item, rest, put, how)]];
    if (how === "remove") return [];
    return [
      [key, item],
      [Array.isArray(value) ? "0.5" : `${key}x`, put],
    ];
  });
  return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed);
}
