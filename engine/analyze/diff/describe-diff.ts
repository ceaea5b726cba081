import { type Facts, readFact } from "../../evaluate/facts.js";
import { withDefaults } from "../../evaluate/with-defaults.js";
import { readInOrder } from "../../explain/in-order-reader.js";
import { writeRequirement } from "../../explain/record-outcome.js";
import { formatFactValue } from "../../explain/words/format-fact-value.js";
import { nameRule } from "../../explain/words/name-rule.js";
import { writeCondition } from "../../explain/words/write-condition.js";
import { writeDenyMessage } from "../../explain/words/write-deny-message.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import type { PolicySet, Route } from "../../policy/policy-set.js";
import { canonicalJson } from "../../policy/revision.js";
import { rank } from "../../rank/rank.js";
import { formatUsd, type NanoUsd, nanoToUsd } from "../../units/money.js";
import { expandReferences } from "../regions/route-meaning.js";
import { PLAIN_TIME } from "../space/time-atoms.js";
import { definitionsOf, writeRequest } from "../space/write-request.js";
import { changedNames } from "./changed-names.js";
import { ChangeFinder } from "./changes-of-request.js";
import { describeBoxes } from "./describe-boxes.js";
import { type ChangedSide, isSameForAll, type PolicyDiff, type RequestChange } from "./diff-policies.js";
import type { DiffTraffic, TrafficSums } from "./diff-traffic.js";

/** A diff in words, as one JSON document: what every format shows. */
export interface DiffReport {
  readonly before: { readonly name: string; readonly revision: string };
  readonly after: { readonly name: string; readonly revision: string };
  /** Whether it is proved that no request is treated differently. */
  readonly same: boolean;
  readonly changes: readonly ChangeReport[];
  readonly catalog: PolicyDiff["catalog"];
  readonly attributes: readonly string[];
  readonly undecided: readonly string[];
  /** Of recorded decisions, when some were given. */
  readonly traffic?: TrafficReport;
}
export interface TrafficReport {
  readonly decisions: number;
  /** Part of some change. */
  readonly changed: number;
  /** Of those in a way that is not listed, since it was not decided. */
  readonly unlisted: number;
  /** Lines that are no decision. */
  readonly unreadable: number;
  /** Not made under the policy before: what is recorded of their cost is another policy's. */
  readonly other_revisions: number;
  /** Of all of them. */
  readonly cost: CostReport;
}
/** Sums in USD, each with the number of decisions it holds. */
export interface CostReport {
  readonly recorded_usd: number;
  readonly recorded_decisions: number;
  /** Were the first candidate to answer: by the tokens that were used, else as expected. */
  readonly before_usd: number;
  readonly after_usd: number;
  readonly known_decisions: number;
  readonly by_tokens_decisions: number;
}
export interface ChangeReport {
  readonly kind: RequestChange["kind"];
  readonly from: string;
  readonly to: string;
  /** `rule code → the default route`. */
  readonly title: string;
  /** What the two do differently: `to a, b → c`, `retries 0 → 1`; where only what a name stands for changed, `pool strong a, b → a`. */
  readonly differences: readonly string[];
  /** The requests, as a condition. */
  readonly where: string;
  /** Whether it holds for no others, but those that are refused; else it holds for more, which rules above take. */
  readonly where_exact: boolean;
  readonly example: ExampleReport;
  /** Beside the example, where both do the same. */
  readonly edge?: { readonly fact: string; readonly value: string; readonly outcome: string };
  /** Recorded decisions that are part of it; `share` is of all, 0 to 1. One decision can be part of several changes. */
  readonly traffic?: { readonly decisions: number; readonly share: number; readonly cost: CostReport };
}
export interface ExampleReport {
  readonly facts: Facts;
  readonly request: string;
  /** Ranked with nothing known of the providers: `openai/gpt-4.1@openai ($0.01)`. */
  readonly before: string;
  readonly after: string;
}

/**
 * A diff put into words, with an example of each change and what either policy makes of it.
 * @param before the policies whose sets were compared.
 * @param traffic recorded decisions, spread over the diff's changes by `LogTraffic`.
 */
export function describeDiff(
  diff: PolicyDiff,
  before: CompiledPolicy,
  after: CompiledPolicy,
  traffic?: DiffTraffic,
): DiffReport {
  const side = ({ name, revision }: CompiledPolicy) => ({ name, revision });
  const finder = new ChangeFinder(before, after, diff.changes);
  return {
    before: side(before),
    after: side(after),
    same: isSameForAll(diff),
    changes: diff.changes.map((change, place) => {
      const isPart = (facts: Facts) => finder.find(facts).changes.includes(place);
      const report = describeChange(diff, change, isPart, before, after);
      const sums = traffic?.changes[place];
      if (traffic === undefined || sums === undefined) return report;
      const { decisions } = sums;
      const share = decisions / Math.max(1, traffic.all.decisions);
      return { ...report, traffic: { decisions, share, cost: describeCost(sums) } };
    }),
    catalog: diff.catalog,
    attributes: diff.attributes,
    undecided: diff.undecided,
    ...(traffic === undefined ? {} : { traffic: describeTraffic(traffic) }),
  };
}

function describeTraffic({ all, changed, unlisted, unreadable, otherRevisions }: DiffTraffic): TrafficReport {
  const { decisions } = all;
  return { decisions, changed, unlisted, unreadable, other_revisions: otherRevisions, cost: describeCost(all) };
}

function describeCost(sums: TrafficSums): CostReport {
  return {
    recorded_usd: nanoToUsd(sums.recorded as NanoUsd),
    recorded_decisions: sums.recordedKnown,
    before_usd: nanoToUsd(sums.before as NanoUsd),
    after_usd: nanoToUsd(sums.after as NanoUsd),
    known_decisions: sums.costKnown,
    by_tokens_decisions: sums.byTokens,
  };
}

function describeChange(
  diff: PolicyDiff,
  change: RequestChange,
  isPart: (facts: Facts) => boolean,
  before: CompiledPolicy,
  after: CompiledPolicy,
): ChangeReport {
  const { kind, from, to, around, isWhole } = change;
  const { example, edge } = tellingExample(change, isPart, before, after);
  const known = new Map([...definitionsOf(after.set), ...definitionsOf(before.set)].map((each) => [each.name, each]));
  const definitions = [...known.values()];
  const { condition, isExact } = describeBoxes(diff.space, around, kind === "denied" ? [] : diff.refused);
  return {
    kind,
    from: from.rule,
    to: to.rule,
    title: titleOf(kind, from, to),
    differences: differencesOf(kind, before.set, from, after.set, to),
    where: writeCondition(condition, definitions),
    where_exact: isExact && isWhole,
    example: {
      facts: example,
      request: writeRequest(example, definitions),
      before: describeOutcome(before, example),
      after: describeOutcome(after, example),
    },
    ...(edge === undefined
      ? {}
      : {
          edge: {
            fact: edge.fact,
            value: writeValue(edge.request, edge.fact, definitions),
            outcome: describeOutcome(after, edge.request),
          },
        }),
  };
}

/** Lengths of prompts at which costs, windows and prices by length are likely to part two plans, tokens. */
const PROMPTS = [4_000, 16_000, 64_000, 256_000, 1_000_000];

/**
 * The example, with a longer prompt when only then the two policies plan otherwise; the edge beside it.
 * @param isPart whether a request is part of the change.
 */
function tellingExample(
  change: RequestChange,
  isPart: (facts: Facts) => boolean,
  before: CompiledPolicy,
  after: CompiledPolicy,
): Pick<RequestChange, "example" | "edge"> {
  const { example, edge } = change;
  const isTelling = (facts: Facts) => describeOutcome(before, facts) !== describeOutcome(after, facts);
  if (isTelling(example)) return change;
  for (const context_tokens of PROMPTS) {
    const longer = { ...example, context_tokens };
    if (!isPart(longer) || !isTelling(longer)) continue;
    if (edge === undefined || edge.fact === "context_tokens") return { example: longer, edge };
    const request = { ...edge.request, context_tokens };
    return { example: longer, edge: isPart(request) ? undefined : { ...edge, request } };
  }
  return change;
}

function writeValue(facts: Facts, name: string, definitions: ReturnType<typeof definitionsOf>): string {
  const value = readFact(facts, name);
  if (value === undefined) return "absent";
  return formatFactValue(
    value,
    definitions.find((definition) => definition.name === name),
  );
}

function titleOf(kind: RequestChange["kind"], from: ChangedSide, to: ChangedSide): string {
  const name = ({ rule }: ChangedSide) => nameRule(rule);
  switch (kind) {
    case "denied":
      if (from.rule === "none") return `now refused by ${name(to)}`;
      return to.rule === "none"
        ? `no longer refused by ${name(from)}`
        : `refused with another text: ${name(from)} → ${name(to)}`;
    case "required":
      if (from.rule === "none") return `now limited by ${name(to)}`;
      return to.rule === "none" ? `no longer limited by ${name(from)}` : `limited otherwise by ${name(to)}`;
    case "routed":
      return from.rule === to.rule ? `${name(to)} routes otherwise` : `${name(from)} → ${name(to)}`;
    case "next":
      return `next when a route is exhausted: ${name(from)} → ${name(to)}`;
  }
}

function differencesOf(
  kind: RequestChange["kind"],
  before: PolicySet,
  from: ChangedSide,
  after: PolicySet,
  to: ChangedSide,
): readonly string[] {
  if (kind === "denied") {
    const text = (set: PolicySet, { ruleNumber }: ChangedSide) => {
      const rule = set.rules[ruleNumber];
      return rule?.effect === "deny" ? JSON.stringify(rule.message) : "";
    };
    return [[text(before, from), text(after, to)].filter((each) => each !== "").join(" → ")];
  }
  if (kind === "required") {
    const sides = [before.rules[from.ruleNumber], after.rules[to.ruleNumber]];
    const [old, now] = sides.map((rule) => (rule?.effect === "require" ? writeRequirement(rule.require) : {}));
    const write = (value: unknown) => (Array.isArray(value) ? value.join(" or ") : String(value ?? "anything"));
    return [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])].flatMap((key) => {
      const [one, other] = [write(old?.[key]), write(now?.[key])];
      return one === other ? [] : [`${key} ${one} → ${other}`];
    });
  }
  // Of two rules the names say it; of one that was edited, what was edited.
  if (from.rule !== to.rule) return [];
  const [old, now] = [routeAt(before, from), routeAt(after, to)];
  const names = changedNames(before, after, old, now);
  if (names !== undefined && names.length > 0) return names;
  const [one, other] = [describeRoute(before, old), describeRoute(after, now)];
  return Object.keys(one).flatMap((key) => (one[key] === other[key] ? [] : [`${key} ${one[key]} → ${other[key]}`]));
}

function routeAt(set: PolicySet, { ruleNumber }: ChangedSide): Route {
  const rule = set.rules[ruleNumber];
  return rule?.effect === "route" ? rule.route : set.defaultRoute;
}

/** A route's options under the names that policies write. */
function describeRoute(set: PolicySet, route: Route): Readonly<Record<string, string>> {
  const { to, fallback } = expandReferences(set, route);
  const list = (names: readonly string[]) => (names.length === 0 ? "none" : names.join(", "));
  const json = (value: unknown) => (value === undefined ? "none" : canonicalJson(value));
  return {
    to: list(to),
    fallback: list(fallback),
    strategy: typeof route.strategy === "string" ? route.strategy : json(route.strategy),
    weights: list((route.weights ?? []).map(({ candidate, weight }) => `${candidate} ${weight}`)),
    sticky: route.sticky ?? "none",
    timeouts: json(route.timeouts),
    retries: String(route.retries),
    fallback_on: list(route.fallbackOn.toSorted()),
    max_cost_usd: route.maxCost === undefined ? "none" : formatUsd(route.maxCost),
    on_exhausted: route.onExhausted,
    hedge_after_ms: json(route.hedgeAfterMs),
    continue: String(route.continue === true),
    cache: json(route.cache),
  };
}

/** What the conditions do not ask, as in a plain request: so that ranking has a size to reckon with. */
const plain: Facts = {
  model: "auto",
  context_tokens: 1_000,
  stream: false,
  uses_tools: false,
  uses_vision: false,
  uses_json_schema: false,
  time: PLAIN_TIME,
};

/** Where a request goes when nothing is known of the providers, in a few words. */
function describeOutcome(policy: CompiledPolicy, given: Facts): string {
  const facts = withDefaults(policy.set, { ...plain, ...given });
  const outcome = readInOrder(policy.set, facts);
  if (outcome.denied !== undefined) return `refused: ${writeDenyMessage(outcome.denied.rule, facts, policy.set)}`;
  const { attempts, excluded } = rank(policy, outcome, facts, {});
  const [first] = attempts;
  if (first !== undefined) {
    const then = attempts.length === 1 ? "" : `, then ${attempts.length - 1} more`;
    return `${first.endpoint.id}${first.cost === undefined ? "" : ` ($${formatUsd(first.cost)})`}${then}`;
  }
  const reasons = [...new Set(excluded.map(({ reason }) => reason))].join(", ");
  return `no candidate left${reasons === "" ? "" : ` (${reasons})`}`;
}
