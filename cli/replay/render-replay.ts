import {
  builtInFacts,
  type CompiledPolicy,
  formatUsd,
  type NanoUsd,
  type ReplayPair,
  type ReplaySummary,
  type Row,
  renderTable,
  shortRevision,
  writeRequest,
} from "../../engine/index.js";

const MAX_PAIRS = 20;

/** Pairs by how many decisions changed so, most first. */
export function sortedPairs(pairs: Readonly<Record<string, ReplayPair>>): readonly ReplayPair[] {
  return Object.values(pairs).sort((a, b) => b.count - a.count || (a.from + a.to < b.from + b.to ? -1 : 1));
}

export function renderReplay(summary: ReplaySummary, target: CompiledPolicy, color: boolean): string {
  const { decisions, changed, checked, differingCount, total } = summary;
  const revisions = Object.keys(summary.revisions).length;
  const lines = [
    `${count(decisions)} decisions of ${revisions} ${revisions === 1 ? "revision" : "revisions"}${summary.unreadable === 0 ? "" : ` · ${count(summary.unreadable)} lines are no decision`}`,
    `self-check  ${checkLine(summary)}`,
    ...(differingCount === 0 ? [] : [`            not reproduced: ${summary.differing.join(", ")}`]),
    `${target.name}@${shortRevision(target.revision)}  ${changed === 0 ? "nothing changes" : `${count(changed)} decisions change (${percent(changed, decisions)})`}${summary.fallbacksChanged === 0 ? "" : ` · ${count(summary.fallbacksChanged)} more only in their fallbacks`}`,
  ];
  if (summary.lost > 0) lines.push(`            ${count(summary.lost)} have no candidate left`);
  if (summary.gained > 0) lines.push(`            ${count(summary.gained)} have a candidate that had none`);
  if (total.costKnown > 0) {
    const known = total.costKnown === decisions ? "" : `, known for ${count(total.costKnown)}`;
    lines.push(
      `expected cost  ${usd(total.costBefore)} → ${usd(total.costAfter)} (${signedPercent(total.costBefore, total.costAfter)}${known})`,
    );
  }
  if (changed > 0 && total.latencyKnown > 0) {
    lines.push(`first token    ${latency(total)} on average, observed for ${count(total.latencyKnown)}`);
  }
  if (checked < decisions && checked === 0) {
    lines.push("what it was before is taken from the records: the log holds none of their policies");
  }
  const definitions = [...builtInFacts, ...target.set.attributes];
  for (const [title, pairs] of [
    ["rule", summary.rules],
    ["model", summary.models],
  ] as const) {
    const sorted = sortedPairs(pairs);
    if (sorted.length === 0) continue;
    const rows = sorted
      .slice(0, MAX_PAIRS)
      .flatMap((pair): readonly Row[] => [
        [{ text: count(pair.count), align: "right" }, `${pair.from} → ${pair.to}`, figuresOf(pair)],
      ]);
    lines.push("", `by ${title}`, ...renderTable(rows, 2, color));
    if (sorted.length > MAX_PAIRS) lines.push(`  and ${sorted.length - MAX_PAIRS} more: --json has them all`);
  }
  const examples = sortedPairs(summary.rules)
    .slice(0, 5)
    .flatMap((pair): readonly Row[] =>
      pair.examples
        .slice(0, 1)
        .map((example) => [example.id, `${pair.from} → ${pair.to}`, writeRequest(example.facts, definitions)]),
    );
  if (examples.length > 0) lines.push("", "examples", ...renderTable(examples, 2, color));
  return `${lines.join("\n")}\n`;
}

function checkLine({ checked, differingCount, decisions }: ReplaySummary): string {
  if (checked === 0) return "not possible: the policies that decided are not in the log";
  const rest = checked === decisions ? "" : ` (${count(decisions - checked)} without their policy)`;
  return `${count(checked - differingCount)} of ${count(checked)} are reproduced by the policy that made them${rest}`;
}

function figuresOf(pair: ReplayPair): string {
  const cost = pair.costKnown === 0 ? "" : signedUsd(pair.costAfter - pair.costBefore);
  return [cost, pair.latencyKnown === 0 ? "" : `first token ${latency(pair)}`].filter((text) => text !== "").join(", ");
}

function latency({ latencyKnown, latencyBefore, latencyAfter }: ReplayPair): string {
  return `${count(Math.round(latencyBefore / latencyKnown))} → ${count(Math.round(latencyAfter / latencyKnown))} ms`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "0 %" : `${((100 * part) / whole).toFixed(2)} %`;
}

function signedPercent(before: number, after: number): string {
  if (before === 0) return after === 0 ? "±0 %" : "from nothing";
  const change = (100 * (after - before)) / before;
  return `${change > 0 ? "+" : change < 0 ? "−" : "±"}${Math.abs(change).toFixed(2)} %`;
}

/** Cents for large sums, three digits for small ones. */
function usd(nano: number): string {
  return nano >= 1e9 ? `$${(nano / 1e9).toFixed(2)}` : `$${formatUsd(Number(nano.toPrecision(3)) as NanoUsd)}`;
}

function signedUsd(nano: number): string {
  return nano === 0 ? "±$0" : `${nano > 0 ? "+" : "−"}${usd(Math.abs(nano))}`;
}
