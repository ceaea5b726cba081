import type { DecisionRecord, RecordedCandidate } from "../../../engine/serving.js";
import { Badge } from "../parts/badge.js";
import { Scroll } from "../parts/scroll.js";
import { writeCount, writeMs, writeUsd } from "../words/write-figures.js";
import { Endpoint } from "./verdict.js";

/** Every candidate: the attempts in order, then what was left out and why. */
export function CandidatesTable({ record }: { readonly record: DecisionRecord }) {
  const { candidates, assumed_output_tokens: assumed } = record;
  const shown = figures.filter(({ read }) => candidates.some((one) => read(one) !== undefined));
  const namesRule = new Set(candidates.map(({ rule }) => rule)).size > 1;
  const hasCost = candidates.some(({ cost_usd }) => cost_usd !== undefined);
  return (
    <>
      <Scroll label="Candidates">
        <table class="candidates">
          <thead>
            <tr>
              <th scope="col" class="number">
                Rank
              </th>
              <th scope="col">Endpoint</th>
              <th scope="col">Verdict</th>
              {shown.map(({ title }) => (
                <th key={title} scope="col" class="number">
                  {title}
                </th>
              ))}
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {candidates.map((one) => (
              <tr key={`${one.rule} ${one.endpoint}`} class={one.verdict}>
                <td class="number">{one.rank ?? <span class="bad">✗</span>}</td>
                <th scope="row">
                  <Endpoint id={one.endpoint} />
                </th>
                <td>
                  <Badge
                    tone={one.verdict === "chosen" ? "good" : one.verdict === "excluded" ? "bad" : "plain"}
                    text={one.verdict}
                  />
                </td>
                {shown.map(({ title, read }) => (
                  <td key={title} class="number">
                    {read(one) ?? <span class="faint">–</span>}
                  </td>
                ))}
                <td>
                  <Why candidate={one} namesRule={namesRule} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {assumed === undefined || !hasCost || record.facts["max_output_tokens"] !== undefined ? null : (
        <p class="faint">
          Cost: expected for an answer of {writeCount(assumed)} tokens, or of the model's limit if that is lower.
        </p>
      )}
    </>
  );
}

function Why({ candidate, namesRule }: { readonly candidate: RecordedCandidate; readonly namesRule: boolean }) {
  const { reason, detail, from, rule } = candidate;
  if (reason !== undefined) {
    return (
      <>
        <code class="reason">{reason}</code> {detail}
      </>
    );
  }
  const origin = [...(from === "fallback" ? ["from fallback"] : []), ...(namesRule ? [`of ${rule}`] : [])].join(" ");
  return (
    <span class="faint">
      {origin}
      {detail === undefined ? "" : ` ${detail}`}
    </span>
  );
}

/** The columns of figures; one is shown when some candidate has it. */
const figures: readonly {
  readonly title: string;
  readonly read: (candidate: RecordedCandidate) => string | undefined;
}[] = [
  { title: "Cost", read: ({ cost_usd }) => (cost_usd === undefined ? undefined : writeUsd(cost_usd)) },
  { title: "Latency", read: ({ latency_ms }) => (latency_ms === undefined ? undefined : writeMs(latency_ms)) },
  { title: "Score", read: (candidate) => (addsScore(candidate) ? writeScore(candidate.score) : undefined) },
];

/** Whether the score is other than the cost (in nano-dollars) or the latency that `cheapest` and `fastest` order by. */
function addsScore({ score, cost_usd, latency_ms }: RecordedCandidate): boolean {
  const isCost = cost_usd !== undefined && score === Math.round(cost_usd * 1e9);
  return score !== undefined && !isCost && score !== latency_ms;
}

function writeScore(score = 0): string {
  return String(Number(score.toPrecision(4)));
}
