import { sourceOf } from "../../conditions/fact-definitions.js";
import { BITMAP, NO_RULE, type TreeFact } from "../decision-tree.js";
import type { TreeTuning } from "../tree-tuning.js";
import type { WordBuffer } from "../word-buffer.js";
import { chooseColumns } from "./choose-columns.js";
import type { FiledRule } from "./filed-rule.js";
import { RuleQuestions } from "./rule-questions.js";
import { writeColumn } from "./write-column.js";

/**
 * Writes a bitmap leaf of rules in ascending order, and gives its place.
 * Size: at most 16 × (mostRows × 5/4 + 3) bits and one word a rule, and two words for each value that a column holds.
 */
export function buildBitmap(
  rules: readonly FiledRule[],
  answered: ReadonlySet<number>,
  facts: readonly TreeFact[],
  nodes: WordBuffer,
  tuning: TreeTuning,
): number {
  const { facts: columns, leading, costly } = chooseColumns(rules, answered, facts);
  const sources = columns
    .slice(0, leading)
    .reduce((bits, fact) => bits | (1 << sourceOf((facts[fact] as TreeFact).name)), 0);
  const node = nodes.push(BITMAP, rules.length, Math.ceil(rules.length / 32), columns.length, leading, sources);
  const places = nodes.reserve(columns.length);
  const entries = nodes.length;
  for (const { ruleNumber, program } of rules) nodes.push(ruleNumber, program, 0);
  nodes.push(NO_RULE, 0, 0);
  const questions = new RuleQuestions(rules, answered, costly);
  for (const [column, fact] of columns.entries()) {
    nodes.set(places + column, nodes.length);
    questions.add(column, fact, writeColumn(rules, fact, facts, nodes, tuning));
  }
  for (const bit of rules.keys()) nodes.set(entries + 3 * bit + 2, questions.of(bit));
  return node;
}
