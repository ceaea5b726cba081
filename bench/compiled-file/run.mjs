// How long a policy takes to load: from YAML, and from a file of `policy compile`. Prints the median of several runs.
// node bench/compiled-file/run.mjs [RULES...]     (after `npm run build`)
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { compilePolicy, loadCompiledPolicy, writeCompiledPolicy } from "../../dist/engine/index.js";

const catalog = { name: "catalog.yaml", text: readFileSync("policies/catalog.yaml", "utf8") };
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const time = (work) => {
  const start = performance.now();
  const result = work();
  return [performance.now() - start, result];
};

console.log(`${cpus()[0]?.model}, Node ${process.version}`);
for (const count of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [17, 1_000, 10_000]) {
  const rules = Array.from(
    { length: count },
    (_, index) => `  - id: rule-${index}
    match: { tenant: tenant-${index % 997}, tags: { any: [tag-${index % 89}, tag-${index % 31}] }, context_tokens: { gte: ${index * 10} } }
    route: { to: [openai/gpt-4.1-mini], fallback: [google/gemini-2.5-flash] }`,
  );
  const text = `kind: policy\nname: bench\nrules:\n${rules.join("\n")}\ndefault:\n  route: { to: [openai/gpt-4.1-mini] }\n`;
  const files = [{ name: "policy.yaml", text }, catalog];
  const runs = count > 5_000 ? 3 : 7;
  const compiled = Array.from({ length: runs }, () => time(() => compilePolicy(files)));
  const [, { value, diagnostics }] = compiled[0];
  if (value === undefined) throw new Error(JSON.stringify(diagnostics[0]));
  const file = writeCompiledPolicy(value);
  const loaded = Array.from({ length: runs }, () => time(() => loadCompiledPolicy(file)));
  if (loaded[0][1].revision !== value.revision) throw new Error("the revisions differ");
  const [yaml, json] = [compiled, loaded].map((each) => median(each.map(([ms]) => ms)));
  const megabytes = (size) => `${(size / 1e6).toFixed(2)} MB`;
  console.log(
    `${String(count).padStart(6)} rules  YAML ${megabytes(text.length + catalog.text.length)} ${yaml.toFixed(1)} ms  ` +
      `compiled ${megabytes(file.length)} ${json.toFixed(1)} ms  ${(yaml / json).toFixed(1)}×`,
  );
}
