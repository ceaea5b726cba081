import { nearestNames } from "../../diagnostics/suggest.js";
import { entryOf, type LocatedMap } from "../../source/located.js";
import type { Reading } from "./reading.js";

/**
 * Whether a key of a document's root says all it was meant to say: it is a mapping, or it is left out and no other key
 * is its misspelling.
 */
export function isSectionReadable({ faulty }: Reading, root: LocatedMap, key: string): boolean {
  const entry = entryOf(root, key);
  return entry === undefined ? !isMisspelt({ faulty }, root, key) : entry.value.kind === "map";
}

/** Whether a key that the root lacks is most likely there in another spelling, which was reported as an unknown key. */
export function isMisspelt({ faulty }: Pick<Reading, "faulty">, root: LocatedMap, key: string): boolean {
  if (entryOf(root, key) !== undefined) return false;
  if (faulty.has(root)) return true; // it lost an entry: which one is not known
  return root.entries.some((entry) => faulty.has(entry.value) && nearestNames(entry.key, [key]).length > 0);
}
