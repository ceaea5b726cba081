import { describe, expect, it } from "vitest";
import { buildSpace } from "../../../engine/analyze/space/build-space.js";
import { httpRequests } from "../../../engine/analyze/space/request-assumptions.js";
import { Coverage, meets } from "../../../engine/coverage/coverage.js";
import { GoalRegions } from "../../../engine/coverage/goal-regions.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import { generatePolicy, type Shape, shapes } from "../../differential/generate-policy.js";
import { generateRequest } from "../../differential/generate-request.js";
import { Random } from "../../differential/random.js";
import { boxOfFacts } from "../analyze/box-of-facts.js";

const always: Facts = {
  model: "auto",
  context_tokens: 1_000,
  stream: false,
  uses_tools: false,
  uses_vision: false,
  uses_json_schema: false,
  time: 0,
};

describe("what tests could still do", () => {
  it("is said to be impossible only where no request does it, and shown by requests that do it", {
    timeout: 120_000,
  }, () => {
    const random = new Random(20261127);
    const counts = { goals: 0, impossible: 0, shown: 0, tried: 0 };
    const faults: string[] = [];
    for (let policy = 0; policy < 40; policy++) {
      const set = generatePolicy(random, shapes[policy % shapes.length] as Shape, 12);
      const space = buildSpace({ sets: [set], assumptions: httpRequests });
      const requests = Array.from({ length: 300 }, () => ({ ...always, ...generateRequest(random) })).filter(
        (facts) => boxOfFacts(space, facts) !== undefined,
      );
      const regions = new GoalRegions(set);
      for (const goal of new Coverage(set).open()) {
        const what = `policy ${policy}: ${JSON.stringify(goal)}`;
        const found = regions.search(goal);
        counts.goals++;
        if (found === "none") {
          counts.impossible++;
          counts.tried += requests.length;
          const witness = requests.find((facts) => meets(set, facts, goal));
          if (witness !== undefined) faults.push(`${what} is met by ${JSON.stringify(witness)}`);
        } else if (found !== "undecided") {
          const request = regions.requestOf(found);
          const isOpaque = found.axes.some((axis) => space.axes[axis]?.kind === "opaque");
          if (request !== undefined && meets(set, request, goal)) counts.shown++;
          else if (!isOpaque) faults.push(`${what} is not met by ${JSON.stringify(request)}`);
        }
      }
    }
    console.log(`goals: ${JSON.stringify(counts)}`);
    expect(faults.slice(0, 2)).toEqual([]);
    expect(counts.impossible).toBeGreaterThan(50);
    expect(counts.shown).toBeGreaterThan(500);
  });
});
