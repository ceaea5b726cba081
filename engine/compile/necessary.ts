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
  WITHIN,
  WITHIN_OR_ABSENT,
} from "./decision-tree.js";
import type { Formula, Junction, Literal } from "./formula.js";

/**
 * What a rule cannot act without, said of one fact: with any other cell its formula does not hold. The tree files rules by
 * these; the formula itself is still asked, so they may allow too much, never too little.
 */
export type Necessary =
  /** The cell is one of these; ascending; 0 is absent. Strings and booleans. */
  | { readonly kind: "cells"; readonly fact: number; readonly cells: readonly number[] }
  /** The cell lies within first and last, or is 0 when `orAbsent`. Numbers and local times. */
  | {
      readonly kind: "interval";
      readonly fact: number;
      readonly first: number;
      readonly last: number;
      readonly orAbsent: boolean;
    }
  /** The set holds one of these tags, or is absent when `orAbsent`. */
  | { readonly kind: "tags"; readonly fact: number; readonly tags: readonly number[]; readonly orAbsent: boolean };

type Facts = DecisionTree["facts"];

/** Lists longer than this by union are dropped: they would say little. */
const LONGEST_UNION = 256;

/** Every necessary part of a formula; at most one for each fact, but any number about a set. */
export function necessaryParts(formula: Formula, facts: Facts): readonly Necessary[] {
  if (typeof formula === "boolean") return [];
  if (formula.kind === "literal") return ofLiteral(formula, facts);
  return formula.kind === "and" ? ofAnd(formula, facts) : ofOr(formula, facts);
}

function ofAnd({ parts }: Junction, facts: Facts): readonly Necessary[] {
  const all: Necessary[] = [];
  for (const part of parts) {
    for (const necessary of necessaryParts(part, facts)) {
      const at = necessary.kind === "tags" ? -1 : all.findIndex(({ fact }) => fact === necessary.fact);
      if (at === -1) all.push(necessary);
      else all[at] = both(all[at] as Necessary, necessary);
    }
  }
  return all;
}

function ofOr({ parts }: Junction, facts: Facts): readonly Necessary[] {
  const [first = [], ...others] = parts.map((part) => necessaryParts(part, facts));
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
          const accepts = (cell: number) => ((cell >= x && cell <= x + y) || (orAbsent && cell === 0)) === holds;
          return [{ kind: "cells", fact, cells: [0, 1, 2].filter(accepts) }];
        }
        case "string":
          if (!holds) return x === 1 && y > 0 ? [{ kind: "cells", fact, cells: [0] }] : [];
          return y > 0 ? [] : [{ kind: "cells", fact, cells: orAbsent ? [0, x] : [x] }];
        case "set":
          return holds ? [] : [{ kind: "tags", fact, tags: [], orAbsent: true }];
        case "time":
          return [];
      }
      return [];
    }
    case ONE_OF:
      return holds ? [{ kind: "cells", fact, cells: values }] : [];
    case ONE_OF_OR_ABSENT:
      return holds ? [{ kind: "cells", fact, cells: [0, ...values] }] : [];
    case ANY_TAG:
    case ANY_TAG_OR_ABSENT:
      return holds ? [{ kind: "tags", fact, tags: values, orAbsent: operation === ANY_TAG_OR_ABSENT }] : [];
    case ALL_TAGS:
    case ALL_TAGS_OR_ABSENT:
      // A set that must hold all the tags cannot do without any single one of them.
      return holds
        ? values.map((tag) => ({ kind: "tags", fact, tags: [tag], orAbsent: operation === ALL_TAGS_OR_ABSENT }))
        : [];
    case IS_TRUE:
    case IS_NOT_FALSE:
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
  if (first > last) return interval(1, highest, !orAbsent);
  if (first <= 1) return [{ kind: "interval", fact, first: last + 1, last: highest, orAbsent: !orAbsent }];
  return last >= highest ? interval(1, first - 1, !orAbsent) : [];
}

function both(one: Necessary, other: Necessary): Necessary {
  if (one.kind === "cells" && other.kind === "cells") {
    return { ...one, cells: one.cells.filter((cell) => other.cells.includes(cell)) };
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
  if (one.kind === "cells" && other.kind === "cells") {
    const cells = [...new Set([...one.cells, ...other.cells])].sort((a, b) => a - b);
    return cells.length > LONGEST_UNION ? undefined : { ...one, cells };
  }
  if (one.kind === "interval" && other.kind === "interval") {
    const orAbsent = one.orAbsent || other.orAbsent;
    if (one.first > one.last) return { ...other, orAbsent };
    if (other.first > other.last) return { ...one, orAbsent };
    return { ...one, first: Math.min(one.first, other.first), last: Math.max(one.last, other.last), orAbsent };
  }
  if (one.kind === "tags" && other.kind === "tags") {
    const tags = [...new Set([...one.tags, ...other.tags])].sort((a, b) => a - b);
    return tags.length > LONGEST_UNION ? undefined : { ...one, tags, orAbsent: one.orAbsent || other.orAbsent };
  }
  return undefined;
}
