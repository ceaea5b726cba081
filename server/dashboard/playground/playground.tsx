import { useEffect, useRef, useState } from "preact/hooks";
import type { DecisionRecord } from "../../../engine/serving.js";
import { askAdmin, describeError } from "../admin/ask-admin.js";
import { Refusal } from "../admin/refusal.js";
import { DecisionDetail } from "../decisions/decision-detail.js";
import { Explanation } from "../explanation/explanation.js";
import { Notice } from "../parts/notice.js";
import { linkTo } from "../parts/use-place.js";
import { CompletionCard } from "./completion-card.js";
import { type Draft, emptyDraft } from "./draft.js";
import { RequestFields } from "./request-fields.js";
import { bodyOf, explainRequestOf, hasMessages, headersOf, isEmpty, type RequestForm } from "./request-form.js";
import { type Completion, sendCompletion } from "./send-completion.js";
import { useAgain } from "./use-again.js";

/** What was asked last, and what came of it. */
type Outcome =
  | { readonly kind: "explained"; readonly record: DecisionRecord; readonly request: object }
  | { readonly kind: "sent"; readonly completion: Completion }
  | { readonly kind: "failed"; readonly why: string };

export interface PlaygroundProps {
  readonly draft: Draft;
  readonly onDraft: (change: (before: Draft) => Draft) => void;
  /** The decision whose request is to be tried again. */
  readonly again: string | undefined;
}

/** A request to try: where it would go, or sent. */
export function Playground({ draft, onDraft, again }: PlaygroundProps) {
  const { form, from } = draft;
  const edit = (change: Partial<RequestForm>) =>
    onDraft((before) => ({ ...before, form: { ...before.form, ...change } }));
  const [outcome, setOutcome] = useState<Outcome>();
  const [isBusy, setBusy] = useState(false);
  const sending = useRef<AbortController>(undefined);
  const stopButton = useRef<HTMLButtonElement>(null);
  const sendButton = useRef<HTMLButtonElement>(null);
  const shown = useRef<HTMLDivElement>(null);
  useEffect(
    () => () => {
      sending.current?.abort(); // nobody would see the answer, somebody would pay for it
      edit({ apiKey: "" });
    },
    [],
  );

  useEffect(() => {
    // On a narrow screen it comes below a form that is longer than the screen.
    const top = shown.current?.getBoundingClientRect().top ?? 0;
    if (outcome !== undefined && top > innerHeight / 2) shown.current?.scrollIntoView();
  }, [outcome === undefined]);
  const unread = useAgain(again, (filled) => {
    sending.current?.abort();
    setOutcome(undefined);
    onDraft(() => filled);
  });

  const finish = () => {
    if (document.activeElement === stopButton.current) sendButton.current?.focus(); // the one is gone, the other near
    setBusy(false);
  };
  const attempt = async (act: (signal: AbortSignal) => Promise<void>) => {
    if (isBusy) return;
    const controller = new AbortController();
    sending.current = controller;
    setOutcome(undefined);
    setBusy(true);
    try {
      await act(controller.signal);
    } catch (error) {
      if (!controller.signal.aborted) setOutcome({ kind: "failed", why: whyFailed(error) });
    } finally {
      if (sending.current === controller) finish();
    }
  };
  const explain = () =>
    attempt(async (signal) => {
      const request = explainRequestOf(form);
      const record = await askAdmin<DecisionRecord>("/admin/explain", { method: "POST", body: request, signal });
      setOutcome({ kind: "explained", record, request });
    });
  const send = () =>
    attempt((signal) =>
      sendCompletion(
        { body: bodyOf(form), headers: headersOf(form), apiKey: form.apiKey.trim(), signal },
        (completion) => setOutcome({ kind: "sent", completion }),
      ),
    );
  return (
    <div class="playground">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          void explain();
        }}
      >
        <h1>Playground</h1>
        {unread === undefined ? null : <Notice tone="bad">{unread}</Notice>}
        {from === undefined ? null : <FilledFrom {...from} />}
        <RequestFields key={from?.id} form={form} onChange={edit} />
        <p class="action">
          <button type="submit" class="main" aria-disabled={isBusy}>
            Where would it go?
          </button>
          <button ref={sendButton} type="button" disabled={!hasMessages(form)} aria-disabled={isBusy} onClick={send}>
            Send
          </button>
          {isBusy ? (
            <button
              ref={stopButton}
              type="button"
              class="quiet"
              onClick={() => {
                sending.current?.abort();
                finish();
              }}
            >
              Stop
            </button>
          ) : null}
          <button type="button" class="quiet" aria-disabled={isEmpty(form)} onClick={() => onDraft(() => emptyDraft)}>
            Clear
          </button>
        </p>
        <p class="faint">The first asks the policy only: nothing is called, recorded or charged.</p>
      </form>
      <p class="unseen" role="status">
        {isBusy ? "Asking…" : sayOutcome(outcome)}
      </p>
      <div ref={shown} class="outcome">
        <Shown outcome={outcome} isBusy={isBusy} />
      </div>
    </div>
  );
}

/** Says what the form was filled with, and what it lacks. */
function FilledFrom({ id, lacking }: NonNullable<Draft["from"]>) {
  return (
    <Notice tone="plain">
      <p>
        Filled in from <a href={linkTo(["decisions", id])}>{id}</a>. Policy, prices and health are those of now.
        {lacking.length === 0 ? "" : " Missing:"}
      </p>
      <ul>
        {lacking.map((what) => (
          <li key={what}>{what}</li>
        ))}
      </ul>
    </Notice>
  );
}

function Shown({ outcome, isBusy }: { readonly outcome: Outcome | undefined; readonly isBusy: boolean }) {
  if (outcome === undefined) return null;
  if (outcome.kind === "failed") return <Notice tone="bad">{outcome.why}</Notice>;
  if (outcome.kind === "explained") {
    const { record, request } = outcome;
    return <Explanation record={record} request={request} />;
  }
  const { completion } = outcome;
  const { "x-route-decision": id } = completion.headers;
  return (
    <>
      <CompletionCard completion={completion} isComing={isBusy} />
      {id === undefined || !completion.isOver ? null : <DecisionDetail key={id} id={id} />}
    </>
  );
}

/** In a sentence, for those who do not see what came. An error says so itself. */
function sayOutcome(outcome: Outcome | undefined): string {
  if (outcome?.kind === "sent") return outcome.completion.error === undefined ? "The answer has ended." : "";
  if (outcome?.kind !== "explained") return "";
  const { chosen, outcome: decided } = outcome.record;
  if (decided.denied !== undefined) return `Rule ${decided.denied.rule} refuses it.`;
  return chosen === undefined ? "No candidate is left." : `It would go to ${chosen}, by ${decided.route.rule}.`;
}

function whyFailed(error: unknown): string {
  // A line of the form that is none, or a header that the browser refuses to send.
  if (error instanceof Error && !(error instanceof Refusal) && error.message !== "Failed to fetch")
    return error.message;
  return describeError(error);
}
