import { decide } from "../evaluate/decide.js";
import { decideInOrder } from "../evaluate/decide-in-order.js";
import type { Facts } from "../evaluate/facts.js";
import type { Outcome } from "../evaluate/outcome.js";
import { withDefaults } from "../evaluate/with-defaults.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { rank } from "../rank/rank.js";
import type { World } from "../rank/world.js";
import type { DecisionRecord, RecordedAttempt, RecordedResult } from "./decision-record.js";
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
  readonly simulated?: boolean;
  readonly attempts?: readonly RecordedAttempt[];
  readonly result?: RecordedResult;
}

/**
 * Decides and ranks once more, and writes down everything about it: facts, rules, candidates, plan. Made on demand;
 * the same input gives the same record.
 *
 * The outcome is the in-order interpreter's, which defines the language, and must be what the compiled tree says.
 * @throws when the two differ: a fault of ours, with both outcomes in the message.
 */
export function explainDecision(input: ExplainInput): DecisionRecord {
  const { policy, world } = input;
  const facts = withDefaults(policy.set, input.facts);
  const outcome = decideInOrder(policy.set, facts);
  assertSameOutcome(outcome, decide(policy, facts), policy);

  const plan = outcome.denied === undefined ? rank(policy, outcome, facts, world) : undefined;
  const { git, simulated, result } = input;
  const { name, revision } = policy;
  const [chosen, ...fallbacks] = plan?.attempts.map((attempt) => attempt.endpoint.id) ?? [];
  // Property by property, in the order people read: spreading parts that may be missing costs as much as all the rest.
  const record: Partial<Writable<DecisionRecord>> = {};
  record.id = input.id;
  record.time = new Date(input.time).toISOString();
  record.policy = git === undefined ? { name, revision } : { name, revision, git };
  record.facts = recordFacts(policy.set, input.facts, facts, input.sources);
  record.outcome = recordOutcome(policy, outcome, facts);
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

/** INVARIANT: the tree and the rules read in order give the same outcome for every input. */
export function assertSameOutcome(inOrder: Outcome, byTree: Outcome, policy: CompiledPolicy): void {
  const expected = summarize(inOrder);
  const actual = summarize(byTree);
  if (expected === actual) return;
  throw new Error(
    `invariant: the compiled tree of ${policy.name}@${policy.revision} decides otherwise than its rules read in order; ` +
      `in order: ${expected}; tree: ${actual}`,
  );
}

function summarize({ denied, requirements, route }: Outcome): string {
  const required = requirements.map((rule) => rule.id).join(", ");
  return `denied by ${denied?.rule.id ?? "nobody"}, requirements [${required}], route ${route.rule} (${route.ruleNumber})`;
}
