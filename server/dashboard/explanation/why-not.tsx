import { useEffect, useRef, useState } from "preact/hooks";
import type { WhyNotAnswer } from "../admin/answers.js";
import { askAdmin, describeError } from "../admin/ask-admin.js";
import { useModels } from "../admin/use-models.js";
import { Field } from "../parts/field.js";
import { Notice } from "../parts/notice.js";
import { Unread } from "../parts/unread.js";
import { useShowAll } from "../parts/use-show-all.js";
import { countOf, writeUsd } from "../words/write-figures.js";
import { SourcePlace } from "./policy-source.js";
import { Endpoint } from "./verdict.js";

export interface WhyNotProps {
  /** What tells `POST /admin/explain` which request is meant. */
  readonly request: object;
}

type Outcome =
  | { readonly kind: "answered"; readonly answer: WhyNotAnswer }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "asked" };

/** Asks what keeps the request from a model, and which smallest changes would send it there. */
export function WhyNotForm({ request }: WhyNotProps) {
  const models = useModels();
  const [model, setModel] = useState("");
  const [outcome, setOutcome] = useState<Outcome>();
  const asking = useRef<AbortController>(undefined);
  useEffect(() => () => asking.current?.abort(), []);

  const ask = async () => {
    asking.current?.abort();
    const controller = new AbortController();
    asking.current = controller;
    const { signal } = controller;
    setOutcome({ kind: "asked" });
    try {
      const body = { ...request, why_not: model.trim() };
      setOutcome({ kind: "answered", answer: await askAdmin("/admin/explain", { method: "POST", body, signal }) });
    } catch (error) {
      if (!signal.aborted) setOutcome({ kind: "failed", why: describeError(error) });
    }
  };
  return (
    <>
      <form
        class="asked-model"
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <Field label="Model" hint="author/model, or author/model@provider">
          <input
            name="why_not"
            list="asked-models"
            required
            spellcheck={false}
            value={model}
            onInput={(event) => setModel(event.currentTarget.value)}
          />
        </Field>
        <datalist id="asked-models">
          {models.ids.map((id) => (
            <option key={id} value={id} />
          ))}
        </datalist>
        <button type="submit">Ask</button>
      </form>
      <Unread what="the models" error={models.error} />
      <div class={outcome?.kind === "answered" ? "why-not" : undefined}>
        <p role="status">
          {outcome?.kind === "asked" ? <span class="faint">Trying changes…</span> : null}
          {outcome?.kind === "answered" ? <Sentence answer={outcome.answer} /> : null}
        </p>
        {outcome?.kind === "answered" && !outcome.answer.is_chosen ? <Changing answer={outcome.answer} /> : null}
      </div>
      {outcome?.kind === "failed" ? <Notice tone="bad">{outcome.why}</Notice> : null}
    </>
  );
}

function Sentence({ answer: { model, chosen, is_chosen } }: { readonly answer: WhyNotAnswer }) {
  if (is_chosen) {
    return (
      <>
        <Endpoint id={model} /> is chosen already.
      </>
    );
  }
  return (
    <>
      <strong>
        <Endpoint id={model} />
      </strong>{" "}
      is not chosen; {chosen === undefined ? "nothing is" : <Endpoint id={chosen} />}
      {chosen === undefined ? "" : " is"}.
    </>
  );
}

function Changing({ answer }: { readonly answer: WhyNotAnswer }) {
  const { rules, by_client, by_asking, by_operator, is_smallest, client_can } = answer;
  return (
    <>
      <h4>
        {is_smallest || by_client.length === 0
          ? "Smallest changes by the client, each tried"
          : "Changes by the client, each tried; that none is smaller is not proved"}
      </h4>
      {by_client.length === 0 ? (
        <p>
          {client_can === "impossible"
            ? "No change of its facts can: proved over all requests with these keys and this time."
            : "None of up to three changes was found; that there is none is not proved."}
        </p>
      ) : (
        <Changes changes={by_client} />
      )}
      {by_asking === undefined ? null : (
        <>
          <h4>By asking for it alone, as it is one of the candidates</h4>
          <Changes changes={[asChange(by_asking)]} />
        </>
      )}
      {by_operator.length === 0 ? null : (
        <>
          <h4>With what only a key, the operator or the clock can change</h4>
          <Changes changes={by_operator} />
        </>
      )}
      <h4>What keeps each rule from choosing it{rules.length > 1 ? ", the nearest first" : ""}</h4>
      {rules.length === 0 ? (
        <p>No rule has it among its candidates, so no request can reach it.</p>
      ) : (
        <BlockedRules rules={rules} />
      )}
    </>
  );
}

type Change = Omit<WhyNotAnswer["by_client"][number], "facts" | "world">;

function asChange({ models, ...then }: NonNullable<WhyNotAnswer["by_asking"]>): Change {
  return { ...then, changes: [{ fact: "models", from: "", to: JSON.stringify(models), sent_as: "body models" }] };
}

function Changes({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <ol class="changes">
      {changes.map((change) => (
        <li key={JSON.stringify(change.changes)}>
          {change.changes.map(({ fact, from, to, sent_as }) => (
            <p key={fact}>
              <code class="term">{fact}</code> {from} → <strong>{to}</strong>
              {sent_as === undefined ? null : <small> {sent_as}</small>}
            </p>
          ))}
          <p class="faint">
            then <Endpoint id={change.endpoint} /> by{" "}
            {change.rule === "default" ? "the default route" : `rule ${change.rule}`}
            {change.cost_usd === undefined ? "" : `, ${writeUsd(change.cost_usd)}`}
          </p>
          {change.avoids_guards === undefined ? null : (
            <p class="unsure">
              avoids guard {change.avoids_guards.join(", ")}: right only if what the request then says is true
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

/** Rules that are shown unless all are asked for. */
const SHOWN = 20;

/** Those that the client may reach come before those that it cannot, then those that the least keeps from it. */
function BlockedRules({ rules }: { readonly rules: WhyNotAnswer["rules"] }) {
  const list = useRef<HTMLOListElement>(null);
  const isOut = ({ out_of_reach: out }: WhyNotAnswer["rules"][number]) => Number(out === true);
  const nearest = [...rules].sort((a, b) => isOut(a) - isOut(b) || a.blocked_by.length - b.blocked_by.length);
  const { shown, hidden, showAll } = useShowAll(nearest, SHOWN, list);
  return (
    <ol ref={list} class="rules blocked">
      {shown.map(({ rule, file, line, as, blocked_by, out_of_reach }) => (
        <li key={rule}>
          <div class="name">
            <strong>{rule}</strong>
            {file === undefined || line === undefined ? null : <SourcePlace file={file} line={line} />}
            <small>{as}</small>
            {out_of_reach === true ? <small>no change by the client reaches it: proved</small> : null}
          </div>
          <div class="why">
            {blocked_by.length === 0 ? <p class="faint">nothing else</p> : null}
            {blocked_by.map(({ what, detail }) => (
              <p key={`${what} ${detail}`}>
                <code class="term">{what}</code> {detail}
              </p>
            ))}
          </div>
        </li>
      ))}
      {hidden === 0 ? null : (
        <li class="more">
          <button type="button" onClick={showAll}>
            Show {countOf(hidden, "more rule")}
          </button>
        </li>
      )}
    </ol>
  );
}
