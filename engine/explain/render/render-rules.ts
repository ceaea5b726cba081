import { type Row, renderTable } from "../text-table.js";
import type { Rendering } from "./rendering.js";

/** Rules above that are shown unless all are asked for. */
const SHOWN_RULES = 20;

/**
 * The route rules in reading order down to the one that matched: `✗` its condition is false, `?` unknown because a
 * fact is absent, `✓` it matched; each with the part that failed: what was wanted · what the fact is, and by how much a number missed.
 */
export function renderRules({ record, color, all, words, width }: Rendering): readonly string[] {
  const { rules_above, route } = record.outcome;
  const shown = all ? rules_above : rules_above.slice(0, SHOWN_RULES);
  const rows = shown.map(
    ({ rule, file, line, verdict, failed }): Row => [
      verdict === "false" ? { text: "✗", tone: "bad" } : { text: "?", tone: "unsure" },
      rule,
      { text: `${file}:${line}`, tone: "faint" },
      [`${words(failed.wanted)} · ${failed.got}`, ...(failed.missed_by === undefined ? [] : [failed.missed_by])].join(
        ", ",
      ),
    ],
  );
  const folded = rules_above.length - shown.length;
  if (folded > 0) {
    const what = folded === 1 ? "1 more rule that did not match" : `${folded} more rules that did not match`;
    rows.push(["…", { text: `${what} (--all shows them)`, tone: "faint" }]);
  }
  const place = route.file === undefined ? "" : `${route.file}:${route.line}`;
  const note = route.rule === "default" ? "no rule matched" : `matches: ${words(route.condition ?? "always")}`;
  rows.push([{ text: "✓", tone: "good" }, { text: route.rule, tone: "strong" }, { text: place, tone: "faint" }, note]);
  return renderTable(rows, 2, color, width);
}
