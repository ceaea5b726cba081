import type { DecisionAnswer } from "../admin/answers.js";
import { useAnswer } from "../admin/use-answer.js";
import { Explanation } from "../explanation/explanation.js";
import { Folded } from "../parts/folded.js";
import { Notice } from "../parts/notice.js";

/** A stored decision with its reasons, and its recorded content where there is some. */
export function DecisionDetail({ id }: { readonly id: string }) {
  const { value, error, again } = useAnswer<DecisionAnswer>(`/admin/decisions/${encodeURIComponent(id)}`);
  if (error !== undefined) {
    return (
      <Notice tone="bad">
        <p>{error}</p>
        <button type="button" onClick={again}>
          Ask again
        </button>
      </Notice>
    );
  }
  if (value === undefined) return <p class="faint">Reading…</p>;
  return (
    <>
      <Explanation record={value.record} />
      {value.content === undefined ? null : (
        <Folded class="json" summary="Recorded prompt and answer, redacted">
          {() => <pre>{JSON.stringify(value.content, undefined, 2)}</pre>}
        </Folded>
      )}
    </>
  );
}
