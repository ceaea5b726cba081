import type { CompiledPolicy } from "../policy/compiled-policy.js";
import type { DecisionRecord } from "./decision-record.js";
import { explainDecision } from "./explain-decision.js";
import { factsOfRecord } from "./record-facts.js";

/**
 * Explains a decision that was recorded, with or without its reasons, from what it was made of.
 * @param policy of the record's revision.
 * @throws as {@link explainDecision} does.
 */
export function explainRecord(
  policy: CompiledPolicy,
  recorded: Omit<DecisionRecord, "outcome" | "candidates">,
): DecisionRecord {
  const { id, time, facts, world, warnings, attempts, operation, result, simulated } = recorded;
  const { git } = recorded.policy;
  return explainDecision({
    policy,
    facts: factsOfRecord(recorded),
    sources: Object.fromEntries(Object.entries(facts).map(([name, { source }]) => [name, source])),
    world,
    id,
    time: Date.parse(time),
    warnings,
    attempts,
    ...(git === undefined ? {} : { git }),
    ...(operation === undefined ? {} : { operation }),
    ...(result === undefined ? {} : { result }),
    ...(simulated === undefined ? {} : { simulated }),
  });
}
