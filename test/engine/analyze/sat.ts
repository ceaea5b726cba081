import Logic from "logic-solver";
import type { Rail } from "../../../engine/analyze/space/condition-boxes.js";
import type { Condition, Predicate } from "../../../engine/conditions/condition.js";
import type { PolicySet } from "../../../engine/policy/policy-set.js";

type Formula = unknown;

/**
 * Whether some request puts the first condition on its rail and none of the others on theirs, by a SAT solver (MiniSat)
 * over an encoding of its own: order-encoded numbers and minutes of the week, one variable a text, a tag, an absence.
 * Knows no patterns; windows must be in UTC; `logic` is a free variable.
 */
export class SatOracle {
  readonly #solver = new Logic.Solver();
  readonly #orders = new Map<string, Set<number>>();
  readonly #texts = new Map<string, Set<string>>();

  constructor(set: PolicySet) {
    for (const { condition } of set.rules) this.#collect(condition);
    const defaulted = new Set(set.attributes.filter((each) => each.default !== undefined).map(({ name }) => name));
    for (const name of defaulted) this.#solver.forbid(absent(name));
    for (const [fact, points] of this.#orders) {
      const sorted = [...points].sort((a, b) => a - b);
      for (const [at, point] of sorted.entries()) {
        if (at > 0) this.#solver.require(Logic.implies(below(fact, sorted[at - 1] as number), below(fact, point)));
      }
    }
    for (const [fact, values] of this.#texts) {
      const named = [...values].map((value) => is(fact, value));
      if (named.length > 1) this.#solver.require(Logic.atMostOne(...named));
    }
  }

  /** @returns whether there is such a request. */
  isPossible(wanted: Condition, excluded: readonly Condition[], rail: Rail): boolean {
    const others = excluded.map((condition) => Logic.not(this.#on(condition, rail)));
    return this.#solver.solveAssuming(Logic.and(this.#on(wanted, rail), ...others)) !== null;
  }

  #collect(condition: Condition): void {
    switch (condition.kind) {
      case "all":
      case "any":
        for (const part of condition.conditions) this.#collect(part);
        return;
      case "not":
        this.#collect(condition.condition);
        return;
      case "range":
        for (const bound of [condition.min, condition.max]) {
          if (bound !== undefined)
            this.#note(
              condition.fact,
              half(condition.fact, bound.value, bound.inclusive === (bound === condition.max)),
            );
        }
        return;
      case "time":
        for (const [from, to] of minutes(condition)) {
          this.#note("time", from);
          this.#note("time", to);
        }
        return;
      case "one-of": {
        const known = this.#texts.get(condition.fact) ?? new Set();
        for (const value of condition.values) known.add(value);
        this.#texts.set(condition.fact, known);
      }
    }
  }

  #note(fact: string, point: number): void {
    const known = this.#orders.get(fact) ?? new Set();
    this.#orders.set(fact, known.add(point));
  }

  #on(condition: Condition, rail: Rail): Formula {
    switch (rail) {
      case "true":
        return this.#holds(condition, true);
      case "false":
        return this.#holds(condition, false);
      case "not-true":
        return Logic.not(this.#holds(condition, true));
      case "not-false":
        return Logic.not(this.#holds(condition, false));
    }
  }

  #holds(condition: Condition, truth: boolean): Formula {
    switch (condition.kind) {
      case "not":
        return this.#holds(condition.condition, !truth);
      case "all":
      case "any": {
        const parts = condition.conditions.map((part) => this.#holds(part, truth));
        return (condition.kind === "all") === truth ? Logic.and(...parts) : Logic.or(...parts);
      }
      case "present": {
        const isAbsent = absent(condition.fact);
        return condition.expected === truth ? Logic.not(isAbsent) : isAbsent;
      }
      case "logic": {
        const variable = `logic ${JSON.stringify(condition.rule)}`;
        const known = condition.required.map((fact) => Logic.not(absent(fact)));
        return Logic.and(...known, truth ? variable : Logic.not(variable));
      }
      default: {
        const formula = this.#leaf(condition);
        return Logic.and(Logic.not(absent(condition.fact)), truth ? formula : Logic.not(formula));
      }
    }
  }

  #leaf(leaf: Exclude<Predicate, { kind: "present" | "logic" }>): Formula {
    switch (leaf.kind) {
      case "one-of":
        return Logic.or(...leaf.values.map((value) => is(leaf.fact, value)));
      case "boolean":
        return leaf.expected ? `yes ${leaf.fact}` : Logic.not(`yes ${leaf.fact}`);
      case "set": {
        const tags = leaf.tags.map((tag) => `tag ${leaf.fact} ${tag}`);
        if (leaf.quantifier === "all") return Logic.and(...tags);
        return leaf.quantifier === "any" ? Logic.or(...tags) : Logic.not(Logic.or(...tags));
      }
      case "range": {
        const { fact, min, max } = leaf;
        return Logic.and(
          ...(min === undefined ? [] : [Logic.not(below(fact, half(fact, min.value, !min.inclusive)))]),
          ...(max === undefined ? [] : [below(fact, half(fact, max.value, max.inclusive))]),
        );
      }
      case "time":
        return Logic.or(
          ...minutes(leaf).map(([from, to]) => Logic.and(Logic.not(below("time", from)), below("time", to))),
        );
      default:
        throw new Error(`the SAT oracle knows no ${leaf.kind}`);
    }
  }
}

// Order encoding: `below p` is "the number is below p". Just after a value is half a step above it (a whole step where
// numbers are whole: `budget_usd`).
const half = (fact: string, value: number, isAfter: boolean) =>
  isAfter ? (fact === "budget_usd" ? value + 1 : value + 1e-6) : value;
const below = (fact: string, point: number) =>
  fact === "time" && point >= 10_080
    ? Logic.TRUE
    : fact === "time" && point <= 0
      ? Logic.FALSE
      : `below ${fact} ${point}`;
const is = (fact: string, value: string) => `is ${fact} ${JSON.stringify(value)}`;
const absent = (fact: string) => `absent ${fact}`;

/** A weekly window as stretches of minutes since Sunday 00:00. */
function minutes(window: Extract<Predicate, { kind: "time" }>): readonly (readonly [number, number])[] {
  return window.days.flatMap((day) => {
    const from = day * 1_440 + window.fromMinute;
    const to = (window.fromMinute < window.toMinute ? day : day + 1) * 1_440 + window.toMinute;
    if (from === to) return [];
    return to <= 10_080 ? [[from, to] as const] : [[from, 10_080] as const, [0, to - 10_080] as const];
  });
}
