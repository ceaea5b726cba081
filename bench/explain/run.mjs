/**
 * What a decision with its full explanation (of every rule above which part failed and how, every candidate and why not) costs
 * beside a plain one; and what it costs with the words of every rule above, as JSON. Nothing of an explanation is made on the
 * request path.
 *
 *     npm run build && node bench/explain/run.mjs
 */
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { buildDecisionTree } from "../../dist/engine/compile/build-decision-tree.js";
import { compilePolicy, decide, explain, sampleRequests, seededRandom } from "../../dist/engine/index.js";
import { policySetOf } from "../engines/adapters/policy-set.mjs";
import { measure } from "../engines/measure.mjs";
import { generateRequests, parseRequest } from "../engines/requests.mjs";
import { generateRules } from "../engines/rules.mjs";

const ROUNDS = 20;

async function compare(name, policy, requests, parse = parseRequest) {
  const plainly = { name: "plain", decide: (facts) => decide(policy, facts).route.ruleNumber };
  const explaining = { name: "explained", decide: (facts) => explain(policy, facts).candidates.length };
  const writing = { name: "written", decide: (facts) => JSON.stringify(explain(policy, facts)).length };
  // A megabyte of JSON leaves nothing in the caches for the next decision: apart.
  const compared = await measure([plainly, explaining], requests, ROUNDS, parse);
  compared.push(...(await measure([writing], requests, ROUNDS, parse)));
  const [plain, ...others] = compared.map((result) => result.median);
  const [explained, written] = others.map((ns) => `${(ns / 1000).toFixed(1)} µs: × ${(ns / plain).toFixed(0)}`);
  console.log(
    `${name.padEnd(24)} decision ${Math.round(plain)} ns, with explanation ${explained}, written as JSON ${written}`,
  );
}

console.log(`${cpus().length} ${cpus()[0].model}, Node ${process.version}`);
const files = readdirSync("policies", { recursive: true })
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => ({ name, text: readFileSync(`policies/${name}`, "utf8") }));
const { value: shipped } = compilePolicy(files);
const samples = sampleRequests(shipped.set, 500, seededRandom(1)).map((facts) => JSON.stringify(facts));
await compare(`shipped, ${shipped.set.rules.length} rules`, shipped, samples, JSON.parse);
for (const size of [10, 100, 1_000, 10_000]) {
  const rules = generateRules("realistic", size, 20261125);
  const set = policySetOf(rules);
  const policy = { name: "bench", revision: "", set, tree: buildDecisionTree(set), tests: [], files: [] };
  const requests = generateRequests(rules, 2_048, 20261126);
  await compare(`realistic, ${size} rules`, policy, requests);
}
