import { builtInFacts } from "../conditions/fact-definitions.js";
import { leavesOf } from "../coverage/trace-request.js";
import { foldLists } from "../explain/words/fold-lists.js";
import { writeCondition } from "../explain/words/write-condition.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { CandidateReference, Requirement, Route, Rule } from "../policy/policy-set.js";
import { positionOf } from "../source/position.js";
import { formatUsd } from "../units/money.js";

/** One step of the picture: a rule, several that are folded into one, or the default route. */
export interface GraphRow {
  readonly kind: "deny" | "require" | "route" | "default";
  readonly title: string;
  /** `guards.yaml:14`, or the file alone. */
  readonly place: string;
  /** In words, a very long one cut; several lines for folded rules. */
  readonly condition: readonly string[];
  readonly effect: readonly string[];
  /** How many rules it stands for. */
  readonly count: number;
}

/** The picture of a policy: guards, which act wherever they stand, then routes in order, the default last. */
export interface PolicyGraph {
  readonly title: string;
  readonly guards: readonly GraphRow[];
  readonly routes: readonly GraphRow[];
  readonly pools: readonly { readonly name: string; readonly items: readonly string[] }[];
}

/** Characters of a condition that are drawn. Mermaid refuses texts beyond 50,000 (`maxTextSize`), and a wall of names shows nothing. */
const MOST_WORDS = 400;

/** A picture with more rules than this is folded: nobody reads it otherwise. */
const MAX_ROWS = 30;

/**
 * The picture of a policy as rows, for `writeMermaid`, `writeDot` and `writeSvg`.
 * @param isFolded whether rules next to each other that do the same are one row; default: when there are more than 30 rules.
 */
export function policyGraph(policy: CompiledPolicy, isFolded = policy.set.rules.length > MAX_ROWS): PolicyGraph {
  const { set } = policy;
  // Folded, the order of guards gives way to their effect: it means nothing.
  const guards = isFolded
    ? (["deny", "require"] as const).flatMap((kind) => set.rules.filter(({ effect }) => effect === kind))
    : set.rules.filter(({ effect }) => effect !== "route");
  const routes = set.rules.filter(({ effect }) => effect === "route");
  const rows = (rules: readonly Rule[]) =>
    isFolded ? foldRules(rules).map((run) => rowOfRun(policy, run)) : rules.map((rule) => rowOfRule(policy, rule));
  return {
    title: `${set.name} · ${set.rules.length} ${set.rules.length === 1 ? "rule" : "rules"}`,
    guards: rows(guards),
    routes: [...rows(routes), defaultRow(policy)],
    pools: set.pools.map(({ name, items }) => ({ name, items: items.map(writeCandidate) })),
  };
}

function rowOfRule(policy: CompiledPolicy, rule: Rule): GraphRow {
  return {
    kind: rule.effect,
    title: rule.id,
    place: placeOf(policy, rule),
    condition: [words(policy, rule)],
    effect: effectOf(rule),
    count: 1,
  };
}

function defaultRow({ set, files }: CompiledPolicy): GraphRow {
  const { span } = set.defaultRoute;
  return {
    kind: "default",
    title: "default",
    place: `${span.file}:${positionOf(files, span).line}`,
    condition: ["everything else"],
    effect: writeRoute(set.defaultRoute),
    count: 1,
  };
}

/** Runs of neighbours with the same effect and file; a run that is still long is cut where the first fact changes. */
function foldRules(rules: readonly Rule[]): readonly (readonly Rule[])[] {
  const byFile = runsOf(rules, (rule) => `${rule.effect} ${rule.span.file}`);
  return byFile.flatMap((run) => (run.length > MAX_ROWS / 2 ? runsOf(run, firstFact) : [run]));
}

function runsOf(rules: readonly Rule[], keyOf: (rule: Rule) => string): readonly (readonly Rule[])[] {
  const runs: Rule[][] = [];
  let last: string | undefined;
  for (const rule of rules) {
    const key = keyOf(rule);
    if (key === last) runs.at(-1)?.push(rule);
    else runs.push([rule]);
    last = key;
  }
  return runs;
}

function firstFact({ condition }: Rule): string {
  const [leaf] = leavesOf(condition);
  return leaf === undefined ? "" : leaf.kind === "logic" ? (leaf.reads[0] ?? "logic") : leaf.fact;
}

function rowOfRun(policy: CompiledPolicy, run: readonly Rule[]): GraphRow {
  const [first] = run as [Rule];
  if (run.length === 1) return rowOfRule(policy, first);
  const facts = [...new Set(run.map(firstFact))].filter((fact) => fact !== "");
  const shown = facts.length > 4 ? [...facts.slice(0, 4), `and ${facts.length - 4} more`] : facts;
  const targets = [
    ...new Set(run.flatMap((rule) => (rule.effect === "route" ? rule.route.to.map(writeCandidate) : effectOf(rule)))),
  ];
  const effects = targets.length > 4 ? [...targets.slice(0, 4), `and ${targets.length - 4} more`] : targets;
  return {
    kind: first.effect,
    title: `${run.length} rules`,
    place: first.span.file,
    condition: [`${first.id} … ${run.at(-1)?.id}`, ...(shown.length === 0 ? [] : [`by ${shown.join(", ")}`])],
    effect: effects,
    count: run.length,
  };
}

function words({ set }: CompiledPolicy, { condition }: Rule): string {
  const text = foldLists(writeCondition(condition, [...builtInFacts, ...set.attributes]));
  return text.length <= MOST_WORDS ? text : `${text.slice(0, text.lastIndexOf(" ", MOST_WORDS))} …`;
}

function placeOf({ files }: CompiledPolicy, { span }: Rule): string {
  return `${span.file}:${positionOf(files, span).line}`;
}

function effectOf(rule: Rule): readonly string[] {
  switch (rule.effect) {
    case "deny":
      return [`deny: ${rule.message}`];
    case "require":
      return [`require ${writeRequirement(rule.require)}`];
    case "route":
      return writeRoute(rule.route);
  }
}

function writeRequirement({ region, provider, maxRetentionDays, capabilities, maxCost }: Requirement): string {
  return [
    ...(region === undefined ? [] : [`region ${region.join(" or ")}`]),
    ...(provider === undefined ? [] : [`provider ${provider.join(" or ")}`]),
    ...(maxRetentionDays === undefined
      ? []
      : [maxRetentionDays === 0 ? "no data kept" : `data kept ≤ ${maxRetentionDays} days`]),
    ...(capabilities === undefined ? [] : [capabilities.join(" and ")]),
    ...(maxCost === undefined ? [] : [`cost ≤ $${formatUsd(maxCost)}`]),
  ].join(", ");
}

function writeRoute({ to, fallback, strategy, sticky, onExhausted }: Route): readonly string[] {
  const how =
    typeof strategy === "string"
      ? strategy
      : Object.entries(strategy)
          .map(([name, share]) => `${name} ${share}`)
          .join(", ");
  const notes = [
    ...(how === "order" || (to.length === 1 && to[0]?.kind === "endpoint") ? [] : [how]),
    ...(sticky === undefined ? [] : [`sticky by ${sticky}`]),
  ];
  return [
    `${to.map(writeCandidate).join(", ")}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`,
    ...(fallback.length === 0 ? [] : [`then ${fallback.map(writeCandidate).join(", ")}`]),
    ...(onExhausted === "next_rule" ? ["then the next rule that matches"] : []),
  ];
}

function writeCandidate(candidate: CandidateReference): string {
  switch (candidate.kind) {
    case "model":
      return candidate.model;
    case "endpoint":
      return `${candidate.model}@${candidate.provider}`;
    case "pool":
      return `pool ${candidate.pool}`;
    case "requested":
      return "the requested model";
    case "select":
      return `models with ${Object.keys(candidate.select)
        .map((key) => key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`))
        .join(", ")}`;
  }
}
