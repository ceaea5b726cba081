import { builtInFacts, type FactDefinition } from "../../conditions/fact-definitions.js";
import { shortGit } from "../../policy/revision.js";
import type { DecisionRecord } from "../decision-record.js";
import { paint, type Row, renderTable, safeText, WIDTH } from "../text-table.js";
import { foldLists } from "../words/fold-lists.js";
import { formatFactValue, formatMilliseconds } from "../words/format-fact-value.js";
import { nameRule } from "../words/name-rule.js";
import { sayAbsent } from "../words/say-absent.js";
import { renderAttempts } from "./render-attempts.js";
import { renderCandidates } from "./render-candidates.js";
import { renderRules } from "./render-rules.js";
import type { Rendering } from "./rendering.js";

export interface RenderOptions {
  /** ANSI colours; default false. */
  readonly color?: boolean;
  /** Show every rule above, and long lists whole; default: the first 20 rules, the first 10 values of a long list, and how many more there are. */
  readonly all?: boolean;
  /** Columns of a line, at least 40; default 120. */
  readonly width?: number;
  /** Another decision about the same request (before an edit, say): what differs from it is listed first. */
  readonly previous?: DecisionRecord;
}

/**
 * A decision record as text for a terminal: who decided, facts, the decision and its reasons, every rule considered,
 * every candidate, the plan, and what came of it. Lines are at most `width` wide where words allow it; no trailing newline.
 */
export function renderExplanation(record: DecisionRecord, options: RenderOptions = {}): string {
  const rendering: Rendering = {
    record,
    color: options.color === true,
    all: options.all === true,
    words: options.all === true ? (text) => text : foldLists,
    width: options.width ?? WIDTH,
  };
  const sections = [
    [renderHeader(rendering)],
    options.previous === undefined ? [] : renderDifferences(rendering, options.previous),
    section("facts", renderFacts(rendering), rendering),
    renderDecision(rendering),
    section("requirements", renderRequirements(rendering), rendering),
    section(
      record.outcome.denied === undefined
        ? "considered in order"
        : "considered in order, for the route it would have taken",
      renderRules(rendering),
      rendering,
    ),
    section("candidates", renderCandidates(rendering), rendering),
    section("attempts", renderAttempts(rendering), rendering),
    renderResult(rendering),
    section(
      "warnings",
      renderTable(
        record.warnings.map((text): Row => [{ text: "!", tone: "unsure" }, text]),
        2,
        rendering.color,
        rendering.width,
      ),
      rendering,
    ),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function section(title: string, lines: readonly string[], { color }: Rendering): readonly string[] {
  return lines.length === 0 ? [] : [paint(title, "strong", color), ...lines];
}

function renderHeader({ record, color }: Rendering): string {
  const { policy, result, attempts } = record;
  const wasServed = result !== undefined || attempts.length > 0;
  const parts = [
    `${policy.name}@${policy.revision.slice(0, 12)}`,
    ...(policy.git === undefined ? [] : [`git ${shortGit(policy.git)}`]),
    ...(wasServed ? [`decision ${record.id}`] : []),
    ...(record.operation === undefined ? [] : [record.operation]),
    record.time,
    ...(record.simulated === true ? ["answered by the built-in simulator"] : []),
  ];
  return paint(safeText(parts.join(" · ")), "strong", color);
}

function renderFacts({ record, color, width }: Rendering): readonly string[] {
  const present = Object.entries(record.facts).map(
    ([name, { value, source }]): Row => [
      name,
      formatFactValue(value, definitionOf(name)),
      { text: source, tone: "faint" },
    ],
  );
  const absent = [...absentFacts(record)].map(
    ([name, rules]): Row => [
      name,
      { text: "absent", tone: "unsure" },
      { text: `wanted by ${listRules(rules)}`, tone: "faint" },
    ],
  );
  return renderTable([...present, ...absent], 2, color, width);
}

/** Absent facts that mattered: each with the rules that were left unknown, or acted, because of it. */
function absentFacts({ outcome }: DecisionRecord): ReadonlyMap<string, readonly string[]> {
  const { denied, requirements, rules_above } = outcome;
  const found = new Map<string, string[]>();
  const note = (rule: string, absent: readonly string[] = []) => {
    for (const name of absent) {
      const rules = found.get(name);
      if (rules === undefined) found.set(name, [rule]);
      else rules.push(rule);
    }
  };
  if (denied !== undefined) note(denied.rule, denied.absent);
  for (const requirement of requirements) note(requirement.rule, requirement.absent);
  for (const { rule, failed } of rules_above) note(rule, failed.absent);
  return found;
}

function listRules(rules: readonly string[]): string {
  const shown = rules.slice(0, 3).join(", ");
  return rules.length > 3 ? `${shown} and ${rules.length - 3} more` : shown;
}

function renderDecision({ record, color, words, width }: Rendering): readonly string[] {
  const { outcome, chosen, fallbacks, candidates } = record;
  const { denied, route } = outcome;
  if (denied !== undefined) {
    return renderTable(
      [
        ["decision", { text: `denied by rule ${denied.rule} (${denied.file}:${denied.line})`, tone: "bad" }],
        ["", denied.message],
        ...(isConditional(denied) ? [["", words(`when ${denied.condition}`)]] : []),
        ...(denied.because === undefined ? [] : [["", `because: ${denied.because}`]]),
        ...absenceNote(denied.absent),
      ],
      0,
      color,
      width,
    );
  }
  const place = route.file === undefined ? "" : ` (${route.file}:${route.line})`;
  const by = `${nameRule(route.rule)}${place}, strategy ${route.strategy}`;
  const usedRule = candidates.find((candidate) => candidate.verdict === "chosen")?.rule ?? route.rule;
  const rows: Row[] = [
    chosen === undefined
      ? ["decision", { text: `no candidate is left of ${by}`, tone: "bad" }]
      : ["decision", { text: `${chosen} by ${by}`, tone: "good" }],
  ];
  if (route.because !== undefined) rows.push(["", `because: ${route.because}`]);
  if (usedRule !== route.rule)
    rows.push(["", `${route.rule} was exhausted; the candidate is ${usedRule}'s (on_exhausted: next_rule)`]);
  if (chosen !== undefined) rows.push(["plan", [chosen, ...fallbacks].join(" → ")]);
  return renderTable(rows, 0, color, width);
}

/** A rule without `match` has the condition `always`, which says nothing here. */
function isConditional({ condition }: { readonly condition?: string }): boolean {
  return condition !== undefined && condition !== "always";
}

function renderRequirements({ record, color, words, width }: Rendering): readonly string[] {
  const rows = record.outcome.requirements.flatMap((requirement): readonly Row[] => [
    [
      requirement.rule,
      { text: `${requirement.file}:${requirement.line}`, tone: "faint" },
      writeRequire(requirement.require) + (isConditional(requirement) ? words(` · when ${requirement.condition}`) : ""),
    ],
    ...(requirement.because === undefined ? [] : [["", "", `because: ${requirement.because}`]]),
    ...absenceNote(requirement.absent).map((row): Row => ["", ...row]),
  ]);
  return renderTable(rows, 2, color, width);
}

/** Why a guard acts although its condition is not true; no row when it is. */
function absenceNote(absent: readonly string[] | undefined): readonly Row[] {
  if (absent === undefined) return [];
  return [["", { text: `acts because ${sayAbsent(absent)}: guards fail closed`, tone: "unsure" }]];
}

function writeRequire(require: Readonly<Record<string, unknown>>): string {
  return Object.entries(require)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(" or ") : String(value)}`)
    .join(", ");
}

function renderResult({ record, color, width }: Rendering): readonly string[] {
  const { result } = record;
  if (result === undefined) return [];
  const code = result.code === undefined ? "" : ` (${result.code})`;
  const text = `${result.status} ${result.outcome}${code} in ${formatMilliseconds(result.total_ms)}`;
  return renderTable([["result", { text, tone: result.outcome === "answered" ? "good" : "bad" }]], 0, color, width);
}

function renderDifferences(rendering: Rendering, previous: DecisionRecord): readonly string[] {
  const { record, color, width } = rendering;
  const who = ({ outcome, chosen }: DecisionRecord) =>
    outcome.denied === undefined ? (chosen ?? "no candidate") : `denied by ${outcome.denied.rule}`;
  const list = (names: readonly string[]) => (names.length === 0 ? "none" : names.join(", "));
  const aspects: readonly (readonly [string, (of: DecisionRecord) => string])[] = [
    ["revision", (of) => of.policy.revision.slice(0, 12)],
    ["decision", who],
    ["rule", (of) => of.outcome.route.rule],
    ["requirements", (of) => list(of.outcome.requirements.map(({ rule }) => rule))],
    ["fallbacks", (of) => list(of.fallbacks)],
  ];
  const rows = aspects
    .filter(([, read]) => read(previous) !== read(record))
    .map(([name, read]): Row => [name, read(previous), "→", read(record)]);
  if (rows.length === 0) return ["decides as before"];
  return section("differs from before", renderTable(rows, 2, color, width), rendering);
}

function definitionOf(name: string): FactDefinition | undefined {
  return builtInFacts.find((definition) => definition.name === name);
}
