import { decide } from "../../evaluate/decide.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";
import type { Facts } from "../../evaluate/facts.js";
import type { Outcome } from "../../evaluate/outcome.js";
import { ConditionWords } from "../../explain/words/condition-words.js";
import { FailureFinder } from "../../explain/words/find-failed-condition.js";
import type { Route } from "../../policy/policy-set.js";
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
}

/** With its number in reading order; the default route's is the number of rules. */
export interface FoundRule {
  readonly ruleNumber: number;
  readonly blocked: BlockedRule;
}

/** Every rule with the model among its candidates, in reading order, and all that keeps it from choosing it. */
export function blockedRules(asked: AskedModel): readonly FoundRule[] {
  const { set } = asked.policy;
  const routes = [
    ...set.rules.flatMap((rule, ruleNumber) =>
      rule.effect === "route" ? [{ rule: rule.id, ruleNumber, route: rule.route }] : [],
    ),
    { rule: "default", ruleNumber: set.rules.length, route: set.defaultRoute },
  ];
  return routes.flatMap(({ rule, ruleNumber, route }) => {
    const as = placeIn(asked, route);
    if (as === undefined) return [];
    const span = set.rules[ruleNumber]?.span ?? route.span;
    const place = { file: span.file, line: positionOf(asked.policy.files, span).line };
    return [{ ruleNumber, blocked: { rule, ...place, as, blocked_by: blocksOf(asked, rule, ruleNumber, route, as) } }];
  });
}

function placeIn(asked: AskedModel, route: Route): BlockedRule["as"] | undefined {
  const { to, fallback } = expandReferences(asked.policy.set, route);
  if (to.some((id) => asked.isMeant(id))) return "candidate";
  if ([...to, ...fallback].includes("requested") && asked.entries.length > 0) return "requested";
  return fallback.some((id) => asked.isMeant(id)) ? "fallback" : undefined;
}

function blocksOf(
  asked: AskedModel,
  rule: string,
  ruleNumber: number,
  route: Route,
  as: BlockedRule["as"],
): BlockedRule["blocked_by"] {
  const { policy, world } = asked;
  const { set } = policy;
  const blocks: { what: string; detail: string }[] = [];
  let { facts } = asked;
  const named = asked.entries[0]?.model.id;
  if (as === "requested" && facts.model !== named && named !== undefined) {
    blocks.push({ what: "model", detail: `the request names ${facts.model ?? "none"}` });
    // And were it named?
    facts = { ...facts, model: named };
  }
  const outcome = decide(policy, facts);
  if (outcome.denied !== undefined) {
    blocks.push({ what: `guard ${outcome.denied.rule.id}`, detail: "refuses the request" });
  }
  const condition = set.rules[ruleNumber]?.condition;
  const finder = new FailureFinder(facts, new ConditionWords(definitionsOf(set)));
  const failed = condition === undefined ? undefined : finder.find(condition);
  if (failed !== undefined) {
    const { wanted, got, missedBy } = failed;
    blocks.push({ what: wanted, detail: `is not so: ${got}${missedBy === undefined ? "" : `, ${missedBy}`}` });
  }
  const above = set.rules.filter((other, at) => {
    return at < ruleNumber && other.effect === "route" && evaluateCondition(other.condition, facts) === true;
  });
  const taker = above.find((other) => !goesOn(other));
  if (taker !== undefined) blocks.push({ what: `rule ${taker.id}`, detail: "stands above and takes the request" });
  else {
    // Those that go on take it only while they have a candidate.
    const { attempts } = rank(policy, outcome, facts, world);
    const earlier = above.find(({ id }) => attempts.some((attempt) => attempt.rule === id));
    if (earlier !== undefined) {
      blocks.push({ what: `rule ${earlier.id}`, detail: "stands above and is asked first; it goes on when exhausted" });
    }
  }
  const alone: Outcome = {
    denied: undefined,
    requirements: outcome.requirements,
    route: { rule, ruleNumber, route },
  };
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
