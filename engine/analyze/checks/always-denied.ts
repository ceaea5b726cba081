import type { Check } from "../check-context.js";

/** RW2002: a route rule that matches requests, all of which the deny rules refuse. */
export const alwaysDenied: Check = function* ({ regions, reach }) {
  for (const { rule, ruleNumber } of regions.routes) {
    const reached = reach(ruleNumber);
    if (reached.kind === "never") continue;
    // Most rules decide a request at hand that no guard refuses.
    if (reached.kind === "decides" && reached.outcome.denied === undefined) continue;
    const above = regions.endingAbove(ruleNumber);
    const allowed = regions.find(regions.acts(ruleNumber), above, regions.deniedOf(ruleNumber));
    if (allowed !== "none") continue;
    const alone = regions.denies.find(({ ruleNumber: other }) => {
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
