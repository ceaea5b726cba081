import type { Logger } from "pino";
import { type CompiledPolicy, type DecisionRecord, explainRecord } from "../../../engine/serving.js";
import type { StoredDecision } from "../../storage/decisions/decision-store.js";
import type { PolicyOfRevision } from "./policy-of-revision.js";

/** Adds outcome and candidates to a stored decision. When they cannot be computed, the decision comes back as stored. */
export type ExplainStored = (stored: StoredDecision) => Promise<DecisionRecord | StoredDecision>;

/** Decides again under the policy a decision was made with. */
export function createStoredExplainer(policyOf: PolicyOfRevision, log: Pick<Logger, "warn">): ExplainStored {
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
  const record = explainRecord(policy, stored);
  // Put into words here, where it may throw, not while the answer is written.
  void record.outcome.rules_above;
  return record;
}
