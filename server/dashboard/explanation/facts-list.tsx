import { Fragment } from "preact";
import type { DecisionRecord, RecordedFact } from "../../../engine/serving.js";
import type { StoredDecision } from "../../storage/decisions/decision-store.js";
import { writeFact } from "../words/write-fact.js";

/** Every known fact with where it came from; then the absent ones that mattered. */
export function FactsList({ record }: { readonly record: DecisionRecord | StoredDecision }) {
  const absent = "outcome" in record ? absentFacts(record) : [];
  return (
    <dl class="facts">
      {Object.entries(record.facts).map(([name, fact]) => (
        <div key={name} class={fact.value === false ? "minor" : undefined}>
          <dt>{name}</dt>
          <dd>
            <Value name={name} fact={fact} />
          </dd>
          <dd class="source-of">{fact.source}</dd>
        </div>
      ))}
      {absent.map(([name, rules]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="unsure">absent</dd>
          <dd class="source-of">wanted by {listRules(rules)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ name, fact: { value } }: { readonly name: string; readonly fact: RecordedFact }) {
  if (typeof value !== "object") return <>{writeFact(name, value)}</>;
  if (value.length === 0) return <span class="faint">none</span>;
  return (
    <>
      {value.map((tag) => (
        <Fragment key={tag}>
          <span class="tag">{tag}</span>{" "}
        </Fragment>
      ))}
    </>
  );
}

/** Absent facts, each with the rules that were left unknown, or acted, because of it. */
function absentFacts({ outcome }: DecisionRecord): readonly (readonly [name: string, rules: readonly string[]])[] {
  const { denied, requirements, rules_above } = outcome;
  const found = new Map<string, string[]>();
  const note = (rule: string, names: readonly string[] = []) => {
    for (const name of names) found.set(name, [...(found.get(name) ?? []), rule]);
  };
  if (denied !== undefined) note(denied.rule, denied.absent);
  for (const requirement of requirements) note(requirement.rule, requirement.absent);
  for (const { rule, failed } of rules_above) note(rule, failed.absent);
  return [...found];
}

function listRules(rules: readonly string[]): string {
  const shown = rules.slice(0, 3).join(", ");
  return rules.length > 3 ? `${shown} and ${rules.length - 3} more` : shown;
}
