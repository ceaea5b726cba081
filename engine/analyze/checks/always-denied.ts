import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import { withDefaults } from "../../evaluate/with-defaults.js";
import type { Check } from "../check-context.js";

/** RW2002: a route rule that matches requests, all of which the deny rules refuse. */
export const alwaysDenied: Check = function* ({ regions, reach }) {
  const { set } = regions;
  for (const { rule, ruleNumber } of regions.routes) {
    const reached = reach(ruleNumber);
    if (reached.kind === "never") continue;
    // Most rules decide a request at hand that no guard refuses.
    if (reached.kind === "decides" && reached.outcome.denied === undefined) continue;
    if (regions.findAllowed(ruleNumber, "ending") !== "none") continue;
    const above = regions.endingAbove(ruleNumber);
    const request = reached.kind === "decides" ? withDefaults(set, reached.request) : undefined;
    const alone = regions.denies.find(({ rule: { condition }, ruleNumber: other }) => {
      // One that refuses all refuses the request at hand.
      if (request !== undefined && evaluateCondition(condition, request) === false) return false;
      return regions.find(regions.acts(ruleNumber), above, regions.acts(other)) === "none";
    });
    yield {
      code: "RW2002",
      severity: "warning",
      message: `rule \`${rule.id}\` never routes a request: ${
        alone === undefined ? "the deny rules together refuse" : `\`${alone.rule.id}\` refuses`
      } every request that it decides`,
      span: rule.span,
      ...(alone === undefined
        ? {}
        : { related: [{ span: alone.rule.span, note: `\`${alone.rule.id}\` refuses them all` }] }),
      help: `remove \`${rule.id}\`, or narrow what is denied`,
    };
  }
};
