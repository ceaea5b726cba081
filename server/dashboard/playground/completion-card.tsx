import { Badge } from "../parts/badge.js";
import { Notice } from "../parts/notice.js";
import type { Completion } from "./send-completion.js";

export interface CompletionCardProps {
  readonly completion: Completion;
  /** False when it is over, or was stopped. */
  readonly isComing: boolean;
}

/** The answer as it comes, and what its headers say of the way it took. */
export function CompletionCard({ completion, isComing }: CompletionCardProps) {
  const { status, headers, text, error } = completion;
  return (
    <section class="card" aria-label="Answer">
      <div class="heading">
        <h2>
          Answer <Badge tone={status < 400 ? "good" : "bad"} text={String(status)} />
        </h2>
        {isComing ? <p class="faint">coming…</p> : null}
      </div>
      {error === undefined ? null : <Notice tone="bad">{error}</Notice>}
      {text === "" ? null : <pre class="answer">{text}</pre>}
      <details>
        <summary>Response headers</summary>
        <dl class="headers">
          {Object.entries(headers).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  );
}
