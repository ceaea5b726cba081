import type { Predicate } from "../../conditions/condition.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { collectLeaves } from "../space/collect-leaves.js";

/** Looks at what rules and tests' `forall` compare. Once a place: a scope is part of every rule of its file. */
export function* findInConditions<Found>(
  { set, tests }: Pick<CompiledPolicy, "set" | "tests">,
  find: (leaf: Predicate) => Found | undefined,
): Iterable<{ readonly leaf: Predicate; readonly found: Found }> {
  const conditions = [
    ...set.rules.map(({ condition }) => condition),
    ...tests.flatMap(({ forall }) => (forall === undefined ? [] : [forall])),
  ];
  const seen = new Set<string>();
  for (const leaf of conditions.flatMap(collectLeaves)) {
    const place = `${leaf.span.file} ${leaf.span.start}`;
    if (seen.has(place)) continue;
    const found = find(leaf);
    if (found === undefined) continue;
    seen.add(place);
    yield { leaf, found };
  }
}
