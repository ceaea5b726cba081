import { useState } from "preact/hooks";
import type { PolicyAnswer } from "../admin/answers.js";
import { askAdmin, describeError } from "../admin/ask-admin.js";
import { Refusal } from "../admin/refusal.js";
import { Folded } from "../parts/folded.js";
import { Time } from "../parts/time.js";
import { linkTo } from "../parts/use-place.js";
import { shortGit } from "../words/short-git.js";
import { countOf } from "../words/write-figures.js";
import { writeAgo } from "../words/write-time.js";
import { PolicyChanges } from "./policy-changes.js";

export interface PolicyCardProps {
  readonly policy: PolicyAnswer;
  readonly onReloaded: () => void;
}

/** The policy that serves. */
export function PolicyCard({ policy, onReloaded }: PolicyCardProps) {
  const { serving, before, last_reload: lastReload, reloads, watching } = policy;
  return (
    <section class="card" aria-labelledby="serving">
      <div class="heading">
        <h2 id="serving">
          Serving <strong>{serving.name}</strong>
        </h2>
        <Reload onReloaded={onReloaded} />
      </div>
      <dl class="figures">
        <div>
          <dt>Revision</dt>
          <dd>
            <a href={linkTo(["decisions"], { revision: serving.revision })} title={serving.revision}>
              <code>{serving.revision.slice(0, 12)}</code>
            </a>
          </dd>
        </div>
        {serving.git === undefined ? null : (
          <div>
            <dt>Git</dt>
            <dd>
              <code title={serving.git}>{shortGit(serving.git)}</code>
            </dd>
          </div>
        )}
        <div>
          <dt>Since</dt>
          <dd>
            <Time iso={serving.since} /> <small>{writeAgo(serving.since)}</small>
          </dd>
        </div>
        <div>
          <dt>Size</dt>
          <dd>{countOf(serving.rules, "rule")}</dd>
        </div>
        <div>
          <dt>Last reload</dt>
          <dd>
            <Time iso={lastReload.at} />{" "}
            <small>
              {lastReload.successful ? "taken" : "refused"}: {lastReload.reason}
            </small>
          </dd>
        </div>
        <div>
          <dt>Reloads</dt>
          <dd>
            {reloads.applied} applied,{" "}
            <small>
              {reloads.unchanged} unchanged, {reloads.rejected} refused
            </small>
          </dd>
        </div>
        <div>
          <dt>Directory</dt>
          <dd>{watching ? "watched" : "not watched"}</dd>
        </div>
      </dl>
      {before === undefined ? null : (
        <Folded key={serving.revision} class="changed" summary={`What changed since ${before.revision.slice(0, 12)}`}>
          {() => <PolicyChanges before={before.revision} now={serving.revision} />}
        </Folded>
      )}
    </section>
  );
}

/** Reads the directory now. */
function Reload({ onReloaded }: Pick<PolicyCardProps, "onReloaded">) {
  const [said, say] = useState("");
  const isReading = said === "reading…";
  const reload = async () => {
    if (isReading) return;
    say("reading…");
    try {
      const { result } = await askAdmin<{ result: string }>("/admin/policy/reload", { method: "POST" });
      say(result);
    } catch (error) {
      say(error instanceof Refusal && error.status === 422 ? "refused" : describeError(error));
    }
    onReloaded();
  };
  return (
    <p class="action">
      <output>{said}</output>
      <button type="button" aria-disabled={isReading} onClick={reload}>
        Reload the policy
      </button>
    </p>
  );
}
