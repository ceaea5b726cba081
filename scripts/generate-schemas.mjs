// Writes engine/source/generated-schemas.ts from schemas/*.schema.json, so that the engine carries its schemas
// without reading files (Node 20 warns about JSON modules, and edge runtimes have no file system).
import { readFileSync, writeFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
const names = ["policy", "catalog", "test"];
const parts = names.map((name) => {
  const schema = JSON.parse(readFileSync(new URL(`schemas/${name}.schema.json`, root), "utf8"));
  return `export const ${name}Schema: object = ${JSON.stringify(schema)};\n`;
});
const text = `// Generated from schemas/*.schema.json by scripts/generate-schemas.mjs. Do not edit.\n${parts.join("")}`;
const target = new URL("engine/source/generated-schemas.ts", root);
let before = "";
try {
  before = readFileSync(target, "utf8");
} catch {
  // first run: the file is not there yet
}
if (before !== text) writeFileSync(target, text);
