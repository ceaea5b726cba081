import { describe, expect, it } from "vitest";
import { IdleRules } from "../../../../engine/analyze/why-not/idle-rules.js";
import type { Facts } from "../../../../engine/evaluate/facts.js";
import { policyOf } from "../harness.js";

const { set } = policyOf(`
- { id: everybody, route: { to: [acme/open], on_exhausted: next_rule } }
- { id: mine, match: { tenant: me }, route: { to: [acme/open], on_exhausted: next_rule } }
- { id: theirs, match: { tenant: them }, route: { to: [acme/open], on_exhausted: next_rule } }
- { id: their-code, match: { tenant: them, tags: [code] }, route: { to: [acme/open], on_exhausted: next_rule } }
- { id: not-long, match: { not: { context_tokens: { gte: 100 } } }, route: { to: [acme/open], on_exhausted: next_rule } }
- { id: either, match: { any: [{ tenant: them }, { app: web }] }, route: { to: [acme/open], on_exhausted: next_rule } }
- { id: reckoned, match: { logic: { ">": [{ var: max_output_tokens }, 10] } }, route: { to: [acme/open] } }
- { id: free-only, match: { attributes.plan: free }, deny: "no" }
- { id: no-region, match: { region: us }, deny: "no" }
- { id: long, match: { context_tokens: { gte: 100 } }, require: { region: [eu] } }
`);
const start: Facts = { tenant: "me", context_tokens: 5, "attributes.plan": "pro" };

function mayAct(facts: Facts, unsettled: readonly string[] = []): readonly string[] {
  return new IdleRules(set, start).mayAct(facts, unsettled).map(({ id }) => id);
}

/** On the request as it is. A guard acts when a fact is absent, a route rule does not. */
const acting = ["everybody", "mine", "not-long", "no-region"];

describe("the rules that may act on a request that differs from another", () => {
  it("are those that act, when nothing differs", () => {
    expect(mayAct(start)).toEqual(acting);
  });

  it("are in reading order with those that another value lets act", () => {
    expect(mayAct({ ...start, tenant: "them" })).toEqual([
      "everybody",
      "mine",
      "theirs",
      "not-long",
      "either",
      "no-region",
    ]);
    expect(mayAct({ ...start, context_tokens: 100 })).toEqual([...acting, "long"]);
    expect(mayAct({ ...start, "attributes.plan": "free" })).toEqual([
      ...["everybody", "mine", "not-long", "free-only", "no-region"],
    ]);
  });

  it("need a change of each part that keeps them", () => {
    expect(mayAct({ ...start, tags: ["code"] })).toEqual(acting);
    expect(mayAct({ ...start, tags: ["code"], tenant: "them" })).toContain("their-code");
    expect(mayAct({ ...start, tenant: "them" })).not.toContain("their-code");
  });

  it("may act by any fact that the part reads", () => {
    expect(mayAct({ ...start, app: "web" })).toEqual(["everybody", "mine", "not-long", "either", "no-region"]);
    expect(mayAct({ ...start, max_output_tokens: 20 })).toContain("reckoned");
  });

  it("count facts that are not settled, and those that are gone, as changed", () => {
    expect(mayAct(start, ["tags", "tenant"])).toContain("their-code");
    const { context_tokens: _, ...others } = start;
    expect(mayAct(others)).toContain("long");
  });
});
