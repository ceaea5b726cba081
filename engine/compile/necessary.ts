import {
  ALL_TAGS,
  ALL_TAGS_OR_ABSENT,
  ANY_TAG,
  ANY_TAG_OR_ABSENT,
  type DecisionTree,
  IS_NOT_FALSE,
  IS_TRUE,
  ONE_OF,
  ONE_OF_OR_ABSENT,
  SHARED,
  WITHIN,
  WITHIN_OR_ABSENT,
} from "./decision-tree.js";
import type { Formula, Literal } from "./formula.js";

/**
 * What a rule cannot act without, said of one fact: with any other cell its formula does not hold. The tree files rules by
 * these; the formula itself is still asked, so they may allow too much, never too little.
 */
export type Necessary =
  /** The cell is one of these (ascending, none 0), or is 0 when `orAbsent`. Strings and booleans. */
  | { readonly kind: "cells"; readonly fact: number; readonly keys: readonly number[]; readonly orAbsent: boolean }
  /** The cell lies within first and last, or is 0 when `orAbsent`. Numbers and local times. */
  | {
      readonly kind: "interval";
      readonly fact: number;
      readonly first: number;
      readonly last: number;
      readonly orAbsent: boolean;
    }
  /** The set holds one of these tags, or is absent when `orAbsent`. */
  | { readonly kind: "tags"; readonly fact: number; readonly keys: readonly number[]; readonly orAbsent: boolean };

type Facts = DecisionTree["facts"];

/** Lists longer than this by union are dropped: they would say little. */
const LONGEST_UNION = 256;
/** Of a set that must hold many tags, so many are looked at: any one of them would do. */
const MOST_TAGS_OF_ALL = 16;

/**
 * Every necessary part of a formula; at most one for each fact, but up to 16 for each list of tags that a set must hold.
 * @param shared those of the shared parts, by number.
 */
export function necessaryParts(
  formula: Formula,
  facts: Facts,
  shared: readonly (readonly Necessary[])[] = [],
): readonly Necessary[] {
  if (typeof formula === "boolean") return [];
  if (formula.kind === "literal") {
    return formula.operation === SHARED ? (shared[formula.x] as readonly Necessary[]) : ofLiteral(formula, facts);
  }
  const parts = formula.parts.map((part) => necessaryParts(part, facts, shared));
  return formula.kind === "and" ? ofAnd(parts) : ofOr(parts);
}

/**
 * Whether the necessary parts are also enough: a request that meets all of them meets the formula. So it is of a conjunction of
 * literals that are each said by one part.
 */
export function areSufficient(formula: Formula, facts: Facts): boolean {
  if (typeof formula === "boolean") return formula;
  const parts = formula.kind === "and" ? formula.parts : [formula];
  return parts.every((part) => part.kind === "literal" && ofLiteral(part, facts).length === 1);
}

function ofAnd(parts: readonly (readonly Necessary[])[]): readonly Necessary[] {
  const all: Necessary[] = [];
  const places = new Map<number, number>();
  for (const part of parts) {
    for (const necessary of part) {
      const at = necessary.kind === "tags" ? undefined : places.get(necessary.fact);
      if (at !== undefined) all[at] = both(all[at] as Necessary, necessary);
      else places.set(necessary.fact, all.push(necessary) - 1);
    }
  }
  return all;
}

function ofOr(parts: readonly (readonly Necessary[])[]): readonly Necessary[] {
  const [first = [], ...others] = parts;
  const all: Necessary[] = [];
  for (const necessary of first) {
    let union: Necessary | undefined = necessary;
    for (const other of others) {
      const match = other.find(({ fact }) => fact === necessary.fact);
      union = union === undefined || match === undefined ? undefined : either(union, match);
    }
    if (union !== undefined) all.push(union);
  }
  return all;
}

function ofLiteral({ operation, fact, x, y, values, holds }: Literal, facts: Facts): readonly Necessary[] {
  const tree = facts[fact];
  if (tree === undefined) return [];
  switch (operation) {
    case WITHIN:
    case WITHIN_OR_ABSENT: {
      const orAbsent = operation === WITHIN_OR_ABSENT;
      switch (tree.type) {
        case "number":
        case "local-time":
          return ofInterval(fact, x, x + y, orAbsent, holds, tree.cuts.length + 1);
        case "boolean": {
          const keys = [1, 2].filter((cell) => (cell >= x && cell <= x + y) === holds);
          return [{ kind: "cells", fact, keys, orAbsent: orAbsent === holds }];
        }
        case "string":
          // All cells but that of absence, or that of one string.
          if (y > 0) return holds ? [] : [{ kind: "cells", fact, keys: [], orAbsent: !orAbsent }];
          return holds ? [{ kind: "cells", fact, keys: [x], orAbsent }] : [];
        case "set":
          return holds ? [] : [{ kind: "tags", fact, keys: [], orAbsent: !orAbsent }];
        case "time":
          return [];
      }
      return [];
    }
    case ONE_OF:
    case ONE_OF_OR_ABSENT:
      return holds ? [{ kind: "cells", fact, keys: values, orAbsent: operation === ONE_OF_OR_ABSENT }] : [];
    case ANY_TAG:
    case ANY_TAG_OR_ABSENT:
      return holds ? [{ kind: "tags", fact, keys: values, orAbsent: operation === ANY_TAG_OR_ABSENT }] : [];
    case ALL_TAGS:
    case ALL_TAGS_OR_ABSENT:
      // A set that must hold all the tags cannot do without any single one of them.
      return holds
        ? values
            .slice(0, MOST_TAGS_OF_ALL)
            .map((tag) => ({ kind: "tags", fact, keys: [tag], orAbsent: operation === ALL_TAGS_OR_ABSENT }))
        : [];
    case IS_TRUE:
    case IS_NOT_FALSE:
    case SHARED:
      return [];
  }
}

function ofInterval(
  fact: number,
  first: number,
  last: number,
  orAbsent: boolean,
  holds: boolean,
  highest: number,
): readonly Necessary[] {
  const interval = (from: number, to: number, absent: boolean): readonly Necessary[] =>
    from <= 1 && to >= highest
      ? []
      : [{ kind: "interval", fact, first: from, last: Math.min(to, highest), orAbsent: absent }];
  if (holds) return interval(first, last, orAbsent);
  // What is left outside: below, above, or (in two pieces) nearly all.
  if (first <= 1) return [{ kind: "interval", fact, first: last + 1, last: highest, orAbsent: !orAbsent }];
  return last >= highest ? interval(1, first - 1, !orAbsent) : [];
}

function both(one: Necessary, other: Necessary): Necessary {
  if (one.kind === "cells" && other.kind === "cells") {
    return { ...one, keys: intersection(one.keys, other.keys), orAbsent: one.orAbsent && other.orAbsent };
  }
  if (one.kind === "interval" && other.kind === "interval") {
    return {
      ...one,
      first: Math.max(one.first, other.first),
      last: Math.min(one.last, other.last),
      orAbsent: one.orAbsent && other.orAbsent,
    };
  }
  return one;
}

function either(one: Necessary, other: Necessary): Necessary | undefined {
  const orAbsent = one.orAbsent || other.orAbsent;
  if (one.kind === "interval" && other.kind === "interval") {
    if (one.first > one.last) return { ...other, orAbsent };
    if (other.first > other.last) return { ...one, orAbsent };
    return { ...one, first: Math.min(one.first, other.first), last: Math.max(one.last, other.last), orAbsent };
  }
  if (one.kind === "interval" || other.kind === "interval") return undefined;
  if (Math.max(one.keys.length, other.keys.length) > LONGEST_UNION) return undefined;
  const keys = [...new Set([...one.keys, ...other.keys])].sort((a, b) => a - b);
  return keys.length > LONGEST_UNION ? undefined : { ...one, keys, orAbsent };
}

/** What two ascending lists have in common. The long one may be part of many rules: it is searched, not read. */
function intersection(one: readonly number[], other: readonly number[]): readonly number[] {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.filter((key) => {
    let low = 0;
    for (let high = long.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((long[middle] as number) < key) low = middle + 1;
      else high = middle;
    }
    return long[low] === key;
  });
}
