import { useEffect, useRef, useState } from "preact/hooks";
import type { DecisionEvent, DecisionsAnswer } from "../admin/answers.js";
import { askAdmin, describeError, openAdmin } from "../admin/ask-admin.js";
import { readEvents } from "../admin/read-events.js";
import { Refusal } from "../admin/refusal.js";
import { useShown } from "../parts/use-shown.js";
import type { Filter } from "./filter-names.js";
import { fromEvent, fromPage, type ListedDecision, merge } from "./listed-decision.js";

/** Rows of a page; a page that is full may have one after it. */
const PAGE = 50;
/** Live rows that are kept; older ones can be asked for again. */
const MOST_LIVE = 500;
/** Events are put into the list together: a busy server makes thousands a second. */
const GATHER_MS = 200;
/** The server writes something every 15 s: after silence of this length a connection is gone, though nobody said so. */
const SILENCE_MS = 45_000;
const RETRY_MS = [500, 1_000, 2_000] as const;

interface Listed {
  readonly rows: readonly ListedDecision[] | undefined;
  readonly hasMore: boolean;
}

const NOTHING: Listed = { rows: undefined, hasMore: false };

export interface Decisions {
  /** Newest first; undefined until the first answer. */
  readonly rows: readonly ListedDecision[] | undefined;
  readonly state: "live" | "reconnecting" | "held";
  readonly error: string | undefined;
  /** Decisions that the server left out of the stream because they were too many. */
  readonly skipped: number;
  /** Asks for the page after the last row; undefined when there is none. */
  readonly more: (() => Promise<void>) | undefined;
}

/**
 * The newest decisions that fit a filter, and each new one as it is made.
 *
 * The stream is opened before the list is asked for, so nothing falls between them. When it breaks, both begin again, and
 * rows that do not touch the new list are dropped rather than shown with a gap. A tab in the background has no stream: a
 * browser keeps six connections to a server, for all its tabs.
 *
 * @param isLive false: the list stands still.
 */
export function useDecisions(filter: Filter, isLive: boolean): Decisions {
  const [{ rows, hasMore }, setListed] = useState<Listed>(NOTHING);
  const [state, setState] = useState<Decisions["state"]>("held");
  const [error, setError] = useState<string>();
  const [skipped, setSkipped] = useState(0);
  const filtered = useRef<AbortController>(undefined);
  const isShown = useShown();
  const query = new URLSearchParams(filter).toString();
  const pageQuery = (more = {}) => new URLSearchParams({ ...filter, limit: String(PAGE), ...more }).toString();

  useEffect(() => {
    const controller = new AbortController();
    filtered.current = controller;
    setListed(NOTHING);
    setSkipped(0);
    setError(undefined);
    return () => controller.abort();
  }, [query]);
  useEffect(() => {
    if (!isShown) return;
    const controller = new AbortController();
    const { signal } = controller;
    const take = (found: readonly ListedDecision[]) => {
      if (signal.aborted) return; // what was gathered for another filter
      setListed((before) => {
        const merged = merge(found, before.rows ?? []);
        return { rows: merged.slice(0, MOST_LIVE), hasMore: before.hasMore || merged.length > MOST_LIVE };
      });
    };
    const list = async (until: AbortSignal) => {
      const page = fromPage(await askAdmin<DecisionsAnswer>(`/admin/decisions?${pageQuery()}`, { signal: until }));
      if (until.aborted) return;
      setListed(({ rows: before = [] }) => {
        const ids = new Set(page.map(({ decision }) => decision.id));
        const touches = page.length < PAGE || before.some(({ decision }) => ids.has(decision.id));
        const kept = touches ? before : before.filter(({ decision }) => decision.id > (page[0]?.decision.id ?? ""));
        return { rows: merge(page, kept), hasMore: page.length === PAGE };
      });
      setError(undefined);
    };
    const follow = async () => {
      for (let failures = 0; !signal.aborted; failures++) {
        const connection = new AbortController();
        try {
          const both = AbortSignal.any([signal, connection.signal]);
          const response = await openAdmin(`/admin/decisions/stream${query === "" ? "" : `?${query}`}`, {
            signal: both,
          });
          const reading = readAll(response, {
            take,
            onSkipped: (count) => setSkipped((before) => before + count),
            onSilence: () => connection.abort(),
          });
          await Promise.race([list(both), reading]); // a stream that breaks at once is known at once
          setState("live");
          failures = 0;
          await reading;
        } catch (failure) {
          if (signal.aborted) return;
          setError(describeError(failure));
          if (failure instanceof Refusal && failure.status < 500 && failure.status !== 429) return;
        } finally {
          connection.abort();
        }
        if (signal.aborted) return;
        setState("reconnecting");
        await pause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 0, signal);
      }
    };
    if (isLive) {
      void follow();
    } else {
      setState("held");
      list(signal).catch((failure: unknown) => {
        if (!signal.aborted) setError(describeError(failure));
      });
    }
    return () => controller.abort();
  }, [query, isLive, isShown]);

  const more = async () => {
    const before = rows?.at(-1)?.decision.id;
    const signal = filtered.current?.signal;
    if (before === undefined || signal === undefined) return;
    try {
      const page = fromPage(await askAdmin<DecisionsAnswer>(`/admin/decisions?${pageQuery({ before })}`, { signal }));
      if (signal.aborted) return;
      setListed((now) => {
        const continues = now.rows?.at(-1)?.decision.id === before; // the list may have been cut or begun anew meanwhile
        return continues ? { rows: merge(now.rows ?? [], page), hasMore: page.length === PAGE } : now;
      });
    } catch (failure) {
      if (!signal.aborted) setError(describeError(failure));
    }
  };
  return { rows, state, error, skipped, more: hasMore ? more : undefined };
}

interface Reading {
  readonly take: (found: readonly ListedDecision[]) => void;
  readonly onSkipped: (count: number) => void;
  readonly onSilence: () => void;
}

async function readAll(response: Response, { take, onSkipped, onSilence }: Reading): Promise<void> {
  let gathered: ListedDecision[] = [];
  let heardAt = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - heardAt > SILENCE_MS) onSilence();
    if (gathered.length === 0) return;
    take(gathered);
    gathered = [];
  }, GATHER_MS);
  try {
    await readEvents(response, {
      onComment: () => {
        heardAt = Date.now();
      },
      onEvent: ({ event, data }) => {
        heardAt = Date.now();
        if (event === "decision") gathered.push(fromEvent(JSON.parse(data) as DecisionEvent));
        else if (event === "skipped") onSkipped((JSON.parse(data) as { skipped: number }).skipped);
      },
    });
  } finally {
    clearInterval(timer);
    if (gathered.length > 0) take(gathered);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
