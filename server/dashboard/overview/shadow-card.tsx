import type { ShadowAnswer } from "../admin/answers.js";
import { useAnswer } from "../admin/use-answer.js";
import { Notice } from "../parts/notice.js";
import { Time } from "../parts/time.js";
import { shortGit } from "../words/short-git.js";
import { countOf, writeCount, writeMs, writeShare, writeUsd } from "../words/write-figures.js";
import { writeAgo } from "../words/write-time.js";
import { RejectedEdit } from "./rejected-edit.js";
import { ShadowPairs } from "./shadow-pairs.js";

/** Its pairs have examples: it is longer than what else is asked for. */
const EVERY_MS = 10_000;

/** What the policy of `--shadow` would have decided otherwise. */
export function ShadowCard() {
  const { value, error } = useAnswer<ShadowAnswer>("/admin/shadow", EVERY_MS);
  if (value === undefined) return error === undefined ? null : <Notice tone="bad">{error}</Notice>;
  const { policy, rejected, decisions, changed, rules, models } = value;
  return (
    <>
      {rejected === undefined ? null : (
        <RejectedEdit
          title="The newest edit of the shadow policy was refused; the one before it goes on being tried."
          rejected={rejected}
        />
      )}
      <section class="card" aria-labelledby="shadow">
        <div class="heading">
          <h2 id="shadow">
            Trying <strong>{policy.name}</strong> <small>beside it, without effect</small>
          </h2>
          <p>
            {decisions === 0
              ? "no decision yet"
              : changed === 0
                ? `none of ${countOf(decisions, "decision")} would change`
                : `${writeCount(changed)} of ${countOf(decisions, "decision")} would change (${writeShare(changed / decisions)})`}
          </p>
        </div>
        <Figures report={value} />
        <Doubts report={value} />
        {rules.length === 0 ? null : <ShadowPairs title="By rule" pairs={rules} decisions={decisions} />}
        {models.length === 0 ? null : <ShadowPairs title="By endpoint" pairs={models} decisions={decisions} />}
      </section>
    </>
  );
}

function Figures({ report }: { readonly report: ShadowAnswer }) {
  const { policy, since, fallbacks_changed: fallbacks, lost, gained, total } = report;
  const { latency_before_ms: before, latency_after_ms: after } = total;
  return (
    <dl class="figures">
      <div>
        <dt>Revision</dt>
        <dd>
          <code title={policy.revision}>{policy.revision.slice(0, 12)}</code>
        </dd>
      </div>
      {policy.git === undefined ? null : (
        <div>
          <dt>Git</dt>
          <dd>
            <code title={policy.git}>{shortGit(policy.git)}</code>
          </dd>
        </div>
      )}
      <div>
        <dt>Counted since</dt>
        <dd>
          <Time iso={since} /> <small>{writeAgo(since)}</small>
        </dd>
      </div>
      <div>
        <dt>Other fallbacks only</dt>
        <dd>{writeCount(fallbacks)}</dd>
      </div>
      <div>
        <dt>Last candidate</dt>
        <dd>
          <span class={lost > 0 ? "bad" : undefined}>{writeCount(lost)} lose it</span>,{" "}
          <small>{writeCount(gained)} gain one</small>
        </dd>
      </div>
      {total.cost_known === 0 ? null : (
        <div>
          <dt>Expected cost, all</dt>
          <dd>
            {writeUsd(total.cost_before_usd)} → {writeUsd(total.cost_after_usd)}
          </dd>
        </div>
      )}
      {before === undefined || after === undefined ? null : (
        <div>
          <dt>First token, mean</dt>
          <dd>
            {writeMs(before)} → {writeMs(after)}
          </dd>
        </div>
      )}
    </dl>
  );
}

/** What makes the counts less than they seem. */
function Doubts({ report: { differing_count: differing, skipped } }: { readonly report: ShadowAnswer }) {
  return (
    <>
      {skipped === 0 ? null : (
        <Notice tone="unsure">
          {countOf(skipped, "decision")} came faster than they could be tried, and are not counted.
        </Notice>
      )}
      {differing === 0 ? null : (
        <Notice tone="unsure">
          {countOf(differing, "decision")} came out otherwise when made again under the policy that served; there should
          be none.
        </Notice>
      )}
    </>
  );
}
