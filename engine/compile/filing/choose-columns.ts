import type { TreeFact } from "../decision-tree.js";
import type { Necessary } from "../necessary.js";
import { columnPartOf, type FiledRule } from "./filed-rule.js";

/** More columns rarely leave fewer rules. */
const MOST_COLUMNS = 16;
/** Nanoseconds to ask one rule whose facts have been read. */
const ASK_COST = 25;
/** Nanoseconds to find a row and to use it: a column costs so much more than reading its fact when a rule asks for it. */
const ROW_COST = 6;
/** The rows of a set's tags are united again for each word. */
const MANY_RULES = 256;
/** Fewer columns are not read at once: the first that a rule needs leaves hardly another. */
const LEAST_LEADING = 4;
/** Of fewer rules no column is worth its room. */
const LEAST_RULES = 3;
/** A column that drops fewer of the rules is not worth its room: a long list has many places in it. */
const LEAST_SHARE = 0.05;
/** How likely what else a rule asks is taken to hold: globs, alternatives, all of several tags. */
const UNSAID = 0.5;
/** Where it is nearly certain that an earlier rule acts, later ones are not looked at. */
const NEARLY_NONE = 0.01;

export interface Columns {
  /** The facts whose columns narrow the rules, strongest first. */
  readonly facts: readonly number[];
  /** So many of them are read at once, before any rule is asked; the others when a rule needs them. */
  readonly leading: number;
  /** Bits of those that cost more than they spare a rule whose program is asked anyway. */
  readonly costly: number;
}

/** The columns of a bitmap. */
export function chooseColumns(
  rules: readonly FiledRule[],
  answered: ReadonlySet<number>,
  facts: readonly TreeFact[],
): Columns {
  if (rules.length < LEAST_RULES) return { facts: [], leading: 0, costly: 0 };
  const dropped = new Map<number, number>();
  for (const rule of rules) {
    for (const part of rule.necessary) {
      if (answered.has(part.fact) || columnPartOf(rule, part.fact) === undefined) continue;
      dropped.set(part.fact, (dropped.get(part.fact) ?? 0) + droppedShare(part, facts[part.fact] as TreeFact));
    }
  }
  const offers = [...dropped].flatMap(([fact, count]) => {
    const share = count / rules.length;
    const cost = columnCost(facts[fact] as TreeFact);
    return share < LEAST_SHARE ? [] : [{ fact, cost, worth: -Math.log(1 - share) / cost }];
  });
  offers.sort((one, other) => other.worth - one.worth);
  const ordered = offers.slice(0, MOST_COLUMNS).map(({ fact }) => fact);
  const costs = ordered.map((fact) => columnCost(facts[fact] as TreeFact));
  // With so many columns deciding is cheapest, if all that they do not tell is asked rule by rule.
  const worthwhile = cheapestCount(costs, new Chances(rules, ordered, facts));
  // No set is among those read at once: its tags cost more than three other facts.
  const set = ordered.findIndex((fact) => facts[fact]?.type === "set");
  const leading = set === -1 ? worthwhile : Math.min(worthwhile, set);
  let costly = 0;
  for (const [column, fact] of ordered.entries())
    if (rules.length > MANY_RULES && column >= worthwhile && facts[fact]?.type === "set") costly |= 1 << column;
  return { facts: ordered, leading: leading < LEAST_LEADING ? 0 : leading, costly };
}

/** How many of the columns, in this order, to read: each more costs its reading, and leaves fewer rules to be asked. */
function cheapestCount(costs: readonly number[], chances: Chances): number {
  let cheapest = 0;
  let least = Number.POSITIVE_INFINITY;
  let reading = 0;
  for (let count = 0; count <= costs.length; count++) {
    let cost = reading + ASK_COST * chances.ask(count);
    for (let at = count; at < costs.length; at++) {
      const times = chances.times[at] as number;
      if (times > 0) cost += ((costs[at] as number) - ROW_COST) * (1 - Math.exp(-times));
    }
    if (cost < least) [cheapest, least] = [count, cost];
    reading += costs[count] ?? 0;
  }
  return cheapest;
}

/** Estimates how often rules are asked, in their order until one acts, as if their parts held independently. */
class Chances {
  /** After {@link ask}: how often each fact is asked for by a rule. */
  readonly times: Float64Array;
  /** The parts of rule n stand from starts[n] on: the place of the fact, and how likely the part holds. */
  private readonly starts: Int32Array;
  private readonly places: number[] = [];
  private readonly likely: number[] = [];

  constructor(
    private readonly rules: readonly FiledRule[],
    order: readonly number[],
    facts: readonly TreeFact[],
  ) {
    const placeOf = new Map(order.map((fact, place) => [fact, place]));
    this.times = new Float64Array(order.length);
    this.starts = new Int32Array(rules.length + 1);
    for (const [at, { necessary }] of rules.entries()) {
      for (const part of necessary) {
        const place = placeOf.get(part.fact);
        if (place === undefined) continue;
        this.places.push(place);
        this.likely.push(1 - droppedShare(part, facts[part.fact] as TreeFact));
      }
      this.starts[at + 1] = this.places.length;
    }
  }

  /** How many rules are asked when so many facts of the order have columns. */
  ask(columns: number): number {
    const { rules, times, starts, places, likely } = this;
    times.fill(0);
    const readsAll = columns === times.length;
    let asked = 0;
    let undecided = 1;
    for (let rule = 0; rule < rules.length && undecided > NEARLY_NONE; rule++) {
      const end = starts[rule + 1] as number;
      let left = undecided;
      for (let at = starts[rule] as number; at < end; at++)
        if ((places[at] as number) < columns) left *= likely[at] as number;
      let acting = left;
      for (let at = starts[rule] as number; at < end; at++) {
        const place = places[at] as number;
        if (place < columns) continue;
        times[place] = (times[place] as number) + acting;
        acting *= likely[at] as number;
      }
      const isSaid = rules[rule]?.isSaid === true;
      // Of what the columns say whole nothing is asked.
      if (!(readsAll && isSaid)) asked += left;
      undecided -= isSaid ? acting : UNSAID * acting;
    }
    return asked;
  }
}

/** Nanoseconds to read a fact and find its row. */
function columnCost({ type }: TreeFact): number {
  switch (type) {
    case "set":
      return 90;
    case "boolean":
      return 20;
    case "number":
      return 28;
    default:
      return 36;
  }
}

/** About how many requests of a hundred per cent a rule's part turns away. */
function droppedShare(part: Necessary, { type, cuts, strings }: TreeFact): number {
  switch (part.kind) {
    case "interval":
      return 1 - Math.max(0, part.last - part.first + 1) / (cuts.length + 1);
    case "cells":
      return 1 - part.keys.length / (type === "boolean" ? 2 : strings.strings.length + 2);
    case "tags":
      // A request has several tags.
      return Math.max(0, 1 - (3 * part.keys.length) / (strings.strings.length + 3));
  }
}
