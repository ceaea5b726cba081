import { decide } from "../../evaluate/decide.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import type { Facts } from "../../evaluate/facts.js";
import type { Outcome, RouteChoice } from "../../evaluate/outcome.js";
import { ConditionWords } from "../../explain/words/condition-words.js";
import { FailureFinder } from "../../explain/words/find-failed-condition.js";
import type { Route, RouteRule } from "../../policy/policy-set.js";
import { rank } from "../../rank/rank.js";
import { positionOf } from "../../source/position.js";
import { expandReferences, goesOn } from "../regions/route-meaning.js";
import { definitionsOf } from "../space/write-request.js";
import type { AskedModel } from "./asked-model.js";

/** A rule with the model among its candidates, and all that keeps it from choosing it. */
export interface BlockedRule {
  readonly rule: string;
  readonly file?: string;
  readonly line?: number;
  readonly as: "candidate" | "fallback" | "requested";
  readonly blocked_by: readonly { readonly what: string; readonly detail: string }[];
  /** Proved: whatever the client changes, this rule does not choose the model. */
  readonly out_of_reach?: true;
}

/** With its number in reading order; the default route's is the number of rules. */
export interface FoundRule {
  readonly ruleNumber: number;
  readonly blocked: BlockedRule;
}

/** Every rule with the model among its candidates, in reading order, and all that keeps it from choosing it. */
export function blockedRules(asked: AskedModel): readonly FoundRule[] {
  const { set } = asked.policy;
  const routes: readonly RouteChoice[] = [
    ...set.rules.flatMap((rule, ruleNumber) =>
      rule.effect === "route" ? [{ rule: rule.id, ruleNumber, route: rule.route }] : [],
    ),
    { rule: "default", ruleNumber: set.rules.length, route: set.defaultRoute },
  ];
  const asIs = variantOf(asked, asked.facts);
  const named = asked.entries[0]?.model.id;
  const naming = named === undefined ? asIs : variantOf(asked, { ...asked.facts, model: named });
  return routes.flatMap((of) => {
    const as = placeIn(asked, of.route);
    if (as === undefined) return [];
    const span = set.rules[of.ruleNumber]?.span ?? of.route.span;
    const place = { file: span.file, line: positionOf(asked.policy.files, span).line };
    const isUnnamed = as === "requested" && asked.facts.model !== named && named !== undefined;
    const unnamed = { what: "model", detail: `the request names ${asked.facts.model ?? "none"}` };
    // And were it named?
    const blocks = isUnnamed ? [unnamed, ...blocksOf(asked, of, naming)] : blocksOf(asked, of, asIs);
    return [{ ruleNumber: of.ruleNumber, blocked: { rule: of.rule, ...place, as, blocked_by: blocks } }];
  });
}

/** The request as it is, or as if it named the model; what is the same for every rule that is asked. */
interface Variant {
  readonly facts: Facts;
  readonly outcome: Outcome;
  readonly finder: FailureFinder;
  /** The route rules that act on it, each with its number. */
  readonly acting: readonly { readonly rule: RouteRule; readonly ruleNumber: number }[];
}

function variantOf({ policy }: AskedModel, facts: Facts): Variant {
  const acting = policy.set.rules.flatMap((rule, ruleNumber) =>
    rule.effect === "route" && evaluateCondition(rule.condition, facts) === true ? [{ rule, ruleNumber }] : [],
  );
  const finder = new FailureFinder(facts, new ConditionWords(definitionsOf(policy.set)));
  return { facts, outcome: decide(policy, facts), finder, acting };
}

function placeIn(asked: AskedModel, route: Route): BlockedRule["as"] | undefined {
  const { to, fallback } = expandReferences(asked.policy.set, route);
  if (to.some((id) => asked.isMeant(id))) return "candidate";
  if ([...to, ...fallback].includes("requested") && asked.entries.length > 0) return "requested";
  return fallback.some((id) => asked.isMeant(id)) ? "fallback" : undefined;
}

function blocksOf(
  asked: AskedModel,
  of: RouteChoice,
  { facts, outcome, finder, acting }: Variant,
): BlockedRule["blocked_by"] {
  const { policy, world } = asked;
  const blocks: { what: string; detail: string }[] = [];
  if (outcome.denied !== undefined) {
    blocks.push({ what: `guard ${outcome.denied.rule.id}`, detail: "refuses the request" });
  }
  const condition = policy.set.rules[of.ruleNumber]?.condition;
  const failed = condition === undefined ? undefined : finder.find(condition);
  if (failed !== undefined) {
    const { wanted, got, missedBy } = failed;
    blocks.push({ what: wanted, detail: `is not so: ${got}${missedBy === undefined ? "" : `, ${missedBy}`}` });
  }
  const above = acting.filter(({ ruleNumber }) => ruleNumber < of.ruleNumber).map(({ rule }) => rule);
  const taker = above.find((other) => !goesOn(other));
  if (taker !== undefined) blocks.push({ what: `rule ${taker.id}`, detail: "stands above and takes the request" });
  else if (above.length > 0) {
    // Those that go on take it only while they have a candidate.
    const { attempts } = rank(policy, outcome, facts, world);
    const earlier = above.find(({ id }) => attempts.some((attempt) => attempt.rule === id));
    if (earlier !== undefined) {
      blocks.push({ what: `rule ${earlier.id}`, detail: "stands above and is asked first; it goes on when exhausted" });
    }
  }
  const alone: Outcome = { denied: undefined, requirements: outcome.requirements, route: of };
  return [...blocks, ...rankBlocks(asked, alone, facts)];
}

/** What ranking has against the model, were the rule to decide. */
function rankBlocks(asked: AskedModel, outcome: Outcome, facts: Facts): BlockedRule["blocked_by"] {
  const { attempts, excluded } = rank(asked.policy, outcome, facts, asked.world);
  const at = attempts.findIndex(({ endpoint }) => asked.isMeant(endpoint.id));
  if (at === 0) return [];
  const [first] = attempts;
  if (first !== undefined && at > 0) {
    const { strategy } = first.route;
    const how = typeof strategy === "string" ? strategy : "its blend";
    const place = attempts[at]?.from === "fallback" ? "is a fallback, tried after" : `comes after, by ${how},`;
    return [{ what: "rank", detail: `number ${at + 1}: it ${place} ${first.endpoint.id}` }];
  }
  const reasons = excluded.filter(({ endpoint }) => asked.isMeant(endpoint.id));
  return reasons.map(({ endpoint, reason, detail }) => ({ what: reason, detail: `${endpoint.id}: ${detail}` }));
}
