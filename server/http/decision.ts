import {
  type DecisionRecord,
  decide,
  explainDecision,
  type Outcome,
  type RecordedAttempt,
  type RecordedResult,
  type RoutePlan,
  rank,
  recordFacts,
  type World,
  withDefaults,
} from "../../engine/serving.js";
import type { ServingPolicy } from "../dispatch/serving-policy.js";
import type { Operation } from "../providers/operation.js";
import type { DecisionSummary, StoredDecision } from "../storage/decisions/decision-store.js";
import { isoTime } from "./iso-time.js";
import type { ObservedRequest } from "./observe/observe-request.js";

/** One decision with all that it was made from. */
export interface Decision {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly serving: ServingPolicy;
  /** The git revision of the policy's files. */
  readonly git: string | undefined;
  readonly operation: Operation;
  readonly observed: ObservedRequest;
  readonly world: World;
  readonly outcome: Outcome;
  /** Undefined when the request is denied. */
  readonly plan: RoutePlan | undefined;
}

export function makeDecision(inputs: Omit<Decision, "outcome" | "plan">): Decision {
  const { id, time, serving, git, operation, observed, world } = inputs;
  const { policy } = serving;
  const { facts } = observed;
  const outcome = decide(policy, facts);
  const plan = outcome.denied === undefined ? rank(policy, outcome, facts, world) : undefined;
  return { id, time, serving, git, operation, observed, world, outcome, plan };
}

/** The rule that headers, lists and metrics name: the deny rule, or the rule of the first attempt. */
export function ruleOf({ outcome, plan }: Decision): string {
  return outcome.denied?.rule.id ?? plan?.rule ?? outcome.route.rule;
}

/** What happened to a decided request. */
export interface DecisionEnd {
  readonly attempts: readonly RecordedAttempt[];
  readonly result: RecordedResult;
  /** Hints that could not be used, why another model answers, and what providers were not told as the client said it. */
  readonly warnings: readonly string[];
  readonly isSimulated: boolean;
}

/** What is stored: the inputs, the choice and the end. The rest is computed again when somebody asks. */
export function storedDecision(
  decision: Decision,
  { attempts, result, warnings, isSimulated }: DecisionEnd,
): StoredDecision {
  const { id, time, git, operation, observed, plan, world } = decision;
  const { policy } = decision.serving;
  const { name, revision } = policy;
  const [chosen, ...fallbacks] = plan?.attempts.map((attempt) => attempt.endpoint.id) ?? [];
  // In one piece, in the order in which it is written; what is undefined is left out of JSON.
  return {
    id,
    time: isoTime(time),
    policy: git === undefined ? { name, revision } : { name, revision, git },
    operation,
    facts: recordFacts(policy.set, observed.facts, withDefaults(policy.set, observed.facts), observed.sources),
    chosen,
    fallbacks,
    assumed_output_tokens: plan?.assumedOutputTokens,
    world,
    seed: world.seed ?? 0,
    attempts,
    result,
    warnings,
    simulated: isSimulated ? true : undefined,
  } as StoredDecision;
}

/** The columns that lists filter by; model and provider are those that were called last. */
export function summaryOf(decision: Decision, { attempts, result }: DecisionEnd): DecisionSummary {
  const last = attempts.at(-1)?.endpoint;
  const called = decision.plan?.attempts.find((attempt) => attempt.endpoint.id === last)?.endpoint;
  return { rule: ruleOf(decision), model: called?.model, provider: called?.provider, status: result.status };
}

/**
 * The whole record, with the reasons: for `x-route-explain`.
 * @throws when tree and rules disagree, see `explainDecision`.
 */
export function explainedDecision(
  decision: Decision,
  { attempts, result, warnings, isSimulated }: DecisionEnd,
): DecisionRecord {
  const { id, time, serving, git, operation, observed, world } = decision;
  const { facts, sources } = observed;
  return explainDecision({
    policy: serving.policy,
    ...(git === undefined ? {} : { git }),
    facts,
    sources,
    world,
    id,
    time,
    operation,
    warnings,
    attempts,
    result,
    ...(isSimulated ? { simulated: true } : {}),
  });
}
