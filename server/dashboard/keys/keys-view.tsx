import { useRef } from "preact/hooks";
import type { KeysAnswer, ListedKey } from "../admin/answers.js";
import { useAnswer } from "../admin/use-answer.js";
import { Badge } from "../parts/badge.js";
import { Field } from "../parts/field.js";
import { Folded } from "../parts/folded.js";
import { Scroll } from "../parts/scroll.js";
import { Time } from "../parts/time.js";
import { Unanswered } from "../parts/unanswered.js";
import { linkTo } from "../parts/use-place.js";
import { useShowAll } from "../parts/use-show-all.js";
import { countOf, writeCount, writeExact } from "../words/write-figures.js";
import { Budgets } from "./budgets.js";

/** Keys that are shown unless all are asked for: a page of thousands takes a browser ten seconds. */
const SHOWN = 100;

export interface KeysViewProps {
  /** `find`: what is looked for. */
  readonly query: Readonly<Record<string, string>>;
}

/** The API keys, to look at. `policy keys` makes, changes, rotates and revokes them. */
export function KeysView({ query: { find: words = "" } }: KeysViewProps) {
  const { value, error, again } = useAnswer<KeysAnswer>("/admin/keys");
  const found = value?.keys.filter((key) => fits(key, words.trim().toLowerCase())) ?? [];
  const rows = useRef<HTMLTableSectionElement>(null);
  const { shown, hidden, showAll } = useShowAll(found, SHOWN, rows);
  return (
    <>
      <h1>Keys</h1>
      {error === undefined ? null : <Unanswered error={error} again={again} />}
      {value === undefined && error === undefined ? <p class="faint">Reading…</p> : null}
      {value === undefined ? null : value.keys.length === 0 ? (
        <p class="faint">
          There are none. <code>policy keys create</code> makes one; while there are none, requests from this machine
          need no key.
        </p>
      ) : (
        <section class="card keys" aria-label="API keys">
          <div class="fields">
            <Field label="Find" hint="a name, an id, a tenant, an app, …">
              <input
                type="search"
                spellcheck={false}
                value={words}
                onInput={(event) => location.replace(linkTo(["keys"], { find: event.currentTarget.value }))}
              />
            </Field>
          </div>
          <p class="faint" role="status">
            {countOf(found.length, "key")}
            {words === "" ? "" : ` of ${writeCount(value.keys.length)}`}
          </p>
          {found.length === 0 ? null : (
            <Scroll label="API keys">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">State</th>
                    <th scope="col">For</th>
                    <th scope="col">Facts</th>
                    <th scope="col">Models</th>
                    <th scope="col">Limits</th>
                    <th scope="col">Last used</th>
                  </tr>
                </thead>
                <tbody ref={rows}>
                  {shown.map((key) => (
                    <Row key={key.id} of={key} />
                  ))}
                </tbody>
              </table>
            </Scroll>
          )}
          {hidden === 0 ? null : (
            <p>
              <button type="button" onClick={showAll}>
                Show {countOf(hidden, "more key")}
              </button>
            </p>
          )}
        </section>
      )}
    </>
  );
}

/** Whether it holds what is looked for, in its name, its id or its facts. */
function fits(key: ListedKey, words: string): boolean {
  return [key.name, key.id, key.state, ...factsOf(key).flat()].some((text) => text.toLowerCase().includes(words));
}

function Row({ of: key }: { readonly of: ListedKey }) {
  const { id, name, state, scopes, allow, limits, last_used, expires } = key;
  return (
    <tr>
      <th scope="row">
        <a href={linkTo(["decisions"], { key: id })}>{name}</a> <small>{id}</small>
      </th>
      <td>
        <Badge tone={state === "active" ? "good" : "bad"} text={state} />
        {expires === undefined ? null : (
          <small>
            {" "}
            until <Time iso={expires} />
          </small>
        )}
      </td>
      <td>{scopes.join(", ")}</td>
      <td>
        {factsOf(key).map(([fact, text]) => (
          <span key={fact} class="tag">
            {fact} {text}
          </span>
        ))}
      </td>
      <td>{allow.length === 0 ? <span class="faint">all</span> : allow.join(", ")}</td>
      <td>
        <Folded
          class="budgets"
          summary={Object.keys(limits).length === 0 ? <span class="faint">none</span> : writeLimits(limits)}
        >
          {() => <Budgets id={id} />}
        </Folded>
      </td>
      <td>{last_used === undefined ? <span class="faint">never</span> : <Time iso={last_used} />}</td>
    </tr>
  );
}

/** `$50/month, 60 requests a minute`. */
function writeLimits({ budgets = {}, ...others }: ListedKey["limits"]): string {
  return [
    ...Object.entries(budgets).map(
      ([period, usd]) => `$${writeExact(usd)}${period === "total" ? " in all" : `/${period}`}`,
    ),
    ...Object.entries(others).map(([name, most]) => `${most} ${name.replaceAll("_", " ").replace("per", "a")}`),
  ].join(", ");
}

/** What the key says of its requests, which clients cannot. */
function factsOf({ tenant, app, user, region, tags, attributes }: ListedKey): readonly (readonly [string, string])[] {
  const texts = { tenant, app, user, region, tags: tags.length === 0 ? undefined : tags.join(", ") };
  return [
    ...Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const])),
    ...Object.entries(attributes).map(([name, value]) => [name, String(value)] as const),
  ];
}
