import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import type { Facts, FactValue } from "../../evaluate/facts.js";
import { readFact } from "../../evaluate/facts.js";
import { usdToNano } from "../../units/money.js";
import type { Axis, FactAtom, FactAxis } from "./axis.js";
import type { BoxLayout } from "./box.js";
import { isWithinBounds } from "./number-atoms.js";
import type { RequestAssumptions } from "./request-assumptions.js";

/** All requests: the product of its axes. */
export interface RequestSpace {
  readonly axes: readonly Axis[];
  readonly layout: BoxLayout;
  readonly assumptions: RequestAssumptions;
  /** The axes of facts (two for an attribute of two types), and of each set's tags. */
  readonly factAxes: ReadonlyMap<string, readonly number[]>;
  readonly tagAxes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Opaque axes by what they ask: see {@link opaqueKey}. */
  readonly opaqueAxes: ReadonlyMap<string, number>;
  /** What takes the place of absent attributes, where all policies say the same. */
  readonly defaults: Facts;
}

export function requestSpaceOf(
  axes: readonly Axis[],
  layout: BoxLayout,
  assumptions: RequestAssumptions,
): RequestSpace {
  const factAxes = new Map<string, number[]>();
  const tagAxes = new Map<string, Map<string, number>>();
  const opaqueAxes = new Map<string, number>();
  const defaults: Record<string, FactValue> = {};
  for (const [number, axis] of axes.entries()) {
    switch (axis.kind) {
      case "fact":
        factAxes.set(axis.definition.name, [...(factAxes.get(axis.definition.name) ?? []), number]);
        if ("default" in axis.definition && axis.atoms.every(({ kind }) => kind !== "absent")) {
          defaults[axis.definition.name] = axis.definition.default as FactValue;
        }
        break;
      case "tag": {
        const own = tagAxes.get(axis.fact) ?? new Map<string, number>();
        tagAxes.set(axis.fact, own.set(axis.tag, number));
        break;
      }
      case "opaque":
        opaqueAxes.set(opaqueKey(axis.predicate, axis.defaults), number);
    }
  }
  return { axes, layout, assumptions, factAxes, tagAxes, opaqueAxes, defaults: defaults as Facts };
}

/** Facts that two policies declare with different types have two axes, of which a request can have a value on one. */
export function hasTwoTypes({ factAxes }: RequestSpace): boolean {
  return [...factAxes.values()].some((numbers) => numbers.length > 1);
}

/** What an opaque axis asks: the leaf without its place, and the defaults of what it reads. */
export function opaqueKey(
  { span: _, ...leaf }: Extract<Axis, { kind: "opaque" }>["predicate"],
  defaults: Facts,
): string {
  return leaf.kind === "logic"
    ? JSON.stringify([leaf.rule, defaults])
    : JSON.stringify([leaf.fact, leaf.kind === "glob" ? leaf.pattern : leaf.prefix, leaf.kind]);
}

/** The fact in the form of {@link Facts} that an atom stands for; undefined when absent. */
export function valueOfAtom(atom: FactAtom, { definition }: FactAxis): FactValue | undefined {
  switch (atom.kind) {
    case "absent":
      return undefined;
    case "present":
      return [];
    case "number":
      return definition.unit === "usd" ? atom.value / 1e9 : atom.value;
    default:
      return atom.value;
  }
}

/** The atom of an axis that a request has; -1 when the axis says nothing about it; undefined when there is none. */
export function atomOfFacts(axis: Axis, facts: Facts): number | undefined {
  switch (axis.kind) {
    case "tag": {
      const value = readFact(facts, axis.fact);
      return value === undefined ? -1 : Number(Array.isArray(value) && value.includes(axis.tag));
    }
    case "opaque": {
      const truth = evaluateCondition(axis.predicate, { ...axis.defaults, ...facts });
      return truth === undefined ? -1 : Number(truth);
    }
    case "fact": {
      const atom = axis.atoms.findIndex((each) => holdsValue(each, axis, readFact(facts, axis.definition.name)));
      return atom === -1 ? undefined : atom;
    }
  }
}

const types = { string: "string", number: "number", boolean: "boolean", time: "number", set: "object" } as const;

function holdsValue(atom: FactAtom, axis: FactAxis, value: FactValue | undefined): boolean {
  const { definition, patterns, windows } = axis;
  // Of an attribute with two types, the other type's value is no value.
  if (value === undefined || typeof value !== types[definition.type]) return atom.kind === "absent";
  switch (atom.kind) {
    case "absent":
      return false;
    case "present":
      return true;
    case "boolean":
      return atom.value === value;
    case "number":
      return isWithinBounds(
        definition.unit === "usd" ? usdToNano(value as number) : (value as number),
        atom.min,
        atom.max,
      );
    case "time":
      return windows.every(
        (window, at) => (evaluateCondition(window, { time: value as number }) === true) === atom.within[at],
      );
    case "string": {
      if (!atom.isClass) return atom.value === value;
      const isNamed = axis.atoms.some((each) => each.kind === "string" && !each.isClass && each.value === value);
      const fits = (text: FactValue, at: number) =>
        evaluateCondition(patterns[at] as (typeof patterns)[number], { [definition.name]: text } as Facts);
      return !isNamed && patterns.every((_, at) => fits(value, at) === fits(atom.value, at));
    }
  }
}
