import { useEffect, useRef } from "preact/hooks";
import { linkTo } from "../parts/use-place.js";
import { DecisionDetail } from "./decision-detail.js";
import { DecisionsFilter } from "./decisions-filter.js";
import { DecisionsList } from "./decisions-list.js";
import { filterOf } from "./filter-names.js";

export interface DecisionsViewProps {
  /** The decision that is open. */
  readonly id: string | undefined;
  readonly query: Readonly<Record<string, string>>;
}

/** Decisions as they are made, and the reasons of one of them. */
export function DecisionsView({ id, query }: DecisionsViewProps) {
  const filter = filterOf(query);
  const all = linkTo(["decisions"], filter);
  const detail = useOpenedFocus(id);
  return (
    <div class={id === undefined ? "decisions" : "decisions opened"}>
      <h1>Decisions</h1>
      <div class="list">
        <DecisionsFilter filter={filter} />
        <DecisionsList filter={filter} openId={id} />
      </div>
      {id === undefined ? null : (
        <section
          ref={detail}
          class="detail"
          aria-label="Decision"
          tabIndex={-1}
          onKeyDown={({ key, target }) => {
            // An input has an Escape of its own: it closes suggestions.
            if (key === "Escape" && !(target instanceof HTMLInputElement)) location.hash = all;
          }}
        >
          <p class="back">
            <a href={all}>← All decisions</a>
          </p>
          <DecisionDetail key={id} id={id}>
            <p class="again">
              <a href={linkTo(["playground"], { again: id })}>Try this again</a>
            </p>
          </DecisionDetail>
        </section>
      )}
    </div>
  );
}

/** A decision that is opened is read from its beginning; when it is closed, the list goes on where it was. */
function useOpenedFocus(id: string | undefined) {
  const detail = useRef<HTMLElement>(null);
  const before = useRef(id);
  useEffect(() => {
    const closed = before.current;
    if (closed === id) return;
    before.current = id;
    if (id !== undefined) {
      scrollTo(0, 0);
      detail.current?.focus({ preventScroll: true });
    } else if (closed !== undefined) {
      document.getElementById(closed)?.focus();
    }
  }, [id]);
  return detail;
}
