import type { KeyAnswer } from "../admin/answers.js";
import { useAnswer } from "../admin/use-answer.js";
import { Time } from "../parts/time.js";
import { writeUsd } from "../words/write-figures.js";

/** What is spent of every budget that a key counts towards: its own, its tenant's and its app's. */
export function Budgets({ id }: { readonly id: string }) {
  const { value, error } = useAnswer<KeyAnswer>(`/admin/keys/${id}`);
  if (error !== undefined) return <p class="bad">{error}</p>;
  if (value === undefined) return <p class="faint">Reading…</p>;
  if (value.budgets === null) return <p class="unsure">What is spent cannot be read at the moment.</p>;
  if (value.budgets.length === 0) return <p class="faint">No budget: neither of the key nor of its tenant or app.</p>;
  return (
    <ul>
      {value.budgets.map(({ of, period, limit_usd, spent_usd, free_usd, resets }) => (
        <li key={`${of} ${period}`}>
          <span class={free_usd > 0 ? undefined : "bad"}>
            {writeUsd(spent_usd)} of {writeUsd(limit_usd)}
          </span>{" "}
          spent by {of.replace(/^key .*/, "the key")} {period === "total" ? "in all" : `this ${period}`}
          {resets === null ? null : (
            <small>
              , resets <Time iso={resets} />
            </small>
          )}
        </li>
      ))}
    </ul>
  );
}
