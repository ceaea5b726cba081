import { foldLists } from "../../../engine/explain/words/fold-lists.js";
import type { RecordedGuard, RecordedOutcome } from "../../../engine/serving.js";
import { Glyph } from "./glyph.js";
import { SourcePlace } from "./policy-source.js";

/** The deny rule that refuses, and what every candidate must meet. */
export function GuardsList({ outcome: { denied, requirements } }: { readonly outcome: RecordedOutcome }) {
  if (denied === undefined && requirements.length === 0) {
    return <p class="faint">None: nothing is refused, and every candidate of the route will do.</p>;
  }
  return (
    <ol class="rules">
      {denied === undefined ? null : (
        <li class="acts bad">
          <Glyph sign="deny" />
          <Name guard={denied} />
          <div class="why">
            <p>refuses the request</p>
            <Reasons guard={denied} />
          </div>
        </li>
      )}
      {requirements.map((requirement) => (
        <li key={requirement.rule} class="acts">
          <Glyph sign="require" />
          <Name guard={requirement} />
          <div class="why">
            <p class="requires">
              requires{" "}
              {Object.entries(requirement.require).map(([name, value]) => (
                <code key={name} class="term">
                  {name} {Array.isArray(value) ? value.join(" or ") : String(value)}
                </code>
              ))}
            </p>
            <Reasons guard={requirement} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function Name({ guard: { rule, file, line } }: { readonly guard: RecordedGuard }) {
  return (
    <div class="name">
      <strong>{rule}</strong>
      <SourcePlace file={file} line={line} />
    </div>
  );
}

function Reasons({ guard: { condition, absent, because } }: { readonly guard: RecordedGuard }) {
  return (
    <>
      {condition === undefined || condition === "always" ? null : (
        <p>
          when <code class="term">{foldLists(condition)}</code>
        </p>
      )}
      {absent === undefined ? null : (
        <p class="unsure">
          acts because {absent.join(" and ")} {absent.length === 1 ? "is" : "are"} absent: guards fail closed
        </p>
      )}
      {because === undefined ? null : <p class="because">{because}</p>}
    </>
  );
}
