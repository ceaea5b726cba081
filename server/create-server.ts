import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { reportEndpoints } from "./dispatch/report-endpoints.js";
import { reportHealth } from "./dispatch/report-health.js";
import { ResponseCache } from "./dispatch/response-cache.js";
import { LargeBodies } from "./http/body/large-bodies.js";
import { createWhyNot } from "./http/control-plane/ask-why-not.js";
import { createControlPlane } from "./http/control-plane/control-plane.js";
import { createRequestExplainer } from "./http/control-plane/explain-request.js";
import { createStoredExplainer } from "./http/control-plane/explain-stored-decision.js";
import { createPolicyOfRevision } from "./http/control-plane/policy-of-revision.js";
import { createHttpServer } from "./http/create-http-server.js";
import { observeRequest } from "./http/observe/observe-request.js";
import { requestedFaults } from "./http/observe/requested-faults.js";
import { createDataPlane } from "./http/serve-data-plane.js";
import type { Components } from "./open-components.js";
import { readAdminToken } from "./read-admin-token.js";
import { readSwitch } from "./read-switch.js";
import { createDecisionIds } from "./storage/decisions/decision-ids.js";
import { createMetrics } from "./telemetry/metrics/metrics.js";
import { startRequestTrace } from "./telemetry/start-request-trace.js";

/** What the two planes are made of. */
export interface Parts extends Components {
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
  /** Whether only this machine reaches the address. */
  readonly isLoopback: boolean;
  /** False while the server stops. */
  readonly isReady: () => boolean;
}

/** Makes both planes, and the server that tells their requests apart; it does not listen yet. */
export function createServer(parts: Parts): Server {
  const metrics = createServerMetrics(parts);
  return createHttpServer(dataPlaneOf(parts, metrics), controlPlaneOf(parts, metrics));
}

type Metrics = ReturnType<typeof createMetrics>;

function createServerMetrics(parts: Parts): Metrics {
  const { stores, policies, counter, endpoints, servingPolicyOf, isHealthShared, shadow, money } = parts;
  const { decisions, content } = stores;
  return createMetrics({
    policy: () => policies.status(),
    decisions: () => decisions.status(),
    contents: content === undefined ? undefined : () => content.status(),
    tokens: () => counter.stats(),
    endpoints: () => reportEndpoints(servingPolicyOf(policies.current()), endpoints, Date.now()),
    isHealthShared,
    shadow: shadow === undefined ? undefined : () => shadow.report(),
    accounting: () => money.status(),
  });
}

function dataPlaneOf(parts: Parts, metrics: Metrics): ReturnType<typeof createDataPlane> {
  const { environment, log, stores, money, policies, shadow, feed, counter, servingPolicyOf, endpoints, isLoopback } =
    parts;
  const { decisions, content, keys } = stores;
  return createDataPlane({
    currentPolicy: () => policies.current(),
    gitOf: (policy) => policies.gitOf(policy),
    servingPolicyOf,
    access: { keys, isLoopback },
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
    largeBodies: new LargeBodies(),
    content,
    observe: observeRequest,
    faultsOf: readSwitch(environment, "SIMULATE_FAULTS", "the test mode") ? requestedFaults : undefined,
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
}

function controlPlaneOf(parts: Parts, metrics: Metrics): ReturnType<typeof createControlPlane> {
  const { environment, log, stores, money, policies, compile, shadow, feed } = parts;
  const { counter, servingPolicyOf, endpoints, isLoopback, isReady } = parts;
  const { database, decisions, contents, keyStore, keys } = stores;
  const currentPolicy = () => policies.current();
  const policyOf = createPolicyOfRevision({
    currentPolicy,
    findSnapshot: (revision) => decisions.findSnapshot(revision),
    compile,
  });
  return createControlPlane({
    dashboard: fileURLToPath(new URL("../dashboard", import.meta.url)),
    health: () => reportHealth(servingPolicyOf(policies.current()), endpoints, Date.now()),
    policies,
    shadow,
    decisions,
    contents,
    feed,
    explainRequest: createRequestExplainer({
      currentPolicy,
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
    keys: { store: keyStore, ring: keys, accounting: money.accounting, currentPolicy, now: Date.now },
    usage: { database, now: Date.now },
    adminToken: readAdminToken(environment),
    isLoopback,
    isReady,
    accounting: () => money.status(),
    log,
  });
}
