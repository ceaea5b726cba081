import type { PolicySet } from "../policy/policy-set.js";
import { FormulaBinder } from "./bind-formula.js";
import { type DecisionTree, FAILS } from "./decision-tree.js";
import { assembleProgram, ProgramEmitter } from "./emit-program.js";
import { allowFiling, type FiledRule, withRarestTags } from "./filing/filed-rule.js";
import { TreeBuilder } from "./filing/tree-builder.js";
import { KnownRules } from "./known-rules.js";
import { ConditionLowering } from "./lower-condition.js";
import { type Necessary, necessaryParts } from "./necessary.js";
import { numberFacts } from "./number-facts.js";
import { sharedAmong } from "./shared-conditions.js";
import { type TreeTuning, usualTuning } from "./tree-tuning.js";
import { WordBuffer } from "./word-buffer.js";

/**
 * Compiles the rules of a set. Time and size are linear in the text of the policy (figures: docs/decisions).
 * @param tuning changes the shape of the tree only, never an answer.
 * @param known what earlier builds have learnt, brought up to date; changes the time it takes only.
 */
export function buildDecisionTree(
  set: PolicySet,
  tuning: TreeTuning = usualTuning,
  known = new KnownRules(),
): DecisionTree {
  known.begin(set, tuning);
  const rules = set.rules.map((rule) => known.of(rule, tuning));
  const shared = sharedAmong(rules.map(({ long }) => long));
  const lowering = new ConditionLowering(known.symbols, shared);
  for (const condition of shared) lowering.sharedFormula(condition, "true", true); // What it names is known from here on.
  const lowered = rules.map((rule) => rule.lower(lowering, shared));
  const mentions = lowered.map((rule) => rule.mentions);
  const numbered = numberFacts(mentions, known.symbols, set.attributes, known.numbered);
  known.numbered = numbered;
  const { facts, tagCount, numbers } = numbered;
  const code = new WordBuffer();
  const emitter = new ProgramEmitter(code);
  const sharedParts: (readonly Necessary[])[] = [];
  const binder = new FormulaBinder(numbers, known.symbols, lowering, (formula) => {
    emitter.emitShared(assembleProgram(formula));
    sharedParts.push(necessaryParts(formula, facts, sharedParts));
  });
  const filed: Record<"deny" | "require" | "route", Omit<FiledRule, "allowance">[]> = {
    deny: [],
    require: [],
    route: [],
  };
  for (const [ruleNumber, { effect }] of set.rules.entries()) {
    const bound = (rules[ruleNumber] as (typeof rules)[number]).bind(
      lowered[ruleNumber] as (typeof lowered)[number],
      binder,
      numbered,
      sharedParts,
    );
    const program = emitter.emit(bound.program);
    if (program === FAILS) continue; // It can never act.
    filed[effect].push({ ruleNumber, program, necessary: bound.necessary, isSaid: bound.isSaid });
  }
  const nodes = new WordBuffer();
  const builder = new TreeBuilder(facts, nodes, tuning);
  const build = (some: (typeof filed)["deny"]) => builder.build(withRarestTags(allowFiling(some), tagCount));
  const [deny, require, route] = [build(filed.deny), build(filed.require), build(filed.route)];
  return {
    facts,
    tagCount,
    nodes: nodes.toArray(),
    code: code.toArray(),
    memoised: binder.memoised,
    sharedCount: binder.sharedCount,
    attributes: set.attributes.flatMap(({ name, default: value }) =>
      value === undefined ? [] : [{ name, default: value }],
    ),
    deny,
    require,
    route,
  };
}
