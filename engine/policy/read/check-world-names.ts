import type { Span } from "../../diagnostics/diagnostic.js";
import { listNames } from "../../diagnostics/suggest.js";
import { indexCatalog } from "../../rank/catalog-index.js";
import type { World } from "../../rank/world.js";
import { entryOf, type Located, type LocatedMap, shorten } from "../../source/located.js";
import { checkProviderName, readModelReference } from "./read-candidates.js";
import { itemsOf, textOf } from "./read-values.js";
import type { CatalogReading } from "./reading.js";

/** What each key of a test's world names: as a list, as the keys of a map, or (`hint_excluded_by`) as the lists of one. */
const namedUnder = {
  down: "any",
  rate_limited: "any",
  allowed: "any",
  hint_excluded: "any",
  hint_excluded_by: "endpoint",
  hint_order: "endpoint",
  no_credentials: "provider",
  unsupported: "provider",
  incapable: "endpoint",
  latency_ms: "endpoint",
  in_flight: "endpoint",
  error_rate: "endpoint",
} as const satisfies { readonly [Key in keyof World]?: "any" | "endpoint" | "provider" };

/** Reports the names under a test's `world` that the catalog does not have: its `down: [opnai]` would take nothing down. */
export function checkWorldNames(reading: CatalogReading, world: LocatedMap): void {
  if (!reading.knowsCatalog) return;
  for (const [key, kind] of Object.entries(namedUnder)) {
    const value = entryOf(world, key)?.value;
    if (value === undefined || reading.faulty.has(value)) continue;
    for (const { name, span } of namesIn(reading, value)) {
      if (kind === "provider") checkProviderName(reading, name, span);
      else checkEndpointName(reading, name, span, kind);
    }
  }
}

function namesIn(reading: CatalogReading, value: Located): readonly { readonly name: string; readonly span: Span }[] {
  if (value.kind === "map") {
    return value.entries.flatMap((entry) =>
      entry.value.kind === "list" ? namesIn(reading, entry.value) : [{ name: entry.key, span: entry.keySpan }],
    );
  }
  return itemsOf(value).flatMap((item) => {
    const name = textOf(reading, item);
    return name === undefined ? [] : [{ name, span: item.span }];
  });
}

function checkEndpointName(reading: CatalogReading, name: string, span: Span, kind: "any" | "endpoint"): void {
  const { byModel, byBareName } = indexCatalog(reading.catalog);
  if (name.includes("/")) {
    if (readModelReference(reading, name, span)?.kind !== "model" || kind === "any") return;
    const endpoints = (byModel.get(name) ?? []).map(({ endpoint }) => endpoint.id);
    const help = `it is a model: name its endpoint, ${listNames(endpoints)}`;
    reading.report.error("RW1203", span, `\`${shorten(name)}\` is no endpoint`, help);
    return;
  }
  const models = byBareName.get(name);
  if (models !== undefined) {
    const help = `a model is written with its author: ${listNames(models)}`;
    reading.report.error("RW1203", span, `there is no model \`${shorten(name)}\` in the catalog`, help);
  } else if (kind === "any") checkProviderName(reading, name, span);
  else reading.report.error("RW1203", span, `\`${shorten(name)}\` is no endpoint`, "write `author/model@provider`");
}
