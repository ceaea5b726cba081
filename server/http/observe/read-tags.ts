import { MAX_TAGS, normalizeTag } from "../../../engine/serving.js";

/** Tags out of a list or a text with commas. */
export interface TagList {
  /** Normalised, without repeats, in the order given; at most {@link MAX_TAGS} and one more, which says that there are too many. */
  readonly tags: readonly string[];
  /** What is left out because no policy can name it, for people; the first few. */
  readonly unreadable: readonly string[];
  /** There are more than are looked at, repeats and empty ones included: the request is to be refused. */
  readonly isCut: boolean;
}

/** The most that are looked at of a list, empty ones included. A body could hold 16 million. */
const MAX_PARTS = 4_000;

/** How many unreadable tags a warning names, and how much of each. */
const NAMED = 3;
const SHOWN = 24;

/** Reads every tag that can be read: one that cannot must not take the others with it. Empty parts are passed over. */
export function readTagList(items: readonly unknown[]): TagList {
  const tags: string[] = [];
  const unreadable: string[] = [];
  let left = MAX_PARTS;
  for (const item of items) {
    if (left === 0) return { tags, unreadable, isCut: true };
    if (typeof item !== "string") {
      left--;
      leaveOut(unreadable, Array.isArray(item) ? "a list" : item === null ? "null" : `a value of type ${typeof item}`);
      continue;
    }
    for (const part of item.split(",", left + 1)) {
      if (left-- === 0) return { tags, unreadable, isCut: true };
      if (part.trim() === "") continue;
      const tag = normalizeTag(part);
      if (tag === undefined) leaveOut(unreadable, quote(part.trim()));
      else if (tags.length <= MAX_TAGS && !tags.includes(tag)) tags.push(tag); // few: a set of them costs more
    }
  }
  return { tags, unreadable, isCut: false };
}

function leaveOut(unreadable: string[], shown: string): void {
  if (unreadable.length < NAMED) unreadable.push(shown);
  else if (unreadable.length === NAMED) unreadable.push("…");
}

function quote(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

/** @returns the tags; undefined when one cannot be read or there are too many. */
export function readTags(items: readonly unknown[]): readonly string[] | undefined {
  const { tags, unreadable, isCut } = readTagList(items);
  return unreadable.length > 0 || isCut || tags.length > MAX_TAGS ? undefined : tags;
}
