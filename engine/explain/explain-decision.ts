import { decide } from "../evaluate/decide.js";
import type { Facts } from "../evaluate/facts.js";
import { withDefaults } from "../evaluate/with-defaults.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { rank } from "../rank/rank.js";
import type { World } from "../rank/world.js";
import { assertSameOutcome } from "./assert-same-outcome.js";
import type { DecisionRecord, RecordedAttempt, RecordedResult } from "./decision-record.js";
import { InOrderReader } from "./in-order-reader.js";
import { recordCandidates } from "./record-candidates.js";
import { recordFacts } from "./record-facts.js";
import { recordOutcome } from "./record-outcome.js";

export interface ExplainInput {
  readonly policy: CompiledPolicy;
  /** As observed: defaults of attributes are filled in here. */
  readonly facts: Facts;
  /** Where each fact came from, by its name. */
  readonly sources: Readonly<Record<string, string>>;
  readonly world: World;
  readonly id: string;
  /** When the decision was made: milliseconds since 1970-01-01T00:00:00Z. */
  readonly time: number;
  readonly warnings?: readonly string[];
  /** The git revision of the policy directory. */
  readonly git?: string;
  /** What the client asked for. */
  readonly operation?: string;
  readonly simulated?: boolean;
  readonly attempts?: readonly RecordedAttempt[];
  readonly result?: RecordedResult;
}

/**
 * Decides and ranks once more, and writes down everything about it: facts, rules, candidates, plan. Made on demand;
 * the same input gives the same record.
 *
 * The rules are read in order, beside the compiled tree, and both must give the same outcome. What failed in the rules above is
 * put into words when `outcome.rules_above` is first read, by the in-order interpreter, which must agree once more
 * (docs/decisions/2026-11-26-explanations-in-numbers.md).
 * @throws when they differ, here or when `rules_above` is read: a fault of ours, with both outcomes in the message.
 */
export function explainDecision(input: ExplainInput): DecisionRecord {
  const { policy, world } = input;
  const facts = withDefaults(policy.set, input.facts);
  const reading = InOrderReader.of(policy.set).read(facts);
  const { outcome } = reading;
  assertSameOutcome(policy, outcome, "compiled tree", decide(policy, facts));

  const plan = outcome.denied === undefined ? rank(policy, outcome, facts, world) : undefined;
  const { git, operation, simulated, result } = input;
  const { name, revision } = policy;
  const [chosen, ...fallbacks] = plan?.attempts.map((attempt) => attempt.endpoint.id) ?? [];
  // Property by property, in the order people read: spreading parts that may be missing costs as much as all the rest.
  const record: Partial<Writable<DecisionRecord>> = {};
  record.id = input.id;
  record.time = new Date(input.time).toISOString();
  record.policy = git === undefined ? { name, revision } : { name, revision, git };
  if (operation !== undefined) record.operation = operation;
  const recordedFacts = recordFacts(policy.set, input.facts, facts, input.sources);
  record.facts = recordedFacts;
  record.outcome = recordOutcome(policy, reading, facts, recordedFacts);
  record.candidates = plan === undefined ? [] : recordCandidates(plan);
  if (chosen !== undefined) record.chosen = chosen;
  record.fallbacks = fallbacks;
  if (plan !== undefined) record.assumed_output_tokens = plan.assumedOutputTokens;
  record.world = world;
  record.seed = world.seed ?? 0;
  record.attempts = input.attempts ?? [];
  if (result !== undefined) record.result = result;
  record.warnings = input.warnings ?? [];
  if (simulated !== undefined) record.simulated = simulated;
  return record as DecisionRecord;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
