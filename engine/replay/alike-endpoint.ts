import type { Endpoint, Price } from "../policy/policy-set.js";

/**
 * An endpoint with all properties in one order, absent ones undefined: the runtime reads properties several times as fast
 * when all objects it meets in a place have them in the same order.
 */
export function alikeEndpoint(endpoint: Endpoint): Endpoint {
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

function alikePrice({ input, output, above }: Price): Price {
  return { input, output, above } as Price;
}
