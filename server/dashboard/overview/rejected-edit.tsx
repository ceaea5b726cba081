import type { PolicyAnswer } from "../admin/answers.js";
import { Notice } from "../parts/notice.js";
import { Pre } from "../parts/scroll.js";

export interface RejectedEditProps {
  readonly title: string;
  readonly rejected: NonNullable<PolicyAnswer["rejected"]>;
}

/** An edit that was refused, with its code frames. */
export function RejectedEdit({ title, rejected: { at, errors, codes, text } }: RejectedEditProps) {
  return (
    <Notice tone="bad" title={title}>
      <p>
        {errors === 1 ? "1 error" : `${errors} errors`} ({codes.join(", ")}), {new Date(at).toLocaleString("en-GB")}
      </p>
      <Pre label="What is wrong with it" class="frame">
        {text}
      </Pre>
    </Notice>
  );
}
