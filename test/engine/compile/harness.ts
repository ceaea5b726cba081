import { FormulaBinder } from "../../../engine/compile/bind-formula.js";
import { buildDecisionTree } from "../../../engine/compile/build-decision-tree.js";
import type { DecisionTree, MemoisedPredicate } from "../../../engine/compile/decision-tree.js";
import type { Formula, Question } from "../../../engine/compile/formula.js";
import { ConditionLowering } from "../../../engine/compile/lower-condition.js";
import { numberFacts } from "../../../engine/compile/number-facts.js";
import { SymbolTable } from "../../../engine/compile/symbol-table.js";
import type { TreeTuning } from "../../../engine/compile/tree-tuning.js";
import type { Condition } from "../../../engine/conditions/condition.js";
import { builtInFacts } from "../../../engine/conditions/fact-definitions.js";
import { decide } from "../../../engine/evaluate/decide.js";
import { decideInOrder } from "../../../engine/evaluate/decide-in-order.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import type { CompiledPolicy } from "../../../engine/policy/compiled-policy.js";
import type { AttributeDefinition, PolicySet, Rule } from "../../../engine/policy/policy-set.js";
import { span } from "../explain/harness.js";
import { routeOf } from "../rank/harness.js";

/** Rules as `deny: condition`, `require: condition` or a bare condition (a route), named r0, r1 … in order. */
export type RuleText = Condition | { readonly deny: Condition } | { readonly require: Condition };

export function setOf(rules: readonly RuleText[], attributes: readonly AttributeDefinition[] = []): PolicySet {
  return {
    name: "test",
    attributes,
    pools: [],
    rules: rules.map((rule, at): Rule => {
      const id = `r${at}`;
      if ("deny" in rule) return { id, span, condition: rule.deny, effect: "deny", message: "no" };
      if ("require" in rule)
        return { id, rule: id, span, condition: rule.require, effect: "require", require: { region: ["eu"] } };
      return { id, span, condition: rule, effect: "route", route: routeOf({ to: [] }) };
    }),
    defaultRoute: routeOf({ to: [] }),
    catalog: { providers: [], models: [] },
  };
}

export function compile(set: PolicySet, tuning?: TreeTuning): CompiledPolicy {
  const tree = structuredClone(buildDecisionTree(set, tuning));
  return { name: "test", revision: "", set, tree, tests: [], files: [] };
}

/** Symbols, with the facts that each policy has. */
export const symbolTable = () => new SymbolTable(new Map(builtInFacts.map(({ name, type }) => [name, type])));

/** A question about the only condition of a policy, lowered and with its numbers. */
export function lowered(
  condition: Condition,
  question: Question,
): { formula: Formula; facts: DecisionTree["facts"]; memoised: readonly MemoisedPredicate[] } {
  const table = symbolTable();
  const lowering = new ConditionLowering(table);
  const { formula, mentions } = lowering.lower(condition, question);
  const { facts, numbers } = numberFacts([mentions], table, []);
  const binder = new FormulaBinder(numbers, table, lowering, () => undefined);
  return { formula: binder.bind(formula), facts, memoised: binder.memoised };
}

/** What the tree says, as `denied r0, required r1 r2, route r3`; fails when the plain reading says something else. */
export function decided(policy: CompiledPolicy, facts: Facts): string {
  const [byTree, inOrder] = [decide(policy, facts), decideInOrder(policy.set, facts)].map(
    ({ denied, requirements, route }) =>
      [
        denied === undefined ? "" : `denied ${denied.rule.id}`,
        requirements.length === 0 ? "" : `required ${requirements.map(({ id }) => id).join(" ")}`,
        `route ${route.rule}`,
      ]
        .filter((part) => part !== "")
        .join(", "),
  );
  if (byTree !== inOrder) throw new Error(`the tree says: ${byTree}; in order: ${inOrder}`);
  return byTree as string;
}
