import type { Facts } from "../../evaluate/facts.js";
import type { Outcome } from "../../evaluate/outcome.js";
import { readInOrder } from "../../explain/in-order-reader.js";
import type { PolicySet, Rule } from "../../policy/policy-set.js";
import type { Box } from "../space/box.js";
import { ConditionBoxes } from "../space/condition-boxes.js";
import { factsOfBox } from "../space/facts-of-box.js";
import { findUncovered, type Search, subtract } from "../space/find-uncovered.js";
import { hasTwoTypes, type RequestSpace } from "../space/request-space.js";
import { MOST_BOXES, QUESTION_STEPS, StepBudget } from "../space/step-budget.js";
import { BoxIndex, type OwnedBox } from "./box-index.js";
import { goesOn } from "./route-meaning.js";
import { UsualRequests } from "./usual-requests.js";

/** A rule with its number among the set's rules. */
export interface NumberedRule {
  readonly rule: Rule;
  readonly ruleNumber: number;
}

interface EffectBoxes {
  readonly boxes: readonly OwnedBox<NumberedRule>[];
  readonly index: BoxIndex<NumberedRule>;
  readonly unknown: readonly NumberedRule[];
}

/** The requests on which each rule of one policy acts, and questions about them. */
export class PolicyRegions {
  readonly space: RequestSpace;
  readonly set: PolicySet;
  readonly conditions: ConditionBoxes;
  /** In reading order. */
  readonly routes: readonly NumberedRule[];
  readonly denies: readonly NumberedRule[];
  readonly requires: readonly NumberedRule[];
  readonly #someGoOn: boolean;
  readonly #acts = new Map<number, readonly Box[] | undefined>();
  readonly #allowed = new Map<string, Search>();
  readonly #effectBoxes = new Map<Rule["effect"], EffectBoxes>();
  #usual: UsualRequests<NumberedRule> | undefined;
  readonly #near = new Map<string, readonly Box[] | undefined>();

  constructor(space: RequestSpace, set: PolicySet) {
    this.space = space;
    this.set = set;
    this.conditions = new ConditionBoxes(space, set);
    const numbered = set.rules.map((rule, ruleNumber): NumberedRule => ({ rule, ruleNumber }));
    this.routes = numbered.filter(({ rule }) => rule.effect === "route");
    this.denies = numbered.filter(({ rule }) => rule.effect === "deny");
    this.requires = numbered.filter(({ rule }) => rule.effect === "require");
    this.#someGoOn = this.routes.some(({ rule }) => goesOn(rule));
  }

  /**
   * The requests on which a rule acts, were it alone: true for a route, not false for a guard; every request for the
   * default route (a rule number beyond the rules). Undefined when they take too many boxes.
   */
  acts(ruleNumber: number): readonly Box[] | undefined {
    if (this.#acts.has(ruleNumber)) return this.#acts.get(ruleNumber);
    const rule = this.set.rules[ruleNumber];
    const boxes =
      rule === undefined
        ? [this.space.layout.full()]
        : this.conditions.of(rule.condition, rule.effect === "route" ? "true" : "not-false");
    this.#acts.set(ruleNumber, boxes);
    return boxes;
  }

  /**
   * Where the rules of the same effect above a rule act, as far as that meets its own requests; undefined when that of
   * one is not known.
   */
  above(ruleNumber: number): readonly Box[] | undefined {
    const effect = this.set.rules[ruleNumber]?.effect ?? "route";
    return this.#meeting(ruleNumber, effect, ruleNumber);
  }

  /**
   * The same without route rules that go on (`on_exhausted: next_rule`): they take requests first, but a rule below has
   * its turn when their candidates are exhausted.
   */
  endingAbove(ruleNumber: number): readonly Box[] | undefined {
    const effect = this.set.rules[ruleNumber]?.effect ?? "route";
    // Mostly none goes on, and both are the same list.
    if (!this.#someGoOn) return this.above(ruleNumber);
    return this.#meeting(ruleNumber, effect, ruleNumber, true);
  }

  /** Where some deny rule acts, as far as that meets the requests of a rule. */
  deniedOf(ruleNumber: number): readonly Box[] | undefined {
    return this.#meeting(ruleNumber, "deny", this.set.rules.length);
  }

  /** Kept for each rule: every question about it begins here, and most boxes are far from it. */
  #meeting(ruleNumber: number, effect: Rule["effect"], end: number, isEnding = false): readonly Box[] | undefined {
    const key = `${ruleNumber} ${effect} ${end} ${isEnding}`;
    if (this.#near.has(key)) return this.#near.get(key);
    const near = this.#findMeeting(ruleNumber, effect, ({ rule, ruleNumber: other }) => {
      return other < end && (!isEnding || !goesOn(rule));
    });
    this.#near.set(key, near);
    return near;
  }

  #findMeeting(
    ruleNumber: number,
    effect: Rule["effect"],
    isMeant: (rule: NumberedRule) => boolean,
  ): readonly Box[] | undefined {
    const own = this.acts(ruleNumber);
    const { index, unknown } = this.#boxesOf(effect);
    if (own === undefined || unknown.some(isMeant)) return undefined;
    const { layout } = this.space;
    const met: Box[] = [];
    for (const { owner, box } of index.mayMeet(own)) {
      if (isMeant(owner) && own.some(({ bits }) => layout.meets(bits, box))) met.push(box);
    }
    return met;
  }

  /** The boxes of all rules of an effect, and the rules that take too many. */
  #boxesOf(effect: Rule["effect"]): EffectBoxes {
    const known = this.#effectBoxes.get(effect);
    if (known !== undefined) return known;
    const rules = { route: this.routes, deny: this.denies, require: this.requires }[effect];
    const boxes = rules.flatMap((owner) => {
      return (this.acts(owner.ruleNumber) ?? []).map((box): OwnedBox<NumberedRule> => ({ owner, box }));
    });
    const unknown = rules.filter(({ ruleNumber }) => this.acts(ruleNumber) === undefined);
    const found = { boxes, index: new BoxIndex(this.space, boxes), unknown };
    this.#effectBoxes.set(effect, found);
    return found;
  }

  /** Requests in one of the areas and none of the covers; undecided when one of them is not known. */
  find(areas: Iterable<Box> | undefined, ...covers: readonly (readonly Box[] | undefined)[]): Search {
    if (areas === undefined || covers.some((each) => each === undefined)) return "undecided";
    const all = covers.length === 1 ? (covers[0] as readonly Box[]) : ([] as Box[]).concat(...(covers as Box[][]));
    return findUncovered(this.space.layout, areas, all, new StepBudget(QUESTION_STEPS));
  }

  /** The same of the common requests of two lists of areas. Of long lists they take too many boxes to keep. */
  findShared(
    one: readonly Box[] | undefined,
    other: readonly Box[] | undefined,
    ...covers: readonly (readonly Box[] | undefined)[]
  ): Search {
    return one === undefined || other === undefined ? "undecided" : this.find(this.#shared(one, other), ...covers);
  }

  *#shared(one: readonly Box[], other: readonly Box[]): Generator<Box> {
    for (const box of one) {
      for (const each of other) {
        const common = this.space.layout.intersect(box, each);
        if (common !== undefined) yield common;
      }
    }
  }

  /**
   * Requests on which a route rule acts, that no guard refuses and that no route rule above takes: of those above `all`, or without those
   * that go on (`ending`). Found once: it is the hardest question about a rule.
   */
  findAllowed(ruleNumber: number, above: "all" | "ending"): Search {
    const key = `${ruleNumber} ${this.#someGoOn ? above : "all"}`;
    const known = this.#allowed.get(key);
    if (known !== undefined) return known;
    const found = this.findAllowedBeyond(ruleNumber, above, []);
    this.#allowed.set(key, found);
    return found;
  }

  /** The same that none of the covers holds. */
  findAllowedBeyond(ruleNumber: number, above: "all" | "ending", covers: readonly Box[] | undefined): Search {
    const areas = this.acts(ruleNumber);
    if (areas === undefined || covers === undefined) return "undecided";
    const usual = this.#findUsual(ruleNumber, areas, above, covers);
    if (usual !== "undecided") return usual;
    const taken = above === "all" ? this.above(ruleNumber) : this.endingAbove(ruleNumber);
    return this.find(areas, taken, this.deniedOf(ruleNumber), covers);
  }

  /** In a large policy all rules above may meet a rule's requests, but hardly any holds those of them that are usual. */
  #findUsual(ruleNumber: number, areas: readonly Box[], above: "all" | "ending", covers: readonly Box[]): Search {
    const effects = (["route", "deny", "require"] as const).map((effect) => this.#boxesOf(effect));
    if (effects.some(({ unknown }) => unknown.length > 0)) return "undecided";
    this.#usual ??= new UsualRequests(
      this.space,
      effects.flatMap(({ boxes }) => boxes),
    );
    const isMeant = ({ rule, ruleNumber: other }: NumberedRule) => {
      if (rule.effect !== "route") return rule.effect === "deny";
      return other < ruleNumber && (above === "all" || !goesOn(rule));
    };
    return this.#usual.find(areas, isMeant, covers, new StepBudget(QUESTION_STEPS / 10));
  }

  /** What of the areas no cover holds; undefined when that is not known, or takes too many boxes. */
  subtract(
    areas: readonly Box[] | undefined,
    covers: readonly (readonly Box[] | undefined)[],
  ): readonly Box[] | undefined {
    if (areas === undefined || covers.some((each) => each === undefined)) return undefined;
    const all = (covers as readonly Box[][]).flat();
    return subtract(this.space.layout, areas, all, new StepBudget(QUESTION_STEPS / 10), MOST_BOXES);
  }

  /** The common requests of two lists of areas; undefined when they take more than `most` boxes. */
  intersect(
    one: readonly Box[] | undefined,
    other: readonly Box[] | undefined,
    most = Number.POSITIVE_INFINITY,
  ): readonly Box[] | undefined {
    if (one === undefined || other === undefined) return undefined;
    const both: Box[] = [];
    for (const common of this.#shared(one, other)) if (both.push(common) > most) return undefined;
    return both;
  }

  /**
   * Whether a rule ever decides: is the first deny rule, or the first route rule, that acts. A request that was found
   * has been decided by the rules in order. A route rule that decides none may still follow those that go on.
   */
  reach(ruleNumber: number): Reach {
    const effect = this.set.rules[ruleNumber]?.effect ?? "route";
    // A request that no guard refuses shows more.
    if (effect === "route") {
      const allowed = this.#confirm(this.findAllowed(ruleNumber, "all"), ruleNumber);
      if (allowed?.kind === "decides") return allowed;
    }
    const areas = this.acts(ruleNumber);
    const found = this.find(areas, effect === "require" ? [] : this.above(ruleNumber));
    if (found === "none") {
      const next = effect === "route" ? this.find(areas, this.endingAbove(ruleNumber)) : "none";
      return next === "none" ? { kind: "never" } : next === "undecided" ? { kind: "undecided" } : { kind: "follows" };
    }
    return this.#confirm(found, ruleNumber) ?? { kind: "undecided" };
  }

  #confirm(found: Search, ruleNumber: number): Reach | undefined {
    if (found === "none" || found === "undecided") return undefined;
    const facts = factsOfBox(this.space, found);
    // By the rules read in order, not by the tree.
    const outcome = facts === undefined ? undefined : readInOrder(this.set, facts);
    if (facts === undefined || outcome === undefined || !this.#isDecidedBy(outcome, ruleNumber)) {
      const isOpaque = found.axes.some((number) => this.space.axes[number]?.kind === "opaque");
      if (facts !== undefined && !isOpaque && !hasTwoTypes(this.space)) {
        throw new Error(
          `invariant: a request found for rule ${ruleNumber} of ${this.set.name} is not decided by it: ${JSON.stringify(facts)}`,
        );
      }
      return undefined;
    }
    return { kind: "decides", request: facts, outcome };
  }

  #isDecidedBy({ denied, requirements, route }: Outcome, ruleNumber: number): boolean {
    const rule = this.set.rules[ruleNumber];
    if (rule === undefined || rule.effect === "route") return route.ruleNumber === ruleNumber;
    return rule.effect === "deny" ? denied?.rule === rule : requirements.includes(rule);
  }
}

export type Reach =
  | { readonly kind: "decides"; readonly request: Facts; readonly outcome: Outcome }
  | { readonly kind: "never" }
  /** It decides no request, but is asked next when a route above is exhausted (`on_exhausted: next_rule`). */
  | { readonly kind: "follows" }
  | { readonly kind: "undecided" };
