import { type CompiledPolicy, matchesGlob } from "../../engine/serving.js";

const known = new WeakMap<CompiledPolicy, Map<string, readonly string[]>>();

/**
 * What of a policy's catalog a key may use, as `world.allowed` takes it: names of endpoints, models or providers.
 * Worked out once for each policy and list.
 *
 * @param allow as the key says it, with `*`; empty: everything.
 * @returns undefined for everything; an empty list when nothing of the catalog fits.
 */
export function allowedModels(policy: CompiledPolicy, allow: readonly string[]): readonly string[] | undefined {
  if (allow.length === 0) return undefined;
  const lists = known.get(policy) ?? new Map<string, readonly string[]>();
  known.set(policy, lists);
  const name = JSON.stringify(allow);
  const list = lists.get(name) ?? namesThatFit(policy, allow);
  lists.set(name, list);
  return list;
}

function namesThatFit({ set }: CompiledPolicy, allow: readonly string[]): readonly string[] {
  const names = set.catalog.models.flatMap((model) => [model.id, ...model.endpoints.map((endpoint) => endpoint.id)]);
  names.push(...set.catalog.providers.map((provider) => provider.name));
  return names.filter((name) => allow.some((pattern) => matchesGlob(pattern, name)));
}
