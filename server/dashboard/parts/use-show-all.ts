import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

export interface ShowAll<Item> {
  readonly shown: readonly Item[];
  /** How many are not shown. */
  readonly hidden: number;
  readonly showAll: () => void;
}

/**
 * The first of a list, until all are asked for. The button for that is gone then: on with the first item that it showed.
 *
 * @param list holds an element for each item that is shown, in order.
 */
export function useShowAll<Item>(
  items: readonly Item[],
  most: number,
  list: RefObject<HTMLElement | null>,
): ShowAll<Item> {
  const [showsAll, setShowsAll] = useState(false);
  useEffect(() => {
    if (!showsAll) return;
    const next = list.current?.children[most];
    const link = next?.querySelector<HTMLElement>("a, summary");
    if (link == null) next?.setAttribute("tabindex", "-1");
    (link ?? (next as HTMLElement | undefined))?.focus();
  }, [showsAll]);
  const shown = showsAll ? items : items.slice(0, most);
  return { shown, hidden: items.length - shown.length, showAll: () => setShowsAll(true) };
}
