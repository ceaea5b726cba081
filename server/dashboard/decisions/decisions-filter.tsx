import { useState } from "preact/hooks";
import { Field } from "../parts/field.js";
import { linkTo } from "../parts/use-place.js";
import { type Filter, filterNames, filterOf } from "./filter-names.js";

/** The filter of the list; it stands in the page's address. */
export function DecisionsFilter({ filter }: { readonly filter: Filter }) {
  const [values, setValues] = useState<Filter>(filter);
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <details class="filter" open={isFiltered}>
      <summary>{isFiltered ? `Filtered by ${Object.keys(filter).join(", ")}` : "Filter"}</summary>
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
                placeholder={hint}
                spellcheck={false}
                value={values[name] ?? ""}
                onInput={(event) => setValues({ ...values, [name]: event.currentTarget.value.trim() })}
              />
            </Field>
          ))}
        </div>
        <p class="action">
          <button type="submit" class="main">
            Apply
          </button>
          {isFiltered ? <a href={linkTo(["decisions"])}>Clear</a> : null}
        </p>
      </form>
    </details>
  );
}
