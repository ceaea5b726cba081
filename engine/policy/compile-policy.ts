import { buildDecisionTree } from "../compile/build-decision-tree.js";
import { builtInFacts } from "../conditions/fact-definitions.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { Report } from "../diagnostics/report.js";
import { didYouMean } from "../diagnostics/suggest.js";
import type { DocumentKind } from "../source/document-schemas.js";
import { limits } from "../source/limits.js";
import { entryOf, type Located, type LocatedMap } from "../source/located.js";
import type { SourceFile } from "../source/source-file.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import type { Catalog, PolicySet } from "./policy-set.js";
import { readAttributes } from "./read-attributes.js";
import { readCatalog } from "./read-catalog.js";
import { readDocument } from "./read-document.js";
import { poolNamesOf, readPools } from "./read-pools.js";
import { readRoute } from "./read-route.js";
import { readRules } from "./read-rules.js";
import { readTests } from "./read-tests.js";
import { childOf, textOf } from "./read-values.js";
import type { Reading, RouteReading } from "./reading.js";
import { revisionOf } from "./revision.js";

export interface CompilePolicyResult {
  /** Absent when there is an error. */
  readonly value?: CompiledPolicy;
  /** All findings, by place; at most 100, of which the last says how many more there are. */
  readonly diagnostics: readonly Diagnostic[];
}

const ROOT = "policy.yaml";
const CATALOG = "catalog.yaml";
const emptyCatalog: Catalog = { providers: [], models: [] };

/**
 * Reads a policy set from its files and compiles it: `policy.yaml`, `catalog.yaml`, what they include, and `tests/`.
 * Pure; never throws for anything that stands in a file. All mistakes are found in one run.
 *
 * @param files names are relative to the policy directory, with `/`.
 */
export function compilePolicy(files: readonly SourceFile[]): CompilePolicyResult {
  const report = new Report();
  const compiled = checkSize(files, report) ? new Compilation(files, report).run() : undefined;
  const diagnostics = report.sorted(limits.diagnostics);
  return compiled === undefined || report.hasErrors ? { diagnostics } : { value: compiled, diagnostics };
}

function checkSize(files: readonly SourceFile[], report: Report): boolean {
  const size = files.reduce((sum, { text }) => sum + text.length, 0);
  if (files.length > limits.files) {
    const message = `the directory holds ${files.length} YAML files; a policy set may have ${limits.files}`;
    report.error("RW1004", undefined, message, "move what is no policy elsewhere");
  }
  if (size > limits.totalSize) {
    const message = `the files have ${size} characters together; a policy set may have ${limits.totalSize}`;
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

  constructor(files: readonly SourceFile[], report: Report) {
    this.#files = files;
    this.#byName = new Map(files.map((file) => [file.name, file]));
    this.#report = report;
  }

  run(): CompiledPolicy | undefined {
    const root = this.#open(ROOT, "policy");
    const catalogRoot = this.#open(CATALOG, "catalog");
    const base: Reading = { report: this.#report, faulty: this.#faulty };
    const catalog = catalogRoot === undefined ? emptyCatalog : readCatalog(base, catalogRoot);
    const set = root === undefined ? undefined : this.#readSet(base, root, catalog);
    const tests = this.#readTestFiles(base, catalog, set);
    this.#reportUnread();
    if (set === undefined || this.#report.hasErrors) return undefined;
    return {
      name: set.name,
      revision: revisionOf(set),
      set,
      tree: buildDecisionTree(set),
      tests,
      files: this.#files,
    };
  }

  #readSet(base: Reading, root: LocatedMap, catalog: Catalog): PolicySet | undefined {
    const attributes = readAttributes(base, root);
    const reading: RouteReading = {
      ...base,
      catalog,
      facts: new Map([...builtInFacts, ...attributes].map((fact) => [fact.name, fact])),
      poolNames: poolNamesOf(root),
    };
    const pools = readPools(reading, root);
    const rules = readRules({
      reading,
      pools,
      root,
      rootName: ROOT,
      fileNames: this.#files.map(({ name }) => name),
      open: (name) => this.#open(name, "policy"),
    });
    this.#requireRootKeys(root);
    const defaultRoute = readRoute(reading, childOf(childOf(root, "default"), "route"), pools);
    const name = textOf(reading, childOf(root, "name"));
    const description = textOf(reading, childOf(root, "description"));
    if (defaultRoute === undefined || name === undefined) return undefined;
    return {
      name,
      ...(description === undefined ? {} : { description }),
      attributes,
      pools,
      rules,
      defaultRoute,
      catalog,
    };
  }

  /** The schema cannot ask for these, since included files do not have them. */
  #requireRootKeys(root: LocatedMap): void {
    const span = root.entries[0]?.keySpan ?? root.span;
    const needed = {
      name: "the set's name, such as `production`",
      default: "every request has an outcome: `default: { route: { to: [requested] } }`",
    };
    for (const [key, help] of Object.entries(needed)) {
      // A misspelt one is reported as an unknown key.
      const isMisspelt = root.entries.some((entry) => this.#faulty.has(entry.value) && isNear(entry.key, key));
      if (entryOf(root, key) === undefined && !isMisspelt) {
        this.#report.error("RW1102", span, `policy.yaml needs \`${key}\``, help);
      }
    }
  }

  #readTestFiles(base: Reading, catalog: Catalog, set: PolicySet | undefined): CompiledPolicy["tests"] {
    const facts = new Map([...builtInFacts, ...(set?.attributes ?? [])].map((fact) => [fact.name, fact]));
    return this.#files
      .filter(({ name }) => name.startsWith("tests/"))
      .flatMap(({ name }) => {
        const root = this.#open(name, "test");
        // Without a sound set every name in a test would be unknown.
        return root === undefined || set === undefined ? [] : readTests({ ...base, facts, catalog }, root, set);
      });
  }

  #open(name: string, kind: DocumentKind): LocatedMap | undefined {
    const file = this.#byName.get(name);
    this.#read.add(name);
    if (file !== undefined) return readDocument(file, kind, this.#report, this.#faulty);
    const near = didYouMean(
      name,
      [...this.#byName.keys()].filter((other) => !other.includes("/")),
    );
    this.#report.error("RW1005", undefined, `there is no \`${name}\` in the policy directory`, near ?? "create it");
    return undefined;
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

function isNear(written: string, key: string): boolean {
  return didYouMean(written, [key]) !== undefined;
}
