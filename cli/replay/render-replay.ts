import {
  builtInFacts,
  type CompiledPolicy,
  type ReplayPair,
  type ReplaySummary,
  type Row,
  renderTable,
  shortRevision,
  sortedPairs,
  writeChange,
  writeCount,
  writeCounted,
  writeRequest,
  writeShare,
  writeSum,
} from "../../engine/index.js";

const MAX_PAIRS = 20;

export function renderReplay(summary: ReplaySummary, target: CompiledPolicy, color: boolean): string {
  const { decisions, changed, checked, differingCount, total } = summary;
  const revisions = Object.keys(summary.revisions).length;
  const lines = [
    `${writeCounted(decisions, "decision")} of ${writeCounted(revisions, "revision")}${summary.unreadable === 0 ? "" : ` · ${writeCounted(summary.unreadable, "line")} ${summary.unreadable === 1 ? "is" : "are"} no decision`}`,
    `self-check  ${checkLine(summary)}`,
    ...(differingCount === 0 ? [] : [`            not reproduced: ${summary.differing.join(", ")}`]),
    `${target.name}@${shortRevision(target.revision)}  ${changed === 0 ? "nothing changes" : `${writeCounted(changed, "decision")} ${changed === 1 ? "changes" : "change"} (${writeShare(changed, decisions)})`}${summary.fallbacksChanged === 0 ? "" : ` · ${writeCount(summary.fallbacksChanged)} more only in their fallbacks`}`,
  ];
  if (summary.lost > 0) lines.push(`            ${writeCount(summary.lost)} have no candidate left`);
  if (summary.gained > 0) lines.push(`            ${writeCount(summary.gained)} have a candidate that had none`);
  if (total.costKnown > 0) {
    const known = total.costKnown === decisions ? "" : `, known for ${writeCount(total.costKnown)}`;
    lines.push(
      `expected cost  ${writeSum(total.costBefore)} → ${writeSum(total.costAfter)} (${writeChange(total.costBefore, total.costAfter)}${known})`,
    );
  }
  if (changed > 0 && total.latencyKnown > 0) {
    lines.push(`first token    ${latency(total)} on average, observed for ${writeCount(total.latencyKnown)}`);
  }
  if (checked < decisions && checked === 0) {
    lines.push(
      "what it was before is taken from the records: the log lacks their policies, or this version of Routewright reads them otherwise",
    );
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
        [{ text: writeCount(pair.count), align: "right" }, `${pair.from} → ${pair.to}`, figuresOf(pair)],
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
  const rest = checked === decisions ? "" : ` (${writeCount(decisions - checked)} without their policy)`;
  return `${writeCount(checked - differingCount)} of ${writeCount(checked)} are reproduced by the policy that made them${rest}`;
}

function figuresOf(pair: ReplayPair): string {
  const cost = pair.costKnown === 0 ? "" : signedUsd(pair.costAfter - pair.costBefore);
  return [cost, pair.latencyKnown === 0 ? "" : `first token ${latency(pair)}`].filter((text) => text !== "").join(", ");
}

function latency({ latencyKnown, latencyBefore, latencyAfter }: ReplayPair): string {
  return `${writeCount(Math.round(latencyBefore / latencyKnown))} → ${writeCount(Math.round(latencyAfter / latencyKnown))} ms`;
}

function signedUsd(nano: number): string {
  return nano === 0 ? "±$0" : `${nano > 0 ? "+" : "−"}${writeSum(Math.abs(nano))}`;
}
