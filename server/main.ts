import { resolve } from "node:path";
import type { CompiledPolicy } from "../engine/serving.js";
import { createLog } from "./create-log.js";
import { createServer } from "./create-server.js";
import { HealthChecks } from "./dispatch/health-checks.js";
import { createServingPolicies } from "./dispatch/serving-policy.js";
import { drain } from "./drain.js";
import { EndpointStates } from "./endpoints/endpoint-states.js";
import { SharedHealth } from "./endpoints/shared-health.js";
import { isLoopbackAddress } from "./http/admin-access.js";
import { inlineMore } from "./inline-more.js";
import { keepHeapSmall } from "./keep-heap-small.js";
import { openAccounting } from "./ledger/open-accounting.js";
import { listen } from "./listen.js";
import { openShadow } from "./open-shadow.js";
import { openStores } from "./open-stores.js";
import { createPolicyCompiler } from "./policy-files/create-policy-compiler.js";
import { createPolicyStore } from "./policy-files/create-policy-store.js";
import { createAdapters } from "./providers/adapters.js";
import { greet, refuseUnfitKeys, sayCredentials, sayExposure, sayServing } from "./say-serving.js";
import { stopOnSignals } from "./stop-on-signals.js";
import { DecisionFeed } from "./storage/decisions/decision-feed.js";
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
    const stores = await openStores({ environment, log, closing });
    const { database, decisions, keys } = stores;
    const feed = new DecisionFeed();
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
    const isLoopback = isLoopbackName(options.host);
    const server = createServer({
      environment,
      log,
      stores,
      money,
      policies,
      compile: compiler.compile,
      shadow,
      feed,
      counter,
      servingPolicyOf,
      endpoints,
      isHealthShared: sharedHealth === undefined ? undefined : () => sharedHealth.isShared,
      isLoopback,
      isReady: () => !isStopping,
    });
    refuseUnfitKeys(servingPolicyOf(policies.current()));
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
    const needsKeys = !isLoopback && !keys.hasKeys;
    sayExposure({ host: options.host, needsKeys, content: stores.contentSettings }, log);
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

/** Whether an address to listen on is reached from this machine only. */
function isLoopbackName(host: string): boolean {
  return isLoopbackAddress(host) || host === "localhost";
}
