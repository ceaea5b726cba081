// Writes engine/source/schema/generated-schemas.ts from schemas/*.schema.json, so that the engine carries its schemas
// without reading files (Node 20 warns about JSON modules, and edge runtimes have no file system).
import { readFileSync } from "node:fs";
import { writeIfChanged } from "./write-if-changed.mjs";

const root = new URL("..", import.meta.url);
const names = ["policy", "catalog", "test"];
const parts = names.map((name) => {
  const schema = JSON.parse(readFileSync(new URL(`schemas/${name}.schema.json`, root), "utf8"));
  return `export const ${name}Schema: object = ${JSON.stringify(schema)};\n`;
});
const text = `// Generated from schemas/*.schema.json by scripts/generate-schemas.mjs. Do not edit.\n${parts.join("")}`;
writeIfChanged(new URL("engine/source/schema/generated-schemas.ts", root), text);
