import { indexCatalog } from "../../rank/catalog-index.js";
import { entryOf, type LocatedMap, shorten } from "../../source/located.js";
import type { CandidateReference, Pool, Route } from "../policy-set.js";
import { isMisspelt } from "./is-section-readable.js";
import { readModelReference } from "./read-candidates.js";
import { childOf, mapOf, numberOf } from "./read-values.js";
import type { RouteReading } from "./reading.js";

export type Weights = NonNullable<Route["weights"]>;
export type PoolsByName = ReadonlyMap<string, Pool>;

/** Reads `weights:`; what names nothing in the catalog is reported and left out. */
export function readWeights(reading: RouteReading, map: LocatedMap): Weights | undefined {
  const node = mapOf(childOf(map, "weights"));
  return node?.entries.flatMap(({ key, keySpan, value }) => {
    if (reading.poolNames?.has(key) === true) {
      const help = "give one to each of its models, or endpoints";
      reading.report.error("RW1306", keySpan, `\`${shorten(key)}\` is a pool, which has no weight of its own`, help);
      return [];
    }
    const reference = readModelReference(reading, key, keySpan);
    const weight = numberOf(reading, value);
    return reference === undefined || weight === undefined ? [] : [{ candidate: key, weight }];
  });
}

interface WeightedRoute {
  readonly map: LocatedMap;
  readonly strategy: Route["strategy"];
  readonly weights: Weights | undefined;
  readonly to: readonly CandidateReference[];
  readonly pools: PoolsByName;
}

/** Weights belong to `weighted`, one for each model or endpoint of `to`, and for nothing else (RW1306). */
export function checkWeights(reading: RouteReading, route: WeightedRoute): void {
  const { report } = reading;
  const { map, strategy, weights } = route;
  const entry = entryOf(map, "weights");
  if (strategy !== "weighted") {
    if (entry === undefined) return;
    const help = "write `strategy: weighted`, or leave `weights` out";
    report.error("RW1306", entry.keySpan, "`weights` has no effect with this strategy", help);
    return;
  }
  if (entry === undefined) {
    if (isMisspelt(reading, map, "weights")) return;
    const help = "write `weights: { author/model: 90, … }`, one for each model or endpoint of `to`";
    report.error("RW1306", entryOf(map, "strategy")?.keySpan, "strategy `weighted` needs `weights`", help);
    return;
  }
  const written = mapOf(entry.value)?.entries ?? [];
  // Where one weight or candidate could not be read, what lacks a weight is not known.
  const isSound = weights?.length === written.length && reading.knowsCatalog && reading.poolNames !== undefined;
  if (!isSound) return;
  const { references, isOpen } = namesOf(route);
  const weighted = new Set(weights.map(({ candidate }) => candidate));
  const lacking = references.find((reference) => !hasWeight(reading, reference, weighted));
  if (lacking !== undefined) {
    const message = `\`${shorten(idOf(lacking))}\` of \`to\` has no weight`;
    report.error("RW1306", entry.keySpan, message, "give it one, or take it out of `to`");
  }
  if (isOpen) return;
  // What a weight may be written for: a model for itself or any endpoint of it, an endpoint for itself or its model.
  const named = new Set(references.flatMap((reference) => [reference.model, idOf(reference)]));
  const whole = new Set(references.flatMap(({ kind, model }) => (kind === "model" ? [model] : [])));
  for (const { key, keySpan } of written) {
    if (named.has(key) || (key.includes("@") && whole.has(modelOf(key)))) continue;
    const message = `\`${shorten(key)}\` has a weight but is not among the candidates of \`to\``;
    report.error("RW1306", keySpan, message, "add it to `to`, or leave its weight out");
  }
}

type Weighted = Extract<CandidateReference, { kind: "model" | "endpoint" }>;

/** What `to` names, pools followed; `isOpen` when it also holds candidates that only a request or the catalog names. */
function namesOf({ to, pools }: WeightedRoute): { readonly references: readonly Weighted[]; readonly isOpen: boolean } {
  const references: Weighted[] = [];
  let isOpen = false;
  const seen = new Set<string>();
  const waiting = [...to].reverse();
  for (let reference = waiting.pop(); reference !== undefined; reference = waiting.pop()) {
    if (reference.kind === "model" || reference.kind === "endpoint") references.push(reference);
    else if (reference.kind !== "pool") isOpen = true;
    else if (!seen.has(reference.pool)) {
      seen.add(reference.pool);
      waiting.push(...[...(pools.get(reference.pool)?.items ?? [])].reverse());
    }
  }
  return { references, isOpen };
}

/** A model has a weight when it is named itself, or each of its endpoints is. */
function hasWeight({ catalog }: RouteReading, reference: Weighted, names: ReadonlySet<string>): boolean {
  if (names.has(reference.model)) return true;
  if (reference.kind === "endpoint") return names.has(idOf(reference));
  const endpoints = indexCatalog(catalog).byModel.get(reference.model) ?? [];
  return endpoints.length > 0 && endpoints.every(({ endpoint }) => names.has(endpoint.id));
}

function idOf(reference: Weighted): string {
  return reference.kind === "model" ? reference.model : `${reference.model}@${reference.provider}`;
}

function modelOf(name: string): string {
  return name.includes("@") ? name.slice(0, name.indexOf("@")) : name;
}
