import type { DecisionTree } from "../../engine/compile/decision-tree.js";
import { decide } from "../../engine/evaluate/decide.js";
import { evaluateCondition } from "../../engine/evaluate/evaluate-condition.js";
import type { Facts } from "../../engine/evaluate/facts.js";
import type { Outcome } from "../../engine/evaluate/outcome.js";
import { withDefaults } from "../../engine/evaluate/with-defaults.js";
import type { PolicySet } from "../../engine/policy/policy-set.js";
import { generatePolicy, type Shape, shapes } from "./generate-policy.js";
import { generateRequest } from "./generate-request.js";
import { Random } from "./random.js";

export type Decider = (facts: Facts) => Outcome;
/** Prepares a decider for one set (compiling it, for example). */
export type PrepareDecider = (set: PolicySet) => Decider;

export interface Comparison {
  readonly seed: number;
  readonly policies: number;
  readonly requestsPerPolicy: number;
  readonly mostRules: number;
  /** Stops after so many decisions, whatever the number of policies; unlimited when left out. */
  readonly mostDecisions?: number;
  readonly shapes?: readonly Shape[];
}

/** What the generated decisions looked like: a comparison of trivial decisions proves nothing. */
export interface Distribution {
  policies: number;
  decisions: number;
  rules: number;
  /** Rules that acted (denied, required or were the route) for at least one request. */
  rulesThatActed: number;
  denied: number;
  defaulted: number;
  requirements: number;
  /** Conditions evaluated and found unknown, over a sample. */
  conditions: number;
  unknown: number;
}

export interface Disagreement {
  readonly seed: number;
  readonly policyNumber: number;
  /** Shrunk: no rule and no fact can be left out without losing the disagreement. */
  readonly set: PolicySet;
  readonly facts: Facts;
  readonly expected: string;
  readonly actual: string;
}

/**
 * The compiled tree, which must answer alone: `decide` turns to the rules themselves when a fact is not of its type, and
 * generated facts are. Only there the attributes are read.
 */
export function byTree(set: PolicySet, tree: DecisionTree): Decider {
  const watched = { ...set };
  Object.defineProperty(watched, "attributes", {
    get: () => {
      throw new Error("the tree left the decision to the plain reading");
    },
  });
  return (facts) => decide({ name: set.name, revision: "", set: watched, tree, tests: [], files: [] }, facts);
}

/** Runs both deciders over generated policies and requests; stops at the first disagreement. */
export function compareDeciders(
  {
    seed,
    policies,
    requestsPerPolicy,
    mostRules,
    mostDecisions = Number.POSITIVE_INFINITY,
    shapes: leanings = shapes,
  }: Comparison,
  prepareExpected: PrepareDecider,
  prepareActual: PrepareDecider,
): { readonly distribution: Distribution; readonly disagreement?: Disagreement } {
  const random = new Random(seed);
  const distribution: Distribution = {
    policies: 0,
    decisions: 0,
    rules: 0,
    rulesThatActed: 0,
    denied: 0,
    defaulted: 0,
    requirements: 0,
    conditions: 0,
    unknown: 0,
  };
  // Drawn once: what is at an edge does not depend on the policy, and each policy meets another mix of them.
  const requests = Array.from({ length: Math.min(4_096, policies * requestsPerPolicy) }, () => generateRequest(random));
  for (let policyNumber = 0; policyNumber < policies && distribution.decisions < mostDecisions; policyNumber++) {
    const set = generatePolicy(random, leanings[policyNumber % leanings.length] as Shape, mostRules);
    const expect = prepareExpected(set);
    const act = prepareActual(set);
    const acted = new Set<string>();
    for (let request = 0; request < requestsPerPolicy; request++) {
      const facts = random.pick(requests);
      const expected = expect(facts);
      if (!isSameOutcome(expected, act(facts))) {
        const shrunk = shrink(set, facts, prepareExpected, prepareActual);
        return { distribution, disagreement: { seed, policyNumber, ...shrunk } };
      }
      count(distribution, expected, acted);
      if (request % 200 === 0) countUnknown(distribution, set, facts);
    }
    distribution.policies++;
    distribution.rules += set.rules.length;
    distribution.rulesThatActed += acted.size;
  }
  return { distribution };
}

/** Both hold the very same rules and route: a copy would be a fault too. */
function isSameOutcome(one: Outcome, other: Outcome): boolean {
  return (
    one.denied?.rule === other.denied?.rule &&
    one.requirements.length === other.requirements.length &&
    one.requirements.every((rule, at) => rule === other.requirements[at]) &&
    one.route.rule === other.route.rule &&
    one.route.ruleNumber === other.route.ruleNumber &&
    one.route.route === other.route.route
  );
}

/** The outcome in one line. */
function describeOutcome({ denied, requirements, route }: Outcome): string {
  const required = requirements.length === 0 ? "nothing" : requirements.map(({ id }) => id).join(" ");
  return `denied by ${denied?.rule.id ?? "none"}; ${required} required; route ${route.rule} (${route.ruleNumber})`;
}

function count(distribution: Distribution, { denied, requirements, route }: Outcome, acted: Set<string>): void {
  distribution.decisions++;
  if (denied !== undefined) {
    distribution.denied++;
    acted.add(denied.rule.id);
  }
  if (route.rule === "default") distribution.defaulted++;
  else acted.add(route.rule);
  distribution.requirements += requirements.length;
  for (const { id } of requirements) acted.add(id);
}

function countUnknown(distribution: Distribution, set: PolicySet, givenFacts: Facts): void {
  const facts = withDefaults(set, givenFacts);
  for (const { condition } of set.rules) {
    distribution.conditions++;
    if (evaluateCondition(condition, facts) === undefined) distribution.unknown++;
  }
}

function shrink(set: PolicySet, facts: Facts, prepareExpected: PrepareDecider, prepareActual: PrepareDecider) {
  const differs = (smaller: PolicySet, fewer: Facts) =>
    !isSameOutcome(prepareExpected(smaller)(fewer), prepareActual(smaller)(fewer));
  let smallest = set;
  for (let at = set.rules.length - 1; at >= 0; at--) {
    const smaller = { ...smallest, rules: smallest.rules.filter((_, ruleNumber) => ruleNumber !== at) };
    if (differs(smaller, facts)) smallest = smaller;
  }
  let fewest = facts;
  for (const name of Object.keys(facts)) {
    const { [name as keyof Facts]: _, ...fewer } = fewest;
    if (differs(smallest, fewer as Facts)) fewest = fewer as Facts;
  }
  return {
    set: smallest,
    facts: fewest,
    expected: describeOutcome(prepareExpected(smallest)(fewest)),
    actual: describeOutcome(prepareActual(smallest)(fewest)),
  };
}

/** What was decided, for the log; and why it proves something. */
export function describeDistribution(distribution: Distribution): string {
  const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
  const { policies, decisions, rules, rulesThatActed, denied, defaulted, requirements, conditions, unknown } =
    distribution;
  return [
    `${decisions} decisions over ${policies} policies of ${rules} rules`,
    `${percent(rulesThatActed, rules)} of the rules acted`,
    `${percent(denied, decisions)} denied`,
    `${percent(defaulted, decisions)} by default`,
    `${(requirements / decisions).toFixed(2)} requirements each`,
    `${percent(unknown, conditions)} of conditions unknown`,
  ].join(", ");
}

/** Why the generated decisions prove too little; empty when they are varied enough. */
export function degenerations(distribution: Distribution): string[] {
  const { decisions, rules, rulesThatActed, denied, defaulted, requirements, conditions, unknown } = distribution;
  const shares = [
    ["rules that acted", rulesThatActed / rules, 0.4, 1],
    ["denied requests", denied / decisions, 0.1, 0.9],
    ["requests by default", defaulted / decisions, 0.1, 0.9],
    ["requirements for each request", requirements / decisions, 0.2, 20],
    ["unknown conditions", unknown / conditions, 0.1, 0.6],
  ] as const;
  return shares
    .filter(([, share, least, most]) => !(share >= least && share <= most))
    .map(([what, share, least, most]) => `${what}: ${share.toFixed(3)} is not within ${least} and ${most}`);
}
