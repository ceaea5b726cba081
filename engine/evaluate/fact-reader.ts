import * as search from "../compile/count-not-above.js";
import * as buckets from "../compile/cut-buckets.js";
import * as layout from "../compile/decision-tree.js";
import { cellCount, type DecisionTree, type MemoisedPredicate, type TreeFact } from "../compile/decision-tree.js";
import * as stringTable from "../compile/string-table.js";
import { sourceOf } from "../conditions/fact-definitions.js";
import { matchesGlob } from "../conditions/glob.js";
import { localTime } from "../conditions/local-time.js";
import { type Defaults, runJsonLogic } from "../conditions/run-json-logic.js";
import * as money from "../units/money.js";
import type { Facts, FactValue } from "./facts.js";
import * as given from "./given-value.js";
import { LeadingFacts } from "./leading-facts.js";
import type { Truth } from "./truth.js";

// A module's own constants are folded into its code; imported ones are loaded and checked wherever they stand.
const {
  ALL_TAGS,
  ALL_TAGS_OR_ABSENT,
  ANY_TAG,
  ANY_TAG_OR_ABSENT,
  HOLDS,
  IS_TRUE,
  ONE_OF,
  ONE_OF_OR_ABSENT,
  SHARED,
  WITHIN,
  WITHIN_OR_ABSENT,
} = layout;
const { countCutsNotAbove } = search;
const { countByBucket } = buckets;
const { findString } = stringTable;
const { usdToNano } = money;
const { givenValue } = given;
/** Tags of a rule's list that are looked at one by one. */
const LONG_LIST = 16;
/** The greatest of an `Int32Array`'s numbers. */
const MOST = 0x7fffffff;

const STRING = 0;
const BOOLEAN = 1;
const NUMBER = 2;
const MONEY = 3;
const SET = 4;
const LOCAL_TIME = 5;
const TIME = 6;

/** What reading a fact takes: a {@link TreeFact} whose properties are all there, always in this order. */
interface ReadableFact extends Omit<Required<TreeFact>, "type" | "default" | "tz"> {
  /** Where the value stands in `Facts`: `sourceOf`. */
  readonly source: number;
  readonly type: number;
  readonly default: FactValue | undefined;
  readonly tz: string | undefined;
}

/**
 * Gives the cells of one request at a time. A fact is read when a node or a literal first asks for it, and once; so are the
 * memoised predicates. Made once for a tree and used again for each request, so reading allocates nothing.
 *
 * The request's facts are handed in with each call and not kept: keeping a young object in an old one costs 20 ns.
 */
export class FactReader {
  /** True when a fact was not of its declared type: the tree cannot answer then. */
  isMalformed = false;
  /** By fact number, the stamp of the decision that read it last + its cell. */
  private readonly cells: Int32Array;
  private readonly leading: LeadingFacts;
  /** Sources that have been read at once. */
  private sourcesRead = 0;
  /** The tags of the request that the policy names, each once, fact after fact as they were read. */
  private readonly tagList: Int32Array;
  private readonly tagStart: Int32Array;
  private readonly tagEnd: Int32Array;
  private tagCount = 0;
  /** The stamp of the decision in which a tag was seen last, a memoised predicate or a shared program answered last. */
  private readonly tagSeen: Int32Array;
  private readonly memoSeen: Int32Array;
  /** 0 false, 1 true, 2 unknown. */
  private readonly memoTruth: Uint8Array;
  private readonly sharedSeen: Int32Array;
  private readonly sharedHeld: Uint8Array;
  /**
   * Marks what has been learnt of the present request, so that nothing need be cleared for the next: stamps are so far apart that no
   * cell of an earlier decision reaches this one's.
   */
  private stamp = 0;
  private readonly stampStep: number;
  private readonly code: Int32Array;
  private readonly facts: readonly ReadableFact[];
  /** Of custom facts, for JsonLogic. */
  private readonly defaults: Defaults;

  constructor(private readonly tree: DecisionTree) {
    this.code = tree.code;
    this.facts = tree.facts.map((fact) => ({
      name: fact.name,
      source: sourceOf(fact.name),
      type: typeNumber(fact),
      default: fact.default,
      strings: fact.strings,
      firstTag: fact.firstTag,
      cuts: fact.cuts,
      buckets: fact.buckets,
      tz: fact.tz,
    }));
    this.defaults = new Map(tree.attributes.map((attribute) => [attribute.name, attribute.default]));
    this.cells = new Int32Array(tree.facts.length);
    this.leading = new LeadingFacts(tree.facts, this.cells);
    this.stampStep = tree.facts.reduce((most, fact) => Math.max(most, cellCount(fact)), 1);
    this.tagList = new Int32Array(tree.tagCount);
    this.tagStart = new Int32Array(tree.facts.length);
    this.tagEnd = new Int32Array(tree.facts.length);
    this.tagSeen = new Int32Array(tree.tagCount);
    this.memoSeen = new Int32Array(tree.memoised.length);
    this.memoTruth = new Uint8Array(tree.memoised.length);
    this.sharedSeen = new Int32Array(tree.sharedCount);
    this.sharedHeld = new Uint8Array(tree.sharedCount);
  }

  /** Takes up the next request. */
  begin(): void {
    this.isMalformed = false;
    this.tagCount = 0;
    this.sourcesRead = 0;
    if (this.stamp <= MOST - 2 * this.stampStep) this.stamp += this.stampStep;
    else {
      this.stamp = this.stampStep;
      this.cells.fill(0);
      this.tagSeen.fill(0);
      this.memoSeen.fill(0);
      this.sharedSeen.fill(0);
    }
  }

  /** The cell of a fact. */
  cell(fact: number, facts: Facts): number {
    const cell = (this.cells[fact] as number) - this.stamp;
    return cell < 0 ? this.read(fact, facts) : cell;
  }

  /**
   * Reads built-in facts that are neither sets nor times, faster than {@link read} does.
   * @param sources their bits.
   */
  readAtOnce(sources: number, facts: Facts): void {
    const wanted = sources & ~this.sourcesRead;
    if (wanted === 0) return;
    this.sourcesRead |= wanted;
    if (this.leading.read(wanted, facts, this.stamp) === false) this.isMalformed = true;
  }

  /** How many of a set's tags the policy names. The set must have been read. */
  countTags(fact: number): number {
    return (this.tagEnd[fact] as number) - (this.tagStart[fact] as number);
  }

  tagAt(fact: number, index: number): number {
    return this.tagList[(this.tagStart[fact] as number) + index] as number;
  }

  /** Whether a rule's program holds; see `decision-tree.ts` for instructions. At most one step for each literal. */
  holds(program: number, facts: Facts): boolean {
    const { code } = this;
    let at = program;
    while (at >= 0) {
      const operation = code[at] as number;
      const fact = code[at + 1] as number;
      const x = code[at + 2] as number;
      const y = code[at + 3] as number;
      let cell = 0;
      if (fact >= 0) {
        cell = this.cell(fact, facts);
      }
      let isHeld: boolean;
      if (operation === WITHIN) isHeld = ((cell - x) | (x + y - cell)) >= 0;
      else if ((operation & 1) === 1 && operation < IS_TRUE && cell === 0) isHeld = true;
      else isHeld = this.test(operation, fact, cell, x, y, facts) === true;
      // Not a branch: which way a literal goes cannot be predicted.
      at = code[at + 5 - Number(isHeld)] as number;
    }
    return at === HOLDS;
  }

  private test(operation: number, fact: number, cell: number, x: number, y: number, facts: Facts): boolean {
    switch (operation) {
      case WITHIN_OR_ABSENT:
        return ((cell - x) | (x + y - cell)) >= 0;
      case ONE_OF:
      case ONE_OF_OR_ABSENT:
        return this.isListed(cell, x, y);
      case ANY_TAG:
      case ANY_TAG_OR_ABSENT:
        return cell !== 0 && this.holdsAny(fact, x, y);
      case ALL_TAGS:
      case ALL_TAGS_OR_ABSENT:
        return cell !== 0 && this.holdsAll(fact, x, y);
      case IS_TRUE:
        return this.memoised(x, facts) === 1;
      case SHARED:
        return this.holdsShared(x, y, facts);
      default:
        return this.memoised(x, facts) !== 0;
    }
  }

  private isListed(cell: number, start: number, count: number): boolean {
    const { code } = this;
    let low = start;
    let high = start + count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const value = code[middle] as number;
      if (value === cell) return true;
      if (value < cell) low = middle + 1;
      else high = middle;
    }
    return false;
  }

  /** Takes time by the request's tags where the list is longer than they are. */
  private holdsAny(fact: number, start: number, count: number): boolean {
    const { code } = this;
    const end = this.tagEnd[fact] as number;
    if (count > LONG_LIST) {
      for (let at = this.tagStart[fact] as number; at < end; at++) {
        if (this.isListed(this.tagList[at] as number, start, count)) return true;
      }
      return false;
    }
    for (let at = start; at < start + count; at++) if (this.tagSeen[code[at] as number] === this.stamp) return true;
    return false;
  }

  private holdsAll(fact: number, start: number, count: number): boolean {
    const { code } = this;
    if (count > this.countTags(fact)) return false;
    for (let at = start; at < start + count; at++) if (this.tagSeen[code[at] as number] !== this.stamp) return false;
    return true;
  }

  private holdsShared(number: number, program: number, facts: Facts): boolean {
    if (this.sharedSeen[number] !== this.stamp) {
      this.sharedHeld[number] = Number(this.holds(program, facts));
      this.sharedSeen[number] = this.stamp;
    }
    return this.sharedHeld[number] === 1;
  }

  private memoised(number: number, facts: Facts): number {
    if (this.memoSeen[number] !== this.stamp) {
      const truth = this.answer(this.tree.memoised[number] as MemoisedPredicate, facts);
      this.memoSeen[number] = this.stamp;
      this.memoTruth[number] = truth === undefined ? 2 : truth ? 1 : 0;
    }
    return this.memoTruth[number] as number;
  }

  private answer({ predicate, fact }: MemoisedPredicate, facts: Facts): Truth {
    if (predicate.kind === "logic") return runJsonLogic(predicate, facts, this.defaults);
    const { source, name, default: fallback } = this.facts[fact] as ReadableFact;
    const given = givenValue(facts, source, name);
    const value = given === undefined ? fallback : given;
    if (value === undefined) return undefined;
    if (typeof value !== "string") {
      this.isMalformed = true;
      return undefined;
    }
    return predicate.kind === "glob" ? matchesGlob(predicate.pattern, value) : value.startsWith(predicate.prefix);
  }

  /**
   * Reads a fact that is UNREAD. All of it but tags in one function, too long to be copied into those that call it: copied, it leaves
   * no room for what it calls itself, and two or three calls a fact cost more than one.
   */
  read(number: number, facts: Facts): number {
    const fact = this.facts[number] as ReadableFact;
    let value = givenValue(facts, fact.source, fact.name);
    if (value === undefined) value = fact.default;
    let cell = 0;
    if (value !== undefined) {
      const { type } = fact;
      if (type === STRING) {
        if (typeof value === "string") cell = 2 + findString(fact.strings, value);
        else this.isMalformed = true;
      } else if (type === BOOLEAN) {
        if (value === true) cell = 2;
        else if (value === false) cell = 1;
        else this.isMalformed = true;
      } else if (type === SET) {
        if (Array.isArray(value)) {
          this.readTags(number, fact, value);
          cell = 1;
        } else this.isMalformed = true;
      } else if (typeof value !== "number") this.isMalformed = true;
      else if (type === TIME) cell = 1;
      else if (type === LOCAL_TIME) cell = localTimeCell(fact.cuts, fact.tz as string, value);
      else if (Number.isNaN(value)) this.isMalformed = true;
      else cell = 1 + countByBucket(fact.cuts, fact.buckets, type === MONEY ? usdToNano(value) : value);
    }
    this.cells[number] = this.stamp + cell;
    return cell;
  }

  private readTags(number: number, { strings, firstTag }: ReadableFact, value: readonly string[]): void {
    this.tagStart[number] = this.tagCount;
    for (let at = 0; at < value.length; at++) {
      const place = findString(strings, value[at] as string);
      if (place === -1) continue;
      const tag = firstTag + place;
      if (this.tagSeen[tag] === this.stamp) continue;
      this.tagSeen[tag] = this.stamp;
      this.tagList[this.tagCount++] = tag;
    }
    this.tagEnd[number] = this.tagCount;
  }
}

function localTimeCell(cuts: Float64Array, tz: string, value: number): number {
  const { weekday, minute } = localTime(value, tz);
  return 1 + countCutsNotAbove(cuts, weekday * 1440 + minute);
}

function typeNumber({ name, type }: TreeFact): number {
  switch (type) {
    case "string":
      return STRING;
    case "boolean":
      return BOOLEAN;
    case "number":
      // The one fact in dollars; its cuts are whole nano-dollars.
      return name === "budget_usd" ? MONEY : NUMBER;
    case "set":
      return SET;
    case "local-time":
      return LOCAL_TIME;
    case "time":
      return TIME;
  }
}
