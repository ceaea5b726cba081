import type { Predicate } from "../../conditions/condition.js";
import type { Check } from "../check-context.js";
import { findInConditions } from "./find-in-conditions.js";

/** RW2207: a text with `*` that is compared as it stands: only `glob` reads it as a pattern, so a guard would not act. */
export const patternsAsValues: Check = function* ({ policy }) {
  const patternIn = (leaf: Predicate) => valuesOf(leaf).find((value) => value.includes("*"));
  for (const { leaf, found: pattern } of findInConditions(policy, patternIn)) {
    yield {
      code: "RW2207",
      severity: "warning",
      message: `\`${pattern}\` is compared as it stands, its \`*\` included`,
      span: leaf.span,
      help:
        leaf.kind === "set"
          ? "a set has no patterns: name its tags one by one"
          : `a pattern is written \`{ glob: "${pattern}" }\``,
    };
  }
};

function valuesOf(leaf: Predicate): readonly string[] {
  if (leaf.kind === "one-of") return leaf.values;
  return leaf.kind === "set" ? leaf.tags : [];
}
