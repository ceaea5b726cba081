import type {
  Condition,
  GlobPredicate,
  LogicPredicate,
  Predicate,
  PrefixPredicate,
  TimePredicate,
} from "../../conditions/condition.js";
import { builtInFacts, type FactDefinition } from "../../conditions/fact-definitions.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import type { Facts, FactValue } from "../../evaluate/facts.js";
import type { PolicySet } from "../../policy/policy-set.js";
import { type Axis, atomCount, type FactAtom, type FactAxis } from "./axis.js";
import { BoxLayout } from "./box.js";
import { collectLeaves } from "./collect-leaves.js";
import { type Cut, cutsOf, type NumberDomain, splitNumbers } from "./number-atoms.js";
import { patternOfGlob, patternOfPrefix } from "./pattern-tree.js";
import type { RequestAssumptions } from "./request-assumptions.js";
import { type RequestSpace, requestSpaceOf } from "./request-space.js";
import { classesOfOthers, type StringAtom } from "./string-atoms.js";
import { splitTime } from "./time-atoms.js";

export interface SpaceInput {
  /** The policies whose rules are asked about. */
  readonly sets: readonly PolicySet[];
  /** Conditions beside those of the rules. */
  readonly conditions?: readonly Condition[];
  /** Facts that get an axis though no condition reads them. */
  readonly facts?: readonly string[];
  /** Further places at which numbers are cut, by fact. */
  readonly cuts?: ReadonlyMap<string, readonly Cut[]>;
  readonly assumptions: RequestAssumptions;
}

/** The space of all requests, as finely cut as the conditions of some policies need. */
export function buildSpace(input: SpaceInput): RequestSpace {
  const { sets, conditions = [], facts = [], assumptions } = input;
  const leaves = [...sets.flatMap(({ rules }) => rules.map(({ condition }) => condition)), ...conditions].flatMap(
    collectLeaves,
  );
  const byFact = new Map<string, Predicate[]>();
  for (const name of facts) byFact.set(name, []);
  const logics = new Map<string, LogicPredicate>();
  for (const leaf of leaves) {
    if (leaf.kind === "logic") {
      logics.set(JSON.stringify(leaf.rule), leaf);
      for (const name of leaf.reads) if (!byFact.has(name)) byFact.set(name, []);
    } else {
      const known = byFact.get(leaf.fact);
      if (known === undefined) byFact.set(leaf.fact, [leaf]);
      else known.push(leaf);
    }
  }
  const axes: Axis[] = [];
  for (const [name, own] of byFact) {
    for (const { definition, mayBeAbsent } of definitionsOf(name, sets, assumptions)) {
      for (const axis of axesOfFact(definition, own, mayBeAbsent, input)) axes.push(axis);
    }
  }
  const knownAxes = [...axes];
  for (const predicate of logics.values()) {
    for (const defaults of differentDefaults(predicate, sets)) {
      if (!isEnumerable(predicate, knownAxes)) axes.push({ kind: "opaque", predicate, defaults });
    }
  }
  return requestSpaceOf(axes, new BoxLayout(axes.map(atomCount)), assumptions);
}

/** The declarations of a fact: one, or two when policies give an attribute different types. */
function definitionsOf(name: string, sets: readonly PolicySet[], assumptions: RequestAssumptions) {
  const builtIn = builtInFacts.find((fact) => fact.name === name);
  if (builtIn !== undefined) return [{ definition: builtIn, mayBeAbsent: !assumptions.neverAbsent.has(name) }];
  const declared = sets.flatMap(({ attributes }) => attributes.find((attribute) => attribute.name === name) ?? []);
  const defaults = sets.map(({ attributes }) => attributes.find((each) => each.name === name)?.default);
  const isAlwaysFilled = defaults.every((value) => value !== undefined && isEqual(value, defaults[0]));
  const byType = new Map<string, FactDefinition>();
  for (const attribute of declared) {
    const same = byType.get(attribute.type);
    // A list of values that two policies give differently is closed to neither.
    if (same === undefined) byType.set(attribute.type, attribute);
    else if (!isEqual(same.values, attribute.values)) {
      const { values: _, ...open } = attribute;
      byType.set(attribute.type, open);
    }
  }
  return [...byType.values()].map((definition) => ({ definition, mayBeAbsent: !isAlwaysFilled || byType.size > 1 }));
}

function axesOfFact(
  definition: FactDefinition,
  leaves: readonly Predicate[],
  mayBeAbsent: boolean,
  { assumptions, cuts }: SpaceInput,
): readonly Axis[] {
  const absent: readonly FactAtom[] = mayBeAbsent ? [{ kind: "absent" }] : [];
  const axis = (atoms: readonly FactAtom[], extra: Partial<FactAxis> = {}): FactAxis => {
    return { kind: "fact", definition, atoms: [...absent, ...atoms], patterns: [], windows: [], ...extra };
  };
  switch (definition.type) {
    case "boolean":
      return [
        axis([
          { kind: "boolean", value: false },
          { kind: "boolean", value: true },
        ]),
      ];
    case "set": {
      const tags = new Set(leaves.flatMap((leaf) => (leaf.kind === "set" ? leaf.tags : [])));
      return [
        axis([{ kind: "present" }]),
        ...[...tags].map((tag): Axis => ({ kind: "tag", fact: definition.name, tag })),
      ];
    }
    case "number": {
      const own = leaves.flatMap((leaf) => (leaf.kind === "range" ? cutsOf(leaf.min, leaf.max) : []));
      return [axis(splitNumbers([...own, ...(cuts?.get(definition.name) ?? [])], domainOf(definition, assumptions)))];
    }
    case "time": {
      const windows = new Map<string, TimePredicate>();
      for (const leaf of leaves) {
        if (leaf.kind === "time") windows.set(JSON.stringify({ ...leaf, span: undefined }), leaf);
      }
      return [axis(splitTime([...windows.values()]), { windows: [...windows.values()] })];
    }
    case "string":
      return axesOfString(definition, leaves, axis, assumptions);
  }
}

function axesOfString(
  definition: FactDefinition,
  leaves: readonly Predicate[],
  axis: (atoms: readonly FactAtom[], extra?: Partial<FactAxis>) => FactAxis,
  { closedValues }: RequestAssumptions,
): readonly Axis[] {
  if (closedValues && definition.values !== undefined) {
    return [axis(definition.values.map((value) => ({ kind: "string", value, isClass: false })))];
  }
  const constants = new Set(leaves.flatMap((leaf) => (leaf.kind === "one-of" ? leaf.values : [])));
  const byPattern = new Map<string, GlobPredicate | PrefixPredicate>();
  for (const leaf of leaves) {
    if (leaf.kind === "glob") byPattern.set(`glob ${leaf.pattern}`, leaf);
    else if (leaf.kind === "prefix") byPattern.set(`prefix ${leaf.prefix}`, leaf);
  }
  const patterns = [...byPattern.values()];
  const named = [...constants].map((value): FactAtom => ({ kind: "string", value, isClass: false }));
  if (patterns.length === 0) return [axis([...named, otherText(definition.name, constants)])];
  const others = classesOfOthers(
    patterns.map((leaf) => (leaf.kind === "glob" ? patternOfGlob(leaf.pattern) : patternOfPrefix(leaf.prefix))),
    [...constants],
    !closedValues,
  );
  if (others !== undefined) {
    const plain = otherText(definition.name, constants);
    const isPlain = patterns.every((pattern) => fits(pattern, plain.value) === false);
    const classes = others.map(
      ({ text, fitsNone }): FactAtom => (fitsNone && isPlain ? plain : { kind: "string", value: text, isClass: true }),
    );
    return [axis([...named, ...classes], { patterns })];
  }
  // Too many patterns to combine: each is a question of its own for all other texts.
  return [
    axis([...named, otherText(definition.name, constants)]),
    ...patterns.map((predicate): Axis => ({ kind: "opaque", predicate, defaults: {} })),
  ];
}

function fits(pattern: GlobPredicate | PrefixPredicate, text: string): boolean | undefined {
  return evaluateCondition(pattern, { [pattern.fact]: text } as Facts);
}

/** A text that is none of the constants: `auto` for a model, else `other`. */
function otherText(fact: string, constants: ReadonlySet<string>): StringAtom {
  const words = [...(fact === "model" ? ["auto"] : []), "other", "another"];
  let value = words.find((word) => !constants.has(word));
  for (let number = 2; value === undefined; number++) {
    if (!constants.has(`other-${number}`)) value = `other-${number}`;
  }
  return { kind: "string", value, isClass: true };
}

function domainOf({ name, unit }: FactDefinition, { wholeNumbers }: RequestAssumptions): NumberDomain {
  // `budget_usd` is compared after rounding to whole nano-dollars, whatever it was.
  const isWhole = name === "budget_usd" || (wholeNumbers && (unit === "tokens" || unit === "ms"));
  const least = wholeNumbers && unit !== undefined ? Number(unit === "tokens") : undefined;
  return { isWhole, least, plausible: plausibleNumbers[unit ?? "none"] };
}

const plausibleNumbers: Readonly<Record<NonNullable<FactDefinition["unit"]> | "none", readonly number[]>> = {
  tokens: [1_000, 100, 10, 1],
  usd: [10_000_000, 1_000_000, 100_000, 1_000],
  ms: [1_000, 100, 10, 1],
  ratio: [0.5, 0.1, 0],
  none: [1, 0],
};

/** The defaults that the policies give to what an expression reads, each combination once. */
function differentDefaults({ reads }: LogicPredicate, sets: readonly PolicySet[]): readonly Facts[] {
  const found = new Map<string, Facts>();
  for (const set of sets) {
    const defaults = defaultsFor(reads, set);
    found.set(JSON.stringify(defaults), defaults);
  }
  return found.size === 0 ? [{}] : [...found.values()];
}

export function defaultsFor(reads: readonly string[], { attributes }: PolicySet): Facts {
  const defaults: Record<string, FactValue> = {};
  for (const attribute of attributes) {
    if (attribute.default !== undefined && reads.includes(attribute.name)) defaults[attribute.name] = attribute.default;
  }
  return defaults as Facts;
}

/** Combinations of values up to which an expression is tried on each. */
const MOST_COMBINATIONS = 256;

/** Whether an expression reads only facts whose values are few and each an atom of its own: then it is simply tried. */
function isEnumerable({ reads }: LogicPredicate, axes: readonly Axis[]): boolean {
  let combinations = 1;
  for (const name of reads) {
    const own = axes.filter((axis) => axis.kind === "fact" && axis.definition.name === name);
    const [axis] = own;
    if (axis?.kind !== "fact" || own.length > 1) return false;
    const isSmall = axis.atoms.every(
      (atom) => atom.kind === "absent" || atom.kind === "boolean" || (atom.kind === "string" && !atom.isClass),
    );
    if (!isSmall) return false;
    combinations *= axis.atoms.length;
  }
  return combinations <= MOST_COMBINATIONS;
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
