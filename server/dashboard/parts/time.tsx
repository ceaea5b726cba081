import { writeTime } from "../words/write-time.js";

/** A time on the reader's clock; the whole of it on hovering. */
export function Time({ iso }: { readonly iso: string }) {
  return (
    <time dateTime={iso} title={iso}>
      {writeTime(iso)}
    </time>
  );
}
