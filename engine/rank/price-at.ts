import type { FlatPrice, Price } from "../policy/policy-set.js";

/**
 * The price of a call by the size of its prompt: that of the last tier whose `contextTokens` the prompt exceeds, for all
 * tokens of the call.
 * @param promptTokens cached ones included.
 */
export function priceAt(price: Price, promptTokens: number): FlatPrice {
  return price.above?.findLast(({ contextTokens }) => promptTokens > contextTokens) ?? price;
}
