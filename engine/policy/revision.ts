import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { PolicySet, Rule } from "./policy-set.js";

/**
 * The revision of a set: sha256 of its canonical JSON, 64 hex digits, in which the hashes of runs of rules stand for the rules. Places are left
 * out, keys are sorted, and so are the parts whose order says nothing: attributes, pools, providers, weights, headers, and what `all` and
 * `any` hold. So files that say the same have the same revision however they are laid out, commented, split or their keys
 * ordered; any change of meaning, texts for people included, changes it. Tests are not part of it.
 *
 * @param known the hashes of rules that were met before; brought up to date.
 */
export function revisionOf(set: PolicySet, known = new KnownHashes()): string {
  return hash(
    objectJson(set, (name, item) =>
      name === "rules" ? JSON.stringify(known.ofRules(set.rules)) : canonicalJson(item, name),
    ),
  );
}

/** A rule whose hash begins with these digits ends a run: one rule of 256, whatever stands around it. */
const END_OF_RUN = "00";

interface Run {
  readonly rules: readonly Rule[];
  readonly hash: string;
  /** False for the last run of a list, which more rules would prolong. */
  readonly isWhole: boolean;
}

/**
 * Hashes of rules and of runs of them. Where a run ends depends on its last rule alone, so that an edit changes the runs it stands in and no others,
 * and after it only those are hashed.
 */
export class KnownHashes {
  readonly #rules = new WeakMap<Rule, string>();
  /** By the first rule of each. */
  readonly #runs = new WeakMap<Rule, Run>();

  /** The hash of the runs' hashes. */
  ofRules(rules: readonly Rule[]): string {
    const hashes: string[] = [];
    for (let at = 0; at < rules.length; ) {
      const first = rules[at] as Rule;
      const known = this.#runs.get(first);
      const run = known !== undefined && standsAt(known, rules, at) ? known : this.#runFrom(rules, at);
      this.#runs.set(first, run);
      hashes.push(run.hash);
      at += run.rules.length;
    }
    return hash(hashes.join(""));
  }

  #runFrom(rules: readonly Rule[], from: number): Run {
    const hashes: string[] = [];
    let isWhole = false;
    for (let at = from; at < rules.length && !isWhole; at++) {
      const own = this.#ofRule(rules[at] as Rule);
      hashes.push(own);
      isWhole = own.startsWith(END_OF_RUN);
    }
    return { rules: rules.slice(from, from + hashes.length), hash: hash(hashes.join("")), isWhole };
  }

  #ofRule(rule: Rule): string {
    const known = this.#rules.get(rule) ?? hash(ruleJson(rule));
    this.#rules.set(rule, known);
    return known;
  }
}

/** Whether a run is what a run that begins at this place would be. */
function standsAt({ rules: own, isWhole }: Run, rules: readonly Rule[], from: number): boolean {
  const end = from + own.length;
  if (isWhole ? end > rules.length : end !== rules.length) return false;
  for (let at = 0; at < own.length; at++) if (own[at] !== rules[from + at]) return false;
  return true;
}

/** The 12 hex digits that people see. */
export function shortRevision(revision: string): string {
  return revision.slice(0, 12);
}

/** A git revision as people see it: 12 hex digits, and `-dirty` where it is. */
export function shortGit(git: string): string {
  return git.replace(/^([0-9a-f]{12})[0-9a-f]+/, "$1");
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
  let json = "";
  for (const name of Object.keys(value).sort()) {
    const item = (value as Readonly<Record<string, unknown>>)[name];
    if (name !== "span" && item !== undefined)
      json += `${json === "" ? "" : ","}${JSON.stringify(name)}:${write(name, item)}`;
  }
  return `{${json}}`;
}

/** Without `rule`, which is the id once more. */
function ruleJson(rule: Rule): string {
  return canonicalJson("rule" in rule ? { ...rule, rule: undefined } : rule);
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
