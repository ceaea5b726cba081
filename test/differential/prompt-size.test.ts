import { describe, expect, it } from "vitest";
import { buildDecisionTree } from "../../engine/compile/build-decision-tree.js";
import { decide } from "../../engine/evaluate/decide.js";
import type { PolicySet, Route } from "../../engine/policy/policy-set.js";
import { dependsOnPromptSize } from "../../engine/rank/depends-on-prompt-size.js";
import { rank } from "../../engine/rank/rank.js";
import { needsExactCount, tokenThresholds } from "../../engine/tokens/token-thresholds.js";
import { catalogOf } from "../engine/rank/harness.js";
import { generatePolicy, shapes } from "./generate-policy.js";
import { generateRequest } from "./generate-request.js";
import { Random } from "./random.js";

const SEED = 20261125;

describe("dependsOnPromptSize()", () => {
  it("says no only where every size within the bounds gives the same outcome and the same windows", {
    timeout: 120_000,
  }, () => {
    const random = new Random(SEED);
    const count = { asked: 0, narrowed: 0, depends: 0, compared: 0 };
    for (let number = 0; number < 400; number++) {
      const set = withRoutes(generatePolicy(random, shapes[number % shapes.length]!, 24), random);
      const policy = { name: set.name, revision: "", set, tree: buildDecisionTree(set), tests: [], files: [] };
      const thresholds = tokenThresholds(policy);
      const edges = [...thresholds.cuts, ...thresholds.windows, 1_000, 200_000];
      for (let request = 0; request < 60; request++) {
        const { context_tokens: _, ...facts } = generateRequest(random);
        const lower = Math.max(0, random.pick(edges) - random.integer(0, 2));
        const upper = lower + random.pick([1, 3, 1_000, 100_000, 1_000_000]);
        count.asked += 1;
        if (dependsOnPromptSize(policy, thresholds, facts, { lower, upper })) {
          count.depends += 1;
          continue;
        }
        if (needsExactCount(thresholds, { lower, upper }, facts.max_output_tokens)) count.narrowed += 1;
        const answerAt = (context_tokens: number) => {
          const outcome = decide(policy, { ...facts, context_tokens });
          const { excluded } = rank(policy, outcome, { ...facts, context_tokens }, {});
          const windows = excluded
            .filter(({ reason }) => reason === "context_window")
            .map(({ endpoint }) => endpoint.id);
          const { denied, requirements, route } = outcome;
          return [denied?.rule.id, requirements.map(({ id }) => id), route.rule, windows.sort()];
        };
        const expected = answerAt(lower);
        const between = edges.flatMap((edge) => [edge - 1, edge, edge + 1]).filter((at) => at >= lower && at <= upper);
        for (const tokens of [upper, lower + random.integer(0, upper - lower), ...between]) {
          count.compared += 1;
          expect(answerAt(tokens)).toEqual(expected);
        }
      }
    }
    console.log(`dependsOnPromptSize, seed ${SEED}:`, count);
    expect(count.narrowed).toBeGreaterThan(500);
    expect(count.depends).toBeGreaterThan(500);
  });
});

/** Windows that differ, and routes that name some of them: the generator of conditions leaves both out. */
function withRoutes(set: PolicySet, random: Random): PolicySet {
  const windows = [1_000, 8_000, 32_000, 128_000, 200_000, 1_000_000];
  const catalog = catalogOf(Object.fromEntries(windows.map((window) => [`maker/m${window}`, { window }])));
  const routeOf = (route: Route): Route => ({
    ...route,
    to: random.some(windows, 2).map((window) => ({ kind: "model", model: `maker/m${window}`, span: route.span })),
    onExhausted: random.chance(0.1) ? "next_rule" : "fail",
  });
  const rules = set.rules.map((rule) => (rule.effect === "route" ? { ...rule, route: routeOf(rule.route) } : rule));
  return { ...set, catalog, rules, defaultRoute: routeOf(set.defaultRoute) };
}
