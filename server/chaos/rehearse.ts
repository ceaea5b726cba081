import { randomBytes } from "node:crypto";
import { request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type CompiledPolicy,
  decide,
  type Facts,
  type PlannedAttempt,
  rank,
  type SimulatedFault,
  simulatedFaults,
  withDefaults,
} from "../../engine/serving.js";
import { createDecisionIds } from "../storage/decisions/decision-ids.js";
import { judgeAnswer, type SeenAnswer, type Verdict } from "./judge-answer.js";
import { createRehearsalServers } from "./rehearsal-server.js";
import { rehearsedPolicy } from "./rehearsed-policy.js";

/** One request of a rehearsal: the facts that a policy decides by. */
export interface RehearsedRequest {
  readonly name: string;
  readonly facts: Facts;
}

/** What a client would have seen of one request while providers were in trouble. */
export interface RehearsalResult {
  readonly request: string;
  readonly rule: string;
  readonly fault: SimulatedFault;
  /** Who shows it: the first candidate of the plan, or all. */
  readonly at: "first" | "all";
  readonly stream: boolean;
  readonly candidates: number;
  readonly verdict: Verdict;
  readonly saw: string;
}

/** A client that sees nothing new for this long takes it for hung, milliseconds: far longer than any timer here. */
const HUNG_MS = 60_000;
/** Rehearsed at the same time. */
const AT_ONCE = 48;

/**
 * Sends every request through the proxy's own call path, streamed and not, with every fault at the first candidate and at
 * all of them. Requests that are denied, that no candidate may serve, or that have the plan of one before are left out.
 *
 * @param onRehearsed called after each rehearsal, with how many there are in all.
 */
export async function rehearse(
  original: CompiledPolicy,
  requests: readonly RehearsedRequest[],
  faults: readonly SimulatedFault[] = simulatedFaults,
  onRehearsed: (all: number) => void = () => undefined,
): Promise<readonly RehearsalResult[]> {
  const policy = rehearsedPolicy(original);
  const nextId = createDecisionIds(Date.now, randomBytes);
  const seen = new Set<string>();
  const scenarios = requests.flatMap(({ name, facts }) => {
    const ways = facts["stream"] === undefined ? [false, true] : [facts["stream"] === true];
    const plans = ways.flatMap((stream) => {
      const plan = planOf(policy, { ...facts, stream }, "rehearsal");
      const key = JSON.stringify([stream, plan?.rule, plan?.attempts.map(({ endpoint }) => endpoint.id)]);
      if (plan === undefined || seen.has(key)) return [];
      seen.add(key);
      return [{ stream, rule: plan.rule, isAlone: plan.attempts.length === 1 }];
    });
    return faults.flatMap((fault) =>
      (["first", "all"] as const).flatMap((at) =>
        plans.flatMap(({ stream, rule, isAlone }): readonly Scenario[] => {
          if (at === "first" && isAlone) return [];
          const id = nextId();
          // Draws are made from the id: the plan is the one that this request will get.
          const plan = planOf(policy, { ...facts, stream }, id)?.attempts ?? [];
          return [{ id, name, facts, rule, fault, at, stream, plan }];
        }),
      ),
    );
  });
  const servers = await createRehearsalServers(policy);
  const results: RehearsalResult[] = new Array(scenarios.length);
  const todo = scenarios.entries();
  const work = async () => {
    for (const [index, scenario] of todo) {
      results[index] = await playScenario(scenario, servers.start);
      onRehearsed(scenarios.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    // A machine that is busy may be slower than the short timers: what went wrong is rehearsed again, alone.
    for (const [index, scenario] of scenarios.entries()) {
      const { verdict } = results[index] ?? {};
      if (verdict === "broken" || verdict === "not_survived") {
        results[index] = await playScenario(scenario, servers.start);
      }
    }
  } finally {
    await servers.close();
  }
  return results;
}

interface Scenario {
  /** Of its decision. */
  readonly id: string;
  readonly name: string;
  readonly facts: Facts;
  readonly rule: string;
  readonly fault: SimulatedFault;
  readonly at: "first" | "all";
  readonly stream: boolean;
  readonly plan: readonly PlannedAttempt[];
}

function planOf(policy: CompiledPolicy, facts: Facts, seed: string) {
  const known = withDefaults(policy.set, facts);
  const outcome = decide(policy, known);
  if (outcome.denied !== undefined) return undefined;
  const plan = rank(policy, outcome, known, { seed, incapable: incapableOfChat(policy) });
  return plan.attempts.length === 0 ? undefined : plan;
}

/** The requests are chat completions. */
function incapableOfChat({ set }: CompiledPolicy): Record<string, string> {
  const models = set.catalog.models.filter(({ capabilities }) => capabilities.includes("embeddings"));
  return Object.fromEntries(models.flatMap(({ endpoints }) => endpoints.map(({ id }) => [id, "asks for an answer"])));
}

async function playScenario(
  { id, name, facts, rule, fault, at, stream, plan }: Scenario,
  start: Awaited<ReturnType<typeof createRehearsalServers>>["start"],
): Promise<RehearsalResult> {
  const [first] = plan;
  const isFaulty = ({ endpoint }: PlannedAttempt) => at === "all" || endpoint.id === first?.endpoint.id;
  const faulty = new Set(plan.filter(isFaulty).map(({ endpoint }) => endpoint.id));
  const server = start(id, { ...facts, stream }, (endpoint) => (faulty.has(endpoint.id) ? fault : undefined));
  try {
    const seen = await ask(server, stream);
    const { verdict, saw } = judgeAnswer(seen, { fault, isStream: stream, plan, isFaulty });
    return { request: name, rule, fault, at, stream, candidates: plan.length, verdict, saw };
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function ask(server: Server, stream: boolean): Promise<SeenAnswer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const body = JSON.stringify({ model: "auto", stream, messages: [{ role: "user", content: "Rehearsal." }] });
  return new Promise((resolve) => {
    let text = "";
    let status = 0;
    const end = (hung: boolean) => {
      request.destroy();
      resolve({ status, body: text, hung });
    };
    const request = httpRequest(
      { port, host: "127.0.0.1", path: "/v1/chat/completions", method: "POST", timeout: HUNG_MS },
      (response) => {
        status = response.statusCode ?? 0;
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => end(false));
        response.on("error", () => end(false));
      },
    );
    request.on("timeout", () => end(true));
    request.on("error", () => end(false));
    request.end(body);
  });
}
