import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { PolicySet } from "./policy-set.js";

/**
 * The revision of a set: sha256 of its canonical JSON, 64 hex digits. Keys are sorted and places left out, so files that
 * say the same have the same revision however they are laid out, commented or split; any change of meaning, texts for
 * people included, changes it. Tests are not part of it.
 */
export function revisionOf(set: PolicySet): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(set))));
}

/** The 12 hex digits that people see. */
export function shortRevision(revision: string): string {
  return revision.slice(0, 12);
}

/** JSON with sorted keys, without `span`s and without what is undefined. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([key, item]) => key !== "span" && item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}
