import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import { type CompiledPolicy, compilePolicy } from "../../../engine/index.js";
import { HealthChecks } from "../../../server/dispatch/health-checks.js";
import { reportEndpoints } from "../../../server/dispatch/report-endpoints.js";
import { reportHealth } from "../../../server/dispatch/report-health.js";
import { ResponseCache } from "../../../server/dispatch/response-cache.js";
import { createServingPolicies } from "../../../server/dispatch/serving-policy.js";
import { EndpointStates } from "../../../server/endpoints/endpoint-states.js";
import { SharedHealth } from "../../../server/endpoints/shared-health.js";
import { LargeBodies } from "../../../server/http/body/large-bodies.js";
import { createWhyNot, type WhyNotOptions } from "../../../server/http/control-plane/ask-why-not.js";
import { createControlPlane } from "../../../server/http/control-plane/control-plane.js";
import { createRequestExplainer } from "../../../server/http/control-plane/explain-request.js";
import { createStoredExplainer } from "../../../server/http/control-plane/explain-stored-decision.js";
import { createPolicyOfRevision } from "../../../server/http/control-plane/policy-of-revision.js";
import { createHttpServer } from "../../../server/http/create-http-server.js";
import type { DataPlane } from "../../../server/http/data-plane.js";
import { observeRequest } from "../../../server/http/observe/observe-request.js";
import { requestedFaults } from "../../../server/http/observe/requested-faults.js";
import { createDataPlane } from "../../../server/http/serve-data-plane.js";
import { KeyRing } from "../../../server/keys/key-ring.js";
import { KeyStore } from "../../../server/keys/key-store.js";
import { readKeyRequest } from "../../../server/keys/read-key-settings.js";
import type { BudgetCounters } from "../../../server/ledger/budget-counters.js";
import { openAccounting } from "../../../server/ledger/open-accounting.js";
import type { PolicyStatus } from "../../../server/policy-files/policy-store.js";
import { createAdapters } from "../../../server/providers/adapters.js";
import type { LedgerRow } from "../../../server/storage/database-schema.js";
import { createDecisionStore } from "../../../server/storage/decisions/create-decision-store.js";
import { DecisionFeed } from "../../../server/storage/decisions/decision-feed.js";
import { createDecisionIds } from "../../../server/storage/decisions/decision-ids.js";
import type { StoredDecision } from "../../../server/storage/decisions/decision-store.js";
import { type Database, openDatabase } from "../../../server/storage/open-database.js";
import { createMetrics } from "../../../server/telemetry/metrics/metrics.js";
import { startRequestTrace } from "../../../server/telemetry/start-request-trace.js";
import { createTokenCounter } from "../../../server/tokens/create-token-counter.js";
import { close, listen } from "../../services/listen.js";

/** Threads run compiled JavaScript; `npm test` builds before it tests. */
const builtWhyNotWorker = new URL("../../../dist/server/http/control-plane/why-not-worker.js", import.meta.url);

const stopping: (() => Promise<unknown>)[] = [];

/** Stops everything that was started; call it in `afterEach`. */
export async function stopAll(): Promise<void> {
  await Promise.all(stopping.splice(0).map((stop) => stop()));
}

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Resolves when the connection of the request is closed before its answer has ended. */
  readonly hungUp: Promise<void>;
}

export interface Upstream {
  /** With `/v1`. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Requests whose answer has not ended and whose connection is open. */
  busy(): number;
  stop(): Promise<void>;
}

/** A real HTTP server that takes the place of a provider. */
export async function startUpstream(
  answer: (response: ServerResponse, request: ReceivedRequest, count: number) => void,
): Promise<Upstream> {
  const requests: ReceivedRequest[] = [];
  let busy = 0;
  const server = createServer((request, response) => {
    busy += 1;
    response.once("close", () => {
      busy -= 1;
    });
    const chunks: Buffer[] = [];
    const hungUp = new Promise<void>((resolve) => {
      response.once("close", () => {
        if (!response.writableFinished) resolve();
      });
    });
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url = "", headers } = request;
      const received = { path: url, headers, body: Buffer.concat(chunks).toString(), hungUp };
      requests.push(received);
      answer(response, received, requests.length);
    });
  });
  const origin = await listenForNow(server);
  return { url: `${origin}/v1`, requests, busy: () => busy, stop: () => close(server) };
}

/** A chat completion in OpenAI's shape, with usage of 1,000 and 500 tokens. */
export function completion(text: string, fields: object = {}): object {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "upstream-model",
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop", logprobs: null }],
    usage: { prompt_tokens: 1_000, completion_tokens: 500, total_tokens: 1_500 },
    ...fields,
  };
}

export function sendJson(response: ServerResponse, value: unknown, status = 200, headers: object = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}

/** A provider that answers every request with the same chat completion. */
export function startAnswering(): Promise<Upstream> {
  return startUpstream((response) => sendJson(response, completion("fine")));
}

/** One event of a stream with a piece of text, or with an end. */
export function event(delta: object, finish: string | null = null, fields: object = {}): string {
  const chunk = {
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: "upstream-model",
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...fields,
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

export const done = "data: [DONE]\n\n";
export const wholeStream = [
  event({ role: "assistant", content: "" }),
  event({ content: "Hel" }),
  event({ content: "lo" }),
  event({}, "stop"),
].join("");

export function startStream(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
}

/** A catalog with one model `acme/NAME` at provider NAME for each upstream; 1 and 2 USD per million tokens. */
export function catalogOf(upstreams: Readonly<Record<string, string>>, more = ""): string {
  const names = Object.keys(upstreams);
  return `kind: catalog
providers:
${names.map((name) => `  ${name}: { format: openai, base_url: ${upstreams[name]}, region: eu }`).join("\n")}
models:
${names
  .map(
    (name) => `  acme/${name}:
    context_window: 100k
    max_output_tokens: 8k
    capabilities: [tools, vision, json_schema]
    price: { input: 1, output: 2, cached_input: 0.5 }
    endpoints: [{ provider: ${name}, model: ${name}-model }]`,
  )
  .join("\n")}
${more}`;
}

/** A policy whose default route is given; `rules` in YAML, one list item a rule. */
export function policyOf(defaultRoute: string, rules = "[]", more = ""): string {
  return `kind: policy
name: test
${more}
rules: ${rules === "[]" ? "[]" : `\n${rules}`}
default:
  route: ${defaultRoute}
`;
}

/**
 * A policy that asks `first`, and where that takes longer than its timers allow `second`, which has none: on a busy machine
 * a candidate that answers takes long too.
 * @param timeouts of `first`, in YAML.
 */
export function policyOfHurried(first: string, timeouts: string, second: string): string {
  const route = `{ to: [${first}], timeouts: ${timeouts}, on_exhausted: next_rule }`;
  return policyOf(`{ to: [${second}] }`, `  - { id: hurried, route: ${route} }`);
}

export function compile(policy: string, catalog: string): CompiledPolicy {
  const { value, diagnostics } = compilePolicy([
    { name: "policy.yaml", text: policy },
    { name: "catalog.yaml", text: catalog },
  ]);
  if (value === undefined) throw new Error(JSON.stringify(diagnostics, undefined, 2));
  return value;
}

export interface TestProxy {
  readonly url: string;
  readonly server: Server;
  /** From now on another policy serves, as after a reload. */
  serve(next: CompiledPolicy): void;
  /** Lines of the log. */
  readonly logged: { readonly fields: Readonly<Record<string, unknown>>; readonly message: string }[];
  /** The newest decision, as stored. */
  lastDecision(): Promise<StoredDecision>;
  ask(body?: object, headers?: Readonly<Record<string, string>>): Promise<Response>;
  metrics(): Promise<string>;
  readonly database: Database;
  readonly budgets: BudgetCounters;
  /** All rows of the ledger, oldest first. */
  ledger(): Promise<readonly LedgerRow[]>;
  /** Makes an API key as `POST /admin/keys` does. @returns its token and id. */
  createKey(request?: object): Promise<{ readonly token: string; readonly id: string }>;
}

export interface TestProxyOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly whyNot?: WhyNotOptions;
  readonly adminToken?: string;
  readonly now?: () => number;
  /** Default: as much as fits the machine. */
  readonly largeBodies?: LargeBodies;
  /** Default: in memory. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** Default: true, so that nobody needs a key before one is made. */
  readonly isLoopback?: boolean;
  /** Default: the server's own. */
  readonly startTrace?: typeof startRequestTrace;
  /** Default: as the environment's `SIMULATE_FAULTS` says. */
  readonly faultsOf?: DataPlane["faultsOf"];
}

/** The whole HTTP side over a compiled policy, with a database in memory. */
export async function startProxy(first: CompiledPolicy, options: TestProxyOptions = {}): Promise<TestProxy> {
  let policy = first;
  const logged: { fields: Readonly<Record<string, unknown>>; message: string }[] = [];
  const write = (fields: object, message: string) => {
    logged.push({ fields: fields as Readonly<Record<string, unknown>>, message });
  };
  const log = { info: write, warn: write, error: write } as never;
  const now = options.now ?? Date.now;
  const database = await openDatabase(options.databaseUrl ?? "sqlite::memory:");
  const decisions = createDecisionStore(database, { log, now });
  const feed = new DecisionFeed();
  const store = new KeyStore(database);
  const ring = await KeyRing.open({ store, log, now });
  const money = await openAccounting({ database, ring, redisUrl: options.redisUrl, log, now });
  const { budgets, ledger } = money;
  const adapters = createAdapters(options.environment ?? {});
  const counter = createTokenCounter({ runIn: "main", timeLimitMs: 60_000 });
  const { name, revision, files, set } = policy;
  const at = new Date(0).toISOString();
  await decisions.saveSnapshot({ revision, name, files, firstServed: at });
  const status: PolicyStatus = {
    serving: { name, revision, since: at, rules: set.rules.length },
    last_reload: { at, successful: true, reason: "start" },
    last_success_at: at,
    reloads: { applied: 1, unchanged: 0, rejected: 0 },
    watching: false,
  };
  const servingPolicyOf = createServingPolicies(adapters, options.environment ?? {});
  const endpoints = new EndpointStates();
  const { exchangeHealth } = money;
  const sharedHealth =
    exchangeHealth === undefined
      ? undefined
      : new SharedHealth({ endpoints, exchange: exchangeHealth, log, now, everyMs: 20 });
  const healthChecks = new HealthChecks({ endpoints, log, now });
  healthChecks.apply(servingPolicyOf(policy));
  const metrics = createMetrics({
    policy: () => status,
    decisions: () => decisions.status(),
    tokens: () => counter.stats(),
    endpoints: () => reportEndpoints(servingPolicyOf(policy), endpoints, now()),
    isHealthShared: sharedHealth === undefined ? undefined : () => sharedHealth.isShared,
    accounting: () => money.status(),
  });
  const policies = { current: () => policy, status: () => status, reload: async () => "unchanged" as const };
  const dataPlane = createDataPlane({
    currentPolicy: () => policy,
    access: { keys: ring, isLoopback: options.isLoopback ?? true },
    gitOf: () => undefined,
    servingPolicyOf,
    accounting: money.accounting,
    dispatching: {
      endpoints,
      log,
      random: () => 1,
      clock: () => performance.now(),
      now,
    },
    counter,
    responses: new ResponseCache(),
    largeBodies: options.largeBodies ?? new LargeBodies(),
    content: undefined,
    observe: observeRequest,
    faultsOf: options.faultsOf ?? (options.environment?.["SIMULATE_FAULTS"] === "1" ? requestedFaults : undefined),
    decisions: {
      find: (id) => decisions.find(id),
      record(decision, summary) {
        decisions.record(decision, summary);
        feed.publish(decision, summary);
      },
    },
    nextDecisionId: createDecisionIds(now, (bytes) => new Uint8Array(bytes)),
    metrics,
    startTrace: options.startTrace ?? startRequestTrace,
    log,
  });
  const policyOf = createPolicyOfRevision({
    currentPolicy: () => policy,
    findSnapshot: (one) => decisions.findSnapshot(one),
    compile: async (sources) => compilePolicy(sources),
  });
  const controlPlane = createControlPlane({
    isLoopback: options.isLoopback ?? true,
    dashboard: undefined,
    health: () => reportHealth(servingPolicyOf(policy), endpoints, now()),
    policies,
    decisions,
    contents: { find: async () => undefined },
    feed,
    explainRequest: createRequestExplainer({
      currentPolicy: () => policy,
      gitOf: () => undefined,
      servingPolicyOf,
      endpoints,
      accounting: money.accounting,
      ring,
      counter,
      findDecision: (id) => decisions.find(id),
      policyOf,
      askWhyNot: createWhyNot({ workerUrl: builtWhyNotWorker, ...options.whyNot }),
      now,
    }),
    explain: createStoredExplainer(policyOf, log),
    metrics,
    keys: { store, ring, accounting: money.accounting, currentPolicy: () => policy, now },
    usage: { database, now },
    adminToken: options.adminToken,
    isReady: () => true,
    accounting: () => money.status(),
    log,
  });
  const server = createHttpServer(dataPlane, controlPlane);
  const url = await listenForNow(server);
  stopping.push(async () => {
    healthChecks.close();
    await sharedHealth?.close();
    await Promise.all([...adapters.values()].map((adapter) => adapter.close()));
    await Promise.all([decisions.close(), counter.close(), ring.close(), money.close()]);
    await database.close();
  });
  return {
    url,
    server,
    serve(next) {
      policy = next;
    },
    logged,
    metrics: () => metrics.render(),
    database,
    budgets,
    async ledger() {
      await ledger.flush(5_000);
      return database.db.selectFrom("ledger").selectAll().orderBy("at").orderBy("id").execute();
    },
    async createKey(request = {}) {
      const { key, token } = await store.create(readKeyRequest(request, now()), now());
      await ring.refresh();
      return { token, id: key.id };
    },
    ask: (body = {}, headers = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "hi" }], ...body }),
      }),
    async lastDecision() {
      const [last] = await decisions.list({ limit: 1 });
      if (last === undefined) throw new Error("no decision was stored");
      return last.decision;
    },
  };
}

/** A proxy over upstreams whose default route tries them in the order given. */
export async function proxyOver(
  upstreams: Readonly<Record<string, Upstream>>,
  route: string = `{ to: [${Object.keys(upstreams)
    .map((name) => `acme/${name}`)
    .join(", ")}] }`,
): Promise<TestProxy> {
  const urls = Object.fromEntries(Object.entries(upstreams).map(([name, { url }]) => [name, url]));
  return startProxy(compile(policyOf(route), catalogOf(urls)));
}

/** The answer's `data:` payloads, in order. */
export function eventsOf(text: string): readonly string[] {
  return text
    .split("\n\n")
    .filter((part) => part.startsWith("data: "))
    .map((part) => part.slice(6));
}

/** The text that a client puts together from a stream. */
export function textOf(stream: string): string {
  return eventsOf(stream)
    .filter((data) => data !== "[DONE]")
    .map((data) => (JSON.parse(data) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? "")
    .join("");
}

/** Until {@link stopAll}. */
async function listenForNow(server: Server): Promise<string> {
  stopping.push(() => close(server));
  return listen(server);
}
