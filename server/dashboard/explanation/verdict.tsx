import type { DecisionRecord } from "../../../engine/serving.js";
import { ResultBadge } from "../parts/result-badge.js";
import { Time } from "../parts/time.js";
import { linkTo } from "../parts/use-place.js";
import { shortGit } from "../words/short-git.js";
import { SourcePlace } from "./policy-source.js";

/** What was decided, in a sentence; the plan; and where this decision belongs. */
export function Verdict({ record }: { readonly record: DecisionRecord }) {
  const { id, policy, operation, result, simulated, time } = record;
  return (
    <header class="verdict">
      <Sentence record={record} />
      <Plan record={record} />
      <Answered record={record} />
      <p class="about">
        {result === undefined ? <span>nothing was sent</span> : <ResultBadge result={result} />}
        {simulated === true ? <span class="badge unsure">simulated</span> : null}
        {operation === undefined ? null : <code title="What the client asked for">{operation}</code>}
        <Time iso={time} />
        <span>
          {policy.name}@<code title={policy.revision}>{policy.revision.slice(0, 12)}</code>
          {policy.git === undefined ? null : <span title={policy.git}> git {shortGit(policy.git)}</span>}
        </span>
        {result === undefined ? null : <code>{id}</code>}
      </p>
    </header>
  );
}

function Sentence({ record }: { readonly record: DecisionRecord }) {
  const { outcome, chosen, candidates } = record;
  const { denied, route } = outcome;
  if (denied !== undefined) {
    return (
      <>
        <h2 class="bad">Refused</h2>
        <p>
          by rule <RuleLink rule={denied.rule} /> <SourcePlace file={denied.file} line={denied.line} />
        </p>
        <p class="quote">{denied.message}</p>
      </>
    );
  }
  const usedRule = candidates.find(({ verdict }) => verdict === "chosen")?.rule ?? route.rule;
  return (
    <>
      <h2 class={chosen === undefined ? "bad" : "good"}>
        {chosen === undefined ? "No candidate is left" : <Endpoint id={chosen} />}
      </h2>
      <p>
        by {route.rule === "default" ? "the " : "rule "}
        <RuleLink rule={route.rule} />
        {route.rule === "default" ? " route" : ""}{" "}
        {route.file === undefined || route.line === undefined ? null : (
          <SourcePlace file={route.file} line={route.line} />
        )}
      </p>
      {route.because === undefined ? null : <p class="because">{route.because}</p>}
      {usedRule === route.rule ? null : (
        <p class="because">
          {route.rule} had no candidate left; this one is of {usedRule} (<code>on_exhausted: next_rule</code>)
        </p>
      )}
    </>
  );
}

/** To the decisions of a rule. */
function RuleLink({ rule }: { readonly rule: string }) {
  return (
    <a class="rule" href={linkTo(["decisions"], { rule })} title="Decisions by this rule">
      {rule}
    </a>
  );
}

function Plan({ record: { chosen, fallbacks } }: { readonly record: DecisionRecord }) {
  if (chosen === undefined || fallbacks.length === 0) return null;
  return (
    <ol class="plan" aria-label="Plan: tried in this order">
      {[chosen, ...fallbacks].map((id) => (
        <li key={id}>
          <Endpoint id={id} />
        </li>
      ))}
    </ol>
  );
}

/** Who answered, when it was not the first of the plan. */
function Answered({ record: { attempts, chosen, result } }: { readonly record: DecisionRecord }) {
  const last = attempts.at(-1);
  if (last === undefined || last.endpoint === chosen || result?.outcome !== "answered") return null;
  return (
    <p>
      answered by{" "}
      <strong>
        <Endpoint id={last.endpoint} />
      </strong>{" "}
      in attempt {attempts.length}
    </p>
  );
}

/** `author/model@provider`, the provider quieter. */
export function Endpoint({ id }: { readonly id: string }) {
  const at = id.lastIndexOf("@");
  if (at === -1) return <span class="endpoint">{id}</span>;
  return (
    <span class="endpoint">
      {id.slice(0, at)}
      <wbr />
      <small>{id.slice(at)}</small>
    </span>
  );
}
