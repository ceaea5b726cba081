import type { FlatPrice, Price } from "../policy/policy-set.js";
import { multipliedPrice } from "../units/money.js";

/**
 * The price of a call by the size of its prompt: that of the last tier whose `contextTokens` the prompt exceeds, for all
 * tokens of the call.
 * @param promptTokens cached ones included.
 */
export function priceAt(price: Price, promptTokens: number): FlatPrice {
  return price.above?.findLast(({ contextTokens }) => promptTokens > contextTokens) ?? price;
}

/**
 * The prices of a call in a service tier.
 * @param tier as a request or an answer names it (`priority`, `flex`); undefined, or not in the catalog: the ordinary one.
 */
export function priceInTier(price: Price, tier: string | undefined): Price {
  const { serviceTiers } = price;
  if (tier === undefined || serviceTiers === undefined || !Object.hasOwn(serviceTiers, tier)) return price;
  const factor = serviceTiers[tier] as number;
  const { above, ...flat } = price;
  return {
    ...multiplied(flat, factor),
    ...(above === undefined ? {} : { above: above.map((longer) => ({ ...longer, ...multiplied(longer, factor) })) }),
  };
}

function multiplied({ input, output, cachedInput, cacheWrite, cacheWrite1h }: FlatPrice, factor: number): FlatPrice {
  return {
    input: multipliedPrice(input, factor),
    output: multipliedPrice(output, factor),
    ...(cachedInput === undefined ? {} : { cachedInput: multipliedPrice(cachedInput, factor) }),
    ...(cacheWrite === undefined ? {} : { cacheWrite: multipliedPrice(cacheWrite, factor) }),
    ...(cacheWrite1h === undefined ? {} : { cacheWrite1h: multipliedPrice(cacheWrite1h, factor) }),
  };
}
