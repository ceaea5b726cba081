import { useEffect, useRef, useState } from "preact/hooks";
import type { DecisionsAnswer } from "../admin/answers.js";
import { askAdmin, describeError } from "../admin/ask-admin.js";
import { useShown } from "../parts/use-shown.js";
import { type DecisionList, nothingListed, PAGE, withNew, withNewest, withOlder } from "./decision-list.js";
import type { Filter } from "./filter-names.js";
import { followDecisions } from "./follow-decisions.js";
import { fromPage, type ListedDecision } from "./listed-decision.js";

export interface Decisions extends Pick<DecisionList, "rows"> {
  /** `stopped`: the server refuses to be followed. */
  readonly state: "live" | "reconnecting" | "stopped" | "held";
  readonly error: string | undefined;
  /** Decisions that the server left out of the stream because they were too many. */
  readonly skipped: number;
  /** Begins again after it has stopped. */
  readonly again: () => void;
  /** Asks for the page after the last row; undefined when there is none. */
  readonly more: (() => Promise<void>) | undefined;
}

/**
 * The newest decisions that fit a filter, and each new one as it is made.
 *
 * The stream is opened before the list is asked for, so nothing falls between them. When it breaks, both begin again. A tab
 * in the background has no stream: a browser keeps six connections to a server, for all its tabs.
 *
 * @param isLive false: the list stands still.
 */
export function useDecisions(filter: Filter, isLive: boolean): Decisions {
  const [{ rows, hasMore }, setList] = useState<DecisionList>(nothingListed);
  const [state, setState] = useState<Decisions["state"]>("held");
  const [error, setError] = useState<string>();
  const [skipped, setSkipped] = useState(0);
  const [round, setRound] = useState(0);
  const filtered = useRef<AbortController>(undefined);
  const isShown = useShown();
  const query = new URLSearchParams(filter).toString();

  useEffect(() => {
    const controller = new AbortController();
    filtered.current = controller;
    setList(nothingListed);
    setSkipped(0);
    setError(undefined);
    return () => controller.abort();
  }, [query]);

  useEffect(() => {
    if (!isShown) return;
    const controller = new AbortController();
    const { signal } = controller;
    const list = async (until: AbortSignal) => {
      const page = await askPage(filter, until);
      if (until.aborted) return;
      setList((before) => withNewest(before, page));
      setError(undefined);
    };
    if (isLive) {
      void followDecisions(query, signal, {
        list,
        take: (found) => {
          if (!signal.aborted) setList((before) => withNew(before, found)); // else it was gathered for another filter
        },
        onSkipped: (count) => setSkipped((before) => before + count),
        onState: setState,
        onError: setError,
      });
    } else {
      setState("held");
      list(signal).catch((failure: unknown) => {
        if (!signal.aborted) setError(describeError(failure));
      });
    }
    return () => controller.abort();
  }, [query, isLive, isShown, round]);

  const more = async () => {
    const before = rows?.at(-1)?.decision.id;
    const signal = filtered.current?.signal;
    if (before === undefined || signal === undefined) return;
    try {
      const page = await askPage({ ...filter, before }, signal);
      if (!signal.aborted) setList((now) => withOlder(now, page, before));
    } catch (failure) {
      if (!signal.aborted) setError(describeError(failure));
    }
  };
  const again = () => setRound((before) => before + 1);
  return { rows, state, error, skipped, again, more: hasMore ? more : undefined };
}

/** @param filter also with `before`, the id that the page comes after. */
async function askPage(filter: Filter, signal: AbortSignal): Promise<readonly ListedDecision[]> {
  const query = new URLSearchParams({ ...filter, limit: String(PAGE) });
  return fromPage(await askAdmin<DecisionsAnswer>(`/admin/decisions?${query}`, { signal }));
}
