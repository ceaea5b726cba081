import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { type CompiledPolicy, shortRevision, writeCounted } from "../engine/serving.js";
import { ContentRecorder } from "./content/content-recorder.js";
import { readContentDays, readContentSettings } from "./content/content-settings.js";
import { createLog } from "./create-log.js";
import { HealthChecks } from "./dispatch/health-checks.js";
import { reportEndpoints } from "./dispatch/report-endpoints.js";
import { reportHealth } from "./dispatch/report-health.js";
import { ResponseCache } from "./dispatch/response-cache.js";
import { createServingPolicies, type ServingPolicy } from "./dispatch/serving-policy.js";
import { drain } from "./drain.js";
import { EndpointStates } from "./endpoints/endpoint-states.js";
import { SharedHealth } from "./endpoints/shared-health.js";
import { isLoopbackAddress } from "./http/admin-access.js";
import { createWhyNot } from "./http/control-plane/ask-why-not.js";
import { createControlPlane } from "./http/control-plane/control-plane.js";
import { createRequestExplainer } from "./http/control-plane/explain-request.js";
import { createStoredExplainer } from "./http/control-plane/explain-stored-decision.js";
import { createPolicyOfRevision } from "./http/control-plane/policy-of-revision.js";
import { createHttpServer } from "./http/create-http-server.js";
import { observeRequest } from "./http/observe/observe-request.js";
import { requestedFaults } from "./http/observe/requested-faults.js";
import { createDataPlane } from "./http/serve-data-plane.js";
import { inlineMore } from "./inline-more.js";
import { keepHeapSmall } from "./keep-heap-small.js";
import { KeyRing } from "./keys/key-ring.js";
import { KeyStore } from "./keys/key-store.js";
import { openAccounting } from "./ledger/open-accounting.js";
import { listen } from "./listen.js";
import { openShadow } from "./open-shadow.js";
import { createPolicyCompiler } from "./policy-files/create-policy-compiler.js";
import { createPolicyStore } from "./policy-files/create-policy-store.js";
import { createAdapters } from "./providers/adapters.js";
import { stopOnSignals } from "./stop-on-signals.js";
import { ContentStore } from "./storage/content-store.js";
import { DecisionFeed } from "./storage/decision-feed.js";
import { createDecisionIds } from "./storage/decision-ids.js";
import {
  DEFAULT_DAYS,
  DEFAULT_MEGABYTES,
  DecisionRetention,
  type RetentionOptions,
} from "./storage/decision-retention.js";
import { openDatabase } from "./storage/open-database.js";
import { createDecisionStore } from "./storage/open-decision-store.js";
import { createMetrics } from "./telemetry/metrics.js";
import { startRequestTrace } from "./telemetry/start-request-trace.js";
import { startTelemetry } from "./telemetry/start-telemetry.js";
import { createTokenCounter } from "./tokens/create-token-counter.js";

export interface ServerOptions {
  /** The policy directory. */
  readonly policies: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly host: string;
  /** Run the policy's tests before it serves, at start and at each reload. */
  readonly gate: boolean;
  /** The directory of a policy under which each decision is made again, without effect. */
  readonly shadow?: string;
}

export interface RunningServer {
  readonly url: string;
  /** Lets requests end, writes what waits, and gives everything back. */
  close(): Promise<void>;
}

/**
 * Starts the proxy: database, policies, listening, then telemetry. It runs until SIGINT or SIGTERM, then drains and ends
 * the process with 0; SIGHUP reloads the policies.
 *
 * @throws Error in words for the operator when the database, the policies or the address cannot be used; nothing is left
 *   running then.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  keepHeapSmall();
  inlineMore();
  const environment = process.env;
  const log = createLog();
  const closing: (() => Promise<unknown>)[] = [];
  /** Last opened, first closed. */
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse()) {
      await close().catch((error: unknown) => log.error({ error }, "something could not be closed"));
    }
  };
  try {
    const contentSettings = await readContentSettings(environment);
    const database = await openDatabase(environment["DATABASE_URL"] || "sqlite:./data/routewright.db", {
      forServer: true,
      onConnectionLost: (error) => log.warn({ error: error.message }, "a connection to the database broke"),
    });
    closing.push(() => database.close());
    const decisions = createDecisionStore(database, { log, now: Date.now });
    closing.push(() => decisions.close());
    const contents = new ContentStore({ database, log, now: Date.now });
    closing.push(() => contents.close());
    const content =
      contentSettings === undefined
        ? undefined
        : new ContentRecorder({ settings: contentSettings, store: contents, log });
    closing.push(async () => content?.close());
    const feed = new DecisionFeed();
    const retention = new DecisionRetention({ database, log, now: Date.now, ...readRetention(environment) });
    closing.push(() => retention.close());
    const keyStore = new KeyStore(database);
    const keys = await KeyRing.open({ store: keyStore, log, now: Date.now });
    closing.push(() => keys.close());
    const compiler = createPolicyCompiler();
    closing.push(() => compiler.close());
    const money = await openAccounting({
      database,
      ring: keys,
      redisUrl: environment["REDIS_URL"],
      log,
      now: Date.now,
    });
    closing.push(() => money.close());
    const policies = await createPolicyStore({
      directory: resolve(options.policies),
      compile: compiler.compile,
      watch: true,
      log,
      now: Date.now,
      gate: options.gate,
    });
    closing.push(() => policies.close());
    const shadow =
      options.shadow === undefined
        ? undefined
        : await openShadow({
            directory: options.shadow,
            servingDirectory: options.policies,
            serving: policies,
            log,
            closing,
          });
    const adapters = createAdapters(environment);
    closing.push(() => Promise.all([...adapters.values()].map((adapter) => adapter.close())));
    const counter = createTokenCounter({ onFailure: (message) => log.error({}, message) });
    closing.push(() => counter.close());

    const servingPolicyOf = createServingPolicies(adapters, environment);
    const endpoints = new EndpointStates();
    const sharedHealth =
      money.exchangeHealth === undefined
        ? undefined
        : new SharedHealth({ endpoints, exchange: money.exchangeHealth, log, now: Date.now });
    closing.push(async () => sharedHealth?.close());
    const healthChecks = new HealthChecks({ endpoints, log, now: Date.now });
    closing.push(async () => healthChecks.close());

    let isStopping = false;
    const metrics = createMetrics({
      policy: () => policies.status(),
      decisions: () => decisions.status(),
      contents: content === undefined ? undefined : () => content.status(),
      tokens: () => counter.stats(),
      endpoints: () => reportEndpoints(servingPolicyOf(policies.current()), endpoints, Date.now()),
      isHealthShared: sharedHealth === undefined ? undefined : () => sharedHealth.isShared,
      shadow: shadow === undefined ? undefined : () => shadow.report(),
      accounting: () => money.status(),
    });
    const dataPlane = createDataPlane({
      currentPolicy: () => policies.current(),
      gitOf: (policy) => policies.gitOf(policy),
      servingPolicyOf,
      access: { keys, isLoopback: isLoopbackName(options.host) },
      accounting: money.accounting,
      dispatching: {
        endpoints,
        log,
        random: Math.random,
        clock: () => performance.now(),
        now: Date.now,
      },
      counter,
      responses: new ResponseCache(),
      content,
      observe: observeRequest,
      faultsOf: environment["SIMULATE_FAULTS"] === "1" ? requestedFaults : undefined,
      decisions: {
        find: (id) => decisions.find(id),
        record(decision, summary) {
          decisions.record(decision, summary);
          feed.publish(decision, summary);
          shadow?.record(decision);
        },
      },
      nextDecisionId: createDecisionIds(Date.now, randomBytes),
      metrics,
      startTrace: startRequestTrace,
      log,
    });
    const policyOf = createPolicyOfRevision({
      currentPolicy: () => policies.current(),
      findSnapshot: (revision) => decisions.findSnapshot(revision),
      compile: compiler.compile,
    });
    const controlPlane = createControlPlane({
      dashboard: fileURLToPath(new URL("../dashboard", import.meta.url)),
      health: () => reportHealth(servingPolicyOf(policies.current()), endpoints, Date.now()),
      policies,
      shadow,
      decisions,
      contents,
      feed,
      explainRequest: createRequestExplainer({
        currentPolicy: () => policies.current(),
        gitOf: (policy) => policies.gitOf(policy),
        servingPolicyOf,
        endpoints,
        accounting: money.accounting,
        ring: keys,
        counter,
        findDecision: (id) => decisions.find(id),
        policyOf,
        askWhyNot: createWhyNot(),
        now: Date.now,
      }),
      explain: createStoredExplainer(policyOf, log),
      metrics,
      keys: { store: keyStore, ring: keys, currentPolicy: () => policies.current(), now: Date.now },
      usage: { database, now: Date.now },
      adminToken: environment["ADMIN_TOKEN"],
      isLoopback: isLoopbackName(options.host),
      isReady: () => !isStopping,
      accounting: () => money.status(),
      log,
    });
    refuseUnfitKeys(servingPolicyOf(policies.current()));
    const server = createHttpServer(dataPlane, controlPlane);
    const url = await listen(server, options.host, options.port);
    closing.push(async () => {
      isStopping = true;
      feed.close(); // streams of decisions have no end of their own
      if (!(await drain(server))) log.warn({}, "requests that did not end in time were cut");
    });
    // What is announced is true from here on: an address that cannot be used ended all before.
    sayServing(policies.current(), log);
    policies.onApplied((policy) => {
      sayCredentials(servingPolicyOf(policy), log);
      healthChecks.apply(servingPolicyOf(policy));
      decisions
        .saveSnapshot(snapshotOf(policy))
        .catch((error: unknown) => log.error({ error }, "the policy snapshot is not written yet; it is tried again"));
    });
    stopOnSignals({
      close: closeAll,
      reload: () => Promise.all([policies.reload("SIGHUP"), shadow?.reload("SIGHUP")]),
      log,
    });
    if (!isLoopbackName(options.host) && !keys.hasKeys) {
      log.warn(
        { host: options.host },
        "listening beyond this machine without any API key: requests are refused until one is made: `policy keys create`",
      );
    }
    if (contentSettings !== undefined) {
      log.warn(
        { patterns: contentSettings.patterns.length, bytes: contentSettings.maxBytes },
        "RECORD_CONTENT is on: prompts and answers are kept, redacted, and administrators can read them",
      );
    }
    greet(url, servingPolicyOf(policies.current()), log);

    const telemetry = await startTelemetry({ log, now: Date.now });
    // Spans of the last requests end while they drain, so telemetry closes after the server.
    closing.unshift(() => telemetry.shutdown());
    const { cuts, alwaysExact } = servingPolicyOf(policies.current()).thresholds;
    if (cuts.length > 0 || alwaysExact) void counter.prepare();
    return { url, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function snapshotOf({ revision, name, files }: CompiledPolicy) {
  return { revision, name, files, firstServed: new Date().toISOString() };
}

function sayServing({ revision, name, set }: CompiledPolicy, log: Pick<Logger, "info">): void {
  const what = { reason: "start", revision, rules: set.rules.length };
  log.info(what, `serving ${name}@${shortRevision(revision)}`);
}

/** @throws Error in words for the operator. */
function refuseUnfitKeys({ access: { unfitKeys } }: ServingPolicy): void {
  if (unfitKeys.length > 0) throw new Error(unfitKeysMessage(unfitKeys));
}

function unfitKeysMessage(names: readonly string[]): string {
  return `${names.join(", ")}: the key holds characters that no HTTP header can hold, such as a line break at its end; set the variable to the key alone`;
}

/** Says loudly when the simulator answers, and which providers lack their key. */
function sayCredentials({ access }: ServingPolicy, log: Pick<Logger, "info" | "warn">): void {
  if (access.simulateAll) {
    log.warn(
      {},
      "no provider's API key is set: the built-in simulator answers every request; set one to reach real models",
    );
    return;
  }
  if (access.unfitKeys.length > 0) log.warn({}, unfitKeysMessage(access.unfitKeys));
  if (access.noCredentials.length > 0) {
    log.info({ providers: access.noCredentials }, "providers without an API key are left out of every plan");
  }
  if (access.unsupported.length > 0) {
    log.warn({ providers: access.unsupported }, "the wire format of these providers is not spoken; they are left out");
  }
}

/** The one line for people; everything else is JSON. */
function greet(url: string, { label, policy, access }: ServingPolicy, log: Pick<Logger, "warn">): void {
  const simulating = access.simulateAll ? " · SIMULATED: no provider's API key is set" : "";
  process.stdout.on("error", (error) => log.warn({ error: error.message }, "the standard output cannot be written"));
  process.stdout.write(
    `routewright serving ${url} · ${label} · ${writeCounted(policy.set.rules.length, "rule")}${simulating}\n`,
  );
}

/** Whether an address to listen on is reached from this machine only. */
function isLoopbackName(host: string): boolean {
  return isLoopbackAddress(host) || host === "localhost";
}

/** How long decisions are kept, and how much of them. @throws Error in words for the operator. */
function readRetention(environment: NodeJS.ProcessEnv): Pick<RetentionOptions, "days" | "contentDays" | "megabytes"> {
  const read = (name: string, standard: number) => {
    const text = environment[name] || String(standard);
    if (!/^\d{1,6}$/.test(text))
      throw new Error(`${name} takes a whole number, 0 for no limit, not ${JSON.stringify(text)}`);
    return Number(text);
  };
  return {
    days: read("DECISION_DAYS", DEFAULT_DAYS),
    contentDays: readContentDays(environment),
    megabytes: read("DECISION_MEGABYTES", DEFAULT_MEGABYTES),
  };
}
