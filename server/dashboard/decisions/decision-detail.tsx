import type { ComponentChildren } from "preact";
import type { DecisionAnswer } from "../admin/answers.js";
import { useAnswer } from "../admin/use-answer.js";
import { Explanation } from "../explanation/explanation.js";
import { Folded } from "../parts/folded.js";
import { Notice } from "../parts/notice.js";
import { Pre } from "../parts/scroll.js";
import { Unanswered } from "../parts/unanswered.js";
import { isDecisionId } from "./is-decision-id.js";

export interface DecisionDetailProps {
  readonly id: string;
  /** What can be done with a decision that is there. */
  readonly children?: ComponentChildren;
}

/** A stored decision with its reasons, and its recorded content where there is some. */
export function DecisionDetail({ id, children }: DecisionDetailProps) {
  const isId = isDecisionId(id);
  const { value, error, again } = useAnswer<DecisionAnswer>(isId ? `/admin/decisions/${id}` : undefined);
  if (!isId) return <Notice tone="bad">there is no decision of that id</Notice>;
  if (error !== undefined) return <Unanswered error={error} again={again} />;
  if (value === undefined) return <p class="faint">Reading…</p>;
  return (
    <>
      {children}
      <Explanation record={value.record} request={{ decision: id }} />
      {value.content === undefined ? null : (
        <Folded class="json" summary="Recorded prompt and answer, redacted">
          {() => <Pre label="Prompt and answer">{JSON.stringify(value.content, undefined, 2)}</Pre>}
        </Folded>
      )}
    </>
  );
}
