import { describe, expect, it } from "vitest";
import { BoxIndex } from "../../../../engine/analyze/regions/box-index.js";
import { PolicyRegions } from "../../../../engine/analyze/regions/policy-regions.js";
import { buildSpace } from "../../../../engine/analyze/space/build-space.js";
import { httpRequests } from "../../../../engine/analyze/space/request-assumptions.js";
import { policyOf } from "../harness.js";

/** Rules of twenty tenants, of some of them, of all but one, and of whoever it is. */
const matches = [
  ...Array.from({ length: 20 }, (_, at) => `tenant: t${at}`),
  "tenant: [t1, t2]",
  "context_tokens: { gte: 100 }",
  "not: { tenant: t3 }",
  "tenant: t1, context_tokens: { lt: 50 }",
  "any: [{ tenant: t4 }, { app: web }]",
];

describe("the index of boxes", () => {
  const rules = matches.map((match, at) => `- { id: r${at}, match: { ${match} }, route: { to: [acme/small] } }`);
  const { set } = policyOf(rules.join("\n"));
  const space = buildSpace({ sets: [set], assumptions: httpRequests });
  const regions = new PolicyRegions(space, set);
  const boxes = regions.routes.flatMap((owner) => {
    return (regions.acts(owner.ruleNumber) ?? []).map((box) => ({ owner, box }));
  });
  const index = new BoxIndex(space, boxes);
  const found = (rule: number) => index.mayMeet(regions.acts(rule) ?? []);

  it("finds all boxes that meet those of a rule, in their order", () => {
    for (const [rule] of matches.entries()) {
      const own = regions.acts(rule) ?? [];
      const meeting = boxes.filter(({ box }) => own.some(({ bits }) => space.layout.meets(bits, box)));
      const may = found(rule);
      expect(may.filter((each) => meeting.includes(each))).toEqual(meeting);
      expect(boxes.filter((each) => may.includes(each))).toEqual(may);
    }
  });

  it("leaves out the rules of other tenants", () => {
    const names = (rule: number) => [...new Set(found(rule).map(({ owner }) => owner.rule.id))];
    expect(names(7)).toEqual(["r7", "r21", "r22", "r24"]);
    expect(names(1)).toEqual(["r1", "r20", "r21", "r22", "r23", "r24"]);
    expect(names(21)).toHaveLength(matches.length);
  });
});
