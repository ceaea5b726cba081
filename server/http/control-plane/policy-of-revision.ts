import type { CompiledPolicy } from "../../../engine/serving.js";
import type { CompilePolicyFiles } from "../../policy-files/policy-store.js";
import type { PolicySnapshot } from "../../storage/decisions/decision-store.js";

/** Policies of earlier revisions that are kept compiled: people ask about several decisions of one revision. */
const MAX_KEPT = 4;

/** The policy of a revision, 64 hex digits; undefined when its sources are not here, or this version reads them otherwise. */
export type PolicyOfRevision = (revision: string) => Promise<CompiledPolicy | undefined>;

export interface PolicyOfRevisionOptions {
  readonly currentPolicy: () => CompiledPolicy;
  readonly findSnapshot: (revision: string) => Promise<PolicySnapshot | undefined>;
  readonly compile: CompilePolicyFiles;
}

/** Finds the policy that serves, or compiles one from its snapshot. */
export function createPolicyOfRevision({
  currentPolicy,
  findSnapshot,
  compile,
}: PolicyOfRevisionOptions): PolicyOfRevision {
  const kept = new Map<string, CompiledPolicy>();
  return async (revision) => {
    const current = currentPolicy();
    if (current.revision === revision) return current;
    const known = kept.get(revision);
    if (known !== undefined) return known;
    const snapshot = await findSnapshot(revision);
    const compiled = snapshot === undefined ? undefined : (await compile(snapshot.files)).value;
    if (compiled === undefined || compiled.revision !== revision) return undefined;
    const [oldest] = kept.keys();
    if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(revision, compiled);
    return compiled;
  };
}
