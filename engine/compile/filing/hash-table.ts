import { firstSlot } from "../decision-tree.js";
import type { WordBuffer } from "../word-buffer.js";

/**
 * Reserves a table of entries `key, …` in the nodes, at most half full, with all keys −1.
 * @returns the shift to find slots with; the table is the last thing in the buffer.
 */
export function reserveTable(nodes: WordBuffer, keys: number, entryWords: number): { shift: number; table: number } {
  let bits = 1;
  while (1 << bits < keys * 2) bits++;
  return { shift: 32 - bits, table: nodes.reserve((1 << bits) * entryWords, -1) };
}

/** Takes the entry of a key that is not there yet. @returns its place. */
export function takeEntry(nodes: WordBuffer, table: number, shift: number, entryWords: number, key: number): number {
  const mask = -1 >>> shift;
  let slot = firstSlot(key, shift);
  while (nodes.get(table + slot * entryWords) !== -1) slot = (slot + 1) & mask;
  const place = table + slot * entryWords;
  nodes.set(place, key);
  return place;
}
