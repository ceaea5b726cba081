import { buildDecisionTree } from "../../../engine/compile/build-decision-tree.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import type { Span } from "../../../engine/diagnostics/diagnostic.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import type { DecisionRecord } from "../../../engine/explain/decision-record.js";
import { type ExplainInput, explainDecision } from "../../../engine/explain/explain-decision.js";
import type { CompiledPolicy } from "../../../engine/policy/compiled-policy.js";
import type { AttributeDefinition, Requirement, Rule } from "../../../engine/policy/policy-set.js";
import { policyOf, type RouteText, routeOf, type SetText } from "../rank/harness.js";

export const span: Span = { file: "policy.yaml", start: 0, end: 0 };

// Conditions as tests write them.
export const all = (...conditions: Condition[]): Condition => ({ kind: "all", conditions, span });
export const any = (...conditions: Condition[]): Condition => ({ kind: "any", conditions, span });
export const not = (condition: Condition): Condition => ({ kind: "not", condition, span });
export const is = (fact: string, ...values: string[]): Condition => ({ kind: "one-of", fact, values, span });
export const isTrue = (fact: string): Condition => ({ kind: "boolean", fact, expected: true, span });
export const has = (quantifier: "any" | "all" | "none", ...tags: string[]): Condition => {
  return { kind: "set", fact: "tags", quantifier, tags, span };
};
export const atLeast = (fact: string, value: number): Condition => {
  return { kind: "range", fact, min: { value, inclusive: true }, span };
};
export const below = (fact: string, value: number): Condition => {
  return { kind: "range", fact, max: { value, inclusive: false }, span };
};
export const night = (days: readonly number[] = [1, 2, 3, 4, 5], tz = "Europe/Berlin"): Condition => {
  return { kind: "time", fact: "time", days, fromMinute: 22 * 60, toMinute: 6 * 60, tz, span };
};
export const logic = (rule: Extract<Condition, { kind: "logic" }>["rule"], ...reads: string[]): Condition => {
  return { kind: "logic", rule, reads, required: reads, span };
};

export interface RuleText {
  readonly when?: Condition;
  readonly because?: string;
  readonly deny?: string;
  readonly require?: Requirement;
  readonly route?: RouteText;
}

/**
 * A policy whose rules stand on lines of their own: rule n (0-based) in line 10 + n of `policy.yaml`, its condition in
 * column 20; the default route in the last line.
 */
export function policyWith(
  rules: Record<string, RuleText>,
  set: Omit<SetText, "rules">,
  attributes: readonly AttributeDefinition[] = [],
): CompiledPolicy {
  const base = policyOf(set);
  const count = Object.keys(rules).length;
  const width = 80;
  const text = `${"#".repeat(width - 1)}\n`.repeat(10 + count);
  const line = (number: number, column = 1): Span => {
    const start = (number - 1) * width + column - 1;
    return { file: "policy.yaml", start, end: start + 1 };
  };
  const built = Object.entries(rules).map(([id, { when, because, deny, require, route }], index): Rule => {
    const shared = {
      id,
      condition: relocate(when ?? all(), line(10 + index, 20)),
      span: line(10 + index),
      ...(because === undefined ? {} : { because }),
    };
    if (deny !== undefined) return { ...shared, effect: "deny", message: deny };
    if (require !== undefined) return { ...shared, rule: shared.id, effect: "require", require };
    return { ...shared, effect: "route", route: routeOf(route ?? { to: [] }) };
  });
  const defaultRoute = { ...base.set.defaultRoute, span: line(10 + count) };
  const whole = { ...base.set, name: "production", attributes, rules: built, defaultRoute };
  return {
    ...base,
    name: "production",
    revision: "3f2a9c1d7e4b".padEnd(64, "0"),
    set: whole,
    tree: buildDecisionTree(whole),
    files: [{ name: "policy.yaml", text }],
  };
}

function relocate(condition: Condition, place: Span): Condition {
  switch (condition.kind) {
    case "all":
    case "any":
      return { ...condition, span: place, conditions: condition.conditions.map((part) => relocate(part, place)) };
    case "not":
      return { ...condition, span: place, condition: relocate(condition.condition, place) };
    default:
      return { ...condition, span: place };
  }
}

/** Sources are `test` unless given. */
export function explain(policy: CompiledPolicy, facts: Facts, input: Partial<ExplainInput> = {}): DecisionRecord {
  return explainDecision({
    policy,
    facts,
    sources: Object.fromEntries(Object.keys(facts).map((name) => [name, "test"])),
    world: {},
    id: "d-1",
    time: Date.UTC(2026, 10, 23, 9, 14),
    ...input,
  });
}
