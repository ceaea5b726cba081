import {
  builtInFacts,
  type CompiledPolicy,
  type Coverage,
  coverageOutcomes,
  foldLists,
  positionOf,
  type Row,
  type RuleCoverage,
  renderTable,
  writeCondition,
  writeCount,
} from "../../engine/index.js";

/** Coverage as JSON: every rule and predicate with its place and counts. */
export function coverageReport(policy: CompiledPolicy, coverage: Coverage): object {
  const { met, of } = coverage.total();
  return {
    met,
    of,
    rules: coverage.rules().map((rule) => ({
      ...describeRule(policy, rule),
      decided: rule.decided,
      predicates: rule.predicates.map(({ predicate, counts }) => {
        const { line, column } = positionOf(policy.files, predicate.span);
        return { text: words(policy, predicate), file: predicate.span.file, line, column, ...counts };
      }),
    })),
  };
}

/** What is not tested is cut off here unless all of it is asked for. */
const SHOWN_UNTESTED = 30;

/** The first of what is not tested, or all of it, and a line that says how much more there is, if there is. */
export function foldUntested<Row>(
  rows: readonly Row[],
  all: boolean,
): { shown: readonly Row[]; rest: readonly string[] } {
  const shown = all ? rows : rows.slice(0, SHOWN_UNTESTED);
  const more = rows.length - shown.length;
  return { shown, rest: more === 0 ? [] : [`… ${writeCount(more)} more (--all shows them)`] };
}

/** Three sums, and a table of what no test has done yet. @param all show all of it, however much. */
export function renderCoverage(policy: CompiledPolicy, coverage: Coverage, color: boolean, all: boolean): string {
  const rules = coverage.rules();
  const predicates = rules.flatMap((rule) => rule.predicates);
  const share = (counts: readonly number[]) => `${counts.filter((count) => count > 0).length}/${counts.length}`;
  const sums = coverageOutcomes.map((outcome) => {
    return `${outcome} ${share(predicates.flatMap(({ counts }) => counts[outcome] ?? []))}`;
  });
  const { met, of } = coverage.total();
  const percent = of === 0 ? 100 : Math.floor((1000 * met) / of) / 10;
  const lines = [
    `coverage ${percent} %  rules decided ${share(rules.map(({ decided }) => decided))}  predicates ${sums.join("  ")}`,
  ];
  const rows = rules.flatMap((rule): readonly Row[] => {
    const { id, file, line } = describeRule(policy, rule);
    const own: readonly Row[] = rule.decided > 0 ? [] : [[`${file}:${line}`, id, "never decided"]];
    return [
      ...own,
      ...rule.predicates.flatMap(({ predicate, counts }): readonly Row[] => {
        const missing = coverageOutcomes.filter((outcome) => counts[outcome] === 0);
        if (missing.length === 0) return [];
        const place = `${predicate.span.file}:${positionOf(policy.files, predicate.span).line}`;
        return [[place, id, `never ${missing.join(", ")}`, words(policy, predicate)]];
      }),
    ];
  });
  if (rows.length > 0) {
    const { shown, rest } = foldUntested(rows, all);
    lines.push("", "not tested", ...renderTable(shown, 2, color), ...rest.map((line) => `  ${line}`));
  }
  return `${lines.join("\n")}\n`;
}

function words({ set }: CompiledPolicy, predicate: Parameters<typeof writeCondition>[0]): string {
  return foldLists(writeCondition(predicate, [...builtInFacts, ...set.attributes]));
}

function describeRule({ set, files }: CompiledPolicy, { ruleNumber }: RuleCoverage) {
  const rule = set.rules[ruleNumber];
  const span = rule?.span ?? set.defaultRoute.span;
  return { id: rule?.id ?? "default", file: span.file, line: positionOf(files, span).line };
}
