import { paint, renderTable, safeText, WIDTH } from "../../explain/text-table.js";
import { foldLists } from "../../explain/words/fold-lists.js";
import { writeChange, writeCount, writeCounted, writeShare, writeSum } from "../../units/write-figures.js";
import { type AlikeChanges, joinAlike, namesOf } from "./alike-changes.js";
import type { ChangeReport, CostReport, DiffReport } from "./describe-diff.js";

/** What is printed when it is proved, and only then. */
const SAME = "no request is routed differently";
/** Changes that a terminal is shown; of rules that were edited alike all are one. */
const MOST_CHANGES = 50;
/** Changes of the catalog and open questions that are listed. */
const MOST_LINES = 20;
/** Of Markdown. GitHub refuses comments of more than 65,536 characters; the rest is for what is written around it. */
const MOST_CHARACTERS = 60_000;

export interface RenderDiffOptions {
  /** ANSI colours; default false. */
  readonly color?: boolean;
  /** Columns of a line, at least 40; default 120. */
  readonly width?: number;
}

/** A diff as text for a terminal. No trailing newline. */
export function renderDiff(report: DiffReport, { color = false, width = WIDTH }: RenderDiffOptions = {}): string {
  const sections: string[][] = [[paint(header(report), "strong", color)]];
  if (report.same) sections.push([paint(SAME, "good", color)]);
  if (report.traffic !== undefined) {
    const [what = "", ...more] = trafficLines(report);
    sections.push([paint(what, "strong", color), ...more.map((line) => `    ${line}`)]);
  }
  const changes = joinAlike(report.changes);
  for (const [index, change] of changes.slice(0, MOST_CHANGES).entries()) {
    sections.push([
      paint(safeText(`${String(index + 1).padStart(2)}  ${titleOf(change)}`), "strong", color),
      ...renderTable(
        rowsOf(change).map(([name, text]) => [{ text: name, tone: "faint" }, text]),
        4,
        color,
        width,
      ),
    ]);
  }
  if (changes.length > MOST_CHANGES)
    sections.push([`… and ${countLeft(changes, MOST_CHANGES)} more (--json lists them)`]);
  for (const [title, lines] of lists(report)) {
    sections.push([
      paint(title, "strong", color),
      ...renderTable(
        cut(lines).map((line) => [line]),
        4,
        color,
        width,
      ),
    ]);
  }
  return sections.map((lines) => lines.join("\n")).join("\n\n");
}

/**
 * A diff in Markdown, for the comment of a pull request: as many changes as GitHub takes in one, and how many more there are. No trailing
 * newline.
 */
export function renderDiffMarkdown(report: DiffReport): string {
  const first = [`### Routing changes: ${header(report)}`];
  if (report.same) first.push(`No request is routed differently (proved over all requests).`);
  const [what, ...more] = trafficLines(report);
  if (what !== undefined)
    first.push([`**${what}**`, ...(more.length === 0 ? [] : ["", ...more.map((line) => `- ${line}`)])].join("\n"));
  const last = lists(report).map(([title, lines]) =>
    [`**${title}**`, "", ...cut(lines).map((line) => `- ${code(line)}`)].join("\n"),
  );
  const room = MOST_CHARACTERS - [...first, ...last].reduce((sum, { length }) => sum + length, 0);
  return [...first, ...changeSections(report, room), ...last].join("\n\n");
}

/** The first changes, as far as there is room for them. */
function changeSections(report: DiffReport, room: number): readonly string[] {
  const changes = joinAlike(report.changes);
  const sections: string[] = [];
  let taken = 0;
  for (const [index, change] of changes.entries()) {
    const rows = rowsOf(change).map(([name, text]) => `| ${name} | ${code(text).replaceAll("|", "\\|")} |`);
    const title = `**${index + 1}. ${safeText(titleOf(change)).replace(/[*_<>]/g, "\\$&")}**`;
    const section = [title, "", "| | |", "|---|---|", ...rows].join("\n");
    taken += section.length + 2;
    if (taken > room) {
      return [...sections, `**… and ${countLeft(changes, index)} more**, which \`policy diff --json\` lists`];
    }
    sections.push(section);
  }
  return sections;
}

/** In Markdown, word for word. */
function code(text: string): string {
  return `\`${safeText(text).replaceAll("`", "'")}\``;
}

/** `2 changes`; `0 changes of routing, 1 of the catalog`. */
function header({ before, after, changes, catalog, attributes, undecided }: DiffReport): string {
  const side = ({ name, revision }: DiffReport["before"]) => `${name}@${revision.slice(0, 12)}`;
  const others = [
    ...(catalog.length === 0 ? [] : [`${writeCount(catalog.length)} of the catalog`]),
    ...(attributes.length === 0 ? [] : [`${writeCount(attributes.length)} of attributes`]),
  ];
  const routing = writeCounted(changes.length, "change");
  const count = [others.length === 0 ? routing : `${routing} of routing`, ...others].join(", ");
  const proof = undecided.length === 0 ? "exact" : `${undecided.length} not decided`;
  return `${side(before)} → ${side(after)} · ${count} · ${proof}`;
}

/** Changes that come after so many sections. */
function countLeft(changes: readonly AlikeChanges[], sections: number): string {
  return writeCount(changes.slice(sections).reduce((sum, { others }) => sum + 1 + others.length, 0));
}

function titleOf({ shown, others, way }: AlikeChanges): string {
  if (others.length === 0) return shown.title;
  const more = writeCounted(others.length, "more rule");
  return `${shown.title}, and ${{ alike: `${more} alike`, from: `to ${more}`, to: `from ${more}` }[way]}`;
}

function rowsOf(changes: AlikeChanges): readonly (readonly [string, string])[] {
  const { shown, others, way } = changes;
  const { differences, example, edge, traffic } = shown;
  return [
    ...differences.map((text, index): readonly [string, string] => [index === 0 ? "what" : "", text]),
    ...(others.length === 0
      ? []
      : [[{ alike: "alike", from: "also to", to: "also from" }[way], namesOf(changes)] as const]),
    ["where", whereOf(shown)],
    ["example", example.request],
    ...(example.before === example.after
      ? [["either way", example.before] as const]
      : [["before", example.before] as const, ["after", example.after] as const]),
    ...(edge === undefined ? [] : [["edge", `not with ${edge.fact} ${edge.value}: ${edge.outcome}`] as const]),
    ...(traffic === undefined
      ? []
      : [
          ["traffic", `${writeCount(traffic.decisions)} recorded (${writeShare(traffic.share, 1)})`] as const,
          ...writeCost(traffic.cost, traffic.decisions).map((text) => ["cost", text] as const),
        ]),
  ];
}

/** Of the first of many changes, where all of them are. */
function whereOf(change: ChangeReport): string {
  const around = change.where_of_all ?? (change.where_exact ? undefined : change.where);
  return around === undefined ? foldLists(change.where) : `within ${foldLists(around)}, less what rules above take`;
}

/** What recorded decisions say, in lines; the first is a title. */
function trafficLines({ traffic, before }: DiffReport): readonly string[] {
  if (traffic === undefined) return [];
  const { decisions, changed, unlisted, unreadable, other_revisions: others, cost } = traffic;
  const about = (number: number, one: string, many: string) =>
    number === 0 ? [] : [`${writeCount(number)} ${number === 1 ? one : many}`];
  const revision = `${before.name}@${before.revision.slice(0, 12)}`;
  return [
    `${writeCount(changed)} of ${writeCounted(decisions, "recorded decision")} ${changed === 1 ? "is" : "are"} part of a change (${writeShare(changed, decisions)})`,
    ...writeCost(cost, decisions).map((text) => `all: ${text}`),
    ...about(others, `was not made under ${revision}`, `were not made under ${revision}`),
    ...about(unlisted, "changes in a way that was not decided", "change in a way that was not decided"),
    ...about(unreadable, "line is no decision", "lines are no decision"),
  ];
}

/** What decisions cost, and would cost before and after: one text, or none when nothing of it is known. */
function writeCost(cost: CostReport, decisions: number): readonly string[] {
  const { recorded_decisions: recorded, known_decisions: known, by_tokens_decisions: byTokens } = cost;
  const [was, before, after] = [cost.recorded_usd, cost.before_usd, cost.after_usd].map((usd) => Math.round(usd * 1e9));
  const of = (number: number) => (number === decisions ? "" : ` for ${writeCount(number)}`);
  const basis = byTokens === known ? "by tokens used" : byTokens === 0 ? "expected" : "by tokens used, else expected";
  const texts = [
    ...(recorded === 0 ? [] : [`${writeSum(was as number)} recorded${of(recorded)}`]),
    ...(known === 0
      ? []
      : [
          `${basis}${of(known)} ${writeSum(before as number)} → ${writeSum(after as number)} (${writeChange(before as number, after as number)})`,
        ]),
  ];
  return texts.length === 0 ? [] : [texts.join("; ")];
}

function lists({ catalog, attributes, undecided }: DiffReport): readonly (readonly [string, readonly string[]])[] {
  const users = (rules: readonly string[]) => {
    if (rules.length === 0) return "no rule's candidate";
    return rules.length > 4
      ? `candidate of ${rules.slice(0, 4).join(", ")} and ${rules.length - 4} more`
      : `candidate of ${rules.join(", ")}`;
  };
  return (
    [
      ["catalog", catalog.map(({ subject, what, rules }) => `${subject}: ${what} (${users(rules)})`)],
      ["attributes", attributes],
      ["not decided", undecided],
    ] as const
  ).filter(([, lines]) => lines.length > 0);
}

function cut(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), `… ${lines.length - MOST_LINES} more (--json lists them)`];
}
