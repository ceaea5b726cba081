import type { CompiledPolicy } from "../engine/serving.js";
import { closeAll } from "./close-all.js";
import { createLog } from "./create-log.js";
import { createServer } from "./create-server.js";
import { drain } from "./drain.js";
import { isLoopbackAddress } from "./http/admin-access.js";
import { inlineMore } from "./inline-more.js";
import { keepHeapSmall } from "./keep-heap-small.js";
import { listen } from "./listen.js";
import { openComponents, type PolicyOptions } from "./open-components.js";
import { readOutboundProxies } from "./providers/outbound-proxies.js";
import { greet, refuseUnfitKeys, sayCredentials, sayExposure, sayProxies, sayServing } from "./say-serving.js";
import type { HeedSignals } from "./stop-on-signals.js";
import { startTelemetry } from "./telemetry/start-telemetry.js";

export interface ServerOptions extends PolicyOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly host: string;
  readonly heedSignals: HeedSignals;
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
  let close = () => closeAll(closing, log);
  try {
    const components = await openComponents({ ...options, environment, log, closing });
    const { stores, feed, policies, shadow, servingPolicyOf, counter, healthChecks } = components;
    let isStopping = false;
    const isLoopback = isLoopbackName(options.host);
    const server = createServer({ ...components, environment, log, isLoopback, isReady: () => !isStopping });
    refuseUnfitKeys(servingPolicyOf(policies.current()));
    const url = await listen(server, options.host, options.port);
    close = async () => {
      isStopping = true;
      feed.close(); // streams of decisions have no end of their own
      if (!(await drain(server))) log.warn({}, "requests that did not end in time were cut");
      await closeAll(closing, log);
    };
    // What is announced is true from here on: an address that cannot be used ended all before.
    sayServing(policies.current(), log);
    sayProxies(readOutboundProxies(environment), log);
    policies.onApplied((policy) => {
      sayCredentials(servingPolicyOf(policy), log);
      healthChecks.apply(servingPolicyOf(policy));
      stores.decisions
        .saveSnapshot(snapshotOf(policy))
        .catch((error: unknown) => log.error({ error }, "the policy snapshot is not written yet; it is tried again"));
    });
    options.heedSignals({
      close,
      log,
      reload: () => Promise.all([policies.reload("SIGHUP"), shadow?.reload("SIGHUP")]),
    });
    const needsKeys = !isLoopback && !stores.keys.hasKeys;
    sayExposure({ host: options.host, needsKeys, content: stores.contentSettings }, log);
    greet(url, servingPolicyOf(policies.current()), log);

    const telemetry = await startTelemetry({ log, now: Date.now });
    // Spans of the last requests end while they drain, so telemetry closes after the server.
    closing.unshift(() => telemetry.shutdown());
    const { cuts, alwaysExact } = servingPolicyOf(policies.current()).thresholds;
    if (cuts.length > 0 || alwaysExact) void counter.prepare();
    return { url, close };
  } catch (error) {
    await close();
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
