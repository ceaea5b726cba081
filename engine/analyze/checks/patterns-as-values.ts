import type { Predicate } from "../../conditions/condition.js";
import type { Check } from "../check-context.js";
import { collectLeaves } from "../collect-leaves.js";

/** RW2207: a text with `*` that is compared as it stands: only `glob` reads it as a pattern, so a guard would not act. */
export const patternsAsValues: Check = function* ({ policy: { set, tests } }) {
  const conditions = [
    ...set.rules.map(({ condition }) => condition),
    ...tests.flatMap(({ forall }) => (forall === undefined ? [] : [forall])),
  ];
  const seen = new Set<string>(); // a scope is part of every rule of its file
  for (const leaf of conditions.flatMap(collectLeaves)) {
    const place = `${leaf.span.file} ${leaf.span.start}`;
    const pattern = valuesOf(leaf).find((value) => value.includes("*"));
    if (pattern === undefined || seen.has(place)) continue;
    seen.add(place);
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
