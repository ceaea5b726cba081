import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { PolicySet, Rule } from "./policy-set.js";

/**
 * The revision of a set: sha256 of its canonical JSON, 64 hex digits, in which the sha256 of all rules' own hashes stands for the
 * rules: after an edit only what is new is hashed. Places are left out, keys are sorted, and so are
 * the parts whose order says nothing: attributes, pools, providers, weights, headers, and what `all` and `any` hold. So
 * files that say the same have the same revision however they are laid out, commented, split or their keys ordered; any
 * change of meaning, texts for people included, changes it. Tests are not part of it.
 *
 * @param known the hashes of rules that were met before; brought up to date.
 */
export function revisionOf(set: PolicySet, known = new WeakMap<Rule, string>()): string {
  const ruleHash = (rule: Rule): string => {
    const kept = known.get(rule) ?? hash(canonicalJson(rule));
    known.set(rule, kept);
    return kept;
  };
  return hash(
    objectJson(set, (name, item) =>
      name === "rules" ? JSON.stringify(hash(set.rules.map(ruleHash).join(""))) : canonicalJson(item, name),
    ),
  );
}

/** The 12 hex digits that people see. */
export function shortRevision(revision: string): string {
  return revision.slice(0, 12);
}

/** Lists that were mappings in the file, or that say the same in any order. */
const unordered = new Set(["attributes", "pools", "providers", "weights", "headers", "conditions"]);

/** A condition longer than this stands as its hash: that of a scope is part of each rule it is ANDed to. */
const LONG_CONDITION = 1_000;
const longConditions = new WeakMap<object, string>();

/** JSON with sorted keys, without `span`s and without what is undefined. */
export function canonicalJson(value: unknown, key = ""): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => (key === "conditions" ? conditionJson(item) : canonicalJson(item)));
    return `[${(unordered.has(key) ? items.sort() : items).join(",")}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  return objectJson(value, entryJson);
}

function objectJson(value: object, write: (name: string, item: unknown) => string): string {
  const entries = Object.entries(value)
    .filter(([name, item]) => name !== "span" && item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${write(name, item)}`).join(",")}}`;
}

function entryJson(name: string, item: unknown): string {
  return name === "condition" ? conditionJson(item as object) : canonicalJson(item, name);
}

function conditionJson(condition: object): string {
  const known = longConditions.get(condition);
  if (known !== undefined) return known;
  const json = canonicalJson(condition);
  if (json.length <= LONG_CONDITION) return json;
  const short = JSON.stringify(hash(json));
  longConditions.set(condition, short);
  return short;
}

function hash(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
