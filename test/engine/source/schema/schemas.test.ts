import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { type DocumentKind, type SchemaNode, schemaOf } from "../../../../engine/source/schema/document-schemas.js";

const kinds: readonly DocumentKind[] = ["policy", "catalog", "test"];

/** Every schema node below a node, with the way to it. */
function nodesOf(node: unknown, pointer: string): readonly (readonly [string, SchemaNode])[] {
  if (typeof node !== "object" || node === null) return [];
  const { examples, enum: _values, required, ...rest } = node as Record<string, unknown>;
  const inner = Object.entries(rest).flatMap(([key, value]) =>
    nodesOf(value, `${pointer}/${key.replaceAll("/", "~1")}`),
  );
  return [[pointer, { ...node } as SchemaNode], ...inner];
}

describe.each(kinds)("the %s schema", (kind) => {
  const written = JSON.parse(readFileSync(`schemas/${kind}.schema.json`, "utf8")) as SchemaNode;
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
  ajv.addSchema(written, kind);

  it("is what the engine carries", () => {
    expect(schemaOf(kind)).toEqual(written);
  });

  it("is a valid schema of draft 2020-12", () => {
    expect(new Ajv2020().validateSchema(written)).toBe(true);
  });

  it("says of every key what it is, for an editor's hover", () => {
    const silent = nodesOf(written, `${kind}#`).flatMap(([pointer, { properties = {} }]) =>
      Object.entries(properties).flatMap(([key, property]) => {
        const target = property.$ref === undefined ? property : written.$defs?.[property.$ref.slice("#/$defs/".length)];
        const says = [property, target].some((node) => node?.description !== undefined || node?.title !== undefined);
        return says || pointer.endsWith("properties") ? [] : [`${pointer}/properties/${key}`];
      }),
    );
    expect(silent).toEqual([]);
  });

  it("has examples that fit", () => {
    let count = 0;
    for (const [pointer, { examples = [] }] of nodesOf(written, `${kind}#`)) {
      const validate = examples.length === 0 ? undefined : ajv.getSchema(pointer);
      for (const example of examples) {
        count++;
        expect(validate?.(example), `${pointer}: ${JSON.stringify(example)}`).toBe(true);
      }
    }
    expect(count).toBeGreaterThan(5);
  });

  it("uses only keywords that the engine understands", () => {
    const known = new Set([
      ...["$schema", "$id", "$defs", "$ref", "title", "description", "examples", "default", "type", "const", "enum"],
      ...[
        "anyOf",
        "oneOf",
        "minLength",
        "pattern",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "minItems",
        "maxItems",
        "uniqueItems",
      ],
      ...["items", "minProperties", "maxProperties", "required", "propertyNames", "properties", "patternProperties"],
      ...["additionalProperties"],
    ]);
    const isMap = (pointer: string) => /\/(properties|patternProperties|\$defs)$/.test(pointer);
    const keywords = nodesOf(written, "").flatMap(([pointer, node]) => (isMap(pointer) ? [] : Object.keys(node)));
    const isIndex = (keyword: string) => /^\d+$/.test(keyword);
    expect([...new Set(keywords)].filter((keyword) => !known.has(keyword) && !isIndex(keyword))).toEqual([]);
  });

  it("has no two branches of one choice that a value could be judged by, but mappings with keys of their own", () => {
    for (const [pointer, { anyOf = [] }] of nodesOf(written, `${kind}#`)) {
      const types = anyOf.flatMap((branch) => {
        const target = branch.$ref === undefined ? branch : written.$defs?.[branch.$ref.slice("#/$defs/".length)];
        return [target?.type ?? []].flat();
      });
      const others = types.filter((type) => type !== "object");
      expect(new Set(others).size, pointer).toBe(others.length);
    }
  });
});
