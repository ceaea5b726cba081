import { useRef } from "preact/hooks";
import { foldLists } from "../../../engine/explain/words/fold-lists.js";
import type { RecordedOutcome, RecordedRuleAbove } from "../../../engine/serving.js";
import { useShowAll } from "../parts/use-show-all.js";
import { countOf } from "../words/write-figures.js";
import { Glyph } from "./glyph.js";
import { SourcePlace } from "./policy-source.js";

/** Rules above that are shown unless all are asked for. */
const SHOWN = 20;

/** The route rules down to the one that matched, each with the first part of its condition that failed. */
export function RulesRead({ outcome: { denied, rules_above, route } }: { readonly outcome: RecordedOutcome }) {
  const list = useRef<HTMLOListElement>(null);
  const { shown, hidden, showAll } = useShowAll(rules_above, SHOWN, list);
  return (
    <ol ref={list} class="rules">
      {shown.map((above) => (
        <Above key={`${above.file}:${above.line}:${above.rule}`} above={above} />
      ))}
      {hidden === 0 ? null : (
        <li class="more">
          <button type="button" onClick={showAll}>
            Show {countOf(hidden, "more rule")} that did not match
          </button>
        </li>
      )}
      <li class={denied === undefined ? "matched" : "would"}>
        <Glyph sign="matched" />
        <div class="name">
          <strong>{route.rule}</strong>
          {route.file === undefined || route.line === undefined ? null : (
            <SourcePlace file={route.file} line={route.line} />
          )}
        </div>
        <div class="why">
          {route.rule === "default" ? (
            <p>no rule matched</p>
          ) : (
            <p>
              matched <code class="term">{foldLists(route.condition ?? "always")}</code>
            </p>
          )}
        </div>
      </li>
    </ol>
  );
}

function Above({ above: { rule, file, line, verdict, failed } }: { readonly above: RecordedRuleAbove }) {
  return (
    <li>
      <Glyph sign={verdict} />
      <div class="name">
        <strong>{rule}</strong>
        <SourcePlace file={file} line={line} />
      </div>
      <div class="why compared">
        <p>
          <span class="label">wanted</span>
          <span>
            <code class="term">{foldLists(failed.wanted)}</code>
            {failed.file === file ? null : (
              <>
                {" "}
                <small>of the scope at</small> <SourcePlace file={failed.file} line={failed.line} />
              </>
            )}
          </span>
        </p>
        <p>
          <span class="label">got</span>
          <span>
            {failed.got === "absent" ? <span class="unsure">absent</span> : <code class="term">{failed.got}</code>}
            {failed.missed_by === undefined ? null : <small> {failed.missed_by}</small>}
          </span>
        </p>
      </div>
    </li>
  );
}
