import { type ListedDecision, merge } from "./listed-decision.js";

/** Rows of a page; a page that is full may have one after it. */
export const PAGE = 50;
/** Live rows that are kept; older ones can be asked for again. */
const MOST_LIVE = 500;

export interface DecisionList {
  /** Newest first; undefined until the first answer. */
  readonly rows: readonly ListedDecision[] | undefined;
  readonly hasMore: boolean;
}

export const nothingListed: DecisionList = { rows: undefined, hasMore: false };

/** @param found made just now. */
export function withNew({ rows = [], hasMore }: DecisionList, found: readonly ListedDecision[]): DecisionList {
  const merged = merge(found, rows);
  return { rows: merged.slice(0, MOST_LIVE), hasMore: hasMore || merged.length > MOST_LIVE };
}

/** @param page the newest. Rows that do not touch it are dropped rather than shown with a gap; those that came after it stay. */
export function withNewest({ rows = [] }: DecisionList, page: readonly ListedDecision[]): DecisionList {
  const ids = new Set(page.map(({ decision }) => decision.id));
  const touches = page.length < PAGE || rows.some(({ decision }) => ids.has(decision.id));
  const kept = touches ? rows : rows.filter(({ decision }) => decision.id > (page[0]?.decision.id ?? ""));
  return { rows: merge(page, kept), hasMore: page.length === PAGE };
}

/**
 * @param before the id of the last row when the page after it was asked for: the list may have been cut or begun anew since,
 *   and then stays as it is.
 */
export function withOlder(list: DecisionList, page: readonly ListedDecision[], before: string): DecisionList {
  const { rows = [] } = list;
  return rows.at(-1)?.decision.id === before ? { rows: merge(rows, page), hasMore: page.length === PAGE } : list;
}
