import type { Predicate } from "../conditions/condition.js";
import { decideInOrder } from "../evaluate/decide-in-order.js";
import { evaluateCondition } from "../evaluate/evaluate-condition.js";
import type { Facts } from "../evaluate/facts.js";
import { givenValue } from "../evaluate/given-value.js";
import type { Outcome, RouteChoice } from "../evaluate/outcome.js";
import { withDefaults } from "../evaluate/with-defaults.js";
import type { DenyRule, PolicySet, RequireRule, RouteRule } from "../policy/policy-set.js";
import { usdToNano } from "../units/money.js";
import type { NumberedFact, NumberedList, NumberedRules } from "./numbered-rules.js";
import * as numbered from "./numbered-rules.js";

// A module's own constants are folded into its code; imported ones are loaded and checked wherever they stand.
const { ALL, ASKED, MAX_INCLUDED, MIN_INCLUDED, NOT, PART_WORDS, RANGE } = numbered;

// Truth, so that `not` takes it from TRUE.
const FALSE = 0;
const UNKNOWN = 1;
const TRUE = 2;
/** Of a part that nobody asked for yet. */
const OPEN = 3;

/** Up to so many, a loop fills faster than a call of `fill`. */
const FEW_PARTS = 100;
/** Rules whose first parts are looked at before any second. */
const BLOCK = 512;
const NO_FAILURE = -1;
const FIRST_IS_FALSE = 0;

/** As {@link decideInOrder}, for those who ask the same set again and again. */
export function readInOrder(set: PolicySet, givenFacts: Facts): Outcome {
  return InOrderReader.of(set).read(withDefaults(set, givenFacts)).outcome;
}

/** What the rules say of one request, read from top to bottom. */
export interface InOrderReading {
  readonly outcome: Outcome;
  /**
   * Of each route rule above the one that matched, in reading order: which of its parts (of its `all`) is the first that is
   * false, doubled; when none is, the first that is unknown, doubled, and 1 added. Left out when a fact is not of its type.
   */
  readonly failures?: Int32Array;
}

/**
 * Reads the rules of a set in order, with the answer of `decideInOrder` for every input, in a few nanoseconds a rule: each
 * fact is looked up once and settles all predicates that list its words; any other part is evaluated when a rule first asks.
 * Made once for a set and used again for each request.
 */
export class InOrderReader {
  readonly rules: NumberedRules;
  private readonly truths: Uint8Array;
  /** By fact: what ranges are compared with. */
  private readonly values: Float64Array;
  private readonly failures: Int32Array;
  /** Of a block, the rules whose first part is not false. */
  private readonly left = new Int32Array(BLOCK);
  /** Whether a fact was not of its type: what conditions make of it only the plain reading says. */
  private isMalformed = false;

  private constructor(private readonly set: PolicySet) {
    this.rules = numbered.numberRules(set);
    const { parts, facts, routes } = this.rules;
    this.truths = new Uint8Array(parts.length / PART_WORDS);
    this.values = new Float64Array(facts.length);
    this.failures = new Int32Array(routes.rules.length);
  }

  private static readonly known = new WeakMap<PolicySet, InOrderReader>();

  static of(set: PolicySet): InOrderReader {
    let reader = InOrderReader.known.get(set);
    if (reader === undefined) {
      reader = new InOrderReader(set);
      InOrderReader.known.set(set, reader);
    }
    return reader;
  }

  /** @param facts with defaults filled in. */
  read(facts: Facts): InOrderReading {
    this.isMalformed = false;
    this.truths.fill(OPEN);
    for (let fact = 0; fact < this.rules.facts.length; fact++) this.settle(fact, facts);
    if (this.isMalformed) return { outcome: decideInOrder(this.set, facts) };
    const { denied, requirements } = this.readGuards(facts);
    const place = this.readRoutes(facts);
    return { outcome: { denied, requirements, route: this.choice(place) }, failures: this.failures.slice(0, place) };
  }

  /** Looks a fact up and writes the truth of the predicates that this decides. */
  private settle(number: number, facts: Facts): void {
    const { values } = this;
    const fact = this.rules.facts[number] as NumberedFact;
    const { form } = fact;
    const value = givenValue(facts, fact.source, fact.name);
    if (form === "presence") this.settleWord(fact, value !== undefined);
    else if (value === undefined) this.fill(fact, UNKNOWN);
    else if (form === "set") {
      if (!Array.isArray(value)) this.isMalformed = true;
      else {
        this.fill(fact, FALSE);
        for (const tag of value as readonly string[]) this.hold(fact, tag);
      }
    } else if (form === "string" || form === "boolean") {
      if (typeof value !== form) this.isMalformed = true;
      else this.settleWord(fact, value as string | boolean);
    } else if (typeof value !== "number" || Number.isNaN(value)) this.isMalformed = true;
    else values[number] = form === "money" ? usdToNano(value) : value;
  }

  private settleWord(fact: NumberedFact, word: string | boolean): void {
    this.fill(fact, FALSE);
    this.hold(fact, word);
  }

  private fill({ from, to }: NumberedFact, truth: number): void {
    const { truths } = this;
    if (to - from > FEW_PARTS) truths.fill(truth, from, to);
    else for (let part = from; part < to; part++) truths[part] = truth;
  }

  private hold({ words }: NumberedFact, word: string | boolean): void {
    const number = words.get(word);
    if (number === undefined) return;
    const { listed, listedFrom } = this.rules;
    const end = listedFrom[number + 1] as number;
    for (let at = listedFrom[number] as number; at < end; at++) this.truths[listed[at] as number] = TRUE;
  }

  /** Guards act unless they are false. */
  private readGuards(facts: Facts): Pick<Outcome, "denied" | "requirements"> {
    const { denies, requires } = this.rules;
    const acting = (list: NumberedList, at: number) => this.set.rules[list.rules[at] as number];
    let first = 0;
    while (first < denies.rules.length && this.isFalse(denies, first, facts)) first++;
    const denied = first === denies.rules.length ? undefined : { rule: acting(denies, first) as DenyRule };
    const requirements: RequireRule[] = [];
    for (let at = 0; at < requires.rules.length; at++) {
      if (!this.isFalse(requires, at, facts)) requirements.push(acting(requires, at) as RequireRule);
    }
    return { denied, requirements };
  }

  private isFalse({ starts, parts }: NumberedList, at: number, facts: Facts): boolean {
    const end = starts[at + 1] as number;
    for (let place = starts[at] as number; place < end; place++) {
      if (this.truthOf(parts[place] as number, facts) === FALSE) return true;
    }
    return false;
  }

  /**
   * The place of the first route rule that is true; what failed in those above it stands in `failures`. Most rules fail by their
   * first part; which ones cannot be predicted, so they are told from the others without a branch.
   */
  private readRoutes(facts: Facts): number {
    const { failures, truths, left } = this;
    const { firsts, rules } = this.rules.routes;
    for (let from = 0; from < rules.length; from += BLOCK) {
      const to = Math.min(from + BLOCK, rules.length);
      let count = 0;
      for (let at = from; at < to; at++) {
        failures[at] = FIRST_IS_FALSE;
        left[count] = at;
        count += ((truths[firsts[at] as number] as number) + 3) >> 2; // 0 when FALSE, else 1.
      }
      for (let index = 0; index < count; index++) {
        const at = left[index] as number;
        const failure = this.failureOf(at, facts);
        if (failure === NO_FAILURE) return at;
        failures[at] = failure;
      }
    }
    return rules.length;
  }

  /** As in `failures`. */
  private failureOf(at: number, facts: Facts): number {
    const { truths } = this;
    const { starts, parts } = this.rules.routes;
    const start = starts[at] as number;
    const end = starts[at + 1] as number;
    let failure = NO_FAILURE;
    for (let place = start; place < end; place++) {
      const part = parts[place] as number;
      let truth = truths[part] as number;
      if (truth === OPEN) truth = this.evaluate(part, facts);
      if (truth === FALSE) return (place - start) * 2;
      if (truth === UNKNOWN && failure === NO_FAILURE) failure = (place - start) * 2 + 1;
    }
    return failure;
  }

  private choice(place: number): RouteChoice {
    const { rules, defaultRoute } = this.set;
    const ruleNumbers = this.rules.routes.rules;
    if (place === ruleNumbers.length) return { rule: "default", ruleNumber: rules.length, route: defaultRoute };
    const ruleNumber = ruleNumbers[place] as number;
    const { id, route } = rules[ruleNumber] as RouteRule;
    return { rule: id, ruleNumber, route };
  }

  private truthOf(part: number, facts: Facts): number {
    const truth = this.truths[part] as number;
    return truth === OPEN ? this.evaluate(part, facts) : truth;
  }

  /** Of a part that is OPEN. */
  private evaluate(part: number, facts: Facts): number {
    const { parts } = this.rules;
    const at = part * PART_WORDS;
    const truth = this.truthOfKind(parts[at] as number, parts[at + 1] as number, parts[at + 2] as number, facts);
    this.truths[part] = truth;
    return truth;
  }

  private truthOfKind(kind: number, x: number, y: number, facts: Facts): number {
    switch (kind) {
      case RANGE:
        return this.isWithin(x, y) ? TRUE : FALSE;
      case ASKED: {
        const truth = evaluateCondition(this.rules.asked[x] as Predicate, facts);
        return truth === undefined ? UNKNOWN : truth ? TRUE : FALSE;
      }
      case NOT:
        return TRUE - this.truthOf(x, facts);
      default:
        return this.fold(kind === ALL ? FALSE : TRUE, x, y, facts);
    }
  }

  private isWithin(range: number, included: number): boolean {
    const { bounds } = this.rules;
    const value = this.values[included >> 2] as number;
    const least = bounds[range] as number;
    const most = bounds[range + 1] as number;
    if ((included & MIN_INCLUDED) === 0 ? value <= least : value < least) return false;
    return (included & MAX_INCLUDED) === 0 ? value < most : value <= most;
  }

  /** `all` is decided by a part that is false, `any` by one that is true. */
  private fold(decisive: number, start: number, count: number, facts: Facts): number {
    const { lists } = this.rules;
    let truth = TRUE - decisive;
    for (let at = start; at < start + count; at++) {
      const part = this.truthOf(lists[at] as number, facts);
      if (part === decisive) return decisive;
      if (part === UNKNOWN) truth = UNKNOWN;
    }
    return truth;
  }
}
