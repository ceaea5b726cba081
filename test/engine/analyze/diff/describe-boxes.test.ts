import { describe, expect, it } from "vitest";
import { describeBoxes } from "../../../../engine/analyze/diff/describe-boxes.js";
import { diffPolicies } from "../../../../engine/analyze/diff/diff-policies.js";
import { anyRequests } from "../../../../engine/analyze/space/request-assumptions.js";
import { evaluateCondition } from "../../../../engine/evaluate/evaluate-condition.js";
import { generateRequest } from "../../../differential/generate-request.js";
import { Random } from "../../../differential/random.js";
import { boxOfFacts } from "../box-of-facts.js";
import { scale, seed } from "../soundness.js";
import { editSet, edits, generateVariedSet } from "./random-edits.js";

describe("the conditions that describe regions", () => {
  it("are true for the requests of the region, and for no others when they are exact", {
    timeout: 300_000 * Math.max(1, scale),
  }, () => {
    const random = new Random(seed + 3);
    const counts = { seed: seed + 3, descriptions: 0, exact: 0, requests: 0, within: 0 };
    const faults: string[] = [];
    const pool = Array.from({ length: 2_000 }, () => generateRequest(random));
    for (let number = 0; number < 120 * scale; number++) {
      const before = generateVariedSet(random, number, 5);
      const { space, changes } = diffPolicies(
        before,
        editSet(random, before, edits[number % edits.length]!),
        anyRequests,
      );
      for (const { region } of changes) {
        const { condition, isExact } = describeBoxes(space, region);
        counts.descriptions++;
        if (isExact) counts.exact++;
        for (let tried = 0; tried < 100; tried++) {
          const facts = random.pick(pool);
          const point = boxOfFacts(space, facts);
          if (point === undefined) continue;
          const isWithin = region.some((box) => space.layout.holds(box, point.bits));
          const isDescribed = evaluateCondition(condition, { ...space.defaults, ...facts }) === true;
          counts.requests++;
          if (isWithin) counts.within++;
          if (isWithin ? !isDescribed : isExact && isDescribed) {
            faults.push(`edit ${number}: ${JSON.stringify(condition)} of ${JSON.stringify(facts)}`);
          }
        }
      }
    }
    console.log(`descriptions: ${JSON.stringify(counts)}`);
    expect(faults.slice(0, 3)).toEqual([]);
    expect(counts.exact).toBeGreaterThan(20);
    expect(counts.within).toBeGreaterThan(100);
  });
});
