import { useEffect, useRef, useState } from "preact/hooks";
import type { StoredDecision } from "../../storage/decisions/decision-store.js";
import { Badge, type Tone } from "../parts/badge.js";
import { ModelName } from "../parts/model-name.js";
import { Notice } from "../parts/notice.js";
import { tonesOfOutcomes } from "../parts/result-badge.js";
import { Scroll } from "../parts/scroll.js";
import { Time } from "../parts/time.js";
import { linkTo } from "../parts/use-place.js";
import { countOf, writeCount, writeMs, writeUsd } from "../words/write-figures.js";
import type { Filter } from "./filter-names.js";
import type { ListedDecision } from "./listed-decision.js";
import { type Decisions, useDecisions } from "./use-decisions.js";

export interface DecisionsListProps {
  readonly filter: Filter;
  readonly openId: string | undefined;
}

const states: Readonly<Record<Decisions["state"], readonly [Tone, string]>> = {
  live: ["good", "live"],
  reconnecting: ["unsure", "reconnecting…"],
  stopped: ["bad", "stopped"],
  held: ["plain", "held"],
};

export function DecisionsList({ filter, openId }: DecisionsListProps) {
  const [isLive, setLive] = useState(true);
  const { rows, state, error, skipped, again, more } = useDecisions(filter, isLive);
  const [tone, says] = states[state];
  /** The last row when older ones were asked for: the list is read on from there. */
  const last = useRef("");
  useEffect(() => {
    const next = document.getElementById(last.current)?.closest("tr")?.nextElementSibling?.querySelector("a");
    if (next == null) return;
    last.current = "";
    next.focus();
  }, [rows]);
  return (
    <>
      <p class="live">
        <Badge tone={tone} text={says} />
        <button type="button" class="quiet" onClick={() => (state === "stopped" ? again() : setLive(!isLive))}>
          {state === "stopped" ? "Try again" : isLive ? "Hold" : "Go on"}
        </button>
        {skipped > 0 ? <span class="unsure">{countOf(skipped, "decision")} left out: too many to show</span> : null}
      </p>
      {error === undefined ? null : <Notice tone="bad">{error}</Notice>}
      {rows === undefined && error === undefined ? <p class="faint">Reading…</p> : null}
      {rows === undefined ? null : rows.length === 0 ? (
        <p class="faint">
          No decisions{" "}
          {Object.keys(filter).length > 0 ? "fit the filter." : "yet: send a request, or try the playground."}
        </p>
      ) : (
        <Scroll label="Decisions">
          <table class="rows">
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Status</th>
                <th scope="col">Rule</th>
                <th scope="col">Model</th>
                <th scope="col" class="wide">
                  For
                </th>
                <th scope="col" class="number wide" title="Tokens in → out, of the last attempt">
                  Tokens
                </th>
                <th scope="col" class="number">
                  Took
                </th>
                <th scope="col" class="number">
                  Cost
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.decision.id} row={row} filter={filter} isOpen={row.decision.id === openId} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {more === undefined ? null : (
        <p>
          <button
            type="button"
            onClick={() => {
              last.current = rows?.at(-1)?.decision.id ?? "";
              void more();
            }}
          >
            Show older
          </button>
        </p>
      )}
    </>
  );
}

interface RowProps {
  readonly row: ListedDecision;
  readonly filter: Filter;
  readonly isOpen: boolean;
}

function Row({ row: { decision, summary }, filter, isOpen }: RowProps) {
  const { id, time, attempts, result } = decision;
  const { rule, model, status } = summary;
  const costs = attempts.flatMap(({ cost_usd }) => cost_usd ?? []);
  const tone = status < 400 ? tonesOfOutcomes[result?.outcome ?? "answered"] : status < 500 ? "unsure" : "bad";
  return (
    <tr class={isOpen ? "open" : undefined}>
      <td>
        <a id={id} class="whole" href={linkTo(["decisions", id], filter)} aria-current={isOpen ? "true" : undefined}>
          <Time iso={time} />
          <span class="unseen">{` ${rule} ${status}`}</span>
        </a>
      </td>
      <td>
        <Badge tone={tone} text={String(status)} />
      </td>
      <td>{rule}</td>
      <td>
        {model === undefined ? (
          <span class="faint">{(result?.code ?? result?.outcome)?.replaceAll("_", " ") ?? "nobody"}</span>
        ) : (
          <ModelName model={model} />
        )}
        {status < 400 && result !== undefined && result.outcome !== "answered" ? (
          <small class={tone}> {result.outcome}</small>
        ) : null}
        {attempts.length > 1 ? <small> {countOf(attempts.length, "attempt")}</small> : null}
      </td>
      <td class="wide">{whoAsked(decision)}</td>
      <td class="number wide">{writeTokens(decision)}</td>
      <td class="number">{result === undefined ? "" : writeMs(result.total_ms)}</td>
      <td class="number">
        {costs.length === 0 ? <span class="faint">–</span> : writeUsd(costs.reduce((a, b) => a + b, 0))}
      </td>
    </tr>
  );
}

/** The tenant and its app; where there is none, the user or the key. */
function whoAsked({ facts }: StoredDecision): string {
  const read = (name: string) => facts[name]?.value ?? [];
  const [tenant, app, user, key] = ["tenant", "app", "user", "key"].map((name) => String(read(name)));
  return [tenant, app].filter((one) => one !== "").join(" · ") || user || key || "";
}

function writeTokens({ attempts }: StoredDecision): string {
  const { input_tokens, output_tokens } = attempts.at(-1)?.usage ?? {};
  if (input_tokens === undefined && output_tokens === undefined) return "";
  const write = (count: number | undefined) => (count === undefined ? "?" : writeCount(count));
  return `${write(input_tokens)} → ${write(output_tokens)}`;
}
