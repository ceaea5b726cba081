import { useEffect } from "preact/hooks";
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
  // Another decision is read from its beginning.
  useEffect(() => scrollTo(0, 0), [id]);
  return (
    <div class={id === undefined ? "decisions" : "decisions opened"}>
      <div class="list">
        <h1>Decisions</h1>
        <DecisionsFilter key={JSON.stringify(filter)} filter={filter} />
        <DecisionsList filter={filter} openId={id} />
      </div>
      {id === undefined ? null : (
        <div class="detail">
          <p class="back">
            <a href={linkTo(["decisions"], filter)}>← All decisions</a>
          </p>
          <DecisionDetail key={id} id={id} />
        </div>
      )}
    </div>
  );
}
