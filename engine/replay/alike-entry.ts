import type { Endpoint, Model, Price } from "../policy/policy-set.js";
import type { CatalogEntry } from "../rank/catalog-index.js";

/**
 * An entry of the catalog as ranking sees it, with all properties in one order, absent ones undefined: the runtime reads
 * properties several times as fast when all objects it meets in a place have them in the same order.
 */
export function alikeEntry({ endpoint, model, provider }: CatalogEntry): CatalogEntry {
  return { endpoint: alikeEndpoint(endpoint), model: alikeModel(model), provider };
}

function alikeEndpoint(endpoint: Endpoint): Endpoint {
  const { id, model, provider, upstreamModel, contextWindow, maxOutputTokens, region, retentionDays, span } = endpoint;
  const price = endpoint.price && alikePrice(endpoint.price);
  // No spreading: what it makes may have a form of its own each time.
  const alike: { [Name in keyof Endpoint]: Endpoint[Name] | undefined } = {
    id,
    model,
    provider,
    upstreamModel,
    contextWindow,
    maxOutputTokens,
    price,
    region,
    retentionDays,
    span,
  };
  return alike as Endpoint;
}

function alikeModel({ id, contextWindow, capabilities, quality, endpoints, span }: Model): Model {
  return { id, contextWindow, capabilities, quality, endpoints, span } as Model;
}

function alikePrice({ input, output, above }: Price): Price {
  return { input, output, above } as Price;
}
