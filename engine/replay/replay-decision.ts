import { decide } from "../evaluate/decide.js";
import type { Facts, FactValue } from "../evaluate/facts.js";
import type { DecisionRecord } from "../explain/decision-record.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { rankAttempts } from "../rank/rank.js";
import type { World } from "../rank/world.js";

/** What replay needs of a recorded decision; a whole decision record has it too. */
export type RecordedDecision = Pick<DecisionRecord, "id" | "policy" | "facts" | "world" | "fallbacks"> & {
  readonly chosen?: string;
  /** The rule that lists and headers name: the deny rule, or the rule of the first attempt. */
  readonly rule?: string;
  readonly outcome?: Pick<DecisionRecord["outcome"], "denied" | "route">;
  readonly candidates?: DecisionRecord["candidates"];
  /** Old records may be without. */
  readonly attempts?: DecisionRecord["attempts"];
};

/** What a record says about where the request went, and the world it was ranked in. */
export interface RecordedChoice extends Pick<RecordedDecision, "fallbacks" | "world" | "outcome" | "candidates"> {
  readonly rule?: string | undefined;
  readonly chosen?: string | undefined;
}

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
  const { rule, attempts } = rankAttempts(policy, outcome, facts, world);
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
export function recordedDestination(record: RecordedChoice): Destination {
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
export function isReproduced(record: RecordedChoice, again: Destination): boolean {
  const recorded = recordedDestination(record);
  if (recorded.rule !== undefined && recorded.rule !== again.rule) return false;
  if (recorded.isDenied !== undefined && recorded.isDenied !== again.isDenied) return false;
  if (recorded.endpoint !== again.endpoint || recorded.fallbacks.length !== again.fallbacks.length) return false;
  return recorded.fallbacks.every((endpoint, index) => endpoint === again.fallbacks[index]);
}

/** One line of a log, parsed; undefined when it is no decision. */
export function parseDecision(line: string): RecordedDecision | undefined {
  let record: Partial<RecordedDecision> | null;
  try {
    record = JSON.parse(line) as typeof record;
  } catch {
    return undefined;
  }
  if (!isObject(record) || !isObject(record.facts) || !isObject(record.world)) return undefined;
  if (typeof record.id !== "string" || typeof record.policy?.revision !== "string") return undefined;
  if (!Array.isArray(record.fallbacks)) return undefined;
  if (!Object.values(record.facts).every((fact) => isObject(fact) && isFactValue(fact.value))) return undefined;
  return record as RecordedDecision;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isFactValue(value: unknown): value is FactValue {
  if (Array.isArray(value)) return value.every((tag) => typeof tag === "string");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
