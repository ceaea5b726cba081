/**
 * What a decision with its full explanation (every rule above, every candidate, why not) costs beside a plain one. Nothing of an
 * explanation is made on the request path.
 *
 *     npm run build && node bench/explain/run.mjs
 */
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { buildDecisionTree } from "../../dist/engine/compile/build-decision-tree.js";
import { compilePolicy, decide, explain, sampleRequests, seededRandom } from "../../dist/engine/index.js";
import { policySetOf } from "../engines/adapters/policy-set.mjs";
import { generateRequests, parseRequest } from "../engines/requests.mjs";
import { generateRules } from "../engines/rules.mjs";

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

function compare(name, policy, requests) {
  const plain = () => {
    for (const request of requests) decide(policy, request);
  };
  const explained = () => {
    for (const request of requests) explain(policy, request);
  };
  const rounds = { plain: [], explained: [] };
  for (let round = -3; round < 9; round++) {
    for (const [kind, work] of Object.entries({ plain, explained })) {
      const start = performance.now();
      work();
      if (round >= 0) rounds[kind].push(((performance.now() - start) * 1e6) / requests.length);
    }
  }
  const [one, other] = [median(rounds.plain), median(rounds.explained)];
  console.log(
    `${name.padEnd(24)} decision ${Math.round(one)} ns, with explanation ${(other / 1000).toFixed(1)} µs: × ${(other / one).toFixed(0)}`,
  );
}

console.log(`${cpus().length} ${cpus()[0].model}, Node ${process.version}`);
const files = readdirSync("policies", { recursive: true })
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => ({ name, text: readFileSync(`policies/${name}`, "utf8") }));
const { value: shipped } = compilePolicy(files);
compare(`shipped, ${shipped.set.rules.length} rules`, shipped, sampleRequests(shipped.set, 500, seededRandom(1)));
for (const size of [10, 100, 1_000, 10_000]) {
  const rules = generateRules("realistic", size, 20261125);
  const set = policySetOf(rules);
  const policy = { name: "bench", revision: "", set, tree: buildDecisionTree(set), tests: [], files: [] };
  const requests = generateRequests(rules, size > 1_000 ? 40 : 300, 20261126).map(parseRequest);
  compare(`realistic, ${size} rules`, policy, requests);
}
