import type { PolicySet } from "../policy/policy-set.js";
import { type DecisionTree, FAILS } from "./decision-tree.js";
import { ProgramEmitter } from "./emit-program.js";
import { allowFiling, type FiledRule, withRarestTags } from "./filed-rule.js";
import { ConditionLowering } from "./lower-condition.js";
import { type Necessary, necessaryParts } from "./necessary.js";
import { numberFacts } from "./number-facts.js";
import { sharedConditions } from "./shared-conditions.js";
import { TreeBuilder } from "./tree-builder.js";
import { type TreeTuning, usualTuning } from "./tree-tuning.js";
import { WordBuffer } from "./word-buffer.js";

/**
 * Compiles the rules of a set. Time and size are linear in the text of the policy (figures: docs/decisions).
 * @param tuning changes the shape of the tree only, never an answer.
 */
export function buildDecisionTree(set: PolicySet, tuning: TreeTuning = usualTuning): DecisionTree {
  const shared = sharedConditions(set.rules, tuning);
  const numbered = numberFacts(set, shared);
  const lowering = new ConditionLowering(numbered, shared);
  const code = new WordBuffer();
  const emitter = new ProgramEmitter(code);
  const sharedParts: (readonly Necessary[])[] = [];
  const filed: Record<"deny" | "require" | "route", Omit<FiledRule, "allowance">[]> = {
    deny: [],
    require: [],
    route: [],
  };
  for (const [ruleNumber, { effect, condition }] of set.rules.entries()) {
    const formula = lowering.lower(condition, effect === "route" ? "true" : "not-false");
    for (const part of lowering.shared.slice(sharedParts.length)) {
      emitter.emitShared(part);
      sharedParts.push(necessaryParts(part, numbered.facts, sharedParts));
    }
    const program = emitter.emit(formula);
    if (program === FAILS) continue; // It can never act.
    filed[effect].push({ ruleNumber, program, necessary: necessaryParts(formula, numbered.facts, sharedParts) });
  }
  const nodes = new WordBuffer();
  const builder = new TreeBuilder(numbered.facts, nodes, tuning);
  const build = (rules: (typeof filed)["deny"]) => builder.build(withRarestTags(allowFiling(rules), numbered.tagCount));
  const [deny, require, route] = [build(filed.deny), build(filed.require), build(filed.route)];
  return {
    facts: numbered.facts,
    tagCount: numbered.tagCount,
    nodes: nodes.toArray(),
    code: code.toArray(),
    memoised: lowering.memoised,
    sharedCount: lowering.shared.length,
    attributes: set.attributes.flatMap(({ name, default: value }) =>
      value === undefined ? [] : [{ name, default: value }],
    ),
    deny,
    require,
    route,
  };
}
