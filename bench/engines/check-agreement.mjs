import { load } from "./adapters/in-order.mjs";
import { parseRequest } from "./requests.mjs";

/** Compares every contender with the plain reading, for as many requests as half a second allows (at least 20). */
export async function checkAgreement(rules, requests, contenders) {
  const inOrder = load(rules);
  const compared = [];
  for (const { name, decide } of contenders) {
    if (name.startsWith("null")) continue;
    const end = performance.now() + 500;
    let count = 0;
    for (const text of requests) {
      if (count >= 20 && performance.now() > end) break;
      const expected = inOrder(parseRequest(text));
      const actual = await decide(parseRequest(text));
      if (actual !== expected) throw new Error(`${name} chose rule ${actual}, not ${expected}, for ${text}`);
      count++;
    }
    compared.push(count);
  }
  return `answers agree on ${Math.min(...compared)} to ${Math.max(...compared)} requests`;
}
