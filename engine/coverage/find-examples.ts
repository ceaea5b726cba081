import type { Facts } from "../evaluate/facts.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { withoutSpans } from "../policy/without-spans.js";
import { factValues } from "./fact-values.js";
import { findRequest } from "./find-request.js";
import { seededRandom } from "./suggest-tests.js";

export interface RouteExamples {
  /** A request for each different route, as small as it can be; `rule` decides it. */
  readonly examples: readonly { readonly rule: string; readonly facts: Facts }[];
  /** Rules none was found for, of those whose route no example has. */
  readonly open: readonly string[];
}

/**
 * Looks for requests that go each way that a policy's rules route: of rules that say the same `route`, one is enough.
 * @param plain what every request has that does not say otherwise.
 */
export function findExamples({ set }: CompiledPolicy, plain: Facts = {}): RouteExamples {
  const values = factValues(set);
  const random = seededRandom(1);
  const routes = new Map<string, { rule: string; facts: Facts | undefined }[]>();
  for (const [ruleNumber, rule] of set.rules.entries()) {
    if (rule.effect !== "route") continue;
    const key = JSON.stringify(rule.route, withoutSpans);
    const known = routes.get(key) ?? [];
    if (known.some(({ facts }) => facts !== undefined)) continue;
    const facts = findRequest(set, { kind: "decided", ruleNumber }, values, random, plain);
    routes.set(key, [...known, { rule: rule.id, facts }]);
  }
  const found = [...routes.values()];
  return {
    examples: found.flatMap((tried) =>
      tried.flatMap(({ rule, facts }) => (facts === undefined ? [] : [{ rule, facts }])),
    ),
    open: found.flatMap((tried) =>
      tried.some(({ facts }) => facts !== undefined) ? [] : tried.map(({ rule }) => rule),
    ),
  };
}
