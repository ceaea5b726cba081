import type { Condition } from "../../../../engine/conditions/condition.js";
import type { PolicySet, Requirement, Route, Rule } from "../../../../engine/policy/policy-set.js";
import type { NanoUsd } from "../../../../engine/units/money.js";
import { generatePolicy, type Shape, shapes } from "../../../differential/generate-policy.js";
import type { Random } from "../../../differential/random.js";

/** A generated set whose rules do different things: a few routes (some go on), texts and requirements. */
export function generateVariedSet(random: Random, at: number, mostRules: number): PolicySet {
  const set = generatePolicy(random, shapes[at % shapes.length] as Shape, mostRules);
  return {
    ...set,
    rules: set.rules.map((rule) => vary(random, rule)),
    defaultRoute: varyRoute(random, set.defaultRoute),
  };
}

function vary(random: Random, rule: Rule): Rule {
  switch (rule.effect) {
    case "deny":
      return { ...rule, message: random.pick(["no", "never", "not today"]) };
    case "require":
      return {
        ...rule,
        require: random.pick<Requirement>([{ region: ["eu"] }, { region: ["us"] }, { provider: ["p"] }]),
      };
    case "route":
      return { ...rule, route: varyRoute(random, rule.route) };
  }
}

function varyRoute(random: Random, route: Route): Route {
  return {
    ...route,
    maxCost: random.integer(1, 4) as NanoUsd,
    onExhausted: random.chance(0.15) ? "next_rule" : "fail",
  };
}

export const edits = [
  "threshold",
  "leaf",
  "effect",
  "insert",
  "delete",
  "move",
  "swap",
  "negate",
  "default",
  "rename",
] as const;
export type EditKind = (typeof edits)[number];

/** One edit such as people make. */
export function editSet(random: Random, set: PolicySet, kind: EditKind): PolicySet {
  const rules = [...set.rules];
  const at = random.integer(0, rules.length - 1);
  const rule = rules[at] as Rule;
  switch (kind) {
    case "threshold":
    case "leaf":
      rules[at] = { ...rule, condition: editLeaf(random, rule.condition, kind) };
      break;
    case "effect":
      rules[at] = vary(random, rule);
      break;
    case "insert": {
      const [other] = generateVariedSet(random, random.integer(0, 4), 1).rules;
      if (other !== undefined) rules.splice(at, 0, { ...other, id: "inserted" });
      break;
    }
    case "delete":
      rules.splice(at, 1);
      break;
    case "move":
      rules.splice(at, 1);
      rules.splice(random.integer(0, rules.length), 0, rule);
      break;
    case "swap": {
      const next = rules[at + 1];
      if (next !== undefined) {
        rules[at] = next;
        rules[at + 1] = rule;
      }
      break;
    }
    case "negate":
      rules[at] = { ...rule, condition: { kind: "not", condition: rule.condition, span: rule.span } };
      break;
    case "default": {
      const attributes = set.attributes.map((attribute) => {
        if (random.chance(0.5)) return attribute;
        const { default: _, ...without } = attribute;
        return without;
      });
      return { ...set, attributes };
    }
    case "rename":
      return {
        ...set,
        rules: rules.map((each, number) => ({ ...each, id: `renamed-${number}`, because: "a comment" })),
      };
  }
  return { ...set, rules };
}

function editLeaf(random: Random, condition: Condition, kind: "threshold" | "leaf"): Condition {
  switch (condition.kind) {
    case "all":
    case "any": {
      if (condition.conditions.length === 0) return condition;
      const at = random.integer(0, condition.conditions.length - 1);
      const part = editLeaf(random, condition.conditions[at] as Condition, kind);
      return { ...condition, conditions: condition.conditions.with(at, part) };
    }
    case "not":
      return { ...condition, condition: editLeaf(random, condition.condition, kind) };
    case "range":
      if (condition.min !== undefined) {
        return { ...condition, min: { ...condition.min, inclusive: !condition.min.inclusive } };
      }
      return condition.max === undefined
        ? condition
        : { ...condition, max: { ...condition.max, value: condition.max.value * 2 } };
    case "set":
      return { ...condition, quantifier: random.pick(["any", "all", "none"] as const) };
    case "boolean":
      return { ...condition, expected: !condition.expected };
    case "time":
      return { ...condition, fromMinute: (condition.fromMinute + 30) % 1440 };
    case "one-of":
      return { ...condition, values: condition.values.slice(0, Math.max(1, condition.values.length - 1)) };
    default:
      return condition;
  }
}
