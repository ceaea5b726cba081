import type { Span } from "../../diagnostics/diagnostic.js";
import { didYouMean, listNames, nearestNames } from "../../diagnostics/suggest.js";
import { indexCatalog } from "../../rank/catalog-index.js";
import { type Located, shorten, spanWithin } from "../../source/located.js";
import { defined } from "../defined.js";
import type { CandidateReference, Catalog, NumberRange, Selection } from "../policy-set.js";
import { childOf, itemsOf, mapOf, numberOf, priceOf, rangeOf, textOf, textsOf, tokensOf } from "./read-values.js";
import type { CatalogReading, RouteReading } from "./reading.js";

/** Reads a list of candidates; what names nothing is reported. */
export function readCandidates(reading: RouteReading, node: Located | undefined): readonly CandidateReference[] {
  return itemsOf(node).flatMap((item) => readCandidate(reading, item) ?? []);
}

function readCandidate(reading: RouteReading, node: Located): CandidateReference | undefined {
  const { span } = node;
  const selection = mapOf(childOf(node, "select"));
  if (selection !== undefined) return { kind: "select", select: readSelection(reading, selection), span };
  const name = textOf(reading, node);
  if (name === undefined) return undefined;
  if (name === "requested") return { kind: "requested", span };
  if (name.includes("/")) return readModelReference(reading, name, span);
  const { poolNames } = reading;
  if (poolNames === undefined || poolNames.has(name)) return { kind: "pool", pool: name, span };
  const help = () => {
    const models = indexCatalog(reading.catalog).byBareName.get(name);
    if (models?.includes(name) === true) return "a model is written with its author, here and in the catalog";
    if (models !== undefined) return `a model is written with its author: ${listNames(models)}`;
    if (reading.catalog.providers.some((provider) => provider.name === name))
      return `all that a provider serves is written \`{ select: { provider: [${name}] } }\``;
    return (
      didYouMean(name, [...poolNames, "requested"]) ?? "declare it under `pools:`; a model is written `author/model`"
    );
  };
  reading.report.error("RW1202", span, `there is no pool \`${shorten(name)}\``, help);
  return undefined;
}

/** Reads `author/model` or `author/model@provider`. */
export function readModelReference(
  reading: CatalogReading,
  name: string,
  span: Span,
): Extract<CandidateReference, { kind: "model" | "endpoint" }> | undefined {
  const { catalog, knowsCatalog, report } = reading;
  const at = name.indexOf("@");
  const model = at === -1 ? name : name.slice(0, at);
  const entries = indexCatalog(catalog).byModel.get(model);
  if (entries === undefined && knowsCatalog) {
    if (lacksAuthor(catalog, model)) return undefined;
    const place = spanWithin(span, name, 0, model.length);
    const message = `there is no model \`${shorten(model)}\` in the catalog`;
    report.error("RW1203", place, message, () => nearModel(catalog, model));
    return undefined;
  }
  if (at === -1) return { kind: "model", model, span };
  const provider = name.slice(at + 1);
  // A model without endpoints is one whose endpoints could not be read.
  if (entries !== undefined && entries.length > 0 && !entries.some(({ endpoint }) => endpoint.provider === provider)) {
    const serving = entries.map(({ endpoint }) => endpoint.provider);
    const place = spanWithin(span, name, at + 1, name.length);
    const help = () => didYouMean(provider, serving) ?? `it is served by ${listNames(serving, "and")}`;
    const isProvider = indexCatalog(catalog).providers.has(provider);
    if (provider === "") report.error("RW1204", span, "the provider after `@` is missing", help);
    else if (isProvider) {
      report.error("RW1204", place, `\`${shorten(provider)}\` does not serve \`${shorten(model)}\``, help);
    } else report.error("RW1204", place, `there is no provider \`${shorten(provider)}\``, help);
    return undefined;
  }
  return { kind: "endpoint", model, provider, span };
}

/** Whether the catalog has the model's name without an author, which was told there. */
function lacksAuthor(catalog: Catalog, model: string): boolean {
  const bare = model.slice(model.indexOf("/") + 1);
  return !bare.includes("/") && indexCatalog(catalog).byModel.has(bare);
}

function nearModel(catalog: Catalog, name: string): string {
  const [, author] = /^([^*]+)\/\*$/.exec(name) ?? [];
  if (author !== undefined)
    return `all models of an author are written \`{ select: { author: [${shorten(author)}] } }\``;
  const { byModel, byBareName } = indexCatalog(catalog);
  const help = didYouMean(
    name,
    [...byModel.keys()].filter((id) => id.includes("/")),
  );
  if (help !== undefined) return help;
  // The right name under another author, or with a slip in both parts.
  const bare = name.slice(name.indexOf("/") + 1);
  const near = nearestNames(bare, byBareName.keys()).flatMap((found) => byBareName.get(found) ?? []);
  return near.length === 0 ? "add it to `catalog.yaml`" : `did you mean ${listNames(near)}?`;
}

function readSelection(reading: RouteReading, node: Located): Selection {
  const texts = (key: string) => {
    const list = textsOf(reading, childOf(node, key));
    return list.length === 0 ? undefined : list;
  };
  const range = (key: string, read: (bound: Located | undefined) => number | undefined): NumberRange | undefined => {
    const map = mapOf(childOf(node, key));
    return map === undefined ? undefined : rangeOf(map, read);
  };
  for (const item of itemsOf(childOf(node, "provider"))) checkProvider(reading, item);
  return {
    ...defined("capabilities", texts("capabilities")),
    ...defined("author", texts("author")),
    ...defined("provider", texts("provider")),
    ...defined("region", texts("region")),
    ...defined(
      "contextWindow",
      range("context_window", (bound) => tokensOf(reading, bound)),
    ),
    ...defined(
      "quality",
      range("quality", (bound) => numberOf(reading, bound)),
    ),
    ...defined(
      "priceInput",
      range("price_input", (bound) => priceOf(reading, bound)),
    ),
    ...defined(
      "priceOutput",
      range("price_output", (bound) => priceOf(reading, bound)),
    ),
  };
}

/** Reports a name that is no provider of the catalog. */
export function checkProvider(reading: CatalogReading, node: Located): void {
  const name = textOf(reading, node);
  if (name !== undefined) checkProviderName(reading, name, node.span);
}

/** Reports a name that is no provider of the catalog. */
export function checkProviderName(reading: CatalogReading, name: string, span: Span): void {
  const known = indexCatalog(reading.catalog).providers;
  if (known.has(name) || !reading.knowsCatalog) return;
  const help = () => didYouMean(name, known.keys()) ?? `the catalog has ${listNames([...known.keys()], "and")}`;
  reading.report.error("RW1204", span, `there is no provider \`${shorten(name)}\``, help);
}
