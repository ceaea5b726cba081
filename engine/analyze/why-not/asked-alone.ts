import { indexCatalog } from "../../rank/catalog-index.js";
import type { World } from "../../rank/world.js";
import { nanoToUsd } from "../../units/money.js";
import type { AskedModel } from "./asked-model.js";
import { withFact } from "./trial.js";

/** What becomes of the request when its body asks for the model alone (`models`), which leaves out every other candidate. */
export interface AskedAlone {
  /** The body's `models`. */
  readonly models: readonly string[];
  readonly rule: string;
  readonly endpoint: string;
  readonly cost_usd?: number;
}

/** @returns undefined when that does not choose it: it is no candidate of the rule that takes the request, or is left out. */
export function askedAlone(asked: AskedModel): AskedAlone | undefined {
  const model = asked.entries[0]?.model.id;
  if (model === undefined) return undefined;
  const trial = { facts: asked.facts, world: naming(asked, model) };
  const first = asked.first(trial);
  if (first === undefined || !asked.isMeant(first.endpoint.id)) return undefined;
  // In a body without `model` it is the requested model too, and a rule may look at that.
  const { model: named = "auto" } = asked.facts;
  if (named === "auto" && !asked.isChosenBy(withFact(trial, "model", model))) return undefined;
  return {
    models: [model],
    rule: first.rule,
    endpoint: first.endpoint.id,
    ...(first.cost === undefined ? {} : { cost_usd: nanoToUsd(first.cost) }),
  };
}

/** In place of a `models` that the request has. The model that its body names is kept too. */
function naming({ policy, facts, world }: AskedModel, model: string): World {
  const others = indexCatalog(policy.set.catalog).entries.filter(
    (entry) => entry.model.id !== model && entry.model.id !== facts.model,
  );
  const kept = Object.entries(world.hint_excluded_by ?? {}).filter(([hint]) => !hint.startsWith("models: "));
  const excluded = [`models: ${model}`, others.map(({ endpoint }) => endpoint.id)] as const;
  return { ...world, hint_excluded_by: Object.fromEntries([...kept, excluded]) };
}
