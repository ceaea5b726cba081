import type { Condition, LogicPredicate, OneOfPredicate, Predicate, SetPredicate } from "../../conditions/condition.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import type { Facts, FactValue } from "../../evaluate/facts.js";
import type { Truth } from "../../evaluate/truth.js";
import { withDefaults } from "../../evaluate/with-defaults.js";
import type { PolicySet } from "../../policy/policy-set.js";
import type { FactAxis } from "./axis.js";
import type { Box } from "./box.js";
import { defaultsFor } from "./build-space.js";
import { opaqueKey, type RequestSpace, valueOfAtom } from "./request-space.js";
import { MOST_BOXES } from "./step-budget.js";

/**
 * What is asked of a condition. Unknown is neither true nor false, so the four differ: a route needs `true`, a guard
 * acts on `not-false`.
 */
export type Rail = "true" | "false" | "not-true" | "not-false";

const negated: Readonly<Record<Rail, Rail>> = {
  true: "false",
  false: "true",
  "not-true": "not-false",
  "not-false": "not-true",
};

const wants: Readonly<Record<Rail, (truth: Truth) => boolean>> = {
  true: (truth) => truth === true,
  false: (truth) => truth === false,
  "not-true": (truth) => truth !== true,
  "not-false": (truth) => truth !== false,
};

/** The conditions of one policy as boxes of a space: strong Kleene logic on several rails, without a third value. */
export class ConditionBoxes {
  readonly #space: RequestSpace;
  readonly #set: PolicySet;
  readonly #places = new Map<FactAxis, Map<string | undefined, number>>();
  readonly #known = new Map<Condition, Map<Rail, readonly Box[] | undefined>>();

  constructor(space: RequestSpace, set: PolicySet) {
    this.#space = space;
    this.#set = set;
  }

  /** The requests for which a condition is on the rail; undefined when that takes more than 4,096 boxes. */
  of(condition: Condition, rail: Rail): readonly Box[] | undefined {
    let byRail = this.#known.get(condition);
    if (byRail?.has(rail) === true) return byRail.get(rail);
    const boxes = this.#build(condition, rail);
    if (byRail === undefined) {
      byRail = new Map();
      this.#known.set(condition, byRail);
    }
    byRail.set(rail, boxes);
    return boxes;
  }

  #build(condition: Condition, rail: Rail): readonly Box[] | undefined {
    switch (condition.kind) {
      case "not":
        return this.of(condition.condition, negated[rail]);
      case "all":
      case "any": {
        // `all` is true, and not false, where each part is; false, and not true, where some part is. `any` is its dual.
        const isEach = (rail === "true" || rail === "not-false") === (condition.kind === "all");
        const parts: (readonly Box[])[] = [];
        let count = 0;
        for (const part of condition.conditions) {
          const boxes = this.of(part, rail);
          if (boxes === undefined) return undefined;
          parts.push(boxes);
          count += boxes.length;
          if (!isEach && count > MOST_BOXES) return undefined;
        }
        return isEach ? this.#intersectAll(parts) : this.#union(parts.flat());
      }
      default:
        return this.#leaf(condition, rail);
    }
  }

  #intersectAll(parts: readonly (readonly Box[])[]): readonly Box[] | undefined {
    const { layout } = this.#space;
    let boxes: readonly Box[] = [layout.full()];
    // The fewest boxes first: an empty part ends it at once.
    for (const part of parts.toSorted((a, b) => a.length - b.length)) {
      if (boxes.length * part.length > MOST_BOXES * 16) return undefined;
      const both = boxes.flatMap((box) => part.flatMap((other) => layout.intersect(box, other) ?? []));
      const joined = this.#union(both);
      if (joined === undefined) return undefined;
      boxes = joined;
    }
    return boxes;
  }

  /** Boxes that others hold are left out, and those that are one box are joined. */
  #union(boxes: readonly Box[]): readonly Box[] | undefined {
    if (boxes.length > MOST_BOXES) return undefined;
    return joinBoxes(this.#space, boxes);
  }

  #leaf(leaf: Predicate, rail: Rail): readonly Box[] | undefined {
    if (leaf.kind === "logic") return this.#logic(leaf, rail);
    const boxes: Box[] = [];
    const { layout, factAxes, axes } = this.#space;
    const attribute = this.#set.attributes.find(({ name }) => name === leaf.fact);
    for (const number of factAxes.get(leaf.fact) ?? []) {
      const axis = axes[number] as FactAxis;
      if (attribute !== undefined && attribute.type !== axis.definition.type) continue;
      if (leaf.kind === "set") {
        const own = this.#setLeaf(leaf, axis, number, rail);
        if (own === undefined) return undefined;
        boxes.push(...own);
        continue;
      }
      if (leaf.kind === "one-of") {
        boxes.push(...this.#oneOf(leaf, axis, number, rail));
        continue;
      }
      const opaque = leaf.kind === "glob" || leaf.kind === "prefix" ? opaqueKey(leaf, {}) : "";
      const opaqueAxis = this.#space.opaqueAxes.get(opaque);
      const atoms: number[] = [];
      const asked: number[] = [];
      for (const [at, atom] of axis.atoms.entries()) {
        if (opaqueAxis !== undefined && atom.kind === "string" && atom.isClass) asked.push(at);
        else if (wants[rail](this.#truth(leaf, valueOfAtom(atom, axis)))) atoms.push(at);
      }
      if (atoms.length > 0) boxes.push(layout.only(number, atoms));
      if (opaqueAxis !== undefined && asked.length > 0) {
        const wanted = wants[rail](true) ? 1 : 0;
        const both = layout.intersect(layout.only(number, asked), layout.only(opaqueAxis, [wanted]));
        if (both !== undefined) boxes.push(both);
      }
    }
    return this.#union(boxes);
  }

  /** In large policies there are thousands of texts, of which a leaf names one: the others are not looked at one by one. */
  #oneOf(leaf: OneOfPredicate, axis: FactAxis, number: number, rail: Rail): readonly Box[] {
    const { layout } = this.#space;
    const places = this.#placesOf(axis);
    const named = leaf.values.flatMap((value) => places.get(value) ?? []);
    const absent = places.get(undefined);
    const isAbsentWanted = absent !== undefined && wants[rail](this.#truth(leaf, undefined));
    if (wants[rail](true)) {
      const atoms = isAbsentWanted ? [absent, ...named] : named;
      return atoms.length === 0 ? [] : [layout.only(number, atoms)];
    }
    const rest = layout.except(number, absent === undefined || isAbsentWanted ? named : [absent, ...named]);
    return rest === undefined ? [] : [rest];
  }

  /** Where each text that some condition names stands on an axis, and absence. */
  #placesOf(axis: FactAxis): ReadonlyMap<string | undefined, number> {
    let places = this.#places.get(axis);
    if (places === undefined) {
      places = new Map();
      for (const [at, atom] of axis.atoms.entries()) {
        if (atom.kind === "absent") places.set(undefined, at);
        else if (atom.kind === "string" && !atom.isClass) places.set(atom.value, at);
      }
      this.#places.set(axis, places);
    }
    return places;
  }

  #truth(leaf: Predicate, value: FactValue | undefined): Truth {
    if (leaf.kind === "logic") throw new Error("invariant: logic has no single fact");
    const facts = value === undefined ? {} : { [leaf.fact]: value };
    return evaluateCondition(leaf, withDefaults(this.#set, facts as Facts));
  }

  #setLeaf(leaf: SetPredicate, axis: FactAxis, number: number, rail: Rail): readonly Box[] | undefined {
    const { layout, tagAxes } = this.#space;
    const boxes: Box[] = [];
    const absent = axis.atoms.findIndex(({ kind }) => kind === "absent");
    if (absent !== -1 && wants[rail](this.#truth(leaf, undefined))) boxes.push(layout.only(number, [absent]));
    const present = layout.only(
      number,
      axis.atoms.flatMap(({ kind }, at) => (kind === "present" ? [at] : [])),
    );
    const isWantedTrue = rail === "true" || rail === "not-false";
    // `none` is the opposite of `any`. Where the set is there, it is true or false.
    const wantsAny = leaf.quantifier === "none" ? !isWantedTrue : isWantedTrue;
    const axisOf = (tag: string) => tagAxes.get(leaf.fact)?.get(tag) as number;
    if (leaf.quantifier === "all" ? !isWantedTrue : wantsAny) {
      if (leaf.tags.length > MOST_BOXES) return undefined;
      const atom = leaf.quantifier === "all" ? 0 : 1;
      for (const tag of leaf.tags) boxes.push(layout.intersect(present, layout.only(axisOf(tag), [atom])) as Box);
      return boxes;
    }
    const unwanted = leaf.quantifier === "all" ? 0 : 1;
    const bits = present.bits.slice();
    for (const tag of leaf.tags) layout.cutAtom(bits, axisOf(tag), unwanted);
    return [...boxes, layout.boxOf(bits)];
  }

  #logic(leaf: LogicPredicate, rail: Rail): readonly Box[] | undefined {
    const { layout, opaqueAxes, factAxes, axes } = this.#space;
    const number = opaqueAxes.get(opaqueKey(leaf, defaultsFor(leaf.reads, this.#set)));
    if (number === undefined) return this.#enumerate(leaf, rail);
    const boxes: Box[] = [];
    let known = layout.only(number, [wants[rail](true) ? 1 : 0]);
    for (const name of leaf.required) {
      const hasDefault = this.#set.attributes.some((each) => each.name === name && each.default !== undefined);
      const [at] = factAxes.get(name) ?? [];
      if (hasDefault || at === undefined) continue;
      const atoms = (axes[at] as FactAxis).atoms;
      const present = atoms.flatMap(({ kind }, index) => (kind === "absent" ? [] : [index]));
      const absent = atoms.flatMap(({ kind }, index) => (kind === "absent" ? [index] : []));
      known = layout.intersect(known, layout.only(at, present)) as Box;
      if (wants[rail](undefined) && absent.length > 0) boxes.push(layout.only(at, absent));
    }
    return this.#union([...boxes, known]);
  }

  /** Tries an expression on every combination of the few values it reads. */
  #enumerate(leaf: LogicPredicate, rail: Rail): readonly Box[] | undefined {
    const { layout, factAxes, axes } = this.#space;
    const boxes: Box[] = [];
    const visit = (index: number, facts: Facts, box: Box): void => {
      const name = leaf.reads[index];
      if (name === undefined) {
        if (wants[rail](evaluateCondition(leaf, withDefaults(this.#set, facts)))) boxes.push(box);
        return;
      }
      const number = factAxes.get(name)?.[0] as number;
      const axis = axes[number] as FactAxis;
      for (const [at, atom] of axis.atoms.entries()) {
        const narrowed = layout.intersect(box, layout.only(number, [at]));
        if (narrowed !== undefined) visit(index + 1, { ...facts, [name]: valueOfAtom(atom, axis) } as Facts, narrowed);
      }
    };
    visit(0, {}, layout.full());
    return this.#union(boxes);
  }
}

/** Lists longer than this are not joined: comparing all pairs would cost more than it saves. */
const MOST_JOINED = 256;

/** The same requests in fewer boxes: those that others hold are left out, pairs that make one box are joined. */
export function joinBoxes({ layout }: RequestSpace, boxes: readonly Box[]): readonly Box[] {
  if (boxes.length > MOST_JOINED) return boxes;
  const kept: Box[] = [];
  for (const box of boxes) {
    let grown = box;
    for (let at = 0; at < kept.length; at++) {
      const joined = layout.mergeExactly(kept[at] as Box, grown);
      if (joined === undefined) continue;
      kept.splice(at, 1);
      grown = joined;
      at = -1;
    }
    kept.push(grown);
  }
  return kept;
}
