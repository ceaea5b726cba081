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

process.stdout.write(`${JSON.stringify({ kind: "policy", revision, name, files })}\n`);
let text = "";
let requests = [];
for (let number = 0; number < Number(count); number++) {
  if (requests.length === 0) requests = [...sampleRequests(policy.set, 10_000, random)];
  const facts = requests.pop();
  const world = { seed: `s-${number}`, latency_ms: { "openai/gpt-4.1-mini@openai": 400 + Math.floor(random() * 300) } };
  const outcome = decide(policy, facts);
  const plan = outcome.denied === undefined ? rank(policy, outcome, facts, world) : undefined;
  const [chosen, ...fallbacks] = (plan?.attempts ?? []).map(({ endpoint }) => endpoint.id);
  const present = Object.entries(facts).filter(([, value]) => value !== undefined);
  const recorded = present.map(([fact, value]) => [fact, { value, source: "generated" }]);
  text += `${JSON.stringify({
    rule: outcome.denied?.rule.id ?? plan?.rule,
    id: `dec_${String(number).padStart(9, "0")}`,
    time: "2026-11-24T09:00:00.000Z",
    policy: { name, revision },
    facts: Object.fromEntries(recorded),
    ...(chosen === undefined ? {} : { chosen }),
    fallbacks,
    world,
    seed: world.seed,
    attempts: [],
    warnings: [],
  })}\n`;
  if (text.length > 1 << 20) {
    if (!process.stdout.write(text)) await once(process.stdout, "drain");
    text = "";
  }
}
process.stdout.write(text);
