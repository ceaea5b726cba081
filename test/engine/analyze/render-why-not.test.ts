import { describe, expect, it } from "vitest";
import type { BlockedRule } from "../../../engine/analyze/blocked-rules.js";
import { renderWhyNot } from "../../../engine/analyze/render-why-not.js";
import type { WhyNot } from "../../../engine/analyze/why-not.js";

const answer: WhyNot = {
  model: "acme/large",
  chosen: "acme/small@near",
  is_chosen: false,
  rules: [],
  by_client: [],
  is_smallest: false,
  by_operator: [],
  client_can: "impossible",
};
const rule = (name: string, line: number, ...reasons: readonly string[]): BlockedRule => ({
  rule: name,
  file: "policy.yaml",
  line,
  as: "candidate",
  blocked_by: reasons.map((reason) => {
    const [what = "", ...detail] = reason.split(": ");
    return { what, detail: detail.join(": ") };
  }),
});
const budget = "over_budget: acme/large@far: expected to cost $0.04; budget_usd allows $0.001";

describe("what keeps rules from choosing a model, as text", () => {
  it("says once what keeps every rule from it", () => {
    const rules = [rule("code", 9, budget), rule("long", 10, "app = x: is not so: absent", budget)];
    expect(renderWhyNot({ ...answer, rules })).toContain(`
what keeps every rule from choosing it
  over_budget: acme/large@far: expected to cost $0.04; budget_usd allows $0.001

what else keeps each rule from choosing it
  code  policy.yaml:9   candidate  nothing else
  long  policy.yaml:10  candidate  app = x: is not so: absent
`);
  });

  it("says with the rule what keeps only some from it, or the only one", () => {
    expect(renderWhyNot({ ...answer, rules: [rule("code", 9, budget)] })).toContain(`
what keeps each rule from choosing it
  code  policy.yaml:9  candidate  over_budget: acme/large@far: expected to cost $0.04; budget_usd allows $0.001
`);
  });
});
