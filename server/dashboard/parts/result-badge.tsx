import type { RecordedResult } from "../../../engine/serving.js";
import { writeMs } from "../words/write-figures.js";
import { Badge, type Tone } from "./badge.js";

/** By how a request ended: a status of 200 may have been followed by half an answer. */
export const tonesOfOutcomes: Readonly<Record<RecordedResult["outcome"], Tone>> = {
  answered: "good",
  denied: "unsure",
  rejected: "unsure",
  cancelled: "plain",
  no_candidate: "bad",
  failed: "bad",
  cut: "bad",
};

/** How a request ended for the client. */
export function ResultBadge({ result }: { readonly result: RecordedResult }) {
  const { status, outcome, code, total_ms } = result;
  return (
    <span>
      <Badge tone={tonesOfOutcomes[outcome]} text={`${status} ${outcome.replace("_", " ")}`} />
      {code === undefined || code === outcome ? null : <code> {code}</code>} in {writeMs(total_ms)}
    </span>
  );
}
