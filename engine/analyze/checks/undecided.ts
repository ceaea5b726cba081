import type { Check } from "../check-context.js";

/** RW2301: a rule of which the analysis can say neither that it decides some request nor that it decides none. */
export const undecided: Check = function* ({ regions, reach }) {
  for (const { rule, ruleNumber } of [...regions.routes, ...regions.denies]) {
    if (reach(ruleNumber).kind !== "undecided") continue;
    const isTooLarge = regions.acts(ruleNumber) === undefined;
    yield {
      code: "RW2301",
      severity: "info",
      message: `it is not decided whether rule \`${rule.id}\` ever decides a request${
        isTooLarge ? ": its condition has too many combinations" : ""
      }`,
      span: rule.span,
      help: isTooLarge
        ? "split the rule, or say it with fewer alternatives"
        : "no request was found that makes its `logic`, or one of very many patterns, come out right; a policy test shows that there is one",
    };
  }
};
