import { buildDecisionTree } from "../compile/build-decision-tree.js";
import { usualTuning } from "../compile/tree-tuning.js";
import { builtInFacts } from "../conditions/fact-definitions.js";
import type { Diagnostic, Span } from "../diagnostics/diagnostic.js";
import { Report } from "../diagnostics/report.js";
import { nearestNames } from "../diagnostics/suggest.js";
import { limits } from "../source/limits.js";
import { entryOf, type Located, type LocatedMap } from "../source/located.js";
import type { DocumentKind } from "../source/schema/document-schemas.js";
import type { SourceFile } from "../source/source-file.js";
import { writeCount } from "../units/write-figures.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import { isTestFile } from "./is-test-file.js";
import { KnownParts } from "./known-parts.js";
import type { Catalog, PolicySet } from "./policy-set.js";
import { isMisspelt, isSectionReadable } from "./read/is-section-readable.js";
import { readAttributes } from "./read/read-attributes.js";
import { readCatalog } from "./read/read-catalog.js";
import { readDocument } from "./read/read-document.js";
import { poolNamesOf, readPools } from "./read/read-pools.js";
import { readRoute } from "./read/read-route.js";
import { type RulesRead, readRules } from "./read/read-rules.js";
import { type RuleIds, readTests } from "./read/read-tests.js";
import { childOf, textOf } from "./read/read-values.js";
import type { ConditionReading, Reading, RouteReading } from "./read/reading.js";
import { revisionOf } from "./revision.js";
import { CATALOG, ROOT } from "./root-files.js";

export interface CompilePolicyResult {
  /** Absent when there is an error. */
  readonly value?: CompiledPolicy;
  /** All findings, by place; at most 100, of which the last says how many more there are. */
  readonly diagnostics: readonly Diagnostic[];
}

const emptyCatalog: Catalog = { providers: [], models: [] };

/**
 * Reads a policy set from its files and compiles it: `policy.yaml`, `catalog.yaml`, what they include, and `tests/`.
 * Pure; never throws for anything that stands in a file. All mistakes are found in one run.
 *
 * @param files names are relative to the policy directory, with `/`.
 * @param known what an earlier compilation of the set has learnt, brought up to date; changes the time it takes only.
 */
export function compilePolicy(files: readonly SourceFile[], known: KnownParts = new KnownParts()): CompilePolicyResult {
  const report = new Report();
  known.keepOnly(files);
  const compiled = checkSize(files, report) ? new Compilation(files, report, known).run() : undefined;
  const diagnostics = report.sorted(limits.diagnostics);
  return compiled === undefined || report.hasErrors ? { diagnostics } : { value: compiled, diagnostics };
}

function checkSize(files: readonly SourceFile[], report: Report): boolean {
  const size = files.reduce((sum, { text }) => sum + text.length, 0);
  if (files.length > limits.files) {
    const message = `the directory holds ${writeCount(files.length)} YAML files; a policy set may have ${writeCount(limits.files)}`;
    report.error("RW1004", undefined, message, "move what is no policy elsewhere");
  }
  if (size > limits.totalSize) {
    const message = `the files have ${writeCount(size)} characters together; a policy set may have ${writeCount(limits.totalSize)}`;
    report.error("RW1004", undefined, message, "split it into several policy sets");
  }
  return files.length <= limits.files && size <= limits.totalSize;
}

class Compilation {
  readonly #files: readonly SourceFile[];
  readonly #byName: ReadonlyMap<string, SourceFile>;
  readonly #report: Report;
  readonly #faulty = new Set<Located>();
  readonly #read = new Set<string>();
  readonly #known: KnownParts;

  constructor(files: readonly SourceFile[], report: Report, known: KnownParts) {
    this.#files = files;
    this.#known = known;
    this.#byName = new Map(files.map((file) => [file.name, file]));
    this.#report = report;
  }

  run(): CompiledPolicy | undefined {
    const root = this.#openNeeded(ROOT, "policy");
    const catalogRoot = this.#openNeeded(CATALOG, "catalog");
    this.#known.readAgainst(root, catalogRoot);
    const base: Reading = { report: this.#report, faulty: this.#faulty };
    const catalog = catalogRoot === undefined ? emptyCatalog : readCatalog(base, catalogRoot);
    const attributes = root === undefined ? [] : readAttributes(base, root);
    const reading: ConditionReading = {
      ...base,
      catalog,
      knowsCatalog: catalogRoot !== undefined && isCatalogReadable(catalogRoot),
      facts: new Map([...builtInFacts, ...attributes].map((fact) => [fact.name, fact])),
      mayBeFact: (name) => name.startsWith("attributes.") && isUnreadable(base, root, name),
    };
    const { set, rules } = root === undefined ? {} : this.#readSet(reading, root, attributes);
    const tests = this.#readTestFiles(reading, rules?.isComplete === true ? rules.ids : undefined);
    if (rules?.isComplete === true) this.#reportUnread();
    if (set === undefined || this.#report.hasErrors) return undefined;
    return {
      name: set.name,
      revision: revisionOf(set, this.#known.hashes),
      set,
      tree: buildDecisionTree(set, usualTuning, this.#known.tree),
      tests,
      files: this.#files,
    };
  }

  #readSet(
    base: ConditionReading,
    root: LocatedMap,
    attributes: PolicySet["attributes"],
  ): { readonly set?: PolicySet; readonly rules: RulesRead } {
    const reading: RouteReading = { ...base, poolNames: poolNamesOf(base, root) };
    const poolList = readPools(reading, root);
    const pools = new Map(poolList.map((pool) => [pool.name, pool]));
    const rules = readRules({
      reading,
      pools,
      root,
      rootName: ROOT,
      fileNames: new Set(this.#byName.keys()),
      known: this.#known,
      open: (name, includedAt) => this.#open(name, "policy", includedAt),
    });
    requireRootKeys(reading, root);
    const defaultRoute = readRoute(reading, childOf(childOf(root, "default"), "route"), pools);
    const name = textOf(reading, childOf(root, "name"));
    const description = textOf(reading, childOf(root, "description"));
    if (defaultRoute === undefined || name === undefined) return { rules };
    const set: PolicySet = {
      name,
      ...(description === undefined ? {} : { description }),
      attributes,
      pools: poolList,
      rules: rules.rules,
      defaultRoute,
      catalog: base.catalog,
    };
    return { set, rules };
  }

  #readTestFiles(reading: ConditionReading, ruleIds: RuleIds): CompiledPolicy["tests"] {
    return this.#files.filter(isTestFile).flatMap(({ name }) => {
      const root = this.#open(name, "test");
      return root === undefined ? [] : readTests(reading, root, ruleIds);
    });
  }

  #open(name: string, kind: DocumentKind, includedAt?: Span): LocatedMap | undefined {
    const file = this.#byName.get(name);
    this.#read.add(name);
    if (file === undefined) return undefined;
    return this.#known.document(file, kind, this.#report, () =>
      readDocument(file, kind, this.#report, this.#faulty, includedAt),
    );
  }

  /** Opens a file that each set has. */
  #openNeeded(name: string, kind: DocumentKind): LocatedMap | undefined {
    if (!this.#byName.has(name)) {
      const beside = [...this.#byName.keys()].filter((other) => !other.includes("/"));
      const near = nearestNames(name, beside)[0];
      const help =
        near === undefined ? `create it; it begins with \`kind: ${kind}\`` : `rename \`${near}\` to \`${name}\``;
      this.#report.error("RW1005", undefined, `there is no \`${name}\` in the policy directory`, help);
    }
    return this.#open(name, kind);
  }

  /** A file that is part of nothing is most likely forgotten, or misnamed. */
  #reportUnread(): void {
    for (const { name } of this.#files) {
      if (this.#read.has(name)) continue;
      const help = "include it in a policy, move it to `tests/`, or remove it";
      this.#report.warning("RW1009", { file: name, start: 0, end: 1 }, "nothing reads this file", help);
    }
  }
}

/** Whether the catalog's names are all known; where a key is misspelt or missing they are not. */
function isCatalogReadable(root: LocatedMap): boolean {
  return ["providers", "models"].every((key) => childOf(root, key)?.kind === "map");
}

/** Whether an attribute may have been declared in a way that could not be read. */
function isUnreadable(base: Reading, root: LocatedMap | undefined, name: string): boolean {
  if (root === undefined || !isSectionReadable(base, root, "attributes")) return true;
  return childOf(childOf(root, "attributes"), name.slice("attributes.".length)) !== undefined;
}

/** The schema cannot ask for these, since included files do not have them. */
function requireRootKeys(reading: Reading, root: LocatedMap): void {
  const span = root.entries[0]?.keySpan ?? root.span;
  const needed = {
    name: "add the set's name: `name: production`",
    default: "every request has an outcome: `default: { route: { to: [requested] } }`",
  };
  for (const [key, help] of Object.entries(needed)) {
    if (entryOf(root, key) !== undefined || isMisspelt(reading, root, key)) continue;
    reading.report.error("RW1102", span, `policy.yaml needs \`${key}\``, help);
  }
}
