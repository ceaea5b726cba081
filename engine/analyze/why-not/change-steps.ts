import { type Facts, type FactValue, readFact } from "../../evaluate/facts.js";
import type { PolicySet } from "../../policy/policy-set.js";
import { MAX_TOKENS } from "../../units/tokens.js";
import type { FactAtom, FactAxis } from "../space/axis.js";
import type { NumberAtom } from "../space/number-atoms.js";
import { atomOfFacts, type RequestSpace, valueOfAtom } from "../space/request-space.js";
import { hintsOf, type Trial, withFact, withoutFact, withoutHint, withTag } from "./trial.js";

/** Whole values of a number, both ends included: tokens, milliseconds, nano-dollars. */
export interface Stretch {
  readonly low: number;
  readonly high: number;
}

/**
 * One thing about a request (a fact, one tag, one hint) taken to other values: to one, or to all of a stretch that no condition
 * tells apart. The steps of one thing are together all that it can be changed to.
 */
export interface Step {
  /** A fact, or a hint of the world. */
  readonly of: string;
  readonly isTag: boolean;
  /** To its value; of a stretch to the lowest, of texts that no condition tells apart to one of them. */
  readonly apply: (trial: Trial) => Trial;
  readonly stretch?: Stretch;
  /** It stands for more values than the one that is set, and has no stretch. */
  readonly isOpen: boolean;
  /** Of these, some that an expression may see differently. */
  readonly others?: readonly FactValue[];
}

/** The numbers by which ranking judges, and the most that a client can say. */
const mostOfRanked = {
  context_tokens: MAX_TOKENS,
  max_output_tokens: MAX_TOKENS,
  budget_usd: 1e15,
  max_latency_ms: 999_999_999,
} as const;
export type RankedNumber = keyof typeof mostOfRanked;

export function isRankedNumber(fact: string): fact is RankedNumber {
  return Object.hasOwn(mostOfRanked, fact);
}

/** A whole value as facts have it: budgets in dollars. */
export function valueOfRanked(fact: RankedNumber, value: number): number {
  return fact === "budget_usd" ? value / 1e9 : value;
}

/**
 * Every step that a request can take by what is free. The space must have an axis for everything that matters.
 * @param isFree whether a fact may be changed.
 */
export function stepsFrom(
  trial: Trial,
  space: RequestSpace,
  set: PolicySet,
  isFree: (fact: string) => boolean,
): readonly Step[] {
  const steps = space.axes.flatMap((axis): readonly Step[] => {
    if (axis.kind === "opaque") return [];
    if (axis.kind === "tag") {
      const { fact, tag } = axis;
      const isHeld = holdsTag(trial.facts, fact, tag);
      return isFree(fact) ? [point(fact, (from) => withTag(from, fact, tag, !isHeld), true)] : [];
    }
    const { name } = axis.definition;
    return isFree(name)
      ? [
          ...stepsOfFact(axis, space, set, trial.facts),
          ...(axis.definition.type === "set" ? otherTag(space, name) : []),
        ]
      : [];
  });
  return [...steps, ...hintsOf(trial.world).map((hint) => point(hint, (from) => withoutHint(from, hint)))];
}

function point(of: string, apply: Step["apply"], isTag = false): Step {
  return { of, isTag, apply, isOpen: false };
}

function holdsTag(facts: Facts, fact: string, tag: string): boolean {
  const value = readFact(facts, fact);
  return Array.isArray(value) && value.includes(tag);
}

function stepsOfFact(axis: FactAxis, space: RequestSpace, set: PolicySet, facts: Facts): readonly Step[] {
  const { name } = axis.definition;
  const present = readFact(facts, name);
  const current = atomOfFacts(axis, facts);
  const seen = valuesInExpressions(space, name);
  return axis.atoms.flatMap((atom, at): readonly Step[] => {
    if (atom.kind === "absent") {
      const isFilled = set.attributes.some((each) => each.name === name && each.default !== undefined);
      return present === undefined || isFilled ? [] : [point(name, (from) => withoutFact(from, name))];
    }
    // Of a set that is there the tags are steps of their own.
    if (atom.kind === "present" && present !== undefined) return [];
    if (atom.kind === "number" && isRankedNumber(name)) return stretchStep(name, atom);
    const isOpen = isMany(atom);
    if (at === current && !isOpen) return [];
    const step = point(name, (from) => withFact(from, name, valueOfAtom(atom, axis) as FactValue));
    const others = isOpen ? seen.filter((value) => atomOfFacts(axis, { [name]: value } as Facts) === at) : [];
    return [{ ...step, isOpen, others }];
  });
}

/** Small numbers, and the constants of the expressions that read a fact, with what lies beside them. */
function valuesInExpressions({ axes }: RequestSpace, fact: string): readonly FactValue[] {
  const values = new Set<FactValue>();
  const collect = (part: unknown): void => {
    if (typeof part === "number") for (const value of [part - 1, part, part + 1]) values.add(value);
    else if (typeof part === "string") values.add(part);
    else if (typeof part === "object" && part !== null) Object.values(part).forEach(collect);
  };
  for (const axis of axes) {
    if (axis.kind !== "opaque" || axis.predicate.kind !== "logic" || !axis.predicate.reads.includes(fact)) continue;
    collect(axis.predicate.rule);
    for (let small = 0; small <= 20; small++) values.add(small);
  }
  return [...values];
}

function isMany(atom: FactAtom): boolean {
  if (atom.kind === "string") return atom.isClass;
  return (
    atom.kind === "time" || (atom.kind === "number" && !(atom.min?.value === atom.max?.value && atom.min !== undefined))
  );
}

/** Of tags that no condition names an expression may see any. */
function otherTag({ axes, tagAxes }: RequestSpace, fact: string): readonly Step[] {
  const isSeen = axes.some(
    (axis) => axis.kind === "opaque" && axis.predicate.kind === "logic" && axis.predicate.reads.includes(fact),
  );
  if (!isSeen) return [];
  let tag = "other";
  while (tagAxes.get(fact)?.has(tag) === true) tag += "-";
  return [{ ...point(fact, (from) => withTag(from, fact, tag, true), true), isOpen: true }];
}

function stretchStep(name: RankedNumber, { min, max }: NumberAtom): readonly Step[] {
  const low = Math.max(0, min === undefined ? 0 : min.inclusive ? Math.ceil(min.value) : Math.floor(min.value) + 1);
  const end =
    max === undefined ? Number.POSITIVE_INFINITY : max.inclusive ? Math.floor(max.value) : Math.ceil(max.value) - 1;
  const high = Math.min(end, mostOfRanked[name]);
  if (low > high) return [];
  return [{ ...point(name, (from) => withFact(from, name, valueOfRanked(name, low))), stretch: { low, high } }];
}
