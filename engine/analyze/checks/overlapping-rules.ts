import { listNames } from "../../diagnostics/suggest.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import type { Facts } from "../../evaluate/facts.js";
import { withDefaults } from "../../evaluate/with-defaults.js";
import type { RouteRule } from "../../policy/policy-set.js";
import type { Check, CheckContext } from "../check-context.js";
import type { NumberedRule } from "../regions/policy-regions.js";
import { routeMeaning } from "../regions/route-meaning.js";
import { factsOfBox } from "../space/facts-of-box.js";
import { writeRequest } from "../space/write-request.js";

/** Rules that one finding shows in full; the others below are named. */
const MOST_SHOWN = 3;

/**
 * RW2104: two route rules with different routes that share requests while neither contains the other, so that their
 * order decides. A special rule above a general one is normal and not reported. One finding for each rule that takes such requests.
 */
export const overlappingRules: Check = function* (context) {
  const { regions, policy, definitions, all } = context;
  if (!all) return;
  const meanings = regions.routes.map(({ rule }) => routeMeaning(policy.set, (rule as RouteRule).route));
  for (const [index, one] of regions.routes.entries()) {
    const overlaps = regions.routes.flatMap((later, laterIndex) => {
      if (laterIndex <= index || meanings[laterIndex] === meanings[index]) return [];
      const request = requestOfBoth(context, one, later);
      const { id, span } = later.rule;
      return request === undefined ? [] : [{ id, span, request }];
    });
    const [first] = overlaps;
    if (first === undefined) continue;
    const others = overlaps.length === 1 ? `rule \`${first.id}\`` : `${overlaps.length} rules below`;
    const further = overlaps.slice(MOST_SHOWN).map(({ id }) => id);
    yield {
      code: "RW2104",
      severity: "info",
      message: `rule \`${one.rule.id}\` takes requests that ${others} would route differently`,
      span: one.rule.span,
      related: overlaps.slice(0, MOST_SHOWN).map(({ id, span, request }) => ({
        span,
        note: `\`${id}\`: for example ${writeRequest(request, definitions)}`,
      })),
      ...(further.length === 0 ? {} : { help: `the same is true of ${listNames(further, "and")}` }),
    };
  }
};

/** A request that the first routes and the later one would route without it; undefined also where one of them contains the other, or it is not known. */
function requestOfBoth({ regions, policy }: CheckContext, first: NumberedRule, later: NumberedRule): Facts | undefined {
  const [areas, laterAreas] = [regions.acts(first.ruleNumber), regions.acts(later.ruleNumber)];
  const { ruleNumber } = first;
  const found = regions.findShared(areas, laterAreas, regions.above(ruleNumber), regions.deniedOf(ruleNumber));
  if (typeof found === "string") return undefined;
  if (regions.find(areas, laterAreas) === "none" || regions.find(laterAreas, areas) === "none") return undefined;
  const request = factsOfBox(regions.space, found);
  if (request === undefined) return undefined;
  // Leaves taken as independent may promise a request that there is not.
  const facts = withDefaults(policy.set, request);
  const isOfBoth = [first, later].every(({ rule }) => evaluateCondition(rule.condition, facts) === true);
  return isOfBoth ? request : undefined;
}
