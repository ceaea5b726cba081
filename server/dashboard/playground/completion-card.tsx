import { Badge } from "../parts/badge.js";
import { Notice } from "../parts/notice.js";
import type { Choice } from "./choices.js";
import type { Completion } from "./send-completion.js";

export interface CompletionCardProps {
  readonly completion: Completion;
  /** False when it is over, or was stopped. */
  readonly isComing: boolean;
}

/** The answer as it comes, and what its headers say of the way it took. */
export function CompletionCard({ completion, isComing }: CompletionCardProps) {
  const { status, headers, error } = completion;
  const choices = Object.entries(completion.choices);
  return (
    <section class="card" aria-label="Answer">
      <div class="heading">
        <h2>
          Answer <Badge tone={status < 400 ? "good" : "bad"} text={String(status)} />
        </h2>
        {isComing ? <p class="faint">coming…</p> : null}
      </div>
      {error === undefined ? null : <Notice tone="bad">{error}</Notice>}
      {choices.map(([index, choice]) => (
        <div key={index}>
          {choices.length === 1 ? null : <h3>Choice {index}</h3>}
          <ChoiceText choice={choice} />
        </div>
      ))}
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

/** What a model said, the tools it calls, and why it ended where that is not plain. */
function ChoiceText({ choice: { text, refusal, calls, finish } }: { readonly choice: Choice }) {
  return (
    <>
      {text === "" ? null : <pre class="answer">{text}</pre>}
      {refusal === "" ? null : (
        <>
          <p class="label">refused</p>
          <pre class="answer">{refusal}</pre>
        </>
      )}
      {Object.entries(calls).map(([index, { name, arguments: given }]) => (
        <div key={index}>
          <p class="label">
            calls <code>{name}</code>
          </p>
          <pre class="answer">
            <code>{given}</code>
          </pre>
        </div>
      ))}
      {finish === undefined || finish === "stop" || finish === "tool_calls" ? null : (
        <p class="unsure">
          ended by <code>{finish}</code>
        </p>
      )}
    </>
  );
}
