import type { PolicySet } from "../../../engine/serving.js";
import { isObject, type Json } from "../../json/json.js";

/** Names of entries of a body's `metadata`. */
export type MetadataNames = ReadonlySet<string>;

const namesByAttributes = new WeakMap<PolicySet["attributes"], MetadataNames>();

/** What of `metadata` is said to this server: tags, and the attributes that a policy reads there. */
export function metadataHints({ attributes }: PolicySet): MetadataNames {
  let names = namesByAttributes.get(attributes);
  if (names === undefined) {
    names = new Set(["tags", ...attributes.flatMap(({ from }) => ("metadata" in from ? [from.metadata] : []))]);
    namesByAttributes.set(attributes, names);
  }
  return names;
}

/**
 * A body without hints in its metadata, and without metadata that held nothing else; the same body when there are none. OpenAI refuses
 * chat completions with metadata that are not to be stored, Anthropic all of it but `user_id`. With `store: true` it is the
 * provider's to keep.
 */
export function withoutMetadataHints(body: Json, names: MetadataNames): Json {
  const { metadata } = body;
  if (!isObject(metadata) || body["store"] === true) return body;
  const entries = Object.entries(metadata);
  const kept = entries.filter(([name]) => !names.has(name));
  if (kept.length === entries.length) return body;
  const { metadata: _, ...rest } = body;
  return kept.length === 0 ? rest : { ...rest, metadata: Object.fromEntries(kept) };
}
