import type { Predicate } from "../../conditions/condition.js";
import { decide } from "../../evaluate/decide.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import type { Facts } from "../../evaluate/facts.js";
import { nextRoute } from "../../evaluate/next-route.js";
import type { Outcome } from "../../evaluate/outcome.js";
import { withDefaults } from "../../evaluate/with-defaults.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import type { RequireRule, Route } from "../../policy/policy-set.js";
import type { CatalogEntry } from "../../rank/catalog-index.js";
import { rankAttempts } from "../../rank/rank.js";
import { goesOn } from "../regions/route-meaning.js";
import { defaultsFor } from "../space/build-space.js";
import { opaqueKey, type RequestSpace } from "../space/request-space.js";
import { CandidateComparison } from "./candidate-comparison.js";
import type { Cell } from "./cell.js";
import type { RankedNumber } from "./change-steps.js";
import type { IdleRules } from "./idle-rules.js";
import { anyTruth, canBe, only, type PossibleTruth, possibleTruth, trueOrFalse } from "./possible-truth.js";
import type { Trial } from "./trial.js";

/** A route that requests of a cell may be asked for. */
export interface PossibleRoute {
  readonly rule: string;
  readonly route: Route;
  /** Whether all of them are, once it is its turn. */
  readonly isSure: boolean;
}

/** What the policy may say of the requests of a cell. */
interface PossibleOutcome {
  readonly isDenied: boolean;
  /** Those that act on all of them, and those that act on some. */
  readonly sure: readonly RequireRule[];
  readonly possible: readonly RequireRule[];
  /** In the order in which they are asked. */
  readonly routes: readonly PossibleRoute[];
}

/** Whether requests may be sent to a model, asked of many at once: "no" is a proof. */
export class PossibleChoice {
  readonly #policy: CompiledPolicy;
  readonly #idle: IdleRules;
  readonly space: RequestSpace;
  /** The endpoints that are asked about, and the models they belong to. */
  readonly #endpoints: ReadonlySet<string>;
  readonly #models: ReadonlySet<string>;

  /** @param idle the rules by a request from which cells differ in few facts. */
  constructor(policy: CompiledPolicy, space: RequestSpace, wanted: readonly CatalogEntry[], idle: IdleRules) {
    this.#policy = policy;
    this.#idle = idle;
    this.space = space;
    this.#endpoints = new Set(wanted.map(({ endpoint }) => endpoint.id));
    this.#models = new Set(wanted.map(({ model }) => model.id));
  }

  /** Whether one request is: exact. */
  isChosenBy({ facts, world }: Trial): boolean {
    const outcome = decide(this.#policy, facts);
    if (outcome.denied !== undefined) return false;
    const [first] = rankAttempts(this.#policy, outcome, facts, world).attempts;
    return first !== undefined && this.#endpoints.has(first.endpoint.id);
  }

  /** Whether some request of a cell may be: false only when none is. */
  mayChoose(cell: Cell): boolean {
    const outcome = this.#outcomeOf(cell);
    if (outcome.isDenied) return false;
    // An order that the request asks for moves the endpoints of a model among themselves.
    const isByModel = cell.trial.world.hint_order !== undefined;
    const isMeant = ({ endpoint, model }: CatalogEntry) =>
      isByModel ? this.#models.has(model.id) : this.#endpoints.has(endpoint.id);
    const isOther = (entry: CatalogEntry) => !isMeant(entry);
    const ahead: CandidateComparison[] = [];
    for (const { rule, route, isSure } of outcome.routes) {
      if (ahead.some((earlier) => earlier.someServes(isOther))) return false;
      const comparison = new CandidateComparison(this.#policy.set, cell, rule, route, outcome.sure, outcome.possible);
      const own = [...comparison.to, ...comparison.fallback].filter(isMeant);
      const mayBeFirst = (entry: CatalogEntry) =>
        !comparison.isSurelyOut(entry) && !comparison.isSurelyBehind(entry, isOther);
      if (own.some(mayBeFirst)) return true;
      if (isSure) ahead.push(comparison);
    }
    return false;
  }

  #outcomeOf(cell: Cell): PossibleOutcome {
    const { set } = this.#policy;
    const facts = withDefaults(set, cell.trial.facts);
    const ofLeaf = this.#truthsOfLeaves(cell, facts);
    if (ofLeaf === undefined) return exactly(this.#policy, decide(this.#policy, cell.trial.facts), cell.trial.facts);
    const sure: RequireRule[] = [];
    const possible: RequireRule[] = [];
    const routes: PossibleRoute[] = [];
    let isEnded = false;
    let isDenied = false;
    const unsettled = [...cell.free, ...cell.open.keys(), ...cell.stretches.keys()];
    for (const rule of this.#idle.mayAct(facts, unsettled)) {
      if (rule.effect === "route" && isEnded) continue;
      const truths = possibleTruth(rule.condition, ofLeaf);
      if (rule.effect === "route") {
        if (!canBe(truths, true)) continue;
        const isSure = truths === only(true);
        routes.push({ rule: rule.id, route: rule.route, isSure });
        isEnded = isSure && !goesOn(rule);
        continue;
      }
      if (truths === only(false)) continue;
      if (rule.effect === "require") {
        possible.push(rule);
        if (!canBe(truths, false)) sure.push(rule);
      } else if (!canBe(truths, false)) isDenied = true;
    }
    if (!isEnded) routes.push({ rule: "default", route: set.defaultRoute, isSure: true });
    return { isDenied, sure, possible, routes };
  }

  /** What leaves can be for the requests of a cell; undefined when each is the same for all of them. */
  #truthsOfLeaves({ open, stretches, free }: Cell, facts: Facts): ((leaf: Predicate) => PossibleTruth) | undefined {
    const { set } = this.#policy;
    const isOpen = (fact: string) => open.has(fact) || stretches.has(fact as RankedNumber);
    const found = new Set<string>();
    for (const axis of this.space.axes) {
      if (axis.kind !== "opaque") continue;
      const { predicate, defaults } = axis;
      if (readsOf(predicate).some(isOpen)) found.add(opaqueKey(predicate, defaults));
    }
    if (found.size === 0 && free.size === 0) return undefined;
    const isFound = (leaf: Predicate) => {
      if (leaf.kind === "logic") return found.has(opaqueKey(leaf, defaultsFor(leaf.reads, set)));
      return (leaf.kind === "glob" || leaf.kind === "prefix") && found.has(opaqueKey(leaf, {}));
    };
    return (leaf) => {
      if (free.size > 0 && readsOf(leaf).some((fact) => free.has(fact))) return anyTruth;
      const truth = evaluateCondition(leaf, facts);
      // Whether what an open leaf reads is there is not open.
      return truth !== undefined && found.size > 0 && isFound(leaf) ? trueOrFalse : only(truth);
    };
  }
}

function readsOf(leaf: Predicate): readonly string[] {
  return leaf.kind === "logic" ? leaf.reads : [leaf.fact];
}

function exactly(policy: CompiledPolicy, outcome: Outcome, facts: Facts): PossibleOutcome {
  const { denied, requirements } = outcome;
  const routes: PossibleRoute[] = [];
  const last = policy.set.rules.length;
  for (let choice = outcome.route; ; choice = nextRoute(policy, facts, choice.ruleNumber)) {
    routes.push({ rule: choice.rule, route: choice.route, isSure: true });
    if (choice.ruleNumber === last || choice.route.onExhausted !== "next_rule") break;
  }
  return { isDenied: denied !== undefined, sure: requirements, possible: requirements, routes };
}
