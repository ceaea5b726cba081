import { builtInFacts } from "../conditions/fact-definitions.js";
import { decide } from "../evaluate/decide.js";
import type { Facts, FactValue } from "../evaluate/facts.js";
import type { DecisionRecord } from "../explain/decision-record.js";
import { DEFAULT_SOURCE } from "../explain/record-facts.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { rank } from "../rank/rank.js";
import type { World } from "../rank/world.js";

/** What replay needs of a recorded decision; a whole decision record has it too. */
export type RecordedDecision = Pick<DecisionRecord, "id" | "policy" | "facts" | "world" | "fallbacks"> & {
  readonly chosen?: string;
  /** The rule that lists and headers name: the deny rule, or the rule of the first attempt. */
  readonly rule?: string;
  readonly outcome?: Pick<DecisionRecord["outcome"], "denied" | "route">;
  readonly candidates?: DecisionRecord["candidates"];
};

/** Where a request goes under one policy. */
export interface Destination {
  /** The deny rule, or the rule of the first attempt; undefined when an old record does not say. */
  readonly rule: string | undefined;
  readonly isDenied: boolean | undefined;
  /** The endpoint tried first; undefined when denied or when no candidate is left. */
  readonly endpoint: string | undefined;
  readonly fallbacks: readonly string[];
  /** Expected, nano-dollars. */
  readonly cost: number | undefined;
  /** Observed time to the first token, milliseconds. */
  readonly latencyMs: number | undefined;
}

export function destinationOf(policy: CompiledPolicy, facts: Facts, world: World): Destination {
  const outcome = decide(policy, facts);
  if (outcome.denied !== undefined) {
    const { id } = outcome.denied.rule;
    return { rule: id, isDenied: true, endpoint: undefined, fallbacks: [], cost: undefined, latencyMs: undefined };
  }
  const { rule, attempts } = rank(policy, outcome, facts, world);
  const [first, ...rest] = attempts;
  return {
    rule,
    isDenied: false,
    endpoint: first?.endpoint.id,
    fallbacks: rest.map(({ endpoint }) => endpoint.id),
    cost: first?.cost,
    latencyMs: first?.latencyMs,
  };
}

/** Where a recorded decision went, as far as the record itself says. */
export function recordedDestination(record: RecordedDecision): Destination {
  const { chosen, outcome, world } = record;
  const first = record.candidates?.find(({ rank: place }) => place === 1);
  const rule = record.rule ?? outcome?.denied?.rule ?? first?.rule ?? outcome?.route.rule;
  return {
    rule,
    isDenied: outcome === undefined ? undefined : outcome.denied !== undefined,
    endpoint: chosen,
    fallbacks: record.fallbacks,
    cost: first?.cost_usd === undefined ? undefined : Math.round(first.cost_usd * 1e9),
    latencyMs: chosen === undefined ? undefined : world.latency_ms?.[chosen],
  };
}

/** Whether deciding again gave what was recorded: rule, first attempt, and every fallback in its order. */
export function isReproduced(record: RecordedDecision, again: Destination): boolean {
  const recorded = recordedDestination(record);
  if (recorded.rule !== undefined && recorded.rule !== again.rule) return false;
  if (recorded.isDenied !== undefined && recorded.isDenied !== again.isDenied) return false;
  if (recorded.endpoint !== again.endpoint || recorded.fallbacks.length !== again.fallbacks.length) return false;
  return recorded.fallbacks.every((endpoint, index) => endpoint === again.fallbacks[index]);
}

/**
 * The facts of a record, ready to be decided again; undefined when it is not one. Defaults of attributes are left out:
 * the policy that decides again fills in its own.
 *
 * @param shape every fact's name, undefined each: facts that share a shape are read about twice as fast.
 */
export function factsOfRecorded(value: unknown, shape: Facts): Facts | undefined {
  const record = value as Partial<RecordedDecision> | null;
  if (!isObject(record) || !isObject(record.facts) || !isObject(record.world)) return undefined;
  if (typeof record.id !== "string" || typeof record.policy?.revision !== "string") return undefined;
  if (!Array.isArray(record.fallbacks)) return undefined;
  const facts: Record<string, FactValue | undefined> = { ...shape };
  for (const [name, fact] of Object.entries(record.facts)) {
    if (!isObject(fact) || !isFactValue(fact.value)) return undefined;
    if (fact.source !== DEFAULT_SOURCE || !name.startsWith("attributes.")) facts[name] = fact.value;
  }
  return facts as Facts;
}

/** The shape that {@link factsOfRecorded} asks for. */
export function factShape({ set }: CompiledPolicy): Facts {
  return Object.fromEntries([...builtInFacts, ...set.attributes].map(({ name }) => [name, undefined])) as Facts;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFactValue(value: unknown): value is FactValue {
  if (Array.isArray(value)) return value.every((tag) => typeof tag === "string");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
