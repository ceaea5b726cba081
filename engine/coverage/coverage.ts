import { httpRequests } from "../analyze/space/request-assumptions.js";
import type { Condition, Predicate } from "../conditions/condition.js";
import type { Facts } from "../evaluate/facts.js";
import type { Truth } from "../evaluate/truth.js";
import { withDefaults } from "../evaluate/with-defaults.js";
import { readInOrder } from "../explain/in-order-reader.js";
import type { PolicySet, Rule } from "../policy/policy-set.js";
import { leavesOf, traceRequest, traceRule } from "./trace-request.js";

export type Outcome = "true" | "false" | "unknown";
export const outcomes: readonly Outcome[] = ["true", "false", "unknown"];

/** How often something was true, false and unknown. An outcome that cannot be is left out. */
export type Counts = { -readonly [Key in Outcome]?: number };

export interface PredicateCoverage {
  readonly predicate: Predicate;
  readonly counts: Counts;
}
export interface RuleCoverage {
  /** Position among the set's rules; the number of rules for the default route. */
  readonly ruleNumber: number;
  /** How often it denied, required or was the route. */
  readonly decided: number;
  /** Its leaves, in the order written; none for the default route. */
  readonly predicates: readonly PredicateCoverage[];
}

/** Something that a test should do at least once. */
export type Goal =
  | { readonly kind: "decided"; readonly ruleNumber: number }
  | {
      readonly kind: "outcome";
      readonly ruleNumber: number;
      readonly leafNumber: number;
      readonly outcome: Outcome;
    };

/** Counts, on the rules read in order, what requests make of the rules and predicates of a set. */
export class Coverage {
  readonly #decided: number[];
  readonly #predicates: readonly (readonly PredicateCoverage[])[];

  constructor(private readonly set: PolicySet) {
    this.#decided = new Array<number>(set.rules.length + 1).fill(0);
    this.#predicates = set.rules.map((rule) => {
      const neverAbsent = new Set<Predicate>();
      notePresence(rule.condition, new Set(), neverAbsent);
      return leavesOf(rule.condition).map((predicate) => {
        return { predicate, counts: possibleOutcomes(predicate, set, neverAbsent.has(predicate)) };
      });
    });
  }

  add(request: Facts): void {
    traceRequest(this.set, request, {
      predicate: (ruleNumber, leafNumber, truth) => {
        const counts = this.#predicates[ruleNumber]?.[leafNumber]?.counts;
        const outcome = outcomeOf(truth);
        // A test may lack a fact that no request over HTTP does.
        if (counts?.[outcome] !== undefined) counts[outcome]++;
      },
      decided: (ruleNumber) => {
        this.#decided[ruleNumber] = (this.#decided[ruleNumber] ?? 0) + 1;
      },
    });
  }

  /** Every rule in reading order, then the default route. */
  rules(): readonly RuleCoverage[] {
    return this.#decided.map((decided, ruleNumber) => {
      return { ruleNumber, decided, predicates: this.#predicates[ruleNumber] ?? [] };
    });
  }

  /** What no request has done yet, in reading order. */
  open(): readonly Goal[] {
    return this.rules().flatMap(({ ruleNumber, decided, predicates }): readonly Goal[] => [
      ...(decided === 0 ? [{ kind: "decided", ruleNumber } as const] : []),
      ...predicates.flatMap(({ counts }, leafNumber) =>
        outcomes
          .filter((outcome) => counts[outcome] === 0)
          .map((outcome) => ({ kind: "outcome", ruleNumber, leafNumber, outcome }) as const),
      ),
    ]);
  }

  isOpen(goal: Goal): boolean {
    if (goal.kind === "decided") return this.#decided[goal.ruleNumber] === 0;
    return this.#predicates[goal.ruleNumber]?.[goal.leafNumber]?.counts[goal.outcome] === 0;
  }

  /** How many of the goals are met, and of how many. */
  total(): { readonly met: number; readonly of: number } {
    const counts = this.rules().flatMap(({ decided, predicates }) => [
      decided,
      ...predicates.flatMap((predicate) => Object.values(predicate.counts)),
    ]);
    return { met: counts.filter((count) => count > 0).length, of: counts.length };
  }
}

/** Whether one request meets a goal: first by the goal's own rule, since only then the rules above it have a say. */
export function meets(set: PolicySet, request: Facts, goal: Goal): boolean {
  const rule = set.rules[goal.ruleNumber];
  if (rule !== undefined) {
    let isSeen = false;
    const acts = traceRule(rule, withDefaults(set, request), (leafNumber, truth) => {
      isSeen ||= goal.kind === "outcome" && leafNumber === goal.leafNumber && outcomeOf(truth) === goal.outcome;
    });
    if (!(goal.kind === "decided" ? acts : isSeen)) return false;
  }
  return ruleBefore(set, request, goal) === undefined;
}

/** The rule above that of a goal after which it is not read any more. */
export function ruleBefore(set: PolicySet, request: Facts, { ruleNumber }: Goal): Rule | undefined {
  const effect = set.rules[ruleNumber]?.effect ?? "route";
  if (effect === "require") return undefined;
  const { denied, route } = readInOrder(set, request);
  if (effect === "route") return route.ruleNumber < ruleNumber ? set.rules[route.ruleNumber] : undefined;
  return denied !== undefined && set.rules.indexOf(denied.rule) < ruleNumber ? denied.rule : undefined;
}

function outcomeOf(truth: Truth): Outcome {
  return truth === undefined ? "unknown" : truth ? "true" : "false";
}

/** A test of presence is never unknown, nor is one of facts that have defaults, are known to be there, or come with every request. */
function possibleOutcomes(predicate: Predicate, set: PolicySet, isNeverAbsent: boolean): Counts {
  if (predicate.kind === "present" && httpRequests.neverAbsent.has(predicate.fact)) {
    return predicate.expected ? { true: 0 } : { false: 0 };
  }
  if (predicate.kind === "present" || isNeverAbsent) return { true: 0, false: 0 };
  const reads = predicate.kind === "logic" ? predicate.required : [predicate.fact];
  const hasDefault = (name: string) => set.attributes.some((each) => each.name === name && each.default !== undefined);
  const isThere = (name: string) => httpRequests.neverAbsent.has(name) || hasDefault(name);
  return reads.every(isThere) ? { true: 0, false: 0 } : { true: 0, false: 0, unknown: 0 };
}

/**
 * Notes the leaves that are evaluated only when their fact is there: those that stand after `present: true` in an
 * `all`, or after `present: false` in an `any`.
 */
function notePresence(condition: Condition, present: ReadonlySet<string>, neverAbsent: Set<Predicate>): void {
  switch (condition.kind) {
    case "all":
    case "any": {
      const known = new Set(present);
      for (const part of condition.conditions) {
        notePresence(part, known, neverAbsent);
        if (part.kind === "present" && part.expected === (condition.kind === "all")) known.add(part.fact);
      }
      return;
    }
    case "not":
      notePresence(condition.condition, present, neverAbsent);
      return;
    case "logic":
      if (condition.required.every((name) => present.has(name))) neverAbsent.add(condition);
      return;
    default:
      if (present.has(condition.fact)) neverAbsent.add(condition);
  }
}
