import { describe, expect, it } from "vitest";
import { PolicyRegions } from "../../../../engine/analyze/regions/policy-regions.js";
import { UsualRequests } from "../../../../engine/analyze/regions/usual-requests.js";
import type { Box } from "../../../../engine/analyze/space/box.js";
import { buildSpace } from "../../../../engine/analyze/space/build-space.js";
import { httpRequests } from "../../../../engine/analyze/space/request-assumptions.js";
import { StepBudget } from "../../../../engine/analyze/space/step-budget.js";
import { policyOf } from "../harness.js";

/** Rules of teams, told apart by a tag each, so that all of them meet. */
function teamsOf(teams: number, rulesEach: number) {
  const rules = Array.from({ length: teams }, (_, team) =>
    Array.from({ length: rulesEach }, (_, at) => {
      const also = [`app: a${at}`, `context_tokens: { lt: ${at}000 }`, `tags: [t${at}, t${at + 1}]`][at % 3];
      return `- { id: r${team}-${at}, match: { key_tags: [team${team}], ${also} }, route: { to: [acme/small] } }`;
    }),
  ).flat();
  const { set } = policyOf(rules.join("\n"));
  const space = buildSpace({ sets: [set], assumptions: httpRequests });
  const regions = new PolicyRegions(space, set);
  const boxes = regions.routes.flatMap(({ ruleNumber }) =>
    (regions.acts(ruleNumber) ?? []).map((box) => ({ owner: ruleNumber, box })),
  );
  return { set, space, regions, boxes, usual: new UsualRequests(space, boxes) };
}

describe("usual requests", () => {
  const { set, space, regions, boxes, usual } = teamsOf(40, 6);
  const { layout } = space;

  it("are found for each rule in few steps, and none of those above holds any", () => {
    for (const [rule] of set.rules.entries()) {
      const own = regions.acts(rule) ?? [];
      const found = usual.find(own, (owner) => owner < rule, [], new StepBudget(200));
      const { bits } = found as Box;
      expect(own.some((box) => layout.holds(box, bits))).toBe(true);
      expect(boxes.filter(({ owner, box }) => owner < rule && layout.meets(bits, box))).toEqual([]);
    }
  });

  it("keep out of what is given beside the rules", () => {
    const own = regions.acts(3) ?? [];
    expect(usual.find(own, () => false, own, new StepBudget(200))).toBe("none");
    expect(usual.find(own, () => false, regions.acts(4) ?? [], new StepBudget(200))).toBeTypeOf("object");
  });

  it("are proved not to be where one rule takes all that another matches", () => {
    const found = usual.find(regions.acts(1) ?? [], (owner) => owner === 1, [], new StepBudget(1_000));
    expect(found).toBe("none");
  });

  it("answer for rules of hundreds of teams", () => {
    const many = teamsOf(400, 2);
    for (const { ruleNumber } of many.regions.routes) {
      expect(typeof many.regions.findAllowed(ruleNumber, "all")).toBe("object");
    }
  });
});
