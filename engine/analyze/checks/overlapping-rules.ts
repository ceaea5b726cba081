import type { Condition } from "../../conditions/condition.js";
import type { Span } from "../../diagnostics/diagnostic.js";
import { listNames } from "../../diagnostics/suggest.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import { withDefaults } from "../../evaluate/with-defaults.js";
import type { RouteRule } from "../../policy/policy-set.js";
import type { Check } from "../check-context.js";
import { routeMeaning } from "../regions/route-meaning.js";
import { factsOfBox } from "../space/facts-of-box.js";
import { writeRequest } from "../space/write-request.js";

/** Rules that one finding shows in full; the others below are named. */
const MOST_SHOWN = 3;

/**
 * RW2104: two route rules with different routes that share requests while neither contains the other, so that their
 * order decides. A special rule above a general one is normal and not reported. One finding for each rule that takes such requests.
 */
export const overlappingRules: Check = function* ({ regions, definitions, policy, all }) {
  if (!all) return;
  const meanings = regions.routes.map(({ rule }) => routeMeaning(policy.set, (rule as RouteRule).route));
  for (const [index, { rule, ruleNumber }] of regions.routes.entries()) {
    const areas = regions.acts(ruleNumber);
    const shown: { readonly span: Span; readonly note: string }[] = [];
    const ids: string[] = [];
    for (const [laterIndex, later] of regions.routes.entries()) {
      if (laterIndex <= index || meanings[laterIndex] === meanings[index]) continue;
      const laterAreas = regions.acts(later.ruleNumber);
      const found = regions.findShared(areas, laterAreas, regions.above(ruleNumber));
      if (typeof found === "string") continue;
      if (regions.find(areas, laterAreas) === "none" || regions.find(laterAreas, areas) === "none") continue;
      const request = factsOfBox(regions.space, found);
      const meets = (condition: Condition) =>
        request !== undefined && evaluateCondition(condition, withDefaults(policy.set, request)) === true;
      // Leaves taken as independent may promise a request that there is not.
      if (request === undefined || !meets(rule.condition) || !meets(later.rule.condition)) continue;
      ids.push(later.rule.id);
      if (shown.length === MOST_SHOWN) continue;
      shown.push({
        span: later.rule.span,
        note: `\`${later.rule.id}\`: for example ${writeRequest(request, definitions)}`,
      });
    }
    if (ids.length === 0) continue;
    const others = ids.length === 1 ? `rule \`${ids[0]}\`` : `${ids.length} rules below`;
    const further = ids.slice(MOST_SHOWN);
    yield {
      code: "RW2104",
      severity: "info",
      message: `rule \`${rule.id}\` takes requests that ${others} would route differently`,
      span: rule.span,
      related: shown,
      ...(further.length === 0 ? {} : { help: `the same is true of ${listNames(further, "and")}` }),
    };
  }
};
