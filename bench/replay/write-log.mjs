// Writes a log of recorded decisions to the standard output, no two of them alike, decided under the policy.
// node bench/replay/write-log.mjs POLICY_DIR COUNT [traffic|unlike|edges] [SEED] > log.jsonl      (after `npm run build`)
//   traffic  as a server records them: some hundred kinds of requests, most of them routed, each with its own sizes, budget, time and
//            session; latencies, calls under way and error rates as the server's own code sees them of 100 requests a second
//   unlike   the same requests, each with figures of every endpoint that no other has: harder than life
//   edges    requests at the edges of the policy's conditions, about half of them denied, with such figures
import { once } from "node:events";
import {
  builtInFacts,
  compilePolicy,
  decide,
  rank,
  routesOf,
  sampleRequests,
  seededRandom,
} from "../../dist/engine/index.js";
import { readPolicyDirectory } from "../../dist/server/policy-files/read-policy-directory.js";
import { ServedWorld } from "./served-world.mjs";

const [directory = "policies", count = "1000", kind = "traffic", seed = "1"] = process.argv.slice(2);
const files = await readPolicyDirectory(directory);
const { value: policy } = compilePolicy(files);
if (policy === undefined) throw new Error(`${directory} does not compile`);
if (!["traffic", "unlike", "edges"].includes(kind)) throw new Error(`${kind} is neither traffic, unlike nor edges`);
const random = seededRandom(Number(seed));
const { name, revision } = policy;
/** One in so many that are refused or have no candidate is kept in traffic. */
const REFUSED_KEPT = 1 / 8;
const START = Date.UTC(2026, 10, 24, 9);

/** Milliseconds from one request to the next. */
const APART = 10;

const sources = {
  ...{ model: "body model", tags: "header x-route-tags", session: "header x-route-session", time: "clock" },
  ...{ context_tokens: "estimate", max_output_tokens: "body max_tokens", max_latency_ms: "body routing" },
  ...{ priority: "header x-route-priority", user: "body user", stream: "body stream", uses_tools: "body tools" },
  ...{ uses_vision: "body messages", uses_json_schema: "body response_format" },
};
const sourceOf = (fact) => sources[fact] ?? "key";
const hexadecimal = () =>
  Math.floor(random() * 2 ** 48)
    .toString(16)
    .padStart(12, "0");
const upTo = (most, digits = 0) => Number((most * random()).toFixed(digits));

/** What comes in: of traffic so many kinds of requests, as applications send them, of edges none twice. */
const KINDS = 400;
const order = [...builtInFacts, ...policy.set.attributes].map((fact) => fact.name);
const samples = [];
const nextSample = () => {
  if (samples.length === 0) samples.push(...sampleRequests(policy.set, kind === "edges" ? 10_000 : KINDS, random));
  return samples.pop();
};
const kinds = Array.from({ length: kind === "edges" ? 0 : KINDS }, (_, number) => ({
  ...{ tenant: `tenant-${number % 25}`, app: `app-${number % 60}`, ...nextSample(), key: `key-${number % 80}` },
  ...{ spend_ratio: 0, max_output_tokens: random() < 0.5 ? 0 : undefined, session: random() < 0.5 ? "" : undefined },
}));

/** As many endpoints as a policy usually routes to, with latencies of their own for each request. */
const observed = policy.set.catalog.models
  .slice(0, 5)
  .flatMap(({ endpoints }) => endpoints.map((endpoint) => endpoint.id));
const unlikeWorld = () => ({
  latency_ms: Object.fromEntries(observed.map((endpoint) => [endpoint, Number((400 + upTo(300, 2)).toFixed(2))])),
});
const served = new ServedWorld(policy.set, random);
const without = { no_credentials: policy.set.catalog.providers.slice(-3).map((provider) => provider.name) };
const ranksByBusiness = routesOf(policy.set).some(({ strategy }) => strategy === "least_busy");
function worldAt(time, id) {
  const prefix = `${hexadecimal()}0000`;
  if (kind === "edges") return { ...unlikeWorld(), seed: id };
  if (kind === "unlike") return { ...unlikeWorld(), seed: id, prefix };
  const { latency_ms, in_flight, error_rate } = served.at(time);
  const figures = { latency_ms, in_flight: ranksByBusiness ? in_flight : undefined, error_rate };
  return { seed: id, ...JSON.parse(JSON.stringify(figures)), prefix, ...without };
}

function nextFacts(number) {
  if (kind === "edges") return nextSample();
  const request = kinds[Math.floor(random() * KINDS)];
  const facts = {
    ...request,
    context_tokens: Math.floor(20 * 10_000 ** random()),
    max_output_tokens: request.max_output_tokens === undefined ? undefined : 1 + upTo(4_000),
    budget_usd: request.budget_usd === undefined ? undefined : upTo(0.5, 4),
    max_latency_ms: request.max_latency_ms === undefined ? undefined : 200 + upTo(4_000),
    session: request.session === undefined ? undefined : `session-${hexadecimal()}`,
    spend_ratio: upTo(1, 4),
    time: START + number * APART,
  };
  return Object.fromEntries(order.map((name) => [name, facts[name]]));
}

function* decisions() {
  for (let number = 0, written = 0; written < Number(count); number++) {
    const facts = nextFacts(number);
    const id = `dec_01M89${String(number).padStart(9, "0")}${hexadecimal().toUpperCase()}`;
    const time = START + number * APART;
    const world = worldAt(time, id);
    const outcome = decide(policy, facts);
    const plan = outcome.denied === undefined ? rank(policy, outcome, facts, world) : undefined;
    const isRouted = plan !== undefined && plan.attempts.length > 0;
    if (kind !== "edges" && !isRouted && random() > REFUSED_KEPT) continue;
    written++;
    if (isRouted) served.call(plan.attempts[0].endpoint.id, time);
    yield { number, id, facts, world, outcome, plan };
  }
}

const attempt = (endpoint) => ({
  endpoint,
  status: 200,
  first_token_ms: Math.round(4000 + upTo(3000)) / 10,
  total_ms: Math.round(9000 + upTo(9000)) / 10,
  usage: { input_tokens: 1_000 + upTo(1_000), output_tokens: 200 + upTo(100) },
  cost_usd: upTo(0.01, 8),
});

process.stdout.write(`${JSON.stringify({ kind: "policy", revision, name, files })}\n`);
let text = "";
for (const { number, id, facts, world, outcome, plan } of decisions()) {
  const [chosen, ...fallbacks] = (plan?.attempts ?? []).map(({ endpoint }) => endpoint.id);
  const present = Object.entries(facts).filter(([, value]) => value !== undefined);
  const recorded = present.map(([fact, value]) => [fact, { value, source: sourceOf(fact) }]);
  text += `${JSON.stringify({
    rule: outcome.denied?.rule.id ?? plan?.rule,
    id,
    time: new Date(START + number * APART).toISOString(),
    policy: { name, revision },
    operation: "chat",
    facts: Object.fromEntries(recorded),
    ...(chosen === undefined ? {} : { chosen }),
    fallbacks,
    ...(plan === undefined ? {} : { assumed_output_tokens: plan.assumedOutputTokens }),
    world,
    seed: id,
    attempts: chosen === undefined ? [] : [attempt(chosen)],
    result: {
      status: chosen === undefined ? 403 : 200,
      outcome: chosen === undefined ? "denied" : "answered",
      total_ms: Math.round(9000 + upTo(9000)) / 10,
    },
    warnings: [],
  })}\n`;
  if (text.length > 1 << 20) {
    if (!process.stdout.write(text)) await once(process.stdout, "drain");
    text = "";
  }
}
process.stdout.write(text);
