import type { Condition, Predicate } from "../conditions/condition.js";
import { sourceOf } from "../conditions/fact-definitions.js";
import type { PolicySet } from "../policy/policy-set.js";

/**
 * The rules of a set in numbers, in reading order, for {@link InOrderReader}. Nothing here comes from the compiled tree: an
 * explanation is checked against the tree.
 *
 * A rule is its *parts*: the conditions of an `all`, else its one condition. Equal parts have one number, whatever rules they
 * stand in; inside a part, conditions are numbered the same way. Predicates of one fact have numbers that follow each other.
 *
 * Predicates about strings, tags, booleans and presence are all "one of these *words*": a set holds several words, the others
 * have one. Each word knows the parts that list it.
 */
export interface NumberedRules {
  readonly facts: readonly NumberedFact[];
  /** {@link PART_WORDS} words a part: kind, x, y. */
  readonly parts: Int32Array;
  /** The parts of each `all` and `any`. */
  readonly lists: Int32Array;
  /** Least and most of each range. */
  readonly bounds: Float64Array;
  /** Predicates that are asked as they are written. */
  readonly asked: readonly Predicate[];
  /** The parts that list word n stand from `listedFrom[n]` to `listedFrom[n + 1]`. */
  readonly listedFrom: Int32Array;
  readonly listed: Int32Array;
  readonly denies: NumberedList;
  readonly requires: NumberedList;
  readonly routes: NumberedList;
}

/** Rules in reading order: rule n of the list has the parts from `starts[n]` to `starts[n + 1]`, the first of them in `firsts[n]`. */
export interface NumberedList {
  readonly rules: Int32Array;
  readonly starts: Int32Array;
  readonly firsts: Int32Array;
  readonly parts: Int32Array;
}

/** A fact as one kind of predicates reads it, and the parts that are these predicates: `from` to `to`, exclusive. */
export interface NumberedFact {
  readonly name: string;
  readonly form: FactForm;
  /** Where its value stands: `sourceOf`. */
  readonly source: number;
  readonly words: ReadonlyMap<string | boolean, number>;
  readonly from: number;
  readonly to: number;
}
/** `presence` has the words true and false, and is never absent. */
export type FactForm = "string" | "set" | "boolean" | "presence" | "number" | "money";

export const PART_WORDS = 3;
// Kinds of parts, with what stands in x and y.
/** One of the words that list it. */
export const WORDS = 0;
/** x: place of least and most in the bounds; y: 4 × its fact, with {@link MIN_INCLUDED} and {@link MAX_INCLUDED}. */
export const RANGE = 1;
/** x: number of the predicate. */
export const ASKED = 2;
/** x: number of the part. */
export const NOT = 3;
/** y parts at x of the lists. */
export const ALL = 4;
export const ANY = 5;

export const MIN_INCLUDED = 1;
export const MAX_INCLUDED = 2;

export function numberRules({ rules }: Pick<PolicySet, "rules">): NumberedRules {
  const numbering = new Numbering();
  const lists = { deny: new GrowingList(), require: new GrowingList(), route: new GrowingList() };
  for (const [ruleNumber, { effect, condition }] of rules.entries()) {
    const parts = condition.kind === "all" && condition.conditions.length > 0 ? condition.conditions : [condition];
    lists[effect].add(
      ruleNumber,
      parts.map((part) => numbering.numberOf(part)),
    );
  }
  const { renumber, ...numbered } = numbering.finish();
  return {
    ...numbered,
    denies: lists.deny.finish(renumber),
    requires: lists.require.finish(renumber),
    routes: lists.route.finish(renumber),
  };
}

class GrowingList {
  private readonly rules: number[] = [];
  private readonly starts: number[] = [0];
  private readonly parts: number[] = [];

  add(ruleNumber: number, parts: readonly number[]): void {
    this.rules.push(ruleNumber);
    for (const part of parts) this.parts.push(part);
    this.starts.push(this.parts.length);
  }

  finish(renumber: (part: number) => number): NumberedList {
    const parts = Int32Array.from(this.parts, renumber);
    return {
      rules: Int32Array.from(this.rules),
      starts: Int32Array.from(this.starts),
      firsts: Int32Array.from(this.rules, (_, at) => parts[this.starts[at] as number] as number),
      parts,
    };
  }
}

/** A part as it was found: its number is its place among all until {@link Numbering.finish} puts those of one fact together. */
interface FoundPart {
  readonly kind: number;
  /** Words; of `all` and `any`: parts. */
  readonly listed: readonly number[];
  readonly x: number;
  readonly y: number;
}

interface FoundFact extends Pick<NumberedFact, "name" | "form"> {
  readonly number: number;
  readonly words: Map<string | boolean, number>;
  readonly parts: number[];
}

class Numbering {
  private readonly facts = new Map<string, FoundFact>();
  /** Parts that are no predicate of one fact. */
  private readonly others: number[] = [];
  private readonly found: FoundPart[] = [];
  private readonly numbers = new Map<string, number>();
  /** Of `all` and `any`: scopes stand in many rules as one object. */
  private readonly known = new Map<Condition, number>();
  private readonly bounds: number[] = [];
  private readonly asked: Predicate[] = [];
  private wordCount = 0;

  numberOf(condition: Condition): number {
    if (condition.kind !== "all" && condition.kind !== "any") return this.add(condition);
    const number = this.known.get(condition) ?? this.add(condition);
    this.known.set(condition, number);
    return number;
  }

  private add(condition: Condition): number {
    switch (condition.kind) {
      case "all":
      case "any": {
        const kind = condition.kind === "all" ? ALL : ANY;
        return this.addListed(
          kind,
          condition.conditions.map((part) => this.numberOf(part)),
        );
      }
      case "not":
        return this.addNot(this.numberOf(condition.condition));
      case "present":
        return this.addWords(condition.fact, "presence", [condition.expected]);
      case "boolean":
        return this.addWords(condition.fact, "boolean", [condition.expected]);
      case "one-of":
        return this.addWords(condition.fact, "string", condition.values);
      case "set": {
        const { fact, tags, quantifier } = condition;
        // All of no tags is true of any set, and unknown without one: as none of no tags.
        if (quantifier === "all" && tags.length > 0) {
          return this.addListed(
            ALL,
            tags.map((tag) => this.addWords(fact, "set", [tag])),
          );
        }
        const any = this.addWords(fact, "set", tags);
        return quantifier === "any" ? any : this.addNot(any);
      }
      case "range": {
        const { fact, min, max } = condition;
        const least = min?.value ?? Number.NEGATIVE_INFINITY;
        const most = max?.value ?? Number.POSITIVE_INFINITY;
        const included = (min?.inclusive === false ? 0 : MIN_INCLUDED) | (max?.inclusive === false ? 0 : MAX_INCLUDED);
        const form = fact === "budget_usd" ? "money" : "number";
        const found = this.factOf(fact, form);
        return this.addPart(RANGE, found, `${least} ${most} ${included}`, () => ({
          x: this.bounds.push(least, most) - 2,
          y: found.number * 4 + included,
        }));
      }
      case "prefix":
      case "glob":
      case "time":
      case "logic": {
        const x = this.asked.push(condition) - 1;
        return this.addPart(ASKED, undefined, String(x), () => ({ x }));
      }
    }
  }

  private addNot(part: number): number {
    return this.addPart(NOT, undefined, String(part), () => ({ x: part }));
  }

  private addListed(kind: number, parts: readonly number[]): number {
    return this.addPart(kind, undefined, parts.join(), () => ({ listed: parts }));
  }

  private addWords(name: string, form: FactForm, words: readonly (string | boolean)[]): number {
    const fact = this.factOf(name, form);
    const listed = words.map((word) => {
      const number = fact.words.get(word) ?? this.wordCount++;
      fact.words.set(word, number);
      return number;
    });
    return this.addPart(WORDS, fact, listed.join(), () => ({ listed }));
  }

  /** @param text tells apart what parts of one kind and fact say. */
  private addPart(kind: number, fact: FoundFact | undefined, text: string, write: () => Partial<FoundPart>): number {
    const key = `${kind} ${fact?.number} ${text}`;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.found.push({ kind, listed: [], x: 0, y: 0, ...write() }) - 1;
      this.numbers.set(key, number);
      (fact?.parts ?? this.others).push(number);
    }
    return number;
  }

  private factOf(name: string, form: FactForm): FoundFact {
    const key = `${form} ${name}`;
    let fact = this.facts.get(key);
    if (fact === undefined) {
      fact = { name, form, number: this.facts.size, words: new Map(), parts: [] };
      this.facts.set(key, fact);
    }
    return fact;
  }

  finish(): Omit<NumberedRules, "denies" | "requires" | "routes"> & { readonly renumber: (part: number) => number } {
    const order = [...this.facts.values()].flatMap(({ parts }) => parts).concat(this.others);
    const numbers = new Int32Array(order.length);
    for (const [number, at] of order.entries()) numbers[at] = number;
    const renumber = (part: number) => numbers[part] as number;

    const parts: number[] = [];
    const lists: number[] = [];
    const listing: number[][] = Array.from({ length: this.wordCount }, () => []);
    for (const [number, at] of order.entries()) {
      const { kind, listed, x, y } = this.found[at] as FoundPart;
      if (kind === WORDS) for (const word of listed) listing[word]?.push(number);
      if (kind === ALL || kind === ANY) {
        parts.push(kind, lists.length, listed.length);
        for (const part of listed) lists.push(renumber(part));
      } else parts.push(kind, kind === NOT ? renumber(x) : x, y);
    }
    const listedFrom = new Int32Array(this.wordCount + 1);
    for (const [word, list] of listing.entries()) listedFrom[word + 1] = (listedFrom[word] as number) + list.length;
    let to = 0;
    return {
      facts: [...this.facts.values()].map(({ name, form, words, parts: own }) => {
        const from = to;
        to += own.length;
        return { name, form, source: sourceOf(name), words, from, to };
      }),
      parts: Int32Array.from(parts),
      lists: Int32Array.from(lists),
      bounds: Float64Array.from(this.bounds),
      asked: this.asked,
      listedFrom,
      listed: Int32Array.from(listing.flat()),
      renumber,
    };
  }
}
