import type { PolicySet } from "../policy/policy-set.js";
import { type DecisionTree, FAILS } from "./decision-tree.js";
import { ProgramEmitter } from "./emit-program.js";
import type { FiledRule } from "./filed-rule.js";
import { ConditionLowering } from "./lower-condition.js";
import { type Necessary, necessaryParts } from "./necessary.js";
import { numberFacts } from "./number-facts.js";
import { TreeBuilder } from "./tree-builder.js";
import { type TreeTuning, usualTuning } from "./tree-tuning.js";
import { WordBuffer } from "./word-buffer.js";

/** A rule may be filed this often, or as often as it names values if that is more. */
const LEAST_ALLOWANCE = 16;

/**
 * Compiles the rules of a set. Time is about linear in the text of the policy (10,000 rules: docs/decisions).
 * @param tuning changes the shape of the tree only, never an answer.
 */
export function buildDecisionTree(set: PolicySet, tuning: TreeTuning = usualTuning): DecisionTree {
  const numbered = numberFacts(set);
  const lowering = new ConditionLowering(numbered);
  const code = new WordBuffer();
  const emitter = new ProgramEmitter(code);
  const filed: Record<"deny" | "require" | "route", FiledRule[]> = { deny: [], require: [], route: [] };
  for (const [ruleNumber, { effect, condition }] of set.rules.entries()) {
    const formula = lowering.lower(condition, effect === "route" ? "true" : "not-false");
    const program = emitter.emit(formula);
    if (program === FAILS) continue; // It can never act.
    const necessary = necessaryParts(formula, numbered.facts);
    const allowance = Math.max(LEAST_ALLOWANCE, ...necessary.map(countValues));
    filed[effect].push({ ruleNumber, program, necessary, allowance });
  }
  const nodes = new WordBuffer();
  const builder = new TreeBuilder(numbered.facts, nodes, tuning);
  const build = (rules: readonly FiledRule[]) => builder.build(withRarestTags(rules, numbered.tagCount));
  const [deny, require, route] = [build(filed.deny), build(filed.require), build(filed.route)];
  return {
    facts: numbered.facts,
    tagCount: numbered.tagCount,
    nodes: nodes.toArray(),
    code: code.toArray(),
    memoised: lowering.memoised,
    attributes: set.attributes.flatMap(({ name, default: value }) =>
      value === undefined ? [] : [{ name, default: value }],
    ),
    deny,
    require,
    route,
  };
}

function countValues(part: Necessary): number {
  return part.kind === "cells" ? part.cells.length : part.kind === "tags" ? part.tags.length + 1 : 1;
}

/** Leaves of several lists of tags only the one whose most used tag is used least: a request finds the fewest rules there. */
function withRarestTags(rules: readonly FiledRule[], tagCount: number): readonly FiledRule[] {
  const uses = new Int32Array(tagCount);
  for (const { necessary } of rules) {
    for (const part of necessary) {
      if (part.kind === "tags") for (const tag of part.tags) uses[tag] = (uses[tag] as number) + 1;
    }
  }
  const mostUses = (part: Necessary & { kind: "tags" }) =>
    part.tags.reduce((most, tag) => Math.max(most, uses[tag] as number), 0);
  return rules.map((rule) => {
    const kept: Necessary[] = [];
    for (const part of rule.necessary) {
      const at = part.kind === "tags" ? kept.findIndex(({ fact }) => fact === part.fact) : -1;
      const other = kept[at];
      if (other?.kind !== "tags" || part.kind !== "tags") kept.push(part);
      else if (mostUses(part) < mostUses(other)) kept[at] = part;
    }
    return kept.length === rule.necessary.length ? rule : { ...rule, necessary: kept };
  });
}
