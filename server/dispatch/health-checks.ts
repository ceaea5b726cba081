import type { Logger } from "pino";
import type { Endpoint, HealthCheck } from "../../engine/serving.js";
import type { EndpointStates } from "../endpoints/endpoint-states.js";
import { isOurLimit } from "./answers/classify-failure.js";
import type { ServingPolicy } from "./serving-policy.js";

/** So many failed checks in a row take an endpoint out; one that passes brings it back. */
export const FAILED_CHECKS = 3;
const DEFAULT_INTERVAL_MS = 30_000;
const DEFAULT_CHECK_TIMEOUT_MS = 5_000;

export interface HealthCheckOptions {
  readonly endpoints: EndpointStates;
  readonly log: Pick<Logger, "warn" | "info">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Asks providers how they are, where the catalog says so (`health_check`): GET, with the provider's own headers and key;
 * 2xx is healthy. Endpoints of one provider with the same check share it.
 */
export class HealthChecks {
  readonly #options: HealthCheckOptions;
  #timers: NodeJS.Timeout[] = [];
  /** Whose checks count: of those under way when another policy comes, nothing is noted. */
  #serving: ServingPolicy | undefined;

  constructor(options: HealthCheckOptions) {
    this.#options = options;
  }

  /** Checks what this policy says from now on, and nothing else. The first check comes at once. */
  apply(serving: ServingPolicy): void {
    this.close();
    this.#serving = serving;
    const { checks } = this.#options.endpoints;
    const groups = groupChecks(serving);
    const checked = new Set(groups.flatMap(({ ids }) => ids));
    for (const id of checks.keys()) if (!checked.has(id)) checks.delete(id);
    for (const group of groups) {
      let isUnderWay = false;
      const check = async () => {
        if (isUnderWay) return; // an interval may be shorter than the timeout
        isUnderWay = true;
        await this.#check(serving, group);
        isUnderWay = false;
      };
      const timer = setInterval(() => void check(), group.check.intervalMs ?? DEFAULT_INTERVAL_MS);
      timer.unref();
      this.#timers.push(timer);
      void check();
    }
  }

  close(): void {
    this.#serving = undefined;
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  async #check(serving: ServingPolicy, { endpoint, check, ids }: CheckGroup): Promise<void> {
    const { adapter, provider, isSimulated } = serving.connectionOf(endpoint);
    if (isSimulated || adapter.check === undefined) return;
    const { endpoints, log, now } = this.#options;
    const timeoutMs = check.timeoutMs ?? DEFAULT_CHECK_TIMEOUT_MS;
    let error: string | undefined;
    try {
      error = await adapter.check(provider, endpoint, check.path, timeoutMs);
    } catch (thrown) {
      const { name, code = name } = thrown as NodeJS.ErrnoException;
      error = name === "TimeoutError" ? `no answer within ${timeoutMs} ms` : `no answer (${code})`;
      if (isOurLimit(thrown)) {
        log.warn(
          { endpoint: ids[0], error },
          `${ids[0]} is not checked: this server has no room for another connection`,
        );
        return;
      }
    }
    if (this.#serving !== serving) return;
    for (const id of ids) {
      const before = endpoints.checks.get(id);
      const failedInARow = error === undefined ? 0 : (before?.failedInARow ?? 0) + 1;
      const isFailing = failedInARow >= FAILED_CHECKS;
      endpoints.checks.set(id, { isFailing, failedInARow, at: now(), ...(error === undefined ? {} : { error }) });
      if (isFailing && before?.isFailing !== true) log.warn({ endpoint: id, error }, `${id} fails its health check`);
      if (!isFailing && before?.isFailing === true) {
        log.info({ endpoint: id }, `${id} passes its health check again`);
        endpoints.returned.emit();
      }
    }
  }
}

interface CheckGroup {
  /** One of them: all have the same provider and headers. */
  readonly endpoint: Endpoint;
  readonly check: HealthCheck;
  readonly ids: readonly string[];
}

function groupChecks({ policy, fixedWorld }: ServingPolicy): readonly CheckGroup[] {
  const unusable = new Set([...(fixedWorld.no_credentials ?? []), ...(fixedWorld.unsupported ?? [])]);
  const groups = new Map<string, CheckGroup>();
  for (const { endpoints } of policy.set.catalog.models) {
    for (const endpoint of endpoints) {
      const { healthCheck: check, provider, headers, id } = endpoint;
      if (check === undefined || unusable.has(provider)) continue;
      const key = JSON.stringify([provider, headers, check.path, check.intervalMs, check.timeoutMs]);
      const group = groups.get(key);
      groups.set(key, { endpoint, check, ids: [...(group?.ids ?? []), id] });
    }
  }
  return [...groups.values()];
}
