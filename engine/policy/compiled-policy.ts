import type { DecisionTree } from "../compile/decision-tree.js";
import type { SourceFile } from "../source/source-file.js";
import type { PolicySet } from "./policy-set.js";
import type { PolicyTest } from "./policy-test.js";

/**
 * A policy set ready to decide. Plain data (typed arrays, arrays, objects): it survives `structuredClone`, so it can
 * be built in another thread and handed over.
 */
export interface CompiledPolicy {
  readonly name: string;
  /** sha256 of the canonical set, 64 hex digits; the first 12 are what people see ({@link shortRevision}). */
  readonly revision: string;
  readonly set: PolicySet;
  readonly tree: DecisionTree;
  /** The cases of `tests/*.yaml`; not part of the revision. */
  readonly tests: readonly PolicyTest[];
  /** The sources it was read from, for positions and snapshots. */
  readonly files: readonly SourceFile[];
}
