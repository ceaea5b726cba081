import type { Server } from "node:http";
import { performance } from "node:perf_hooks";
import type { CompiledPolicy, Facts } from "../../engine/serving.js";
import { ResponseCache } from "../dispatch/response-cache.js";
import { createServingPolicies } from "../dispatch/serving-policy.js";
import { EndpointStates } from "../endpoints/endpoint-states.js";
import { LargeBodies } from "../http/body/large-bodies.js";
import { createHttpServer } from "../http/create-http-server.js";
import type { FaultOf } from "../http/observe/requested-faults.js";
import { createDataPlane } from "../http/serve-data-plane.js";
import { KeyRing } from "../keys/key-ring.js";
import { KeyStore } from "../keys/key-store.js";
import { openAccounting } from "../ledger/open-accounting.js";
import { createSimulatedAdapter } from "../providers/simulated/simulated-adapter.js";
import { openDatabase } from "../storage/open-database.js";
import { startRequestTrace } from "../telemetry/start-request-trace.js";
import { createTokenCounter } from "../tokens/create-token-counter.js";
import { PromptSize } from "../tokens/prompt-size.js";

/** Servers of the data plane, each for one request: none knows what another has seen of its endpoints. */
export interface RehearsalServers {
  /** Not listening yet. The request to it has these facts, and its decision this id. */
  readonly start: (id: string, facts: Facts, faultOf: FaultOf) => Server;
  close(): Promise<void>;
}

const silent = { info() {}, warn() {}, error() {} };

/** Keeps everything in memory and reaches no network; the policy's providers are all simulated. */
export async function createRehearsalServers(policy: CompiledPolicy): Promise<RehearsalServers> {
  const now = Date.now;
  const database = await openDatabase("sqlite::memory:");
  const keys = await KeyRing.open({ store: new KeyStore(database), log: silent, now });
  const money = await openAccounting({ database, ring: keys, redisUrl: undefined, log: silent, now });
  const counter = createTokenCounter({ runIn: "main" });
  const adapter = createSimulatedAdapter();
  const servingPolicyOf = createServingPolicies(new Map([["simulated", adapter]]), {});
  return {
    start(id, facts, faultOf) {
      const dataPlane = createDataPlane({
        currentPolicy: () => policy,
        gitOf: () => undefined,
        servingPolicyOf,
        access: { keys, isLoopback: true },
        accounting: money.accounting,
        dispatching: {
          endpoints: new EndpointStates(),
          log: silent,
          random: () => 1,
          clock: () => performance.now(),
          now,
        },
        counter,
        responses: new ResponseCache(),
        largeBodies: new LargeBodies(),
        content: undefined,
        observe: async ({ body }) => ({
          facts,
          sources: {},
          prompt: new PromptSize(body),
          warnings: [],
          refusals: [],
          strict: false,
          explain: false,
        }),
        faultsOf: () => faultOf,
        decisions: { record() {}, find: async () => undefined },
        nextDecisionId: () => id,
        metrics: { recordRequest() {} },
        startTrace: startRequestTrace,
        log: silent,
      });
      return createHttpServer(dataPlane, (_request, response) => response.writeHead(404).end());
    },
    async close() {
      await adapter.close();
      await Promise.all([counter.close(), keys.close(), money.close()]);
      await database.close();
    },
  };
}
