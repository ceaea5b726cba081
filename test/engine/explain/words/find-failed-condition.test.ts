import { describe, expect, it } from "vitest";
import type { Condition } from "../../../../engine/conditions/condition.js";
import { builtInFacts } from "../../../../engine/conditions/fact-definitions.js";
import type { Facts } from "../../../../engine/evaluate/facts.js";
import { ConditionWords } from "../../../../engine/explain/words/condition-words.js";
import { FailureFinder } from "../../../../engine/explain/words/find-failed-condition.js";
import { all, any, atLeast, below, has, is, isTrue, logic, night, not } from "../harness.js";

const facts: Facts = {
  tags: ["batch", "refactor"],
  context_tokens: 18_400,
  budget_usd: 0.01,
  tenant: "ads",
  uses_vision: true,
  "attributes.risk": 0.1,
  time: Date.UTC(2026, 10, 23, 9, 14),
};

function blamed(condition: Condition): string | undefined {
  const failure = new FailureFinder(facts, new ConditionWords(builtInFacts)).find(condition);
  return failure === undefined
    ? undefined
    : [`${failure.wanted} · ${failure.got}`, ...(failure.missedBy === undefined ? [] : [failure.missedBy])].join(", ");
}

describe("FailureFinder", () => {
  it("finds nothing in a condition that is true", () => {
    expect(blamed(all(is("tenant", "ads"), not(has("any", "code"))))).toBeUndefined();
  });

  const cases: readonly [string, Condition, string][] = [
    ["a leaf that is false", atLeast("context_tokens", 200_000), "context_tokens ≥ 200,000 · 18,400, short by 181,600"],
    ["a leaf that is unknown", below("max_latency_ms", 800), "max_latency_ms < 800 · absent"],
    ["money in dollars", atLeast("budget_usd", 50_000_000), "budget_usd ≥ 0.05 · 0.01, short by 0.04"],
    ["tokens that must be fewer", below("context_tokens", 18_400), "context_tokens < 18,400 · 18,400, over by 1"],
    [
      "a number under `not`",
      not(atLeast("context_tokens", 18_400)),
      "not (context_tokens ≥ 18,400) · 18,400, over by 1",
    ],
    ["a decimal", atLeast("attributes.risk", 0.3), "attributes.risk ≥ 0.3 · 0.1, short by 0.2"],
    ["a decimal at its threshold", below("attributes.risk", 0.1), "attributes.risk < 0.1 · 0.1"],
    ["a set", has("all", "batch", "code"), "tags has all of batch, code · {batch, refactor}"],
    ["a boolean", { ...isTrue("uses_vision"), expected: false } as Condition, "uses_vision = false · true"],
    [
      "a time window, with the clock of its zone",
      night(),
      "time in Mon–Fri 22:00–06:00 Europe/Berlin · 2026-11-23T09:14:00.000Z (Mon 10:14 in Europe/Berlin)",
    ],
    [
      "the first part of `all` that is false, whatever is unknown before it",
      all(is("tenant", "ads"), is("app", "x"), is("tenant", "y")),
      "tenant = y · ads",
    ],
    [
      "the first part of `all` that is unknown, when none is false",
      all(is("tenant", "ads"), is("app", "x"), below("max_latency_ms", 800)),
      "app = x · absent",
    ],
    [
      "the part that is false deeper inside",
      any(all(is("app", "x"), all(is("session", "s"), is("tenant", "y")))),
      "tenant = y · ads",
    ],
    ["deep inside", all(is("tenant", "ads"), all(any(all(is("tenant", "b"))))), "tenant = b · ads"],
    [
      "all of a short `any`",
      any(is("tenant", "a"), is("app", "b")),
      "tenant = a or app = b · tenant = ads, app absent",
    ],
    ["an `any` about one fact", any(is("tenant", "a"), is("tenant", "b")), "tenant = a or tenant = b · ads"],
    [
      "the nearest part of a long `any`",
      any(
        all(is("tenant", "a"), is("app", "b")),
        all(is("tenant", "ads"), atLeast("context_tokens", 100_000)),
        all(is("session", "long-session-name"), is("region", "eu"), is("user", "u")),
      ),
      "context_tokens ≥ 100,000 (nearest of 3 alternatives) · 18,400, short by 81,600",
    ],
    ["what holds under `not`", not(is("tenant", "ads")), "tenant ≠ ads · ads"],
    [
      "the alternative that holds under `not`",
      not(any(is("tenant", "x"), isTrue("uses_vision"))),
      "not (uses_vision = true) · true",
    ],
    [
      "what holds together under `not`",
      not(all(is("tenant", "ads"), isTrue("uses_vision"))),
      "not (tenant = ads and uses_vision = true) · tenant = ads, uses_vision = true",
    ],
    ["through two `not`", not(not(is("tenant", "x"))), "tenant = x · ads"],
    ["what is unknown under `not`", not(any(is("tenant", "x"), is("app", "b"))), "app ≠ b · absent"],
    [
      "every fact of a logic leaf",
      logic({ "==": [1, 2] }, "tenant", "app"),
      'logic {"==":[1,2]} · tenant = ads, app absent',
    ],
    ["an `any` of nothing", any(), "never · never true"],
  ];
  it.each(cases)("blames %s", (_name, condition, expected) => {
    expect(blamed(condition)).toBe(expected);
  });

  it("names the facts it read, and those that are absent", () => {
    const finder = new FailureFinder(facts, new ConditionWords(builtInFacts));
    expect(finder.find(any(is("tenant", "a"), is("app", "b")))).toMatchObject({
      facts: ["tenant", "app"],
      absent: ["app"],
    });
  });
});
