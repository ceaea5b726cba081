import { readFactsOf } from "../../explain/facts-of-condition.js";
import type { Rule } from "../../policy/policy-set.js";
import { canonicalJson } from "../../policy/revision.js";
import type { PolicyRegions } from "../regions/policy-regions.js";
import { defaultRouteMeaning, goesOn, routeMeaning } from "../regions/route-meaning.js";
import { defaultsFor } from "../space/build-space.js";
import type { ListedRule } from "./listed-rule.js";

/** The route rules in reading order, the default route last. */
export function listRoutes(regions: PolicyRegions): readonly ListedRule[] {
  const { set } = regions;
  const last = set.rules.length;
  const meaning = defaultRouteMeaning(set);
  return [
    ...regions.routes.map(({ rule, ruleNumber }) =>
      listed(regions, rule, ruleNumber, rule.effect === "route" ? routeMeaning(set, rule.route) : ""),
    ),
    {
      ...{ name: "the default route", ruleNumber: last, meaning, when: "", key: meaning, goesOn: false },
      acts: [regions.space.layout.full()],
    },
  ];
}

/** @param meaning what the rule does. */
export function listed(regions: PolicyRegions, rule: Rule, ruleNumber: number, meaning: string): ListedRule {
  const reads = readFactsOf(rule.condition);
  const types = regions.set.attributes.flatMap(({ name, type }) => (reads.includes(name) ? [type] : []));
  const when = canonicalJson([rule.condition, defaultsFor(reads, regions.set), types]);
  const key = `${when} ${meaning}`;
  return {
    ...{ name: `rule ${rule.id}`, ruleNumber, meaning, when, key, goesOn: goesOn(rule) },
    acts: regions.acts(ruleNumber),
  };
}
