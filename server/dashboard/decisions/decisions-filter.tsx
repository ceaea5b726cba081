import { useEffect, useRef, useState } from "preact/hooks";
import { Field } from "../parts/field.js";
import { linkTo } from "../parts/use-place.js";
import { writeTime } from "../words/write-time.js";
import { type Filter, filterNames, filterOf, outcomes } from "./filter-names.js";

/** The filter of the list; it stands in the page's address. */
export function DecisionsFilter({ filter }: { readonly filter: Filter }) {
  const [values, setValues] = useState<Filter>(filter);
  // By what it says: the address is read into a new one each time.
  useEffect(() => setValues(filter), [JSON.stringify(filter)]);
  const summary = useRef<HTMLElement>(null);
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <div class="filtered">
      <details class="filter">
        <summary ref={summary}>{isFiltered ? `Filtered by ${describe(filter)}` : "Filter"}</summary>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            location.hash = linkTo(["decisions"], filterOf(values));
          }}
        >
          <div class="fields">
            {Object.entries(filterNames).map(([name, hint]) => (
              <Field key={name} label={name}>
                <input
                  name={name}
                  {...(isTime(name) ? { type: "datetime-local" } : { placeholder: hint, spellcheck: false })}
                  list={name === "outcome" ? "outcomes" : undefined}
                  value={isTime(name) ? toLocal(values[name]) : (values[name] ?? "")}
                  onInput={({ currentTarget: { value } }) =>
                    setValues({ ...values, [name]: isTime(name) ? fromLocal(value) : value.trim() })
                  }
                />
              </Field>
            ))}
          </div>
          <datalist id="outcomes">
            {outcomes.map((outcome) => (
              <option key={outcome} value={outcome} />
            ))}
          </datalist>
          <p class="action">
            <button type="submit" class="main">
              Apply
            </button>
          </p>
        </form>
      </details>
      {isFiltered ? (
        <a href={linkTo(["decisions"])} onClick={() => summary.current?.focus()}>
          Clear
        </a>
      ) : null}
    </div>
  );
}

/** `rule code, revision 3cd8555ee3bf`. */
function describe(filter: Filter): string {
  const write = (name: string, value: string) =>
    name === "revision" ? value.slice(0, 12) : isTime(name) && toLocal(value) !== "" ? writeTime(value) : value;
  return Object.entries(filter)
    .map(([name, value]) => `${name} ${write(name, value)}`)
    .join(", ");
}

function isTime(name: string): boolean {
  return name === "since" || name === "until";
}

/** A time in UTC, as addresses have it, for an input on the reader's clock. */
function toLocal(iso = ""): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function fromLocal(value: string): string {
  return value === "" ? "" : new Date(value).toISOString();
}
