import type { RecordedAttempt, RecordedResult } from "../../../engine/serving.js";
import { Badge } from "../parts/badge.js";
import { ResultBadge } from "../parts/result-badge.js";
import { writeCount, writeMs, writeUsd } from "../words/write-figures.js";
import { Endpoint } from "./verdict.js";

export interface AttemptsProps {
  readonly attempts: readonly RecordedAttempt[];
  readonly result: RecordedResult | undefined;
}

/** What was sent and what came of it, then what the client saw. */
export function Attempts({ attempts, result }: AttemptsProps) {
  const longest = Math.max(1, ...attempts.map(({ total_ms }) => total_ms));
  return (
    <>
      {attempts.length === 0 ? <p class="faint">Nothing was sent upstream.</p> : null}
      <ol class="attempts">
        {attempts.map((attempt, index) => (
          <li key={index}>
            <p>
              <Endpoint id={attempt.endpoint} />{" "}
              <Badge tone={attempt.error_class === undefined ? "good" : "bad"} text={describeEnd(attempt)} />
            </p>
            <Duration attempt={attempt} longest={longest} />
            <p class="faint">{describe(attempt)}</p>
            {attempt.error === undefined ? null : <p class="quote">{attempt.error}</p>}
          </li>
        ))}
      </ol>
      {result === undefined ? null : (
        <div class="result">
          <p>
            The client saw <ResultBadge result={result} />
            {result.cache === undefined ? "" : `, cache ${result.cache}`}
            {result.queued_ms === undefined ? "" : `, of which ${writeMs(result.queued_ms)} waiting for a candidate`}
          </p>
          {(result.passed_over ?? []).map(({ endpoint, reason }) => (
            <p key={endpoint} class="faint">
              passed over: <Endpoint id={endpoint} /> {reason === "busy" ? "had no free place" : "had its circuit open"}
            </p>
          ))}
        </div>
      )}
    </>
  );
}

/** `200`, `503 overloaded`, `no answer: connection`. */
function describeEnd({ status, error_class }: RecordedAttempt): string {
  const end = status ?? "no answer";
  return error_class === undefined ? String(end) : `${end}${status === undefined ? ":" : ""} ${error_class}`;
}

function describe({ first_token_ms, total_ms, usage, cost_usd }: RecordedAttempt): string {
  const { input_tokens, output_tokens, cached_input_tokens, reasoning_output_tokens } = usage ?? {};
  return [
    ...(first_token_ms === undefined ? [] : [`first token after ${writeMs(first_token_ms)}`]),
    `${writeMs(total_ms)} in all`,
    ...(input_tokens === undefined ? [] : [`${writeCount(input_tokens)} tokens in`]),
    ...(cached_input_tokens === undefined ? [] : [`${writeCount(cached_input_tokens)} of them cached`]),
    ...(output_tokens === undefined ? [] : [`${writeCount(output_tokens)} out`]),
    ...(reasoning_output_tokens === undefined ? [] : [`${writeCount(reasoning_output_tokens)} of them reasoning`]),
    ...(cost_usd === undefined ? [] : [writeUsd(cost_usd)]),
  ].join(" · ");
}

/** A bar as long as the attempt took, its part before the first token paler. */
function Duration({ attempt, longest }: { readonly attempt: RecordedAttempt; readonly longest: number }) {
  const { first_token_ms = 0, total_ms, error_class } = attempt;
  const length = Math.max(0.5, (total_ms / longest) * 100);
  const waiting = Math.min(length, (first_token_ms / longest) * 100);
  return (
    <svg
      class={`duration ${error_class === undefined ? "good" : "bad"}`}
      viewBox="0 0 100 1"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect width="100" height="1" class="rest" />
      <rect width={length} height="1" class="whole" />
      <rect width={waiting} height="1" class="waiting" />
    </svg>
  );
}
