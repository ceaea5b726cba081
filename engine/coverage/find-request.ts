import type { Condition } from "../conditions/condition.js";
import { evaluateCondition } from "../evaluate/evaluate-condition.js";
import { type Facts, type FactValue, readFact } from "../evaluate/facts.js";
import type { Truth } from "../evaluate/truth.js";
import { withDefaults } from "../evaluate/with-defaults.js";
import type { PolicySet } from "../policy/policy-set.js";
import { type Goal, meets, ruleBefore } from "./coverage.js";
import { leavesOf } from "./trace-request.js";

/** Attempts for one goal; most need a handful. */
const ATTEMPTS = 400;

type Draft = Record<string, FactValue | undefined>;

/**
 * Looks for a request that meets a goal: sets the facts the rule reads to values at its edges, then changes facts that
 * earlier rules act on, until reading the rules in order does what is wanted. What it finds is small: every fact in it
 * is needed.
 *
 * @param values by fact ({@link factValues}).
 * @param random in [0, 1): the same numbers give the same request.
 * @param plain what every request has that does not say otherwise; it is no part of what is found.
 * @returns undefined when none was found, which proves nothing.
 */
export function findRequest(
  set: PolicySet,
  goal: Goal,
  values: ReadonlyMap<string, readonly FactValue[]>,
  random: () => number,
  plain: Facts = {},
): Facts | undefined {
  const whole = (draft: Draft) => ({ ...plain, ...withoutAbsent(draft) }) as Facts;
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const rule = set.rules[goal.ruleNumber];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const draft: Draft = {};
    if (rule !== undefined && goal.kind === "decided") make(rule.condition, true, draft);
    if (rule !== undefined && goal.kind === "outcome") aim(rule.condition, goal, draft);
    for (let repair = 0; repair < 12; repair++) {
      if (meets(set, whole(draft), goal)) return shrink(set, draft, goal, plain);
      if (!stepAside(draft)) break;
    }
  }
  return undefined;

  /** Tries to give a condition a truth, by the facts it reads. */
  function make(condition: Condition, truth: Truth, draft: Draft): void {
    switch (condition.kind) {
      case "all":
      case "any": {
        const needsEach = truth === (condition.kind === "all");
        const parts = condition.conditions;
        if (parts.length === 0) return;
        if (truth === undefined) make(pick(parts), undefined, draft);
        else if (needsEach) for (const part of parts) make(part, truth, draft);
        else make(pick(parts), truth, draft);
        return;
      }
      case "not":
        make(condition.condition, truth === undefined ? undefined : !truth, draft);
        return;
      default: {
        const names = condition.kind === "logic" ? condition.reads : [condition.fact];
        if (truth === undefined) {
          draft[pick(names)] = undefined;
          return;
        }
        for (let tries = 0; tries < 40 && holds(condition, draft) !== truth; tries++) {
          for (const name of names) draft[name] = candidate(name, draft[name]);
        }
      }
    }
  }

  /** Gives one leaf the wanted outcome, and its siblings what lets it be evaluated. */
  function aim(condition: Condition, { leafNumber, outcome }: Goal & { kind: "outcome" }, draft: Draft): void {
    const [before, leaf] = [leavesOf(condition).slice(0, leafNumber), leavesOf(condition)[leafNumber]];
    for (const sibling of before) if (random() < 0.7) make(sibling, random() < 0.75, draft);
    if (leaf !== undefined) make(leaf, outcome === "unknown" ? undefined : outcome === "true", draft);
  }

  /** A value at an edge; for sets sometimes one more tag, or one fewer. */
  function candidate(name: string, current: FactValue | undefined): FactValue | undefined {
    const known = values.get(name) ?? [];
    if (known.length === 0 || random() < 0.1) return undefined;
    const value = pick(known);
    if (!Array.isArray(value) || !Array.isArray(current) || random() < 0.5) return value;
    return [...new Set([...(current as readonly string[]), ...(value as readonly string[])])];
  }

  function holds(condition: Condition, draft: Draft): Truth {
    return evaluateCondition(condition, withDefaults(set, whole(draft)));
  }

  /** Makes one earlier rule that stands in the way false. @returns false when none does. */
  function stepAside(draft: Draft): boolean {
    const effect = rule?.effect ?? "route";
    if (effect === "require") return perturb(draft);
    const inTheWay = ruleBefore(set, whole(draft), goal);
    if (inTheWay === undefined) return perturb(draft);
    make(inTheWay.condition, effect === "route" && random() < 0.3 ? undefined : false, draft);
    return true;
  }

  function perturb(draft: Draft): boolean {
    const names =
      rule === undefined
        ? [...values.keys()]
        : leavesOf(rule.condition).flatMap((leaf) => (leaf.kind === "logic" ? leaf.reads : [leaf.fact]));
    if (names.length === 0) return false;
    const name = pick(names);
    draft[name] = candidate(name, draft[name]);
    return true;
  }
}

/** Leaves out every fact that the goal does not need, and every tag. */
export function shrink(set: PolicySet, draft: Draft, goal: Goal, plain: Facts): Facts {
  const isEnough = (facts: Draft) => meets(set, { ...plain, ...facts } as Facts, goal);
  let facts = withoutAbsent(draft);
  for (const name of Object.keys(facts)) {
    const { [name]: _left, ...rest } = facts;
    if (isEnough(rest)) facts = rest;
  }
  for (const name of Object.keys(facts)) {
    const value = readFact(facts as Facts, name);
    if (!Array.isArray(value)) continue;
    for (const tag of value as readonly string[]) {
      const fewer = (facts[name] as readonly string[]).filter((other) => other !== tag);
      if (isEnough({ ...facts, [name]: fewer })) facts = { ...facts, [name]: fewer };
    }
  }
  return facts as Facts;
}

function withoutAbsent(draft: Draft): Draft {
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined));
}
