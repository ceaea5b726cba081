import { formatUsd, type NanoUsd, usdToNano } from "../../units/money.js";
import { formatTokens } from "../../units/tokens.js";
import type { DecisionRecord, RecordedCandidate } from "../decision-record.js";
import { type Cell, type Row, renderTable } from "../text-table.js";
import { formatMilliseconds } from "../words/format-fact-value.js";
import type { Rendering } from "./rendering.js";

/**
 * Every candidate, the attempts in order and then what was left out: rank, endpoint, expected cost, observed latency,
 * score, and the reason with its detail. The rule is named when the candidates are not all of one.
 */
export function renderCandidates({ record, color, width }: Rendering): readonly string[] {
  const { candidates, assumed_output_tokens } = record;
  if (candidates.length === 0) return [];
  const namesRule = new Set(candidates.map(({ rule }) => rule)).size > 1;
  const isScoreNews = candidates.some(addsScore);
  const hasNoSize = isScoreNews && isWithoutSize(record);
  const score = hasNoSize ? costOfPrompt : scoreColumn;
  const columns = [...figures, ...(isScoreNews ? [score] : [])].filter(({ read }) =>
    candidates.some((candidate) => read(candidate) !== undefined),
  );
  const heading: Row = [
    "",
    "",
    ...columns.map(({ title }): Cell => ({ text: title, tone: "faint", align: "right" })),
    "",
  ];
  const rows = candidates.map((candidate): Row => {
    const { rank, endpoint } = candidate;
    const tone = rank === 1 ? "good" : "plain";
    return [
      rank === undefined ? { text: "✗", tone: "bad", align: "right" } : { text: String(rank), tone, align: "right" },
      { text: endpoint, tone },
      ...columns.map(({ read }): Cell => {
        const text = read(candidate);
        return text === undefined ? { text: "–", tone: "faint", align: "right" } : { text, align: "right" };
      }),
      writeNote(candidate, namesRule),
    ];
  });
  const assumes =
    assumed_output_tokens !== undefined &&
    record.facts["max_output_tokens"] === undefined &&
    (hasNoSize || candidates.some(({ cost_usd }) => cost_usd !== undefined));
  const assumption: Row = [
    {
      text: `cost of an answer of ${formatTokens(assumed_output_tokens ?? 0)} tokens, or of the model's limit if that is lower`,
      tone: "faint",
    },
  ];
  return [
    ...renderTable(columns.length === 0 ? rows : [heading, ...rows], 2, color, width),
    ...renderTable(assumes ? [assumption] : [], 2, color, width),
  ];
}

interface Column {
  readonly title: string;
  readonly read: (candidate: RecordedCandidate) => string | undefined;
}

/** The columns of figures; one is shown when some candidate has it. */
const figures: readonly Column[] = [
  {
    title: "cost",
    read: ({ cost_usd }) => (cost_usd === undefined ? undefined : `$${formatUsd(usdToNano(cost_usd))}`),
  },
  {
    title: "latency",
    read: ({ latency_ms }) => (latency_ms === undefined ? undefined : formatMilliseconds(latency_ms)),
  },
];

/** Four significant digits: enough to see which is smaller, unless two are as good as equal. */
const scoreColumn: Column = {
  title: "score",
  read: ({ score: figure }) => (figure === undefined ? undefined : String(Number(figure.toPrecision(4)))),
};

/** What `cheapest` orders by where the size of the prompt is not known. */
const costOfPrompt: Column = {
  title: "cost of 1,000 prompt tokens",
  read: ({ score: nano }) => (nano === undefined ? undefined : `$${formatUsd(nano as NanoUsd)}`),
};

function isWithoutSize({ facts, outcome: { route }, candidates }: DecisionRecord): boolean {
  if (route.strategy !== "cheapest" || facts["context_tokens"] !== undefined) return false;
  return candidates.every((candidate) => candidate.score === undefined || candidate.rule === route.rule);
}

/** Whether the score is other than the cost or the latency that `cheapest` and `fastest` order by. */
function addsScore({ score, cost_usd, latency_ms }: RecordedCandidate): boolean {
  const isCost = cost_usd !== undefined && score === usdToNano(cost_usd);
  return score !== undefined && !isCost && score !== latency_ms;
}

function writeNote({ from, rule, reason, detail }: RecordedCandidate, namesRule: boolean): string {
  const origin = [...(from === "fallback" ? ["from fallback"] : []), ...(namesRule ? [`of ${rule}`] : [])].join(" ");
  const why = reason === undefined ? detail : `${reason}: ${detail ?? ""}`;
  return [...(reason === undefined && origin !== "" ? [origin] : []), ...(why === undefined ? [] : [why])].join(" · ");
}
