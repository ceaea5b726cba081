import type { Logger } from "pino";
import { type CompiledPolicy, type DecisionRecord, explainDecision, factsOfRecord } from "../../../engine/serving.js";
import type { CompilePolicyFiles } from "../../policy-files/policy-store.js";
import type { PolicySnapshot, StoredDecision } from "../../storage/decision-store.js";

/** Policies of earlier revisions that are kept compiled: people ask about several decisions of one revision. */
const MAX_KEPT = 4;

/** Adds outcome and candidates to a stored decision. When they cannot be computed, the decision comes back as stored. */
export type ExplainStored = (stored: StoredDecision) => Promise<DecisionRecord | StoredDecision>;

export interface StoredExplainerOptions {
  readonly currentPolicy: () => CompiledPolicy;
  readonly findSnapshot: (revision: string) => Promise<PolicySnapshot | undefined>;
  readonly compile: CompilePolicyFiles;
  readonly log: Pick<Logger, "warn">;
}

/** Decides again under the policy a decision was made with: the one that serves, or one compiled from its snapshot. */
export function createStoredExplainer({
  currentPolicy,
  findSnapshot,
  compile,
  log,
}: StoredExplainerOptions): ExplainStored {
  const kept = new Map<string, CompiledPolicy>();
  const policyOf = async (revision: string): Promise<CompiledPolicy | undefined> => {
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
  return async (stored) => {
    try {
      const policy = await policyOf(stored.policy.revision);
      return policy === undefined ? stored : explain(stored, policy);
    } catch (error) {
      log.warn({ error, decision: stored.id }, "a stored decision could not be explained");
      return stored;
    }
  };
}

function explain(stored: StoredDecision, policy: CompiledPolicy): DecisionRecord {
  const record = explainDecision({
    policy,
    facts: factsOfRecord(stored),
    sources: Object.fromEntries(Object.entries(stored.facts).map(([name, { source }]) => [name, source])),
    world: stored.world,
    id: stored.id,
    time: Date.parse(stored.time),
    warnings: stored.warnings,
    attempts: stored.attempts,
    ...(stored.policy.git === undefined ? {} : { git: stored.policy.git }),
    ...(stored.result === undefined ? {} : { result: stored.result }),
    ...(stored.simulated === undefined ? {} : { simulated: stored.simulated }),
  });
  // Put into words here, where it may throw, not while the answer is written.
  void record.outcome.rules_above;
  return record;
}
