import type { Condition } from "../conditions/condition.js";
import { builtInFacts } from "../conditions/fact-definitions.js";
import type { PolicySet, Rule } from "../policy/policy-set.js";
import type { FormulaBinder } from "./bind-formula.js";
import { assembleProgram, type Program } from "./emit-program.js";
import type { ConditionLowering, LoweredCondition } from "./lower-condition.js";
import { areSufficient, type Necessary, necessaryParts } from "./necessary.js";
import type { NumberedFacts } from "./number-facts.js";
import { longConditions } from "./shared-conditions.js";
import { SymbolTable } from "./symbol-table.js";
import type { TreeTuning } from "./tree-tuning.js";

const NO_NUMBERS = new Int32Array();
/** Beside twice what a policy needs, so many symbols are kept. */
const SPARE = 10_000;

/**
 * What earlier builds of a tree have learnt, so that the next one asks of an unchanged rule only whether its words still have the
 * same numbers. It changes the time that a build takes, never the tree.
 */
export class KnownRules {
  symbols = new SymbolTable();
  /** The facts of the build before. */
  numbered: NumberedFacts | undefined;
  #rules = new WeakMap<Rule, KnownRule>();
  /** What all of this depends on. */
  #basis = "";
  /** Weight of the symbols when only what was in use had been met. */
  #least = 0;

  /** Begins a build. All is forgotten when declared facts or the tuning have changed, and when much of it is of rules that are gone. */
  begin({ attributes }: PolicySet, { longCondition }: TreeTuning): void {
    const types = [...builtInFacts, ...attributes].map(({ name, type }) => [name, type] as const);
    const basis = JSON.stringify([types, longCondition]);
    if (this.#least === 0) this.#least = this.symbols.weight;
    if (basis === this.#basis && this.symbols.weight <= 2 * this.#least + SPARE) return;
    this.#basis = basis;
    this.#least = 0;
    this.symbols = new SymbolTable(new Map(types));
    this.numbered = undefined;
    this.#rules = new WeakMap();
  }

  of(rule: Rule, tuning: TreeTuning): KnownRule {
    let known = this.#rules.get(rule);
    if (known === undefined) {
      known = new KnownRule(rule, tuning);
      this.#rules.set(rule, known);
    }
    return known;
  }
}

/** A rule with the numbers of a tree. */
export interface BoundRule {
  readonly program: Program;
  readonly necessary: readonly Necessary[];
  /** `areSufficient`: the necessary parts say all that the program asks. */
  readonly isSaid: boolean;
}

/** What is known of one rule. */
export class KnownRule {
  /** Parts that other rules may share. */
  readonly long: readonly Condition[];
  readonly #rule: Rule;
  #lowered: LoweredCondition | undefined;
  /** Those of the long parts that were shared when it was lowered. */
  #shared: readonly Condition[] = [];
  #bound: BoundRule | undefined;
  /** The numbers of all symbols in the build that bound it, or in a later one that gave the same to what it mentions. */
  #numbers: Int32Array = NO_NUMBERS;

  constructor(rule: Rule, tuning: TreeTuning) {
    this.#rule = rule;
    this.long = longConditions(rule.condition, tuning);
  }

  /** Its condition as a formula, lowered again when other parts of it are shared. */
  lower(lowering: ConditionLowering, sharedConditions: ReadonlySet<Condition>): LoweredCondition {
    const shared = this.long.filter((part) => sharedConditions.has(part));
    if (this.#lowered !== undefined && isEqual(shared, this.#shared)) return this.#lowered;
    const { condition, effect } = this.#rule;
    this.#lowered = lowering.lower(condition, effect === "route" ? "true" : "not-false");
    this.#shared = shared;
    this.#bound = undefined;
    return this.#lowered;
  }

  /** With the numbers of this build, bound again when one of them has changed. */
  bind(
    lowered: LoweredCondition,
    binder: FormulaBinder,
    { facts, numbers }: NumberedFacts,
    sharedParts: readonly (readonly Necessary[])[],
  ): BoundRule {
    const { formula, mentions, standsAlone } = lowered;
    if (this.#bound === undefined || !standsAlone || !isNumberedAlike(mentions, numbers, this.#numbers)) {
      const bound = binder.bind(formula);
      this.#bound = {
        program: assembleProgram(bound),
        necessary: necessaryParts(bound, facts, sharedParts),
        isSaid: areSufficient(bound, facts),
      };
    }
    this.#numbers = numbers;
    return this.#bound;
  }
}

/** Whether symbols have the same numbers in two builds. */
function isNumberedAlike(symbols: readonly number[], one: Int32Array, other: Int32Array): boolean {
  return one === other || symbols.every((symbol) => one[symbol] === other[symbol]);
}

function isEqual(one: readonly Condition[], other: readonly Condition[]): boolean {
  return one.length === other.length && one.every((condition, at) => condition === other[at]);
}
