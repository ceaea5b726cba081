import { writeRequirement } from "../../explain/record-outcome.js";
import { nameRule } from "../../explain/words/name-rule.js";
import type { PolicySet, Route } from "../../policy/policy-set.js";
import { canonicalJson } from "../../policy/revision.js";
import { formatUsd } from "../../units/money.js";
import { expandReferences } from "../regions/route-meaning.js";
import { changedNames } from "./changed-names.js";
import type { ChangedSide, RequestChange } from "./diff-policies.js";

/** What a change is about, without the requests. */
export interface ChangeHead {
  readonly kind: RequestChange["kind"];
  /** Ids of rules; `default`; `none`. */
  readonly from: string;
  readonly to: string;
  /** `rule code → the default route`. */
  readonly title: string;
  /** What the two do differently: `to a, b → c`, `retries 0 → 1`; where only what a name stands for changed, `pool strong a, b → a`. */
  readonly differences: readonly string[];
  /** Which of the two was edited, moved, added or removed: the cause. */
  readonly edited: readonly ("from" | "to")[];
}

export function headOf({ kind, from, to }: RequestChange, before: PolicySet, after: PolicySet): ChangeHead {
  return {
    kind,
    from: from.rule,
    to: to.rule,
    title: titleOf(kind, from, to),
    differences: differencesOf(kind, before, from, after, to),
    edited: [...(from.isEdited ? (["from"] as const) : []), ...(to.isEdited ? (["to"] as const) : [])],
  };
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
