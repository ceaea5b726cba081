import type { Condition, Predicate, RangePredicate } from "../conditions/condition.js";
import { builtInFacts, type FactType } from "../conditions/fact-definitions.js";
import type { PolicySet } from "../policy/policy-set.js";
import { buildCutBuckets } from "./cut-buckets.js";
import type { TreeFact } from "./decision-tree.js";
import { nextDouble } from "./next-double.js";
import { buildStringTable } from "./string-table.js";
import { weeklyMinutes } from "./weekly-minutes.js";

/** The facts of a policy, numbered, with the numbers of all that conditions name. */
export interface NumberedFacts {
  readonly facts: readonly TreeFact[];
  readonly tagCount: number;
  factOf(name: string, tz?: string): number;
  /** The cell of a string that a condition names. */
  stringCell(fact: number, text: string): number;
  /** The number of a tag that a condition names. */
  tagNumber(fact: number, tag: string): number;
  /** The cell that begins at a cut. */
  cutCell(fact: number, cut: number): number;
}

/** Where a range begins, as the least double within it. */
export function rangeStart({ min }: RangePredicate): number | undefined {
  return min === undefined ? undefined : min.inclusive ? min.value : nextDouble(min.value);
}

/** Where a range ends, as the least double beyond it. */
export function rangeEnd({ max }: RangePredicate): number | undefined {
  return max === undefined ? undefined : max.inclusive ? nextDouble(max.value) : max.value;
}

interface GrowingFact {
  readonly name: string;
  readonly type: TreeFact["type"];
  readonly tz?: string;
  readonly strings: Map<string, number>;
  readonly cuts: Set<number>;
}

/** Visits every condition of a set; those that several rules share, once. */
export function numberFacts(set: PolicySet, shared: ReadonlySet<Condition> = new Set()): NumberedFacts {
  const types = new Map<string, FactType>([...builtInFacts, ...set.attributes].map(({ name, type }) => [name, type]));
  const growing: GrowingFact[] = [];
  const numbers = new Map<string, number>();
  const keyOf = (name: string, tz: string | undefined) => (tz === undefined ? name : `${name} in ${tz}`);

  const grow = (name: string, type: TreeFact["type"], tz?: string): GrowingFact => {
    const key = keyOf(name, tz);
    const number = numbers.get(key);
    if (number !== undefined) return growing[number] as GrowingFact;
    const fact = { name, type, strings: new Map<string, number>(), cuts: new Set<number>(), ...(tz && { tz }) };
    numbers.set(key, growing.push(fact) - 1);
    return fact;
  };
  const addString = ({ strings }: GrowingFact, text: string) => {
    if (!strings.has(text)) strings.set(text, strings.size);
  };
  const addPredicate = (predicate: Predicate): void => {
    switch (predicate.kind) {
      case "present":
        grow(predicate.fact, types.get(predicate.fact) ?? "string");
        return;
      case "one-of": {
        const fact = grow(predicate.fact, "string");
        for (const value of predicate.values) addString(fact, value);
        return;
      }
      case "set": {
        const fact = grow(predicate.fact, "set");
        for (const tag of predicate.tags) addString(fact, tag);
        return;
      }
      case "range": {
        const { cuts } = grow(predicate.fact, "number");
        for (const cut of [rangeStart(predicate), rangeEnd(predicate)]) if (cut !== undefined) cuts.add(cut);
        return;
      }
      case "boolean":
        grow(predicate.fact, "boolean");
        return;
      case "time": {
        const { cuts } = grow(predicate.fact, "local-time", predicate.tz);
        for (const { from, to } of weeklyMinutes(predicate)) cuts.add(from).add(to);
        return;
      }
      case "prefix":
      case "glob":
        grow(predicate.fact, "string");
        return;
      case "logic":
        return; // Reads the facts' own values.
    }
  };
  const visited = new Set<Condition>();
  const visit = (condition: Condition): void => {
    if (shared.has(condition)) {
      if (visited.has(condition)) return;
      visited.add(condition);
    }
    switch (condition.kind) {
      case "all":
      case "any":
        for (const part of condition.conditions) visit(part);
        return;
      case "not":
        visit(condition.condition);
        return;
      default:
        addPredicate(condition);
    }
  };
  for (const { condition } of set.rules) visit(condition);

  const defaults = new Map(set.attributes.map((attribute) => [attribute.name, attribute.default]));
  let tagCount = 0;
  const facts = growing.map(({ name, type, tz, strings, cuts }): TreeFact => {
    const fallback = defaults.get(name);
    const ascending = Float64Array.from(cuts).sort();
    const firstTag = tagCount;
    if (type === "set") tagCount += strings.size;
    return {
      name,
      type,
      ...(fallback === undefined ? {} : { default: fallback }),
      strings: buildStringTable([...strings.keys()]),
      firstTag,
      cuts: ascending,
      buckets: buildCutBuckets(ascending),
      ...(tz === undefined ? {} : { tz }),
    };
  });
  const cutCells = facts.map(({ cuts }) => new Map([...cuts].map((cut, place) => [cut, place + 2])));
  return {
    facts,
    tagCount,
    factOf: (name, tz) => numbers.get(keyOf(name, tz)) ?? -1,
    stringCell: (fact, text) => 2 + (growing[fact]?.strings.get(text) ?? 0),
    tagNumber: (fact, tag) => (facts[fact]?.firstTag ?? 0) + (growing[fact]?.strings.get(tag) ?? 0),
    cutCell: (fact, cut) => cutCells[fact]?.get(cut) ?? 0,
  };
}
