import type { Bound, Condition, Predicate } from "../../conditions/condition.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import type { Facts } from "../../evaluate/facts.js";
import type { Axis, FactAtom, FactAxis } from "../space/axis.js";
import { Box } from "../space/box.js";
import { joinBoxes } from "../space/condition-boxes.js";
import { findUncovered } from "../space/find-uncovered.js";
import type { NumberAtom } from "../space/number-atoms.js";
import { type RequestSpace, valueOfAtom } from "../space/request-space.js";
import { QUESTION_STEPS, StepBudget } from "../space/step-budget.js";

const span = { file: "", start: 0, end: 0 } as const;
/** So many boxes are written out as alternatives; more are shown by the least box around them. */
const MOST_ALTERNATIVES = 3;

export interface Description {
  /** Ready for `writeCondition`. */
  readonly condition: Condition;
  /** Whether it holds for these requests and no others; else it holds for more. */
  readonly isExact: boolean;
}

/**
 * Requests as a condition that people can read: a few alternatives, or the least box around them all.
 * @param aside requests that do not matter: the condition may hold for them too, if that makes it shorter.
 */
export function describeBoxes(space: RequestSpace, given: readonly Box[], aside: readonly Box[] = []): Description {
  const boxes = splitAtAbsence(space, given);
  const hull = widen(space, hullOf(space, boxes), aside);
  const covers = [...boxes, ...aside];
  if (findUncovered(space.layout, [hull], covers, new StepBudget(QUESTION_STEPS)) === "none") {
    return describeBox(space, hull);
  }
  if (boxes.length > MOST_ALTERNATIVES) return { ...describeBox(space, hull), isExact: false };
  return describeAlternatives(
    space,
    boxes.map((box) => widen(space, box, aside)),
  );
}

/** What all have in common is written once. */
function describeAlternatives(space: RequestSpace, boxes: readonly Box[]): Description {
  const [first] = boxes as readonly [Box, ...Box[]];
  // Tags that each alternative names say that their set is there.
  const isTold = (number: number) => {
    const axis = space.axes[number] as Axis;
    const tags = axis.kind === "fact" ? [...(space.tagAxes.get(axis.definition.name)?.values() ?? [])] : [];
    return tags.length > 0 && boxes.every((box) => box.axes.some((each) => tags.includes(each)));
  };
  const { layout } = space;
  const common = first.axes.filter((axis) => boxes.every((box) => layout.isSameOn(first.bits, box.bits, axis)));
  const shared = describeBox(
    space,
    new Box(
      first.bits,
      common.filter((axis) => !isTold(axis)),
    ),
  );
  const parts = boxes.map((box) =>
    describeBox(
      space,
      new Box(
        box.bits,
        box.axes.filter((axis) => !common.includes(axis)),
      ),
    ),
  );
  const any = joinTags(parts.map(({ condition }) => condition));
  const told = partsOf(shared.condition);
  const condition: Condition = told.length === 0 ? any : { kind: "all", conditions: [...told, any], span };
  return { condition, isExact: [shared, ...parts].every(({ isExact }) => isExact) };
}

/** `tags has a or tags has b` is `tags has any of a, b`. */
function joinTags(conditions: readonly Condition[]): Condition {
  const [first] = conditions;
  const tags = conditions.flatMap((part) => {
    const isAlike = part.kind === "set" && first?.kind === "set" && part.fact === first.fact;
    return isAlike && part.quantifier === "all" && part.tags.length === 1 ? part.tags : [];
  });
  if (first?.kind !== "set" || tags.length < conditions.length) return { kind: "any", conditions, span };
  return { ...first, quantifier: "any", tags };
}

function partsOf(condition: Condition): readonly Condition[] {
  return condition.kind === "all" ? condition.conditions : [condition];
}

/** The axes that a description of the boxes speaks of. */
export function describedAxes(space: RequestSpace, boxes: readonly Box[], aside: readonly Box[]): readonly number[] {
  return widen(space, hullOf(space, splitAtAbsence(space, boxes)), aside).axes;
}

/**
 * The same requests in boxes that limit a tag, or a leaf taken as independent, only where the facts it reads are there:
 * where they are absent such an axis says nothing, so all of it stands for the same requests.
 */
function splitAtAbsence(space: RequestSpace, given: readonly Box[]): readonly Box[] {
  const { layout, axes, factAxes } = space;
  let boxes = given;
  for (const [number, axis] of axes.entries()) {
    if (axis.kind === "fact") continue;
    const reads =
      axis.kind === "tag"
        ? [axis.fact]
        : axis.predicate.kind === "logic"
          ? axis.predicate.required
          : [axis.predicate.fact];
    for (const name of reads) {
      const [at] = factAxes.get(name) ?? [];
      const absent = at === undefined ? -1 : (axes[at] as FactAxis).atoms.findIndex(({ kind }) => kind === "absent");
      if (at === undefined || absent === -1 || (axis.kind === "opaque" && name in axis.defaults)) continue;
      const without = layout.only(at, [absent]);
      boxes = boxes.flatMap((box) => {
        if (!box.axes.includes(number) || !layout.has(box.bits, at, absent)) return [box];
        const there = box.bits.slice();
        layout.cutAxis(there, without, at);
        const gone = layout.intersect({ ...box, bits: layout.freed(box.bits, number) }, without) as Box;
        const rest = layout.isEmpty(there, at) ? [] : [layout.boxOf(there)];
        return [...rest, layout.boxOf(gone.bits)];
      });
    }
  }
  return joinBoxes(space, boxes);
}

/** Lifts the limits of a box that only keep out what does not matter. */
function widen(space: RequestSpace, box: Box, aside: readonly Box[]): Box {
  if (aside.length === 0) return box;
  const { layout } = space;
  let widest = box;
  for (const axis of box.axes) {
    const wider = layout.boxOf(layout.freed(widest.bits, axis));
    const covers = [widest, ...aside];
    if (findUncovered(layout, [wider], covers, new StepBudget(QUESTION_STEPS / 100)) === "none") widest = wider;
  }
  return widest;
}

/** The least box that holds all of them. */
function hullOf({ layout }: RequestSpace, boxes: readonly Box[]): Box {
  const bits = new Int32Array(layout.words);
  for (const box of boxes)
    for (let word = 0; word < layout.words; word++) (bits[word] as number) |= box.bits[word] ?? 0;
  return layout.boxOf(bits);
}

function describeBox(space: RequestSpace, box: Box): Description {
  const conditions: Condition[] = [];
  let isExact = true;
  const tags = new Map<string, { readonly all: string[]; readonly none: string[] }>();
  // That a set holds a tag, or lacks one, says that it is there.
  const tagged = new Set(
    box.axes.flatMap((number) => {
      const axis = space.axes[number] as Axis;
      return axis.kind === "tag" ? [axis.fact] : [];
    }),
  );
  for (const number of box.axes) {
    const axis = space.axes[number] as Axis;
    if (axis.kind === "fact" && tagged.has(axis.definition.name)) continue;
    switch (axis.kind) {
      case "tag": {
        const own = tags.get(axis.fact) ?? { all: [], none: [] };
        (space.layout.has(box.bits, number, 1) ? own.all : own.none).push(axis.tag);
        tags.set(axis.fact, own);
        break;
      }
      case "opaque": {
        if (hasTwin(space, axis)) {
          isExact = false;
          break;
        }
        const isTrue = space.layout.has(box.bits, number, 1);
        conditions.push(isTrue ? axis.predicate : { kind: "not", condition: axis.predicate, span });
        break;
      }
      case "fact": {
        const described = describeAxis(space, box, number, axis);
        if (described.condition !== undefined) conditions.push(described.condition);
        if (!described.isExact) isExact = false;
      }
    }
  }
  for (const [fact, { all, none }] of tags) {
    if (all.length > 0) conditions.push({ kind: "set", fact, quantifier: "all", tags: all, span });
    if (none.length > 0) conditions.push({ kind: "set", fact, quantifier: "none", tags: none, span });
  }
  const [only] = conditions;
  const condition: Condition = only !== undefined && conditions.length === 1 ? only : { kind: "all", conditions, span };
  return { condition, isExact };
}

/** Two policies give different defaults to what an expression reads: no condition says under which of them it holds. */
function hasTwin({ axes }: RequestSpace, axis: Extract<Axis, { kind: "opaque" }>): boolean {
  const { predicate } = axis;
  if (predicate.kind !== "logic") return false;
  const rule = JSON.stringify(predicate.rule);
  return axes.some((other) => {
    if (other === axis || other.kind !== "opaque" || other.predicate.kind !== "logic") return false;
    return JSON.stringify(other.predicate.rule) === rule;
  });
}

function describeAxis(space: RequestSpace, box: Box, number: number, axis: FactAxis) {
  const { name: fact } = axis.definition;
  const isAllowed = (at: number) => space.layout.has(box.bits, number, at);
  const allowed = axis.atoms.filter((_, at) => isAllowed(at));
  const others = axis.atoms.filter((_, at) => !isAllowed(at));
  const holds = (atom: FactAtom, leaf: Predicate) =>
    evaluateCondition(leaf, { [fact]: valueOfAtom(atom, axis) } as Facts) === true;
  const present: Predicate = { kind: "present", fact, expected: true, span };
  const allowsAbsent = allowed.some(({ kind }) => kind === "absent");
  const values = allowed.filter(({ kind }) => kind !== "absent");
  const lacking = others.filter(({ kind }) => kind !== "absent");
  if (values.length === 0) return { condition: { ...present, expected: false }, isExact: true };
  if (lacking.length === 0) return { condition: allowsAbsent ? undefined : present, isExact: true };
  const described = describeValues(fact, values, lacking, [...axis.patterns, ...axis.windows], holds);
  if (!allowsAbsent) return described;
  const absent: Condition = { ...present, expected: false };
  return { ...described, condition: { kind: "any", conditions: [described.condition, absent], span } as Condition };
}

function describeValues(
  fact: string,
  allowed: readonly FactAtom[],
  others: readonly FactAtom[],
  leaves: readonly Predicate[],
  holds: (atom: FactAtom, leaf: Predicate) => boolean,
): { readonly condition: Condition; readonly isExact: boolean } {
  const [first] = allowed;
  if (first?.kind === "boolean") {
    return { condition: { kind: "boolean", fact, expected: first.value, span }, isExact: true };
  }
  if (first?.kind === "number") {
    const ranges = rangesOf(fact, allowed as readonly NumberAtom[], [...allowed, ...others] as readonly NumberAtom[]);
    const [only] = ranges;
    const condition: Condition =
      only !== undefined && ranges.length === 1 ? only : { kind: "any", conditions: ranges, span };
    return { condition, isExact: true };
  }
  const not = (condition: Condition): Condition => ({ kind: "not", condition, span });
  const named = (atoms: readonly FactAtom[]) =>
    atoms.flatMap((atom) => (atom.kind === "string" && !atom.isClass ? [atom.value] : []));
  if (first?.kind === "string") {
    if (named(allowed).length === allowed.length) {
      return { condition: { kind: "one-of", fact, values: named(allowed), span }, isExact: true };
    }
    if (named(others).length === others.length) {
      return { condition: not({ kind: "one-of", fact, values: named(others), span }), isExact: true };
    }
  }
  const isTrue = (leaf: Condition, atom: FactAtom) =>
    leaf.kind === "not" ? !holds(atom, leaf.condition as Predicate) : holds(atom, leaf as Predicate);
  const exact = leaves
    .flatMap((leaf): readonly Condition[] => [leaf, not(leaf)])
    .find((leaf) => allowed.every((atom) => isTrue(leaf, atom)) && !others.some((atom) => isTrue(leaf, atom)));
  if (exact !== undefined) return { condition: exact, isExact: true };
  // What all of them have in common.
  const conditions = leaves.flatMap((leaf): readonly Condition[] => {
    if (allowed.every((atom) => holds(atom, leaf))) return [leaf];
    return allowed.some((atom) => holds(atom, leaf)) ? [] : [not(leaf)];
  });
  const excluded = named(others);
  if (excluded.length > 0) conditions.push(not({ kind: "one-of", fact, values: excluded, span }));
  const coveredBy = (leaves: readonly Condition[]) =>
    others.filter((atom) => leaves.every((leaf) => isTrue(leaf, atom))).length;
  const covered = coveredBy(conditions);
  // What the others say already is left out, first of what is not so.
  let needed: readonly Condition[] = conditions;
  for (const leaf of [...conditions].sort((a, b) => Number(b.kind === "not") - Number(a.kind === "not"))) {
    const without = needed.filter((other) => other !== leaf);
    if (without.length > 0 && coveredBy(without) === covered) needed = without;
  }
  const [only] = needed;
  const condition: Condition =
    only !== undefined && needed.length === 1 ? only : { kind: "all", conditions: needed, span };
  return { condition, isExact: covered === 0 };
}

/** Neighbouring stretches as one range each. */
function rangesOf(fact: string, allowed: readonly NumberAtom[], all: readonly NumberAtom[]): readonly Predicate[] {
  const order = (one: NumberAtom, other: NumberAtom) => one.value - other.value;
  const sorted = [...all].sort(order);
  const ranges: { min?: Bound; max?: Bound }[] = [];
  let open: { min?: Bound; max?: Bound } | undefined;
  for (const atom of sorted) {
    if (!allowed.includes(atom)) {
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = atom.min === undefined ? {} : { min: atom.min };
      ranges.push(open);
    }
    delete open.max;
    if (atom.max !== undefined) open.max = atom.max;
  }
  // `x ≥ 0` of what is never negative says nothing.
  const least = sorted[0]?.min;
  return ranges.map(({ min, max }) => ({
    kind: "range",
    fact,
    span,
    ...(min === undefined || (min === least && max !== undefined) ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  }));
}
