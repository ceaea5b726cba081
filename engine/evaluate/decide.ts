import { type DecisionTree, NO_RULE } from "../compile/decision-tree.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { DenyRule, PolicySet, RequireRule, RouteRule } from "../policy/policy-set.js";
import { decideInOrder } from "./decide-in-order.js";
import { FactReader } from "./fact-reader.js";
import type { Facts } from "./facts.js";
import type { Outcome } from "./outcome.js";
import { TreeWalker } from "./tree-walker.js";

interface Machinery {
  readonly reader: FactReader;
  readonly walker: TreeWalker;
}

const noRequirements: readonly RequireRule[] = [];
const machineries = new WeakMap<DecisionTree, Machinery>();
let latestTree: DecisionTree | undefined;
let latest: Machinery | undefined;

/**
 * Decides a request by the compiled tree. Same answer as `decideInOrder` for every input; only the rules that the
 * request's own cells lead to are looked at. Allocates the outcome and nothing else (JsonLogic conditions apart).
 */
export function decide({ set, tree }: CompiledPolicy, facts: Facts): Outcome {
  const { reader, walker } = machineryOf(tree, set);
  reader.begin(set, facts);
  const deniedBy = walker.first(tree.deny);
  const required = walker.all(tree.require);
  const routedBy = walker.first(tree.route);
  // A fact that is not of its type has no cell; what conditions make of it is what the plain reading says.
  if (reader.isMalformed) return decideInOrder(set, facts);
  const { rules } = set;
  const rule = rules[routedBy] as RouteRule | undefined;
  return {
    denied: deniedBy === NO_RULE ? undefined : { rule: rules[deniedBy] as DenyRule },
    requirements: required === 0 ? noRequirements : takeRules(rules, walker, required),
    route:
      rule === undefined
        ? { rule: "default", ruleNumber: rules.length, route: set.defaultRoute }
        : { rule: rule.id, ruleNumber: routedBy, route: rule.route },
  };
}

function takeRules(rules: PolicySet["rules"], walker: TreeWalker, count: number): RequireRule[] {
  const taken: RequireRule[] = [];
  for (let index = 0; index < count; index++) taken.push(rules[walker.ruleAt(index)] as RequireRule);
  return taken;
}

/** What a tree is walked with is kept while the tree lives, and that of the tree used last is at hand. */
function machineryOf(tree: DecisionTree, set: PolicySet): Machinery {
  if (tree === latestTree && latest !== undefined) return latest;
  let machinery = machineries.get(tree);
  if (machinery === undefined) {
    const reader = new FactReader(tree, set);
    machinery = { reader, walker: new TreeWalker(tree, reader) };
    machineries.set(tree, machinery);
  }
  latestTree = tree;
  latest = machinery;
  return machinery;
}
