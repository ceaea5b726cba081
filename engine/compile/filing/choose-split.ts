import { countNotAbove } from "../count-not-above.js";
import type { Necessary } from "../necessary.js";
import type { TreeTuning } from "../tree-tuning.js";
import { type FiledRule, partOf } from "./filed-rule.js";

/** How the rules of a node are told apart. */
export type Split =
  | { readonly kind: "branch" | "tags"; readonly fact: number }
  /** Children lie between the cuts (cells, ascending). */
  | { readonly kind: "cuts"; readonly fact: number; readonly cuts: Int32Array };

/** A cut has two to eight children. */
const MOST_CHILDREN = 8;
/** Ranges that cuts are chosen by: more cost time and move no cut far. */
const SAMPLE = 256;
/** A rule that would stand in more than this share of the children goes below `rest` instead of into each. */
const WIDEST = 0.75;

/** The keys of a rule in a branch on a fact, where it may be filed under all of them. */
export function branchKeys(rule: FiledRule, fact: number): readonly number[] | undefined {
  const part = partOf(rule, fact);
  if (part === undefined || part.kind === "interval") return undefined;
  return isFileable(part, rule.allowance) ? part.keys : undefined;
}

function isFileable({ keys, orAbsent }: Keyed, allowance: number): boolean {
  return keys.length + Number(orAbsent) <= allowance;
}

/** Counts how often keys are met. Its room is used again: it is cleared key by key. */
export class Tally {
  #counts = new Int32Array(1_024);

  /** Counts a key, and says how often it had been met before. */
  add(key: number): number {
    if (key >= this.#counts.length) {
      const larger = new Int32Array(2 * key);
      larger.set(this.#counts);
      this.#counts = larger;
    }
    const before = this.#counts[key] as number;
    this.#counts[key] = before + 1;
    return before;
  }

  clear(key: number): void {
    this.#counts[key] = 0;
  }
}

type Keyed = Exclude<Necessary, { kind: "interval" }>;
type Interval = Necessary & { kind: "interval" };

/**
 * The split that is expected to save most, or undefined when a leaf is best. Greedy: costs of children are estimated as
 * if they were leaves. Requests are expected to have a value about as often as rules name it.
 */
export function chooseSplit(
  rules: readonly FiledRule[],
  asked: ReadonlySet<number>,
  { longestList, leastRulesToCut, nodeCost, leafCost }: TreeTuning,
  tally = new Tally(),
): Split | undefined {
  if (rules.length <= longestList) return undefined;
  const keyedFacts = new Map<number, Keyed[]>();
  const intervals = new Map<number, Interval[]>();
  const mayCut = rules.length >= leastRulesToCut;
  for (const { necessary, allowance } of rules) {
    for (const part of necessary) {
      if (asked.has(part.fact)) continue;
      if (part.kind !== "interval") {
        if (isFileable(part, allowance)) addTo(keyedFacts, part);
      } else if (mayCut) addTo(intervals, part);
    }
  }
  let best: Split | undefined;
  let bestSaving = 0;
  const whole = leafCost(rules.length);
  const consider = (split: Split, cost: number) => {
    if (whole - cost <= bestSaving) return;
    best = split;
    bestSaving = whole - cost;
  };
  for (const [fact, parts] of keyedFacts) {
    let sum = 0;
    let squares = 0;
    for (const { keys } of parts) {
      sum += keys.length;
      for (const key of keys) squares += 2 * tally.add(key) + 1;
    }
    for (const { keys } of parts) for (const key of keys) tally.clear(key);
    const child = sum === 0 ? 0 : squares / sum;
    const kind = parts[0]?.kind === "tags" ? "tags" : "branch";
    const visits = kind === "tags" ? 2 : 1;
    consider({ kind, fact }, nodeCost * visits + visits * leafCost(child) + leafCost(rules.length - parts.length));
  }
  for (const [fact, parts] of intervals) {
    const cost = (child: number, keyed: number) => nodeCost + leafCost(child) + leafCost(rules.length - keyed);
    considerCuts(fact, parts, cost, consider);
  }
  return best;
}

function addTo<Part extends Necessary>(lists: Map<number, Part[]>, part: Part): void {
  const list = lists.get(part.fact);
  if (list === undefined) lists.set(part.fact, [part]);
  else list.push(part);
}

function considerCuts(
  fact: number,
  parts: readonly Interval[],
  cost: (child: number, keyed: number) => number,
  consider: (split: Split, cost: number) => void,
): void {
  const step = Math.max(1, Math.floor(parts.length / SAMPLE));
  const sample = parts.filter((_, at) => at % step === 0);
  const edges = new Int32Array(sample.length * 2);
  for (const [at, { first, last }] of sample.entries()) {
    edges[at * 2] = first;
    edges[at * 2 + 1] = last + 1;
  }
  edges.sort();
  for (let children = 2; children <= MOST_CHILDREN; children *= 2) {
    const cuts = Int32Array.from(quantiles(edges, children - 1));
    let filed = 0;
    let keyed = 0;
    for (const part of sample) {
      const [from, to] = childrenOf(cuts, part.first, part.last);
      if (to - from + 1 > WIDEST * (cuts.length + 1)) continue;
      keyed++;
      filed += Math.max(0, to - from + 1);
    }
    const scale = parts.length / sample.length;
    consider({ kind: "cuts", fact, cuts }, cost((scale * filed) / (cuts.length + 1), scale * keyed));
  }
}

/** The children of a cut node that an interval reaches into: from > to when it is empty. */
export function childrenOf(cuts: Int32Array, first: number, last: number): readonly [number, number] {
  if (first > last) return [0, -1];
  return [countNotAbove(cuts, 0, cuts.length, first), countNotAbove(cuts, 0, cuts.length, last)];
}

/** Whether a rule with these children is filed in each of them, not below `rest`. */
export function isNarrow(copies: number, children: number, orAbsent: boolean, allowance: number): boolean {
  return copies <= WIDEST * children && copies + (orAbsent ? 1 : 0) <= allowance;
}

/** At most `count` different values that divide ascending ones into parts of about equal number. */
export function quantiles(ascending: ArrayLike<number>, count: number): readonly number[] {
  const chosen = new Set<number>();
  for (let at = 1; at <= count; at++) {
    chosen.add(ascending[Math.floor((at * ascending.length) / (count + 1))] as number);
  }
  return [...chosen];
}
