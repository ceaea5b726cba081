import { KnownRules } from "../compile/known-rules.js";
import type { Condition } from "../conditions/condition.js";
import type { Span } from "../diagnostics/diagnostic.js";
import type { Report } from "../diagnostics/report.js";
import type { LocatedMap } from "../source/located.js";
import type { DocumentKind } from "../source/schema/document-schemas.js";
import type { SourceFile } from "../source/source-file.js";
import type { Rule } from "./policy-set.js";
import { KnownHashes } from "./revision.js";

/** What one entry of `rules:` says. */
export interface ReadRule {
  /** A rule for each effect, of which there is one unless the schema has complained. */
  readonly rules: readonly Rule[];
  /** Absent when it could not be read. */
  readonly id?: WrittenId;
}

/** The id of a rule where it is written. */
export interface WrittenId {
  readonly id: string;
  readonly span: Span;
  /** The effects that are written beside it. */
  readonly effects: readonly Rule["effect"][];
}

/**
 * What is known of a policy set from compiling it before, so that an edit of one file costs little more than that file: sound
 * documents by their text, and what was read of them. What a diagnostic was reported about is not kept, it is read again.
 *
 * Kept rules are the same objects in the next policy, which tells what has changed.
 */
export class KnownParts {
  readonly hashes = new KnownHashes();
  /** What building the tree has learnt of rules. */
  readonly tree = new KnownRules();
  readonly #documents = new Map<string, { readonly kind: DocumentKind; readonly text: string; root: LocatedMap }>();
  /** Rules and scopes read against these two documents: on others (pools, facts, models) they may mean something else. */
  #context: readonly (LocatedMap | undefined)[] = [];
  #rules = new WeakMap<LocatedMap, ReadRule & { readonly scopes: readonly Condition[] }>();
  #scopes = new WeakMap<LocatedMap, Condition>();

  /** The document of a file, read when the file is new or has changed. */
  document(
    { name, text }: SourceFile,
    kind: DocumentKind,
    report: Report,
    read: () => LocatedMap | undefined,
  ): LocatedMap | undefined {
    const known = this.#documents.get(name);
    if (known?.text === text && known.kind === kind) return known.root;
    const root = whenSound(report, read, (sound) => this.#documents.set(name, { kind, text, root: sound }));
    return root;
  }

  /** Says which root and catalog rules are read against from now on. */
  readAgainst(root: LocatedMap | undefined, catalog: LocatedMap | undefined): void {
    if (this.#context[0] === root && this.#context[1] === catalog) return;
    this.#context = [root, catalog];
    this.#rules = new WeakMap();
    this.#scopes = new WeakMap();
  }

  /** What is known of one entry of `rules:` below these scopes. */
  rule(node: LocatedMap, scopes: readonly Condition[]): ReadRule | undefined {
    const known = this.#rules.get(node);
    return known !== undefined && isSame(known.scopes, scopes) ? known : undefined;
  }

  /** Reads an entry of `rules:`, and keeps it when nothing was reported about it. */
  readRule(node: LocatedMap, scopes: readonly Condition[], report: Report, read: () => ReadRule): ReadRule {
    return whenSound(report, read, (rule) => this.#rules.set(node, { ...rule, scopes }));
  }

  /** The condition of an include's `scope`. */
  scope(node: LocatedMap, report: Report, read: () => Condition): Condition {
    return this.#scopes.get(node) ?? whenSound(report, read, (scope) => this.#scopes.set(node, scope));
  }

  /** Forgets files that are gone. */
  keepOnly(files: readonly SourceFile[]): void {
    const names = new Set(files.map(({ name }) => name));
    for (const name of this.#documents.keys()) if (!names.has(name)) this.#documents.delete(name);
  }
}

function isSame(one: readonly Condition[], other: readonly Condition[]): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** Reads something and keeps it when it is there and nothing was reported about it. */
function whenSound<T>(report: Report, read: () => T, keep: (value: NonNullable<T>) => void): T {
  const before = report.count;
  const value = read();
  if (value !== undefined && value !== null && report.count === before) keep(value);
  return value;
}
