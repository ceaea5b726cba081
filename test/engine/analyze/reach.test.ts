import { describe, expect, it } from "vitest";
import { buildSpace } from "../../../engine/analyze/build-space.js";
import { PolicyRegions } from "../../../engine/analyze/policy-regions.js";
import { anyRequests } from "../../../engine/analyze/request-assumptions.js";
import { boxOfFacts } from "../../../engine/analyze/request-space.js";
import { generatePolicy, type Shape, shapes } from "../../differential/generate-policy.js";
import { generateRequest } from "../../differential/generate-request.js";
import { Random } from "../../differential/random.js";

describe("reach", () => {
  it("random", { timeout: 600_000 }, () => {
    const random = new Random(1);
    const counts = { decides: 0, never: 0, undecided: 0, rules: 0 };
    const t0 = Date.now();
    let build = 0;
    for (let policy = 0; policy < 300; policy++) {
      const set = generatePolicy(random, shapes[policy % shapes.length] as Shape, 40);
      const t1 = performance.now();
      const space = buildSpace({ sets: [set], assumptions: anyRequests });
      build += performance.now() - t1;
      const regions = new PolicyRegions(space, set);
      const requests = Array.from({ length: 100 }, () => generateRequest(random));
      for (const ruleNumber of [...set.rules.keys(), set.rules.length]) {
        const reach = regions.reach(ruleNumber);
        counts[reach.kind]++;
        counts.rules++;
        if (reach.kind === "decides") expect(regions.isDecidedBy(reach.request, ruleNumber)).toBe(true);
        if (reach.kind === "never") for (const facts of requests) expect(regions.isDecidedBy(facts, ruleNumber)).toBe(false);
      }
      for (const facts of requests.slice(0, 20)) expect(boxOfFacts(space, facts)).toBeDefined();
    }
    console.log(counts, Date.now() - t0, "ms build", build);
  });
});
