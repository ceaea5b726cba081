import { describe, expect, it } from "vitest";
import { ChangeFinder } from "../../../../engine/analyze/diff/changes-of-request.js";
import { diffPolicies, isSameForAll, type PolicyDiff } from "../../../../engine/analyze/diff/diff-policies.js";
import { outcomeMeaning } from "../../../../engine/analyze/diff/outcome-meaning.js";
import { anyRequests } from "../../../../engine/analyze/space/request-assumptions.js";
import { StepBudget } from "../../../../engine/analyze/space/step-budget.js";
import { buildDecisionTree } from "../../../../engine/compile/build-decision-tree.js";
import type { CompiledPolicy } from "../../../../engine/policy/compiled-policy.js";
import type { PolicySet } from "../../../../engine/policy/policy-set.js";
import { generateRequest } from "../../../differential/generate-request.js";
import { plantInSet } from "../../../differential/plant-in-set.js";
import { Random } from "../../../differential/random.js";
import { boxOfFacts } from "../box-of-facts.js";
import { aimedRequest, misreadings, scale, seed } from "../soundness.js";
import { editSet, edits, generateVariedSet } from "./random-edits.js";

const REQUESTS = 200;

/** @param misread what the diff sees in place of the edited set. */
function checkDiffs(count: number, misread: (set: PolicySet) => PolicySet = (set) => set) {
  const random = new Random(seed + 2);
  const counts = {
    edits: 0,
    requests: 0,
    changed: 0,
    differing: 0,
    same: 0,
    regions: 0,
    partial: 0,
    short: 0,
    undecided: 0,
    placed: 0,
  };
  const faults: string[] = [];
  const pool = Array.from({ length: 3_000 }, () => generateRequest(random));
  for (let number = 0; number < count; number++) {
    const before = generateVariedSet(random, number, 14);
    const kind = edits[number % edits.length] as (typeof edits)[number];
    const after = editSet(random, before, kind);
    const diff = diffPolicies(before, misread(after), anyRequests);
    counts.edits++;
    counts.regions += diff.changes.length;
    if (isSameForAll(diff)) counts.same++;
    else counts.differing++;
    const isWhole = diff.changes.every((change) => change.isWhole);
    if (!isWhole) counts.partial++;
    if (diff.undecided.length > 0) counts.undecided++;
    const regions = diff.changes.flatMap(({ region }) => region);
    const { layout } = diff.space;
    const aimed = regions.slice(0, 40).map((box) => aimedRequest(diff.space, box, random));
    const sampled = Array.from({ length: REQUESTS - aimed.length }, () => random.pick(pool));
    const finder = new ChangeFinder(compiled(before), compiled(misread(after)), diff.changes);
    const isListed = isWhole && diff.undecided.length === 0;
    for (const facts of [...aimed, ...sampled]) {
      counts.requests++;
      const isChanged = outcomeMeaning(before, facts) !== outcomeMeaning(after, facts);
      const point = boxOfFacts(diff.space, facts);
      const isReported = point !== undefined && regions.some((box) => layout.holds(box, point.bits));
      if (isChanged) counts.changed++;
      if (isListed && point !== undefined) {
        const within = diff.changes.flatMap(({ region }, place) =>
          region.some((box) => layout.holds(box, point.bits)) ? [place] : [],
        );
        const found = finder.find(facts);
        counts.placed += found.changes.length;
        if (found.isUnlisted || JSON.stringify(found.changes.toSorted((a, b) => a - b)) !== JSON.stringify(within)) {
          faults.push(`edit ${number} (${kind}): part of ${found.changes}, not of ${within}: ${JSON.stringify(facts)}`);
          break;
        }
      }
      if (isChanged === isReported) continue;
      // What was cut off, or not decided, may change requests that lie in no region.
      if (isChanged && (!isWhole || diff.undecided.length > 0)) continue;
      faults.push(`edit ${number} (${kind}): ${isChanged ? "changed" : "unchanged"}, ${JSON.stringify(facts)}`);
      break;
    }
    for (const { example } of diff.changes) {
      if (outcomeMeaning(before, example) === outcomeMeaning(after, example)) {
        faults.push(`edit ${number} (${kind}): an example that does not change`);
      }
    }
    if (number % 4 === 0) {
      const short = diffPolicies(before, misread(after), anyRequests, usedUp());
      counts.short += short.changes.length;
      if (short.undecided.length + diff.undecided.length === 0 && pairsOf(short) !== pairsOf(diff)) {
        faults.push(`edit ${number} (${kind}): without lists ${pairsOf(short)}, not ${pairsOf(diff)}`);
      }
    }
    if (number % 10 === 0 && !isSameForAll(diffPolicies(before, before, anyRequests))) {
      faults.push(`edit ${number}: a set differs from itself`);
    }
  }
  return { counts, faults };
}

/** Of a diff with so many changes that the requests of these are no longer listed. */
function usedUp(): StepBudget {
  const budget = new StepBudget(0);
  budget.spend(1);
  return budget;
}

function pairsOf({ changes }: PolicyDiff): string {
  return changes.map(({ kind, from, to }) => `${kind} ${from.rule} → ${to.rule}`).join(", ");
}

function compiled(set: PolicySet): CompiledPolicy {
  return { name: set.name, revision: "", set, tree: buildDecisionTree(set), tests: [], files: [] };
}

describe("the requests that a diff reports", () => {
  it("are those whose outcome changes", { timeout: 300_000 * Math.max(1, scale) }, () => {
    const { counts, faults } = checkDiffs(200 * scale);
    console.log(`diff, seed ${seed + 2}: ${JSON.stringify(counts)}`);
    expect(faults).toEqual([]);
    expect(counts.differing / counts.edits).toBeGreaterThan(0.4);
    expect(counts.changed / counts.requests).toBeGreaterThan(0.05);
    expect(counts.placed / counts.requests).toBeGreaterThan(0.05);
    expect(counts.undecided / counts.edits).toBeLessThan(0.1);
  });

  it.each(misreadings.slice(0, 3))("would be seen to be wrong with %s", (_fault, plant) => {
    expect(checkDiffs(40, (set) => plantInSet(set, plant)).faults.length).toBeGreaterThan(0);
  });
});
