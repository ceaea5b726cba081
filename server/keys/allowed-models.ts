import { type CompiledPolicy, canonicalModelId, didYouMean, matchesGlob } from "../../engine/serving.js";
import { InvalidSettings } from "./read-key-settings.js";

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

/** @throws InvalidSettings for a name or pattern that nothing of the catalog fits: a key would have nothing by it. */
export function refuseUnknownModels({ set }: CompiledPolicy, allow: readonly string[]): void {
  const names = namesOf(set);
  const unknown = allow.find((pattern) => !names.some((name) => matchesGlob(pattern, name)));
  if (unknown === undefined) return;
  const meant = canonicalModelId(set.catalog, unknown);
  const wholes = [...names, ...new Set(set.catalog.models.map(({ id }) => `${id.split("/", 1)[0]}/*`))];
  const help =
    (meant === undefined ? didYouMean(unknown, wholes) : `did you mean \`${meant}\`?`) ??
    "write a model, an endpoint or a provider of catalog.yaml, with `*` for any text";
  throw new InvalidSettings("allow", `nothing of the policy's catalog is called \`${unknown}\`; ${help}`);
}

function namesThatFit({ set }: CompiledPolicy, allow: readonly string[]): readonly string[] {
  return namesOf(set).filter((name) => allow.some((pattern) => matchesGlob(pattern, name)));
}

function namesOf({ catalog }: CompiledPolicy["set"]): readonly string[] {
  const names = catalog.models.flatMap((model) => [model.id, ...model.endpoints.map((endpoint) => endpoint.id)]);
  return [...names, ...catalog.providers.map((provider) => provider.name)];
}
