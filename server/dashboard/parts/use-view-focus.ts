import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/**
 * Another view is read from its heading on, by keyboard and by screen readers; the first one from the top of the page.
 * @param view says which is shown; undefined until one is.
 * @returns what the views are in.
 */
export function useViewFocus(view: string | undefined): RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const before = useRef<string>(undefined);
  useEffect(() => {
    const isFirst = before.current === undefined;
    before.current = view;
    if (isFirst || main.current?.querySelector(":focus") != null) return; // signing in begins in its input
    const heading = main.current?.querySelector("h1");
    if (heading == null) return;
    heading.tabIndex = -1;
    heading.focus();
  }, [view]);
  return main;
}
