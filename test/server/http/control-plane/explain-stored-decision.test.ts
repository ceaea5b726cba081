import { describe, expect, it } from "vitest";
import type { DecisionRecord, Facts } from "../../../../engine/index.js";
import { createStoredExplainer } from "../../../../server/http/control-plane/explain-stored-decision.js";
import type { StoredDecision } from "../../../../server/storage/decisions/decision-store.js";
import { examplePolicy } from "../../../engine/explain/example-policy.js";
import { all, explain } from "../../../engine/explain/harness.js";

const base = examplePolicy();
const facts: Facts = { tags: ["code"], max_latency_ms: 1_000, context_tokens: 10_000, uses_vision: false };

function storedOf(record: DecisionRecord): StoredDecision {
  const { outcome: _, candidates: __, ...stored } = record;
  return stored as unknown as StoredDecision;
}

describe("createStoredExplainer", () => {
  it("gives the decision as stored, and says so, when the rules above cannot be put into words", async () => {
    const rules = [...base.set.rules];
    const policy = { ...base, set: { ...base.set, rules } };
    const stored = storedOf(explain(policy, facts));
    const warnings: unknown[] = [];
    const log = { warn: (...warning: unknown[]) => warnings.push(warning) };
    const explainer = createStoredExplainer(async () => policy, log);
    expect((await explainer(stored)) as DecisionRecord).toMatchObject({ outcome: { route: { rule: "quick-code" } } });
    expect(warnings).toEqual([]);

    // A rule that is true all of a sudden: the interpreter, which gives the words, finds another outcome.
    const at = rules.findIndex(({ id }) => id === "search-team");
    rules[at] = { ...rules[at]!, condition: all() };
    expect(await explainer(stored)).toBe(stored);
    expect(warnings).toEqual([
      [
        {
          decision: "d-1",
          error: expect.objectContaining({ message: expect.stringContaining("route search-team (3)") }),
        },
        "a stored decision could not be explained",
      ],
    ]);
  });
});
