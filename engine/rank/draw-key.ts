import { stableHash } from "./stable-hash.js";

const TWO_POW_53 = 9_007_199_254_740_992;

/**
 * The key of one candidate in a weighted draw without replacement: −ln(u) / weight, where u in (0, 1] comes from the
 * hash of seed and candidate. Sorted ascending, each candidate comes first with the chance weight / sum of weights,
 * and the rest follow as if drawn from what remains (Efraimidis and Spirakis, 2006).
 *
 * A key depends on nothing but its own candidate, so leaving one out never reorders the others: a session keeps its
 * candidate when another one goes down, and returns when it is back.
 *
 * @param weight greater than 0.
 */
export function drawKey(seed: string | number, candidate: string, weight: number): number {
  const u = (stableHash(`${seed}\u0000${candidate}`) + 1) / TWO_POW_53;
  return -Math.log(u) / weight;
}
