import type { GlobPredicate, LogicPredicate, PrefixPredicate } from "../conditions/condition.js";
import type { FactType } from "../conditions/fact-definitions.js";
import type { FactValue } from "../evaluate/facts.js";
import type { CutBuckets } from "./cut-buckets.js";
import type { StringTable } from "./string-table.js";

/**
 * The rules of a set, compiled for `decide`. Plain data (numbers in typed arrays, strings in lists): it can be cloned to
 * another thread and is walked, never turned into code.
 *
 * **Cells.** The tree never sees a fact's value, only its *cell*: a whole number that tells apart what the policy can
 * tell apart. Cell 0 is "absent". A string's cell is 1 when no condition names it, else 2 + its place among the named
 * ones; a boolean's is 1 (false) or 2 (true); a number's is 1 + how many of the policy's cuts are not above it; a set's
 * is 1, and each of its tags has a number of its own.
 *
 * **Two values.** A rule acts on one question: is its condition true (route), or not false (guard)? With absence a cell
 * like others each question is plain two-valued logic over cells; unknown needs no third value (`lower-condition.ts`).
 *
 * **Size.** Memory and the time to compile are linear in the text of the policy, whatever it says: a rule is filed at most
 * max(16, its values up to 64, its share of a list's values) times (`build-decision-tree.ts`), each entry takes 2 words, in a
 * bitmap 3 and at most 16 × 79 bits, and what many rules share, a scope, is compiled once ({@link SHARED}).
 */
export interface DecisionTree {
  /** The facts that conditions ask for, numbered. */
  readonly facts: readonly TreeFact[];
  /** Number of all tags of all set facts: their numbers are dense, fact after fact. */
  readonly tagCount: number;
  /** Nodes, as laid out below; a node's number is the place of its first word. */
  readonly nodes: Int32Array;
  /** One program for each rule: see {@link INSTRUCTION_WORDS}. */
  readonly code: Int32Array;
  /** Predicates that are answered at most once a decision, from the facts' own values. */
  readonly memoised: readonly MemoisedPredicate[];
  /** How many programs are shared: see {@link SHARED}. */
  readonly sharedCount: number;
  /** The defaults of custom facts, for JsonLogic. */
  readonly attributes: readonly { readonly name: string; readonly default: FactValue }[];
  readonly deny: Root;
  readonly require: Root;
  readonly route: Root;
}

/** A predicate that no cell can answer, and the number of its fact (−1: JsonLogic, which may read several). */
export interface MemoisedPredicate {
  readonly predicate: PrefixPredicate | GlobPredicate | LogicPredicate;
  readonly fact: number;
}

/** How many cells a fact can have: 0 to this, exclusive. */
export function cellCount({ type, strings, cuts }: TreeFact): number {
  switch (type) {
    case "string":
      return strings.strings.length + 2;
    case "boolean":
      return 3;
    case "number":
    case "local-time":
      return cuts.length + 2;
    case "set":
    case "time":
      return 2;
  }
}

/** Where one effect's rules begin: a node, and the smallest rule number in it ({@link NO_RULE} when there is none). */
export interface Root {
  readonly node: number;
  readonly firstRule: number;
}

/** A fact as the tree reads it. */
export interface TreeFact {
  readonly name: string;
  readonly type: FactType | "local-time";
  /** Takes the place of an absent value. */
  readonly default?: FactValue;
  /** The strings or tags that conditions name (strings and sets). */
  readonly strings: StringTable;
  /** Number of the set's first tag. */
  readonly firstTag: number;
  /** Ascending; each is the least value of a cell (numbers: compared form; local times: minutes since Sunday 00:00). */
  readonly cuts: Float64Array;
  readonly buckets: CutBuckets;
  /** The zone of a local time. */
  readonly tz?: string;
}

export const NO_RULE = 0x7fffffff;

/**
 * An instruction tests one literal and jumps: `[operation, fact, x, y, next when it holds, next when it does not]`.
 * A program has at most as many instructions as its rule's condition has leaves, every jump goes to one not yet run, and
 * it ends at {@link HOLDS} or {@link FAILS}.
 */
export const INSTRUCTION_WORDS = 6;
export const HOLDS = -1;
export const FAILS = -2;

// Operations. Those named `…_OR_ABSENT` also hold for cell 0. (Numbers, not an object or enum: the engine folds them.)
/** The cell lies within x and x + y (y < 0: never). */
export const WITHIN = 0;
export const WITHIN_OR_ABSENT = 1;
/** The cell is one of the y words at x in the code, ascending. */
export const ONE_OF = 2;
export const ONE_OF_OR_ABSENT = 3;
/** The set holds one of the y tags at x in the code. */
export const ANY_TAG = 4;
export const ANY_TAG_OR_ABSENT = 5;
/** The set holds all of the y tags at x in the code. */
export const ALL_TAGS = 6;
export const ALL_TAGS_OR_ABSENT = 7;
/** The memoised predicate x is true / not false. */
export const IS_TRUE = 8;
export const IS_NOT_FALSE = 9;
/** The program at y, part of several rules, holds; it runs at most once a decision, as number x of the shared ones. */
export const SHARED = 10;
export type Operation = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

/**
 * Nodes, word by word. A pair `node, first` is a child and the smallest rule number below it; where there is none, first is
 * NO_RULE. Below `rest` are the rules that do not ask for the tested fact (or for too much of it): `rest` is always walked
 * too, so that nothing is copied into the branches. Below `absent` are those that can act when the fact is absent.
 *
 * - `list`:   kind, count, then count × (rule number, start of its program), ascending.
 * - `switch`: kind, fact, rest, first, count, then for each cell (node, first). Where the fact has few cells for so many rules.
 * - `branch`: kind, fact, rest, first, absent, first, shift, then a hash table of (cell, node, first).
 * - `tags`:   the same, keyed by tag: each of the request's tags leads to a child.
 * - `cuts`:   kind, fact, rest, first, absent, first, count, then count cells, then (count + 1) × (node, first).
 * - `bitmap`: kind, rules, words, columns, leading columns, bits of their sources (`sourceOf`), then the places of the columns, then
 *   rules × (rule number, program, questions), ascending, then (NO_RULE, 0, 0), then the columns.
 *
 * A column narrows the rules of a bitmap by one fact: for the fact's cell it names a row, in which bit n stands for rule n.
 * A row is `words` words. Rows stand at the end of their column. Of a rule's questions bit n is set when column n narrows it, and
 * {@link BY_PROGRAM} when rows do not tell all of its condition. The leading columns are read before any rule is asked; no set is among them.
 *
 * - `direct`: kind, fact, for each cell its row, rows. Where the fact has few cells.
 * - `cells`: kind, fact, row of others, row of absent, shift, hash table of (cell, row), rows.
 * - `tags`:  the same; rows of tags are united with the row of others, which holds the rules that ask for no tag.
 * - `stretches`: kind, fact, row of absent, base, shift, count, words, count rows: see {@link stretchOf}.
 *
 * Hash tables are open, at most half full; key −1 is free.
 */
export const LIST = 0;
export const BRANCH = 1;
export const TAGS = 2;
export const CUTS = 3;
export const BITMAP = 4;
export const SWITCH = 5;

export const CELLS_COLUMN = 0;
export const TAGS_COLUMN = 1;
export const STRETCHES_COLUMN = 2;
export const DIRECT_COLUMN = 3;

/** Among a rule's questions: its program is asked when the rows of all its columns leave the rule. */
export const BY_PROGRAM = 1 << 31;

/** The stretch of a cell that is not absent: stretches have 2^shift cells, but the first and the last have all that is beyond. */
export function stretchOf(cell: number, base: number, shift: number, last: number): number {
  const stretch = (cell - base) >> shift;
  return stretch < 0 ? 0 : stretch > last ? last : stretch;
}

/** The slot at which a key is looked for first, in a table of 2^(32 − shift) entries; the next ones follow, cyclically. */
export function firstSlot(key: number, shift: number): number {
  return (Math.imul(key, 0x9e3779b1) >>> shift) | 0;
}
