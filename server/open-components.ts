import { resolve } from "node:path";
import type { Logger } from "pino";
import { HealthChecks } from "./dispatch/health-checks.js";
import { createServingPolicies } from "./dispatch/serving-policy.js";
import { EndpointStates } from "./endpoints/endpoint-states.js";
import { SharedHealth } from "./endpoints/shared-health.js";
import { openAccounting } from "./ledger/open-accounting.js";
import { openShadow } from "./open-shadow.js";
import { openStores } from "./open-stores.js";
import { createPolicyCompiler } from "./policy-files/create-policy-compiler.js";
import { createPolicyStore } from "./policy-files/create-policy-store.js";
import { createAdapters } from "./providers/adapters.js";
import { DecisionFeed } from "./storage/decisions/decision-feed.js";
import { createTokenCounter } from "./tokens/create-token-counter.js";

/** Which policies are served, and how. */
export interface PolicyOptions {
  /** The policy directory. */
  readonly policies: string;
  /** Run the policy's tests before it serves, at start and at each reload. */
  readonly gate: boolean;
  /** The directory of a policy under which each decision is made again, without effect. */
  readonly shadow?: string;
}

export interface ComponentsOptions extends PolicyOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
  /** Takes what must be closed, also when this fails. */
  readonly closing: (() => Promise<unknown>)[];
}

/** What the server is made of, but for what listens. */
export type Components = Awaited<ReturnType<typeof openComponents>>;

/** @throws Error in words for the operator: a setting, the database or the policies cannot be used. */
export async function openComponents(options: ComponentsOptions) {
  const { environment, log, closing } = options;
  const now = Date.now;
  const stores = await openStores({ environment, log, closing });
  const { database, keys } = stores;
  const compiler = createPolicyCompiler();
  closing.push(() => compiler.close());
  const money = await openAccounting({ database, ring: keys, redisUrl: environment["REDIS_URL"], log, now });
  closing.push(() => money.close());
  const policies = await createPolicyStore({
    directory: resolve(options.policies),
    compile: compiler.compile,
    watch: true,
    log,
    now,
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
  const endpoints = new EndpointStates();
  const sharedHealth =
    money.exchangeHealth === undefined
      ? undefined
      : new SharedHealth({ endpoints, exchange: money.exchangeHealth, log, now });
  closing.push(async () => sharedHealth?.close());
  const healthChecks = new HealthChecks({ endpoints, log, now });
  closing.push(async () => healthChecks.close());
  return {
    stores,
    feed: new DecisionFeed(),
    money,
    policies,
    compile: compiler.compile,
    shadow,
    servingPolicyOf: createServingPolicies(adapters, environment),
    counter,
    endpoints,
    /** Undefined without a Redis to share it by. */
    isHealthShared: sharedHealth === undefined ? undefined : () => sharedHealth.isShared,
    healthChecks,
  };
}
