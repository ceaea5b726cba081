import type { HealthAnswer, PolicyAnswer } from "../admin/answers.js";
import { useAnswer } from "../admin/use-answer.js";
import { Notice } from "../parts/notice.js";
import { Pre } from "../parts/scroll.js";
import { countOf } from "../words/write-figures.js";
import { EndpointsTable } from "./endpoints-table.js";
import { PolicyCard } from "./policy-card.js";
import { RejectedEdit } from "./rejected-edit.js";
import { ShadowCard } from "./shadow-card.js";

const EVERY_MS = 3_000;

/** What serves, what was refused, and how the endpoints are. */
export function Overview() {
  const policy = useAnswer<PolicyAnswer>("/admin/policy", EVERY_MS);
  const health = useAnswer<HealthAnswer>("/admin/health", EVERY_MS);
  const error = policy.error ?? health.error;
  return (
    <>
      <h1 class="unseen">Overview</h1>
      {error === undefined ? null : <Notice tone="bad">{error}</Notice>}
      {health.value?.simulated === true ? (
        <Notice tone="unsure" title="Answers are simulated.">
          <p>
            No provider's API key is set, so the built-in simulator answers every request in place of real models. Set a
            key the catalog names (<code>OPENAI_API_KEY</code>, …) and start the server again.
          </p>
        </Notice>
      ) : null}
      {policy.value?.rejected === undefined ? null : (
        <RejectedEdit
          title="The newest edit of the policy was refused; the one before it goes on serving."
          rejected={policy.value.rejected}
        />
      )}
      {policy.value?.warnings === undefined ? null : (
        <Notice tone="unsure" title={`The policy serves, with ${countOf(policy.value.warnings.count, "warning")}.`}>
          <Pre label="What reading its files warned of" class="frame">
            {policy.value.warnings.text}
          </Pre>
        </Notice>
      )}
      {policy.value === undefined ? null : <PolicyCard policy={policy.value} onReloaded={policy.again} />}
      {policy.value?.shadow === undefined ? null : <ShadowCard />}
      {health.value === undefined ? null : <EndpointsTable health={health.value} />}
    </>
  );
}
