import { useCallback, useEffect, useState } from "preact/hooks";
import { askAdmin, describeError } from "./ask-admin.js";

export interface Answered<Answer> {
  /** The newest answer; it stays while a later question fails. */
  readonly value: Answer | undefined;
  /** Why the newest question has no answer. */
  readonly error: string | undefined;
  /** Asks again now. */
  readonly again: () => void;
}

/**
 * Asks the control plane, and again every so often while the page is looked at.
 *
 * @param path undefined: nothing is asked.
 * @param everyMs undefined: once.
 */
export function useAnswer<Answer>(path: string | undefined, everyMs?: number): Answered<Answer> {
  const [state, setState] = useState<{ path?: string | undefined; value?: Answer; error?: string }>({});
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    if (path === undefined) return;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        const value = await askAdmin<Answer>(path, { signal: controller.signal });
        if (!controller.signal.aborted) setState({ path, value });
      } catch (error) {
        if (controller.signal.aborted) return;
        setState((before) => ({ ...(before.path === path ? before : { path }), error: describeError(error) }));
      }
      if (everyMs !== undefined && !controller.signal.aborted) timer = setTimeout(askWhileShown, everyMs);
    };
    const askWhileShown = () => {
      if (document.hidden) timer = setTimeout(askWhileShown, everyMs);
      else void ask();
    };
    void ask();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [path, everyMs, round]);
  const isOfPath = state.path === path;
  return { value: isOfPath ? state.value : undefined, error: isOfPath ? state.error : undefined, again };
}
