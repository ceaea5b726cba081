import type { CompiledPolicy, Route, Timeouts } from "../../engine/serving.js";

/** The timers of a rehearsal, at most, milliseconds: nobody waits a minute for a pretended provider that hangs. */
const SHORT: Required<Timeouts> = {
  connectMs: 500,
  firstByteMs: 500,
  firstTokenMs: 500,
  idleMs: 5_000,
  totalMs: 500,
  queueMs: 100,
};

/**
 * A policy as it is, but that the simulator answers for every provider, without limits and health checks, and that its
 * timers are short. It decides and ranks as the original does.
 */
export function rehearsedPolicy(policy: CompiledPolicy): CompiledPolicy {
  const { set } = policy;
  return {
    ...policy,
    set: {
      ...set,
      rules: set.rules.map((rule) => (rule.effect === "route" ? { ...rule, route: shorten(rule.route) } : rule)),
      defaultRoute: shorten(set.defaultRoute),
      catalog: {
        providers: set.catalog.providers.map(({ name, region, span }) => ({
          name,
          format: "simulated",
          ...(region === undefined ? {} : { region }),
          headers: [],
          simulate: { latencyMs: 1, chunkDelayMs: 1 },
          span,
        })),
        models: set.catalog.models.map((model) => ({
          ...model,
          endpoints: model.endpoints.map(
            ({ maxConcurrent: _limit, healthCheck: _check, headers: _headers, ...endpoint }) => endpoint,
          ),
        })),
      },
    },
  };
}

function shorten(route: Route): Route {
  const { timeouts } = route;
  const short = (name: keyof Timeouts) => Math.min(timeouts[name] ?? SHORT[name], SHORT[name]);
  return {
    ...route,
    timeouts: {
      connectMs: short("connectMs"),
      firstTokenMs: short("firstTokenMs"),
      idleMs: short("idleMs"),
      totalMs: short("totalMs"),
      queueMs: short("queueMs"),
      ...(timeouts.firstByteMs === undefined ? {} : { firstByteMs: short("firstByteMs") }),
    },
  };
}
