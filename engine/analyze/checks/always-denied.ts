import type { Description } from "../../diagnostics/report.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import { withDefaults } from "../../evaluate/with-defaults.js";
import type { Rule } from "../../policy/policy-set.js";
import type { Check, CheckContext } from "../check-context.js";

/** RW2002: a route rule that matches requests, all of which the deny rules refuse. */
export const alwaysDenied: Check = function* (context) {
  const { regions, reach } = context;
  for (const { rule, ruleNumber } of regions.routes) {
    const reached = reach(ruleNumber);
    if (reached.kind === "never") continue;
    // Most rules decide a request at hand that no guard refuses.
    if (reached.kind === "decides" && reached.outcome.denied === undefined) continue;
    if (regions.findAllowed(ruleNumber, "ending") !== "none") continue;
    yield {
      code: "RW2002",
      severity: "warning",
      span: rule.span,
      describe: () => describe(rule, refuserOf(context, ruleNumber)),
    };
  }
};

/** The one deny rule that refuses them all, if there is one. */
function refuserOf({ regions, reach }: CheckContext, ruleNumber: number): Rule | undefined {
  const reached = reach(ruleNumber);
  const request = reached.kind === "decides" ? withDefaults(regions.set, reached.request) : undefined;
  const above = regions.endingAbove(ruleNumber);
  const alone = regions.denies.find(({ rule: { condition }, ruleNumber: other }) => {
    // One that refuses all refuses the request at hand.
    if (request !== undefined && evaluateCondition(condition, request) === false) return false;
    return regions.find(regions.acts(ruleNumber), above, regions.acts(other)) === "none";
  });
  return alone?.rule;
}

function describe(rule: Rule, refuser: Rule | undefined): Description {
  const who = refuser === undefined ? "the deny rules together refuse" : `\`${refuser.id}\` refuses`;
  return {
    message: `rule \`${rule.id}\` never routes a request: ${who} every request that it decides`,
    ...(refuser === undefined ? {} : { related: [{ span: refuser.span, note: `\`${refuser.id}\` refuses them all` }] }),
    help: `remove \`${rule.id}\`, or narrow what is denied`,
  };
}
