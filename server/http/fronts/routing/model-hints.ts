import { canonicalModelId } from "../../../../engine/serving.js";
import { sortBy } from "./provider-fields.js";
import { isTexts, type ReadField } from "./read-field.js";
import type { RoutingDraft } from "./routing-draft.js";

/** Suffixes of `model` (https://openrouter.ai/docs/guides/routing/model-variants, read 2026-11-25). */
const suffixes: Readonly<Record<string, ReadField>> = {
  floor: (_, draft) => sortBy("price", draft),
  nitro: (_, draft) => sortBy("throughput", draft),
  free: (_, draft) => {
    draft.keep(
      "model: the suffix :free",
      ({ price }) => price !== undefined && price.input === 0 && price.output === 0 && price.above === undefined,
    );
    return undefined;
  },
};

/** A model of the catalog may have a colon in its name; then nothing of it is a suffix. */
export function readSuffix(draft: RoutingDraft): string | undefined {
  const { model } = draft.body;
  if (typeof model !== "string") return undefined;
  const { catalog } = draft.policy.set;
  const [, name = "", suffix = ""] = /^(.+):([a-z]+)$/.exec(model) ?? [];
  if (suffix === "" || canonicalModelId(catalog, model) !== undefined) return model;
  if (canonicalModelId(catalog, name) === undefined && name !== "auto") return model;
  const read = Object.hasOwn(suffixes, suffix) ? suffixes[suffix] : undefined;
  if (read === undefined) draft.warn(`model: the suffix :${suffix} means nothing here; it was not used`);
  else read(undefined, draft);
  return name;
}

/**
 * OpenRouter tries `models` in their order when there is no `model` (https://openrouter.ai/docs/guides/routing/model-fallbacks, read 2026-11-27).
 * Behind an `auto` the policy has chosen already.
 */
export function firstOfModels(draft: RoutingDraft): string | undefined {
  const { models } = draft.body;
  if (!isTexts(models)) return undefined;
  const auto = models.indexOf("auto");
  const named = auto === -1 ? models : models.slice(0, auto);
  return named.map((name) => modelOf(name, draft)).find((model) => model !== undefined);
}

/** @param name of a model, with a suffix or without. */
export function modelOf(name: string, { policy }: RoutingDraft): string | undefined {
  const { catalog } = policy.set;
  return canonicalModelId(catalog, name) ?? canonicalModelId(catalog, name.replace(/:[a-z]+$/, ""));
}
