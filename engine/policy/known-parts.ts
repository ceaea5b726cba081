import { KnownRules } from "../compile/known-rules.js";
import type { Condition } from "../conditions/condition.js";
import type { Report } from "../diagnostics/report.js";
import type { DocumentKind } from "../source/document-schemas.js";
import type { LocatedMap } from "../source/located.js";
import type { SourceFile } from "../source/source-file.js";
import type { Rule } from "./policy-set.js";

/**
 * What is known of a policy set from compiling it before, so that an edit of one file costs little more than that file: sound
 * documents by their text, and what was read of them. What a diagnostic was reported about is not kept, it is read again.
 *
 * Kept rules are the same objects in the next policy, which tells what has changed.
 */
export class KnownParts {
  /** Hashes of rules: `revision.ts`. */
  readonly ruleHashes = new WeakMap<Rule, string>();
  /** What building the tree has learnt of rules. */
  readonly tree = new KnownRules();
  readonly #documents = new Map<string, { readonly kind: DocumentKind; readonly text: string; root: LocatedMap }>();
  /** Rules and scopes read against these two documents: on others (pools, facts, models) they may mean something else. */
  #context: readonly (LocatedMap | undefined)[] = [];
  #rules = new WeakMap<LocatedMap, { readonly scopes: readonly Condition[]; readonly rules: readonly Rule[] }>();
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

  /** The rules of one entry of `rules:` below these scopes. */
  rules(node: LocatedMap, scopes: readonly Condition[], report: Report, read: () => readonly Rule[]): readonly Rule[] {
    const known = this.#rules.get(node);
    if (known?.scopes.length === scopes.length && known.scopes.every((scope, at) => scope === scopes[at])) {
      return known.rules;
    }
    return whenSound(report, read, (rules) => this.#rules.set(node, { scopes, rules }));
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

/** Reads something and keeps it when it is there and nothing was reported about it. */
function whenSound<T>(report: Report, read: () => T, keep: (value: NonNullable<T>) => void): T {
  const before = report.count;
  const value = read();
  if (value !== undefined && value !== null && report.count === before) keep(value);
  return value;
}
