import { analyseJsonLogic } from "../../engine/conditions/analyse-json-logic.js";
import type { Bound, Condition, JsonValue, Predicate } from "../../engine/conditions/condition.js";
import type { FactDefinition } from "../../engine/conditions/fact-definitions.js";
import type { PolicySet, Route, Rule } from "../../engine/policy/policy-set.js";
import type { Random } from "./random.js";
import { factDefinitions, generateAttributes, globs, span, strings, tags, thresholds, zones } from "./vocabulary.js";

/** What a generated policy leans to; the adversaries of an index are among them. */
export const shapes = ["mixed", "keyed", "wildcard-heavy", "range-heavy", "guards", "selective"] as const;
export type Shape = (typeof shapes)[number];

/** A sound policy set of up to `mostRules` rules, as the reader would have made it from files with scopes. */
export function generatePolicy(random: Random, shape: Shape, mostRules: number): PolicySet {
  const scopes = random.list(0, 3, () =>
    random.chance(0.5) ? generatePredicate(random, stringFact(random)) : generateCondition(random, shape, 2),
  );
  const rules = random
    .list(1, mostRules, () => generateCondition(random, shape, 0))
    .map((condition, ruleNumber) => {
      const scope = random.chance(0.2) ? scopes[random.integer(0, 3)] : undefined;
      const scoped: Condition = scope === undefined ? condition : { kind: "all", conditions: [scope, condition], span };
      return generateRule(random, shape, `rule-${ruleNumber}`, scoped);
    });
  return {
    name: "generated",
    attributes: generateAttributes(random),
    pools: [],
    rules,
    defaultRoute: generateRoute(),
    catalog: { providers: [], models: [] },
  };
}

function generateRule(random: Random, shape: Shape, id: string, condition: Condition): Rule {
  const chance = random.next();
  // Among many selective rules a request passes dozens of guards by chance: few guards, or all would be denied.
  const guards = shape === "guards" ? 0.8 : shape === "selective" ? 0.06 : 0.25;
  if (chance < guards / 3) return { id, condition, span, effect: "deny", message: "no" };
  if (chance < guards) return { id, rule: id, condition, span, effect: "require", require: { region: ["eu"] } };
  return { id, condition, span, effect: "route", route: generateRoute() };
}

const generateRoute = (): Route => ({
  to: [],
  fallback: [],
  strategy: "order",
  timeouts: {},
  retries: 0,
  fallbackOn: [],
  onExhausted: "fail",
  span,
});

/** Guards act on "not false", so alone they would nearly always act: their conditions are longer. */
function generateCondition(random: Random, shape: Shape, depth: number): Condition {
  if (depth === 0 && shape === "selective") {
    const parts = Array.from({ length: random.integer(4, 8) }, () =>
      generateCondition(random, shape, random.chance(0.8) ? 9 : 1),
    );
    return { kind: "all", conditions: parts, span };
  }
  if (depth === 0) {
    if (random.chance(0.02)) return { kind: "all", conditions: [], span };
    const count = shape === "wildcard-heavy" ? random.integer(1, 2) : random.integer(1, 5);
    const conditions = Array.from({ length: count }, () => generateCondition(random, shape, 1));
    if (shape === "keyed")
      conditions.unshift(generatePredicate(random, definition(random.pick(["tenant", "app", "tags"]))));
    return { kind: "all", conditions, span };
  }
  const chance = random.next();
  if (depth < 5 && chance < 0.08) return { kind: "all", conditions: nested(random, shape, depth), span };
  if (depth < 5 && chance < 0.22) return { kind: "any", conditions: nested(random, shape, depth), span };
  if (depth < 5 && chance < 0.34) return { kind: "not", condition: generateCondition(random, shape, depth + 1), span };
  if (shape === "range-heavy" && random.chance(0.7)) {
    return generatePredicate(random, definition(random.pick(Object.keys(thresholds))));
  }
  return generatePredicate(random, random.pick(factDefinitions));
}

const nested = (random: Random, shape: Shape, depth: number) =>
  // Now and then an empty list, which is true for `all` and false for `any`.
  random.chance(0.03) ? [] : random.list(1, 3, () => generateCondition(random, shape, depth + 1));

function stringFact(random: Random): FactDefinition {
  return definition(random.pick(Object.keys(strings)));
}

function definition(name: string): FactDefinition {
  return factDefinitions.find((fact) => fact.name === name) as FactDefinition;
}

function generatePredicate(random: Random, { name: fact, type }: FactDefinition): Predicate {
  if (random.chance(0.06)) return { kind: "present", fact, expected: random.chance(0.6), span };
  if (random.chance(0.05)) return generateLogic(random);
  switch (type) {
    case "string": {
      const values = strings[fact] ?? [];
      const chance = random.next();
      if (chance < 0.12) return { kind: "glob", fact, pattern: random.pick(globs), span };
      if (chance < 0.24) {
        const value = random.pick(values);
        return { kind: "prefix", fact, prefix: value.slice(0, random.integer(1, Math.max(1, value.length))), span };
      }
      return { kind: "one-of", fact, values: random.some(values, 3), span };
    }
    case "number":
      return generateRange(random, fact);
    case "boolean":
      return { kind: "boolean", fact, expected: random.chance(0.5), span };
    case "set":
      return {
        kind: "set",
        fact,
        quantifier: random.pick(["any", "any", "all", "none"]),
        tags: random.some(tags, 3),
        span,
      };
    case "time": {
      const [fromMinute, toMinute] = random.pick([
        [0, 1440],
        [540, 1020],
        [1320, 360],
        [120, 180],
        [0, 1],
        [600, 600],
      ] as const);
      const days = random.chance(0.4) ? [0, 1, 2, 3, 4, 5, 6] : random.some([0, 1, 2, 3, 4, 5, 6], 4);
      return { kind: "time", fact, days, fromMinute, toMinute, tz: random.pick(zones), span };
    }
  }
}

function generateRange(random: Random, fact: string): Predicate {
  const values = thresholds[fact] ?? [];
  const bound = (): Bound => ({ value: random.pick(values), inclusive: random.chance(0.5) });
  const chance = random.next();
  if (chance < 0.15) {
    const value = random.pick(values);
    return { kind: "range", fact, min: { value, inclusive: true }, max: { value, inclusive: true }, span };
  }
  if (chance < 0.4) return { kind: "range", fact, min: bound(), span };
  if (chance < 0.65) return { kind: "range", fact, max: bound(), span };
  // Both bounds, in any order: empty ranges are part of the game.
  return { kind: "range", fact, min: bound(), max: bound(), span };
}

function generateLogic(random: Random): Predicate {
  const rule = random.pick<JsonValue>([
    { "==": [{ "%": [{ var: "attributes.risk" }, 2] }, 0] },
    { ">": [{ var: "context_tokens" }, { "*": [{ var: "max_output_tokens" }, 4] }] },
    { and: [{ "<": [{ var: "budget_usd" }, 0.05] }, { "!": { var: ["stream", false] } }] },
    { some: [{ var: "tags" }, { in: [{ var: "" }, ["code", "sql"]] }] },
    { missing: ["tenant", "app"] },
    { in: ["gpt", { var: ["model", "none"] }] },
    { if: [{ var: ["attributes.beta", null] }, { var: "attributes.plan" }, ""] },
    { reduce: [{ var: "tags" }, { "+": [{ var: "accumulator" }, 1] }, 0] },
  ]);
  const { reads, required } = analyseJsonLogic(rule, (name) => factDefinitions.some((fact) => fact.name === name));
  return { kind: "logic", rule, reads, required, span };
}
