import type { Catalog } from "../policy/policy-set.js";
import { indexCatalog } from "../rank/catalog-index.js";
import type { World } from "../rank/world.js";

/**
 * The names in a world that the catalog does not have, one line each. Ranking ignores them; a test must not: its
 * `down: [opnai]` would take nothing down.
 */
export function unknownWorldNames(catalog: Catalog, world: World): readonly string[] {
  const index = indexCatalog(catalog);
  const isProvider = (name: string) => catalog.providers.some((provider) => provider.name === name);
  const isEndpoint = (name: string) => index.byEndpoint.has(name);
  const isAny = (name: string) => isProvider(name) || index.byModel.has(name) || isEndpoint(name);
  const report = (key: keyof World, names: readonly string[] | undefined, isKnown: typeof isAny, kind: string) =>
    (names ?? [])
      .filter((name) => !isKnown(name))
      .map((name) => {
        const endpoints = index.byModel.get(name)?.map((entry) => `\`${entry.endpoint.id}\``);
        const help = endpoints === undefined ? "" : `; it is a model, name its endpoint: ${endpoints.join(" or ")}`;
        return `world: \`${key}\` names \`${name}\`, which is no ${kind} of the catalog${help}`;
      });
  const any = "endpoint, model or provider";
  return [
    ...report("down", world.down, isAny, any),
    ...report("rate_limited", world.rate_limited, isAny, any),
    ...report("allowed", world.allowed, isAny, any),
    ...report("hint_excluded", world.hint_excluded, isAny, any),
    ...report("hint_excluded_by", Object.values(world.hint_excluded_by ?? {}).flat(), isEndpoint, "endpoint"),
    ...report("hint_order", world.hint_order, isEndpoint, "endpoint"),
    ...report("no_credentials", world.no_credentials, isProvider, "provider"),
    ...report("unsupported", world.unsupported, isProvider, "provider"),
    ...report("incapable", Object.keys(world.incapable ?? {}), isEndpoint, "endpoint"),
    ...report("latency_ms", Object.keys(world.latency_ms ?? {}), isEndpoint, "endpoint"),
    ...report("in_flight", Object.keys(world.in_flight ?? {}), isEndpoint, "endpoint"),
    ...report("error_rate", Object.keys(world.error_rate ?? {}), isEndpoint, "endpoint"),
  ];
}
