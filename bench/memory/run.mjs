/**
 * Bytes a rule that a server holds of a policy of 10,000 rules in 100 files, by the shapes of `../engines`: the decision tree, and the
 * set that explanations read. Beside it the set as `compilePolicy` makes it, which lives as long as a command. The files' own text
 * is kept once and not counted.
 *
 *     npm run build && node --expose-gc bench/memory/run.mjs
 */
import { cpus } from "node:os";
import { compilePolicy, PolicyJoiner, splitPolicy } from "../../dist/engine/index.js";
import { generateRules, shapes } from "../engines/rules.mjs";
import { writeRule } from "../reload/write-rule.mjs";

const [FILES, RULES] = [100, 100];
const COUNT = FILES * RULES;

function filesOf(rules) {
  const name = (file) => `rules-${file}.yaml`;
  const files = Array.from({ length: FILES }, (_, file) => {
    const own = rules.slice(file * RULES, (file + 1) * RULES).map((rule) => writeRule(rule));
    return { name: name(file), text: `kind: policy\nrules:\n${own.join("")}` };
  });
  const includes = files.map((file) => `  - include: ${file.name}\n`).join("");
  const root = `kind: policy\nname: bench\nrules:\n${includes}default:\n  route: { to: [bench/model] }\n`;
  const catalog = `kind: catalog
providers: { p: { format: simulated } }
models: { bench/model: { context_window: 128k, endpoints: [{ provider: p, model: model }] } }
`;
  return [...files, { name: "policy.yaml", text: root }, { name: "catalog.yaml", text: catalog }];
}

function used() {
  for (let time = 0; time < 6; time++) globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const kept = []; // What is freed in between would be counted.
const perRule = (bytes) => `${Math.round(bytes / COUNT)}`.padStart(6);

/** Bytes that what `make` gives holds. */
function held(make) {
  const before = used();
  kept.push(make());
  return used() - before;
}

/** As the serving thread takes a policy over from the compiling one. */
function takenOver(policy) {
  const joiner = new PolicyJoiner();
  for (const piece of splitPolicy(policy)) joiner.add(structuredClone(piece));
  return joiner.finish(policy.files);
}

console.log(`${cpus().length} ${cpus()[0].model}, Node ${process.version}; ${COUNT} rules; bytes a rule`);
takenOver(compilePolicy(filesOf(generateRules("realistic", COUNT, 1))).value); // Compiled code is not counted.
for (const shape of Object.keys(shapes)) {
  const { value: policy } = compilePolicy(filesOf(generateRules(shape, COUNT, 20261125)));
  const both = held(() => takenOver(policy));
  const tree = held(() => structuredClone(policy.tree));
  const asCompiled = held(() => structuredClone(policy.set));
  console.log(
    `${shape.padEnd(16)} set and tree${perRule(both)}, of it the tree${perRule(tree)}; the set as compiled${perRule(asCompiled)}`,
  );
}
