// Writes engine/source/schema/generated-validators.ts: what ajv makes of schemas/*.schema.json, as source code. So no command and no
// server waits for it (half of what `policy check` took), and documents are judged where code may not be made from strings.
// 400 KB that follow from the schemas are not kept in git.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import standalone from "ajv/dist/standalone/index.js";
import { writeIfChanged } from "./write-if-changed.mjs";

const root = new URL("..", import.meta.url);
/** Of these definitions, keys that should be facts are not judged: which there are is for the policy's `attributes` to say. */
const withFacts = new Set(["condition", "request"]);

const ajv = new Ajv2020({
  allErrors: false, // finding all is what ajv needs quadratic time for, and its errors know no places in YAML
  strictRequired: false,
  allowUnionTypes: true,
  inlineRefs: false,
  code: { source: true, esm: true },
});
const names = ["policy", "catalog", "test"];
for (const name of names) {
  const { $defs, ...schema } = JSON.parse(readFileSync(new URL(`schemas/${name}.schema.json`, root), "utf8"));
  const definitions = Object.entries($defs).map(([definition, node]) => [
    definition,
    withFacts.has(definition) ? { ...node, additionalProperties: {} } : node,
  ]);
  ajv.addSchema(judging({ ...schema, $defs: Object.fromEntries(definitions) }), name);
}
const code = standalone.default(ajv, Object.fromEntries(names.map((name) => [name, name])));

/** What ajv's code needs at run time: it asks by `require` in modules too, and some loaders have unwrapped the default before. */
const imports = [];
const body = code
  .replace('"use strict";', "")
  .replace(/require\("(ajv\/dist\/runtime\/(\w+))"\)\.default/g, (_, path, name) => {
    imports.push(`import ${name} from "${path}.js";`);
    return `(${name}.default ?? ${name})`;
  });
writeIfChanged(
  new URL("engine/source/schema/generated-validators.ts", root),
  `// @ts-nocheck Generated from schemas/*.schema.json by scripts/generate-validators.mjs.\n${imports.join("\n")}\n${body}\n`,
);

/** A schema without what it says to people. */
function judging(schema) {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(judging);
  const { title, description, examples, ...rest } = schema;
  return Object.fromEntries(
    Object.entries(rest).map(([keyword, value]) => {
      const isNamed = ["$defs", "properties", "patternProperties"].includes(keyword);
      if (!isNamed) return [keyword, keyword === "const" || keyword === "enum" ? value : judging(value)];
      return [keyword, Object.fromEntries(Object.entries(value).map(([name, node]) => [name, judging(node)]))];
    }),
  );
}
