import type { CandidateReference, PolicySet, Route } from "../../policy/policy-set.js";
import { canonicalJson } from "../../policy/revision.js";
import { endpointsOf } from "../regions/route-meaning.js";

/**
 * Of a route that two policies write in the same words, which of the names in it stand for something else: `pool strong a, b → a, c`.
 * Undefined when the words differ, or what changed has no name.
 */
export function changedNames(
  before: PolicySet,
  after: PolicySet,
  one: Route,
  other: Route,
): readonly string[] | undefined {
  if (canonicalJson(one) !== canonicalJson(other)) return undefined;
  const found = changedAmong(before, after, [...other.to, ...other.fallback]);
  return found.includes(undefined) ? undefined : [...new Set(found as readonly string[])];
}

function changedAmong(
  before: PolicySet,
  after: PolicySet,
  references: readonly CandidateReference[],
): readonly (string | undefined)[] {
  return references.flatMap((reference) => {
    const [was, is] = [before, after].map((set) => endpointsOf(set, reference).join(", ") || "none");
    if (was === is) return [];
    if (reference.kind === "model") return [`${reference.model} ${was} → ${is}`];
    if (reference.kind !== "pool") return [undefined];
    const [old, now] = [before, after].map(
      ({ pools }) => pools.find(({ name }) => name === reference.pool)?.items ?? [],
    );
    // The pool that was edited is named, not those that hold it.
    const within = canonicalJson(old) === canonicalJson(now) ? changedAmong(before, after, now ?? []) : [undefined];
    return within.includes(undefined) ? [`pool ${reference.pool} ${was} → ${is}`] : within;
  });
}
