import { type DecisionTree, Operation, type TreeFact } from "../compile/decision-tree.js";
import { findString } from "../compile/string-table.js";
import { localTime } from "../conditions/local-time.js";
import type { PolicySet } from "../policy/policy-set.js";
import { usdToNano } from "../units/money.js";
import { evaluateCondition } from "./evaluate-condition.js";
import { type Facts, type FactValue, readFact } from "./facts.js";
import type { Truth } from "./truth.js";
import { withDefaults } from "./with-defaults.js";

const UNREAD = -1;
const LAST_DECISION = 0x7ffffff0;

/**
 * Gives the cells of one request at a time. A fact is read when a node or a literal first asks for it, and once; so are the
 * memoised predicates. Made once for a tree and used again for each request, so reading allocates nothing.
 */
export class FactReader {
  /** True when a fact was not of its declared type: the tree cannot answer then. */
  isMalformed = false;
  /** Cells by fact number; UNREAD until asked. Read through {@link cell}. */
  readonly cells: Int32Array;
  /** The tags of the request that the policy names, each once, fact after fact as they were read. */
  private readonly tagList: Int32Array;
  private readonly tagStart: Int32Array;
  private readonly tagEnd: Int32Array;
  private tagCount = 0;
  /** The decision in which a tag was seen last, a memoised predicate answered last. */
  private readonly tagSeen: Int32Array;
  private readonly memoSeen: Int32Array;
  /** 0 false, 1 true, 2 unknown. */
  private readonly memoTruth: Uint8Array;
  private decision = 0;
  private facts: Facts = {};
  private readonly treeFacts: readonly TreeFact[];

  constructor(
    private readonly tree: DecisionTree,
    private set: PolicySet,
  ) {
    this.treeFacts = tree.facts;
    this.cells = new Int32Array(tree.facts.length);
    this.tagList = new Int32Array(tree.tagCount);
    this.tagStart = new Int32Array(tree.facts.length);
    this.tagEnd = new Int32Array(tree.facts.length);
    this.tagSeen = new Int32Array(tree.tagCount);
    this.memoSeen = new Int32Array(tree.memoised.length);
    this.memoTruth = new Uint8Array(tree.memoised.length);
  }

  /** Takes up the next request. */
  begin(set: PolicySet, facts: Facts): void {
    this.set = set;
    this.facts = facts;
    this.isMalformed = false;
    this.tagCount = 0;
    this.cells.fill(UNREAD);
    if (this.decision++ === LAST_DECISION) {
      this.decision = 1;
      this.tagSeen.fill(0);
      this.memoSeen.fill(0);
    }
  }

  /** The cell of a fact. */
  cell(fact: number): number {
    const cell = this.cells[fact] as number;
    return cell === UNREAD ? this.read(fact) : cell;
  }

  /** Whether a set holds a tag, by the tag's number. The set must have been read. */
  holdsTag(tag: number): boolean {
    return this.tagSeen[tag] === this.decision;
  }

  /** How many of a set's tags the policy names. The set must have been read. */
  countTags(fact: number): number {
    return (this.tagEnd[fact] as number) - (this.tagStart[fact] as number);
  }

  tagAt(fact: number, index: number): number {
    return this.tagList[(this.tagStart[fact] as number) + index] as number;
  }

  /** Whether a rule's program holds; see `decision-tree.ts` for instructions. At most one step for each literal. */
  holds(program: number): boolean {
    const { code, cells } = { code: this.tree.code, cells: this.cells };
    let at = program;
    while (at >= 0) {
      const fact = code[at + 1] as number;
      const x = code[at + 2] as number;
      const y = code[at + 3] as number;
      let cell = 0;
      if (fact >= 0) {
        cell = cells[fact] as number;
        if (cell === UNREAD) cell = this.read(fact);
      }
      let isHeld: boolean;
      switch (code[at]) {
        case Operation.within:
          isHeld = cell >= x && cell - x <= y;
          break;
        case Operation.withinOrAbsent:
          isHeld = cell === 0 || (cell >= x && cell - x <= y);
          break;
        case Operation.oneOf:
          isHeld = this.isListed(cell, x, y);
          break;
        case Operation.oneOfOrAbsent:
          isHeld = cell === 0 || this.isListed(cell, x, y);
          break;
        case Operation.anyTag:
          isHeld = cell !== 0 && this.holdsAny(x, y);
          break;
        case Operation.anyTagOrAbsent:
          isHeld = cell === 0 || this.holdsAny(x, y);
          break;
        case Operation.allTags:
          isHeld = cell !== 0 && this.holdsAll(x, y);
          break;
        case Operation.allTagsOrAbsent:
          isHeld = cell === 0 || this.holdsAll(x, y);
          break;
        case Operation.isTrue:
          isHeld = this.memoised(x) === 1;
          break;
        default:
          isHeld = this.memoised(x) !== 0;
      }
      at = code[isHeld ? at + 4 : at + 5] as number;
    }
    return at === -1;
  }

  private isListed(cell: number, start: number, count: number): boolean {
    const { code } = this.tree;
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

  private holdsAny(start: number, count: number): boolean {
    const { code } = this.tree;
    for (let at = start; at < start + count; at++) if (this.tagSeen[code[at] as number] === this.decision) return true;
    return false;
  }

  private holdsAll(start: number, count: number): boolean {
    const { code } = this.tree;
    for (let at = start; at < start + count; at++) if (this.tagSeen[code[at] as number] !== this.decision) return false;
    return true;
  }

  private memoised(number: number): number {
    if (this.memoSeen[number] !== this.decision) {
      const predicate = this.tree.memoised[number];
      const truth: Truth =
        predicate === undefined ? undefined : evaluateCondition(predicate, withDefaults(this.set, this.facts));
      this.memoSeen[number] = this.decision;
      this.memoTruth[number] = truth === undefined ? 2 : truth ? 1 : 0;
    }
    return this.memoTruth[number] as number;
  }

  private read(fact: number): number {
    const treeFact = this.treeFacts[fact] as TreeFact;
    const value = givenValue(this.facts, treeFact.name) ?? treeFact.default;
    const cell = value === undefined ? 0 : this.cellOf(fact, treeFact, value);
    this.cells[fact] = cell;
    return cell;
  }

  private cellOf(fact: number, { name, type, strings, cuts, firstTag, tz }: TreeFact, value: FactValue): number {
    switch (type) {
      case "string":
        return typeof value === "string" ? 2 + findString(strings, value) : this.malformed();
      case "boolean":
        return value === true ? 2 : value === false ? 1 : this.malformed();
      case "number": {
        if (typeof value !== "number" || Number.isNaN(value)) return this.malformed();
        return 1 + countNotAbove(cuts, name === "budget_usd" ? usdToNano(value) : value);
      }
      case "set": {
        if (!Array.isArray(value)) return this.malformed();
        this.readTags(fact, firstTag, strings, value as readonly string[]);
        return 1;
      }
      case "local-time": {
        if (typeof value !== "number" || tz === undefined) return this.malformed();
        const { weekday, minute } = localTime(value, tz);
        return 1 + countNotAbove(cuts, weekday * 1440 + minute);
      }
      case "time":
        return typeof value === "number" ? 1 : this.malformed();
    }
  }

  private readTags(fact: number, firstTag: number, strings: TreeFact["strings"], tags: readonly string[]): void {
    this.tagStart[fact] = this.tagCount;
    for (let at = 0; at < tags.length; at++) {
      const place = findString(strings, tags[at] as string);
      if (place === -1) continue;
      const tag = firstTag + place;
      if (this.tagSeen[tag] === this.decision) continue;
      this.tagSeen[tag] = this.decision;
      this.tagList[this.tagCount++] = tag;
    }
    this.tagEnd[fact] = this.tagCount;
  }

  private malformed(): number {
    this.isMalformed = true;
    return 0;
  }
}

/** How many of ascending cuts are not above a value. */
function countNotAbove(cuts: Float64Array, value: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cuts[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** As `readFact`; written out, since a property named in the code is read several times faster than one named by data. */
function givenValue(facts: Facts, name: string): FactValue | undefined {
  switch (name) {
    case "tags":
      return facts.tags;
    case "key_tags":
      return facts.key_tags;
    case "model":
      return facts.model;
    case "context_tokens":
      return facts.context_tokens;
    case "max_output_tokens":
      return facts.max_output_tokens;
    case "budget_usd":
      return facts.budget_usd;
    case "max_latency_ms":
      return facts.max_latency_ms;
    case "priority":
      return facts.priority;
    case "session":
      return facts.session;
    case "region":
      return facts.region;
    case "tenant":
      return facts.tenant;
    case "app":
      return facts.app;
    case "user":
      return facts.user;
    case "key":
      return facts.key;
    case "stream":
      return facts.stream;
    case "uses_tools":
      return facts.uses_tools;
    case "uses_vision":
      return facts.uses_vision;
    case "uses_json_schema":
      return facts.uses_json_schema;
    case "spend_ratio":
      return facts.spend_ratio;
    case "time":
      return facts.time;
    default:
      return readFact(facts, name);
  }
}
