import type { Condition } from "../../conditions/condition.js";
import { decideInOrder } from "../../evaluate/decide-in-order.js";
import type { Facts } from "../../evaluate/facts.js";
import { withDefaults } from "../../evaluate/with-defaults.js";
import { writeCondition } from "../../explain/words/write-condition.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import type { TestExpectation } from "../../policy/policy-test.js";
import { rank } from "../../rank/rank.js";
import type { World } from "../../rank/world.js";
import { usdToNano } from "../../units/money.js";
import type { Box } from "../space/box.js";
import { factsOfBox } from "../space/facts-of-box.js";
import type { Cut } from "../space/number-atoms.js";
import { atomOfFacts } from "../space/request-space.js";
import { definitionsOf } from "../space/write-request.js";
import { PropertyRegions } from "./property-regions.js";
import { type Suspicion, suspicionsOf } from "./suspicions.js";

/** What one key of a property's `expect` comes to. */
export type Verdict =
  | { readonly kind: "proved" }
  | { readonly kind: "refuted"; readonly request: Facts; readonly world: World }
  | { readonly kind: "undecided"; readonly why: string };

export interface Property {
  readonly policy: CompiledPolicy;
  readonly forall: Condition;
}

/**
 * Whether an expectation holds for every request over HTTP that meets a condition: `max_cost_usd` and `not_model` whatever
 * the state of the providers, `model` when nothing is known of them. A request that is refused, or that no candidate can
 * serve, costs nothing and reaches no model.
 *
 * @param fails whether one request, in one world, is a counterexample: what is suspicious is tried before it is shown.
 */
export function proveProperty(
  { policy, forall }: Property,
  expectation: TestExpectation,
  fails: (request: Facts, world: World) => boolean,
): Verdict {
  const property = new PropertyRegions(policy, forall, cutsOf(expectation));
  const { regions, all } = property;
  if (all?.length === 0) {
    const text = writeCondition(forall, definitionsOf(policy.set));
    return { kind: "undecided", why: `no request meets \`forall\`: ${text}` };
  }
  let open: string | undefined;
  for (const suspicion of suspicionsOf(property, expectation)) {
    const { areas, covers, why } = suspicion;
    const found = regions.find(areas, ...covers, []);
    if (found === "none") continue;
    const counterexample = found === "undecided" ? undefined : counterexampleIn(property, found, suspicion, fails);
    if (counterexample !== undefined) return counterexample;
    open ??= why;
  }
  return open === undefined ? { kind: "proved" } : { kind: "undecided", why: open };
}

function cutsOf({ maxCostUsd }: TestExpectation): ReadonlyMap<string, readonly Cut[]> {
  if (maxCostUsd === undefined) return new Map();
  return new Map([["budget_usd", [{ value: usdToNano(maxCostUsd), isAfter: true }]]]);
}

function counterexampleIn(
  property: PropertyRegions,
  box: Box,
  { worlds = [], variants = () => [] }: Suspicion,
  fails: (request: Facts, world: World) => boolean,
): Verdict | undefined {
  const request = factsOfBox(property.regions.space, box);
  if (request === undefined) return undefined;
  const requests = [request, ...variants(request)].filter((facts) => meetsForall(property, facts));
  for (const worldOf of [() => ({}), ...worlds]) {
    for (const facts of requests) {
      const world = worldOf(facts);
      if (fails(facts, world)) return { kind: "refuted", request: facts, world };
    }
  }
  return undefined;
}

function meetsForall({ policy, forall, regions }: PropertyRegions, facts: Facts): boolean {
  const { set } = policy;
  const filled = withDefaults(set, facts);
  const isHeld = regions.space.axes.every((axis) => atomOfFacts(axis, filled) !== undefined);
  const probe = {
    ...set,
    rules: [{ id: "forall", effect: "route", condition: forall, route: set.defaultRoute, span: forall.span }],
  } as const;
  return isHeld && decideInOrder(probe, filled).route.ruleNumber === 0;
}

/** The first attempt for a request in a world; undefined when refused, or when nothing is left. */
export function firstAttempt(policy: CompiledPolicy, request: Facts, world: World) {
  const facts = withDefaults(policy.set, request);
  const outcome = decideInOrder(policy.set, facts);
  return outcome.denied === undefined ? rank(policy, outcome, facts, world).attempts[0] : undefined;
}
