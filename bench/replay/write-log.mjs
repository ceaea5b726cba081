// Writes a log of recorded decisions to the standard output: requests at the edges of the policy, decided under it.
// node bench/replay/write-log.mjs POLICY_DIR COUNT [SEED] > log.jsonl      (after `npm run build`)
import { once } from "node:events";
import { compilePolicy, decide, rank, sampleRequests, seededRandom } from "../../dist/engine/index.js";
import { readPolicyDirectory } from "../../dist/server/policy-files/read-policy-directory.js";

const [directory = "policies", count = "1000", seed = "1"] = process.argv.slice(2);
const files = await readPolicyDirectory(directory);
const { value: policy } = compilePolicy(files);
if (policy === undefined) throw new Error(`${directory} does not compile`);
const random = seededRandom(Number(seed));
const { name, revision } = policy;

/** Endpoints whose latency a server has seen: as many as a policy usually routes to. */
const observed = policy.set.catalog.models
  .slice(0, 5)
  .flatMap(({ endpoints }) => endpoints.map((endpoint) => endpoint.id));
const attempt = (endpoint, number) => ({
  endpoint,
  status: 200,
  first_token_ms: 400 + (number % 300),
  total_ms: 900,
  usage: { input_tokens: 1_000 + (number % 1_000), output_tokens: 200 + (number % 100) },
  cost_usd: 0.0012,
});

process.stdout.write(`${JSON.stringify({ kind: "policy", revision, name, files })}\n`);
const source = (fact) => (fact === "tags" ? "header x-route-tags" : fact === "time" ? "clock" : "body");
let text = "";
let requests = [];
for (let number = 0; number < Number(count); number++) {
  if (requests.length === 0) requests = [...sampleRequests(policy.set, 10_000, random)];
  const facts = requests.pop();
  const latency = Object.fromEntries(observed.map((endpoint) => [endpoint, Math.round(4e4 + 3e4 * random()) / 100]));
  const id = `dec_01M89ZRXVC3G031V${String(number).padStart(10, "0")}`;
  const world = { latency_ms: latency, seed: id };
  const outcome = decide(policy, facts);
  const plan = outcome.denied === undefined ? rank(policy, outcome, facts, world) : undefined;
  const [chosen, ...fallbacks] = (plan?.attempts ?? []).map(({ endpoint }) => endpoint.id);
  const present = Object.entries(facts).filter(([, value]) => value !== undefined);
  const recorded = present.map(([fact, value]) => [fact, { value, source: source(fact) }]);
  text += `${JSON.stringify({
    rule: outcome.denied?.rule.id ?? plan?.rule,
    id,
    time: "2026-11-24T09:00:00.000Z",
    policy: { name, revision },
    facts: Object.fromEntries(recorded),
    ...(chosen === undefined ? {} : { chosen }),
    fallbacks,
    ...(plan === undefined ? {} : { assumed_output_tokens: plan.assumedOutputTokens }),
    world,
    seed: id,
    attempts: chosen === undefined ? [] : [attempt(chosen, number)],
    result: {
      status: chosen === undefined ? 403 : 200,
      outcome: chosen === undefined ? "denied" : "answered",
      total_ms: 900,
    },
    warnings: [],
  })}\n`;
  if (text.length > 1 << 20) {
    if (!process.stdout.write(text)) await once(process.stdout, "drain");
    text = "";
  }
}
process.stdout.write(text);
