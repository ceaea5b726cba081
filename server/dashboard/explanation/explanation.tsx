import type { DecisionRecord } from "../../../engine/serving.js";
import type { StoredDecision } from "../../storage/decisions/decision-store.js";
import { Folded } from "../parts/folded.js";
import { Notice } from "../parts/notice.js";
import { Pre } from "../parts/scroll.js";
import { Attempts } from "./attempts.js";
import { CandidatesTable } from "./candidates-table.js";
import { FactsList } from "./facts-list.js";
import { GuardsList } from "./guards-list.js";
import { PolicySource } from "./policy-source.js";
import { RulesRead } from "./rules-read.js";
import { Verdict } from "./verdict.js";
import { WhyNotForm } from "./why-not.js";

export interface ExplanationProps {
  /** Without its reasons when the policy that decided is not known any more. */
  readonly record: DecisionRecord | StoredDecision;
  /** What tells `POST /admin/explain` which request is meant. */
  readonly request: object;
}

/** One decision and why: in the order in which it was made. */
export function Explanation({ record, request }: ExplanationProps) {
  return (
    <PolicySource.Provider value={record.policy.revision}>
      <article class="explanation" aria-label={`Decision ${record.id}`}>
        {"outcome" in record ? <Explained record={record} request={request} /> : <Unexplained record={record} />}
        <Folded class="json" summary="The record as JSON">
          {() => <Pre label="The record">{JSON.stringify(record, undefined, 2)}</Pre>}
        </Folded>
      </article>
    </PolicySource.Provider>
  );
}

function Explained({ record, request }: ExplanationProps & { readonly record: DecisionRecord }) {
  const { outcome, candidates } = record;
  return (
    <>
      <Verdict record={record} />
      <Warnings warnings={record.warnings} />
      <section aria-label="Facts">
        <h3>What was known</h3>
        <FactsList record={record} />
      </section>
      <section aria-label="Guards">
        <h3>Guards that act</h3>
        <GuardsList outcome={outcome} />
      </section>
      <section aria-label="Rules">
        <h3>
          Routes, in reading order
          {outcome.denied === undefined ? null : <small> what it would have been without the refusal</small>}
        </h3>
        <RulesRead outcome={outcome} />
      </section>
      {candidates.length === 0 ? null : (
        <section aria-label="Candidates">
          <h3>
            Candidates <small>strategy {outcome.route.strategy}</small>
          </h3>
          <CandidatesTable record={record} />
        </section>
      )}
      <Folded class="asking" summary="Why not another model?">
        {() => <WhyNotForm request={request} />}
      </Folded>
      <WhatHappened record={record} />
    </>
  );
}

function Unexplained({ record }: { readonly record: StoredDecision }) {
  return (
    <>
      <Notice tone="unsure" title="The reasons cannot be shown.">
        <p>
          The policy this was decided by (<code>{record.policy.revision.slice(0, 12)}</code>) is not here any more, or
          this version reads it otherwise. What was known and what happened is below.
        </p>
      </Notice>
      <Warnings warnings={record.warnings} />
      <section aria-label="Facts">
        <h3>What was known</h3>
        <FactsList record={record} />
      </section>
      <WhatHappened record={record} />
    </>
  );
}

function WhatHappened({ record }: { readonly record: DecisionRecord | StoredDecision }) {
  if (record.result === undefined && record.attempts.length === 0) return null;
  return (
    <section aria-label="Attempts">
      <h3>What happened</h3>
      <Attempts attempts={record.attempts} result={record.result} />
    </section>
  );
}

function Warnings({ warnings }: { readonly warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <Notice tone="unsure" title={warnings.length === 1 ? "A warning" : `${warnings.length} warnings`}>
      <ul>
        {warnings.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </Notice>
  );
}
