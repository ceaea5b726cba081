import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { adminToken, forgetAdminToken } from "./admin/admin-token.js";
import type { HealthAnswer } from "./admin/answers.js";
import { askAdmin, describeError, tokenWanted } from "./admin/ask-admin.js";
import { Refusal } from "./admin/refusal.js";
import { TokenForm } from "./admin/token-form.js";
import { useAnswer } from "./admin/use-answer.js";
import { DecisionsView } from "./decisions/decisions-view.js";
import { KeysView } from "./keys/keys-view.js";
import { Overview } from "./overview/overview.js";
import { Badge } from "./parts/badge.js";
import { Notice } from "./parts/notice.js";
import { linkTo, type Place, usePlace } from "./parts/use-place.js";
import { useViewFocus } from "./parts/use-view-focus.js";
import { emptyDraft } from "./playground/draft.js";
import { Playground, type PlaygroundProps } from "./playground/playground.js";
import { UsageView } from "./usage/usage-view.js";

const views = [
  { name: "overview", title: "Overview" },
  { name: "decisions", title: "Decisions" },
  { name: "playground", title: "Playground" },
  { name: "usage", title: "Usage" },
  { name: "keys", title: "Keys" },
] as const;

export function App() {
  const place = usePlace();
  const [access, recheck] = useAccess();
  const [name = "overview"] = place.path;
  const view = views.find((one) => one.name === name);
  useEffect(() => {
    document.title = `${view?.title ?? "Nothing here"} · Routewright`;
  }, [view]);
  const main = useViewFocus(access.state === "asking" ? undefined : `${access.state} ${name}`);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        To the content
      </button>
      <header class="top">
        <a class="brand" href={linkTo([])}>
          <img src="./icon.svg" alt="" width="22" height="22" />
          Routewright
        </a>
        <nav aria-label="Views">
          {views.map(({ name: one, title }) => (
            <a
              key={one}
              href={linkTo(one === "overview" ? [] : [one])}
              aria-current={one === name ? "page" : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
        {access.state === "open" ? <Simulated /> : null}
        {access.state === "open" && adminToken() !== undefined ? (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              forgetAdminToken();
              recheck();
            }}
          >
            Sign out
          </button>
        ) : null}
      </header>
      <main ref={main} tabIndex={-1}>
        {access.state === "token" ? <TokenForm refused={access.refused} onToken={recheck} /> : null}
        {access.state === "closed" ? (
          <Notice tone="bad" title="The control plane does not answer this page.">
            <p>{access.why}</p>
            <button type="button" onClick={recheck}>
              Try again
            </button>
          </Notice>
        ) : null}
        {access.state === "open" ? <Guarded place={place} /> : null}
      </main>
    </>
  );
}

const EVERY_MS = 10_000;

/** Says so in every view while answers are simulated: a server may be started again, with keys or without, under an open page. */
function Simulated() {
  const { value } = useAnswer<HealthAnswer>("/admin/health", EVERY_MS);
  if (value?.simulated !== true) return null;
  return (
    <a href={linkTo([])}>
      <Badge tone="unsure" text="answers are simulated" />
    </a>
  );
}

/** A view that fails leaves the others to be gone to. */
function Guarded({ place }: { readonly place: Place }) {
  const [error, forget] = useErrorBoundary();
  // Here it outlives the playground, but not the right to look: the next who signs in begins with an empty one.
  const [draft, setDraft] = useState(emptyDraft);
  useEffect(forget, [place]);
  if (error === undefined) return <View place={place} draft={draft} onDraft={setDraft} />;
  return (
    <Notice tone="bad" title="This cannot be shown.">
      <p>{String(error)}</p>
    </Notice>
  );
}

function View({ place, draft, onDraft }: Pick<PlaygroundProps, "draft" | "onDraft"> & { readonly place: Place }) {
  const [name = "overview", id] = place.path;
  switch (name) {
    case "overview":
      return <Overview />;
    case "decisions":
      return <DecisionsView id={id} query={place.query} />;
    case "playground":
      return <Playground draft={draft} onDraft={onDraft} again={place.query["again"]} />;
    case "usage":
      return <UsageView query={place.query} />;
    case "keys":
      return <KeysView query={place.query} />;
    default:
      return (
        <>
          <h1 class="unseen">Nothing here</h1>
          <Notice tone="unsure" title="There is no such page.">
            <p>
              <a href={linkTo([])}>To the overview</a>
            </p>
          </Notice>
        </>
      );
  }
}

type Access =
  | { readonly state: "asking" }
  | { readonly state: "open" }
  | { readonly state: "token"; readonly refused: string | undefined }
  | { readonly state: "closed"; readonly why: string };

/** Whether the control plane answers, and what it wants first. */
function useAccess(): readonly [Access, () => void] {
  const [access, setAccess] = useState<Access>({ state: "asking" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isOver = false;
    const set = (next: Access) => {
      if (!isOver) setAccess(next);
    };
    askAdmin<HealthAnswer>("/admin/health").then(
      () => set({ state: "open" }),
      (error: unknown) => {
        if (error instanceof Refusal && error.code === "wrong_scope") {
          forgetAdminToken();
          set({ state: "token", refused: error.message });
        } else if (!(error instanceof Refusal) || error.status !== 401) {
          set({ state: "closed", why: describeError(error) });
        }
      },
    );
    // Heard whoever asked: a token can be changed while the page is open.
    const wanted = () => {
      const refused = adminToken() === undefined ? undefined : "The server does not take this token.";
      // Of several requests that are refused together only the first finds the token still there.
      setAccess((before) => ({
        state: "token",
        refused: refused ?? (before.state === "token" ? before.refused : undefined),
      }));
      forgetAdminToken();
    };
    tokenWanted.addEventListener("wanted", wanted);
    return () => {
      isOver = true;
      tokenWanted.removeEventListener("wanted", wanted);
    };
  }, [round]);
  return [access, () => setRound((before) => before + 1)];
}
