import { breakText, paint, type Row, renderTable, WIDTH } from "../../explain/text-table.js";
import { foldLists } from "../../explain/words/fold-lists.js";
import { nameRule } from "../../explain/words/name-rule.js";
import { formatUsd, usdToNano } from "../../units/money.js";
import type { BlockedRule } from "./blocked-rules.js";
import type { FactChanges } from "./fact-changes.js";
import type { WhyNot } from "./why-not.js";

export interface RenderWhyNotOptions {
  /** ANSI colours; default false. */
  readonly color?: boolean;
  /** Show every rule, every avoided guard, and long lists whole; default: the 20 nearest rules, three guards, 10 values of a long list. */
  readonly all?: boolean;
  /** Columns of a line, at least 40; default 120. */
  readonly width?: number;
}

/** Rules, and guards that a change avoids, that are shown unless all are asked for. */
const SHOWN_RULES = 20;
const SHOWN_GUARDS = 3;

type Rendering = Required<RenderWhyNotOptions>;

/** Why not, as text for a terminal. No trailing newline. */
export function renderWhyNot(answer: WhyNot, options: RenderWhyNotOptions = {}): string {
  const own: Rendering = { color: false, width: WIDTH, all: false, ...options };
  const { color, width } = own;
  const { model, chosen, is_chosen, rules, by_client, is_smallest, by_asking, by_operator, client_can } = answer;
  const title = is_chosen
    ? `${model} is chosen already: ${chosen ?? ""}`
    : `${model} is not chosen; ${chosen === undefined ? "nothing is" : `${chosen} is`}`;
  const sections: (readonly string[])[] = [[paint(title, "strong", color)]];
  if (is_chosen) return title;
  if (rules.length === 0)
    sections.push(breakText("no rule has it among its candidates, so no request can reach it", width));
  sections.push(...renderRules(rules, own));
  const none =
    client_can === "impossible"
      ? "no change of its facts can: proved over all requests with these keys and this time"
      : "none of up to three changes was found; that there is none is not proved";
  sections.push([
    paint(
      is_smallest || by_client.length === 0
        ? "smallest changes by the client, each tried"
        : "changes by the client, each tried; that none is smaller is not proved",
      "strong",
      color,
    ),
    ...(by_client.length === 0 ? [`  ${none}`] : renderChanges(by_client, own)),
  ]);
  if (by_asking !== undefined) {
    const { models, rule, endpoint, cost_usd } = by_asking;
    const change = `body models ${JSON.stringify(models)}: ${endpoint} by ${nameRule(rule)}${costOf(cost_usd)}`;
    sections.push([
      paint("by asking for it alone, as it is one of the candidates", "strong", color),
      ...renderTable([[change]], 2, color, width),
    ]);
  }
  if (by_operator.length > 0) {
    sections.push([
      paint("with what only a key, the operator or the clock can change", "strong", color),
      ...renderChanges(by_operator, own),
    ]);
  }
  const sent = new Map(
    [...by_client, ...by_operator].flatMap(({ changes }) => {
      return changes.flatMap(({ fact, sent_as }) => (sent_as === undefined ? [] : [[fact, sent_as] as const]));
    }),
  );
  if (sent.size > 0) {
    sections.push([paint("how a client sends them", "strong", color), ...renderTable([...sent], 2, color, width)]);
  }
  return sections.map((lines) => lines.join("\n")).join("\n\n");
}

/** What keeps every rule from choosing it is said once, ahead of what else keeps each. */
function renderRules(rules: readonly BlockedRule[], { color, width, all }: Rendering): readonly (readonly string[])[] {
  const [first] = rules;
  if (first === undefined) return [];
  const textsOf = (blocks: BlockedRule["blocked_by"]) =>
    blocks.map(({ what, detail }) => (all ? `${what}: ${detail}` : foldLists(`${what}: ${detail}`)));
  const own = rules.map(({ blocked_by }) => textsOf(blocked_by));
  const common = rules.length === 1 ? [] : (own[0] ?? []).filter((text) => own.every((texts) => texts.includes(text)));
  const shown = all ? rules : nearestOf(rules);
  const rows = shown.flatMap(({ rule, file, line, as, blocked_by }): readonly Row[] => {
    const others = textsOf(blocked_by).filter((text) => !common.includes(text));
    const place = file === undefined ? "" : `${file}:${line}`;
    return (others.length === 0 ? ["nothing else"] : others).map((text, index) => [
      index === 0 ? rule : "",
      { text: index === 0 ? place : "", tone: "faint" },
      { text: index === 0 ? as : "", tone: "faint" },
      text,
    ]);
  });
  const folded = rules.length - shown.length;
  if (folded > 0) {
    const more = `${folded} more ${folded === 1 ? "rule" : "rules"}`;
    const what = `${more}, that at least as much keeps from it or that no change by the client reaches (--all shows them)`;
    rows.push(["…", "", "", { text: what, tone: "faint" }]);
  }
  const title = (text: string) => paint(text, "strong", color);
  const each = `what ${common.length === 0 ? "" : "else "}keeps each rule from choosing it`;
  return [
    ...(common.length === 0
      ? []
      : [
          [
            title("what keeps every rule from choosing it"),
            ...renderTable(
              common.map((text) => [text]),
              2,
              color,
              width,
            ),
          ],
        ]),
    [title(each), ...renderTable(rows, 2, color, width)],
  ];
}

/** Those that the client may reach come before those that it cannot, then those that the least keeps from it; shown in their order. */
function nearestOf(rules: readonly BlockedRule[]): readonly BlockedRule[] {
  const isOut = ({ out_of_reach }: BlockedRule) => Number(out_of_reach === true);
  const byDistance = [...rules].sort(
    (one, other) => isOut(one) - isOut(other) || one.blocked_by.length - other.blocked_by.length,
  );
  const nearest = new Set(byDistance.slice(0, SHOWN_RULES));
  return rules.filter((rule) => nearest.has(rule));
}

function renderChanges(changes: readonly FactChanges[], { color, width, all }: Rendering): readonly string[] {
  return renderTable(
    changes.map((change, index): Row => {
      const parts = change.changes.map(({ fact, from, to }) => `${fact} ${from} → ${to}`).join(" and ");
      const avoids =
        change.avoids_guards === undefined
          ? ""
          : `; avoids guard ${listGuards(change.avoids_guards, all)}: right only if what the request then says is true`;
      return [
        { text: String(index + 1), align: "right" },
        `${parts}: ${change.endpoint} by ${nameRule(change.rule)}${costOf(change.cost_usd)}${avoids}`,
      ];
    }),
    2,
    color,
    width,
  );
}

function costOf(usd: number | undefined): string {
  return usd === undefined ? "" : ` ($${formatUsd(usdToNano(usd))})`;
}

function listGuards(guards: readonly string[], all: boolean): string {
  const more = guards.length - SHOWN_GUARDS;
  if (all || more <= 0) return guards.join(", ");
  return `${guards.slice(0, SHOWN_GUARDS).join(", ")} and ${more} more`;
}
