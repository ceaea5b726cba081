import { describe, expect, it } from "vitest";
import type { BlockedRule } from "../../../../engine/analyze/why-not/blocked-rules.js";
import type { FactChanges } from "../../../../engine/analyze/why-not/fact-changes.js";
import { renderWhyNot } from "../../../../engine/analyze/why-not/render-why-not.js";
import type { WhyNot } from "../../../../engine/analyze/why-not/why-not.js";

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

  it("shows the 20 rules that the least keeps from choosing it, in their order, unless all are asked for", () => {
    const rules = Array.from({ length: 50 }, (_, at) =>
      rule(
        `r${at}`,
        at + 1,
        ...(at % 2 === 0 ? [budget, "app = x: is not so: absent"] : ["app = y: is not so: absent"]),
      ),
    );
    const text = renderWhyNot({ ...answer, rules });
    expect([...text.matchAll(/^ {2}r(\d+)/gm)].map(([, at]) => Number(at))).toEqual(
      Array.from({ length: 20 }, (_, at) => 2 * at + 1),
    );
    expect(text.replace(/\s+/g, " ")).toContain(
      "30 more rules, that at least as much keeps from it or that no change by the client reaches (--all shows them)",
    );
    const all = renderWhyNot({ ...answer, rules }, { all: true });
    expect(all.match(/^ {2}r\d+/gm)).toHaveLength(50);
    expect(all).not.toContain("--all");
  });

  it("shows rules that the client may reach before those that it cannot, whatever keeps these", () => {
    const blocked = (at: number) =>
      at % 2 === 0
        ? rule(`r${at}`, at + 1, budget, "app = x: is not so: absent")
        : ({ ...rule(`r${at}`, at + 1, "tenant = y: is not so: x"), out_of_reach: true } as const);
    const text = renderWhyNot({ ...answer, rules: Array.from({ length: 50 }, (_, at) => blocked(at)) });
    expect([...text.matchAll(/^ {2}r(\d+)/gm)].map(([, at]) => Number(at))).toEqual(
      Array.from({ length: 20 }, (_, at) => 2 * at),
    );
  });

  it("names three of the guards that a change avoids, unless all are asked for", () => {
    const change: FactChanges = {
      changes: [{ fact: "tags", from: "{pii}", to: "absent" }],
      facts: {},
      rule: "code",
      endpoint: "acme/large@far",
      cost_usd: 1e-7,
      avoids_guards: ["a", "b", "c", "d", "e"],
    };
    const whole: WhyNot = { ...answer, by_client: [change], client_can: "found" };
    expect(renderWhyNot(whole)).toContain("by rule code ($0.0000001); avoids guard a, b, c and 2 more: right only if");
    expect(renderWhyNot(whole, { all: true })).toContain("avoids guard a, b, c, d, e: right only if");
  });

  it("says once how a client sends what is to be changed, also in a narrow terminal", () => {
    const changed = (fact: string, to: string, sent_as?: string): FactChanges => ({
      changes: [{ fact, from: "absent", to, ...(sent_as === undefined ? {} : { sent_as }) }],
      facts: {},
      rule: "code",
      endpoint: "acme/large@far",
    });
    const by_client = [
      changed("budget_usd", "0.04", "header x-route-budget-usd"),
      changed("budget_usd", "1", "header x-route-budget-usd"),
    ];
    const by_operator = [changed("tenant", "ads")];
    const text = renderWhyNot(
      { ...answer, by_client, by_operator, is_smallest: true, client_can: "found" },
      { width: 60 },
    );
    expect(text).toMatch(/\n\nhow a client sends them\n {2}budget_usd {2}header x-route-budget-usd$/);
    expect(text.split("\n").filter((line) => line.length > 60)).toEqual([]);
  });

  it("says with the rule what keeps only some from it, or the only one", () => {
    expect(renderWhyNot({ ...answer, rules: [rule("code", 9, budget)] })).toContain(`
what keeps each rule from choosing it
  code  policy.yaml:9  candidate  over_budget: acme/large@far: expected to cost $0.04; budget_usd allows $0.001
`);
  });
});
