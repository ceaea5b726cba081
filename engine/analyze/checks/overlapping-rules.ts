import type { RouteRule } from "../../policy/policy-set.js";
import type { Check } from "../check-context.js";
import { factsOfBox } from "../facts-of-box.js";
import { routeMeaning } from "../route-meaning.js";
import { writeRequest } from "../write-request.js";

/** Overlaps that are reported of one rule; the last says how many more there are. */
const MOST_OF_ONE = 3;

/**
 * RW2104: two route rules with different routes that share requests while neither contains the other, so that their
 * order decides. A special rule above a general one is normal and not reported.
 */
export const overlappingRules: Check = function* ({ regions, definitions, policy, all }) {
  if (!all) return;
  const meanings = regions.routes.map(({ rule }) => routeMeaning(policy.set, (rule as RouteRule).route));
  for (const [index, { rule, ruleNumber }] of regions.routes.entries()) {
    const areas = regions.acts(ruleNumber);
    let count = 0;
    for (const [laterIndex, later] of regions.routes.entries()) {
      if (laterIndex <= index || meanings[laterIndex] === meanings[index]) continue;
      const others = regions.acts(later.ruleNumber);
      const shared = regions.intersect(areas, others);
      if (shared === undefined || shared.length === 0) continue;
      const found = regions.find(shared, regions.above(ruleNumber));
      if (typeof found === "string") continue;
      if (regions.find(areas, others) === "none" || regions.find(others, areas) === "none") continue;
      count++;
      if (count > MOST_OF_ONE) continue;
      const request = factsOfBox(regions.space, found);
      yield {
        code: "RW2104",
        severity: "info",
        message: `rules \`${rule.id}\` and \`${later.rule.id}\` share requests and route them differently; \`${rule.id}\` stands first and takes them`,
        span: rule.span,
        related: [{ span: later.rule.span, note: `\`${later.rule.id}\`` }],
        ...(request === undefined ? {} : { help: `for example ${writeRequest(request, definitions)}` }),
      };
    }
    if (count > MOST_OF_ONE) {
      yield {
        code: "RW2104",
        severity: "info",
        message: `rule \`${rule.id}\` shares requests with ${countMore(count - MOST_OF_ONE)} below`,
        span: rule.span,
      };
    }
  }
};

function countMore(count: number): string {
  return `${count} more ${count === 1 ? "rule" : "rules"}`;
}
