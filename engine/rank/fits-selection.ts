import type { NumberRange, Selection } from "../policy/policy-set.js";
import type { CatalogEntry } from "./catalog-index.js";

/**
 * Whether an endpoint is among those that `{ select: … }` means. Window, price and region are the endpoint's own (an
 * endpoint may override its model's). What the catalog does not say does not fit.
 */
export function fitsSelection({ endpoint, model }: CatalogEntry, selection: Selection): boolean {
  const author = model.id.slice(0, model.id.indexOf("/"));
  return (
    (selection.capabilities?.every((capability) => model.capabilities.includes(capability)) ?? true) &&
    isAmong(selection.author, author) &&
    isAmong(selection.provider, endpoint.provider) &&
    isAmong(selection.region, endpoint.region) &&
    isWithin(selection.contextWindow, endpoint.contextWindow) &&
    isWithin(selection.quality, model.quality) &&
    isWithin(selection.priceInput, endpoint.price?.input) &&
    isWithin(selection.priceOutput, endpoint.price?.output)
  );
}

function isAmong(wanted: readonly string[] | undefined, value: string | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value));
}

function isWithin(range: NumberRange | undefined, value: number | undefined): boolean {
  if (range === undefined) return true;
  if (value === undefined) return false;
  const { min, max } = range;
  const isAbove = min === undefined || value > min.value || (min.inclusive && value === min.value);
  const isBelow = max === undefined || value < max.value || (max.inclusive && value === max.value);
  return isAbove && isBelow;
}
