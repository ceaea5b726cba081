import { decide } from "../evaluate/decide.js";
import type { Facts, FactValue } from "../evaluate/facts.js";
import type { DecisionRecord } from "../explain/decision-record.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";
import { rankAttempts } from "../rank/rank.js";
import type { World } from "../rank/world.js";
import { factsOfTheirType } from "./fact-types.js";

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

/** What a record says about where the request went. */
export interface RecordedChoice extends Pick<RecordedDecision, "fallbacks" | "outcome" | "candidates"> {
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

/** Decides and ranks one request. Facts that are not of the type the policy has for them are left out. */
export function destinationOf(policy: CompiledPolicy, recorded: Facts, world: World): Destination {
  const facts = factsOfTheirType(policy.set, recorded);
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

/**
 * Where a recorded decision went, as far as the record itself says.
 * @param latencyOf the latency of an endpoint that the record's world holds, milliseconds.
 */
export function recordedDestination(
  record: RecordedChoice,
  latencyOf: (endpoint: string) => number | undefined,
): Destination {
  const { chosen, outcome } = record;
  const first = firstOf(record.candidates);
  return {
    rule: recordedRule(record),
    isDenied: outcome === undefined ? undefined : outcome.denied !== undefined,
    endpoint: chosen,
    fallbacks: record.fallbacks,
    cost: first?.cost_usd === undefined ? undefined : Math.round(first.cost_usd * 1e9),
    latencyMs: chosen === undefined ? undefined : latencyOf(chosen),
  };
}

/** Whether deciding again gave what was recorded: rule, first attempt, and every fallback in its order. */
export function isReproduced(record: RecordedChoice, again: Destination): boolean {
  const rule = recordedRule(record);
  if (rule !== undefined && rule !== again.rule) return false;
  const { outcome } = record;
  if (outcome !== undefined && (outcome.denied !== undefined) !== again.isDenied) return false;
  return record.chosen === again.endpoint && isSameList(record.fallbacks, again.fallbacks);
}

/** Whether two lists hold the same names in the same order. */
export function isSameList(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function recordedRule({ rule, outcome, candidates }: RecordedChoice): string | undefined {
  return rule ?? outcome?.denied?.rule ?? firstOf(candidates)?.rule ?? outcome?.route.rule;
}

function firstOf(candidates: RecordedChoice["candidates"]) {
  return candidates?.find(({ rank: place }) => place === 1);
}

/** One line of a log, parsed; undefined when it is no decision. */
export function parseDecision(line: string): RecordedDecision | undefined {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isDecision(record) ? record : undefined;
}

function isDecision(record: unknown): record is RecordedDecision {
  if (!isObject(record)) return false;
  const { id, policy, facts, world, fallbacks, chosen, rule, outcome, candidates } = record;
  if (typeof id !== "string" || !isObject(policy) || typeof policy["revision"] !== "string") return false;
  if (!isObject(facts) || !Object.values(facts).every((fact) => isObject(fact) && isFactValue(fact["value"])))
    return false;
  if (!isObject(world) || !isWorld(world) || !isTextList(fallbacks)) return false;
  if (!isTextOrAbsent(chosen) || !isTextOrAbsent(rule)) return false;
  return isOutcome(outcome) && (candidates === undefined || (Array.isArray(candidates) && candidates.every(isObject)));
}

function isOutcome(outcome: unknown): boolean {
  if (outcome === undefined) return true;
  if (!isObject(outcome) || !isObject(outcome["route"])) return false;
  return outcome["denied"] === undefined || isObject(outcome["denied"]);
}

/** Whether ranking can read a world. Of what it does not look at anything may be there. */
export function isWorld(world: Readonly<Record<string, unknown>>): world is World & Record<string, unknown> {
  return Object.entries(world).every(([name, value]) => worldForms[name as keyof World]?.(value) ?? true);
}

const isFigures = (value: unknown) =>
  isObject(value) && Object.values(value).every((figure) => typeof figure === "number");
const worldForms: Readonly<Record<keyof World, (value: unknown) => boolean>> = {
  down: isTextList,
  rate_limited: isTextList,
  no_credentials: isTextList,
  unsupported: isTextList,
  incapable: (value) => isObject(value) && Object.values(value).every((what) => typeof what === "string"),
  allowed: isTextList,
  hint_excluded: isTextList,
  hint_excluded_by: (value) => isObject(value) && Object.values(value).every(isTextList),
  hint_order: isTextList,
  no_fallback: (value) => typeof value === "boolean",
  answers: (value) => typeof value === "number",
  largest_prompt: (value) => typeof value === "number",
  latency_ms: isFigures,
  in_flight: isFigures,
  error_rate: isFigures,
  seed: (value) => typeof value === "string" || typeof value === "number",
  prefix: (value) => typeof value === "string",
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

export function isFactValue(value: unknown): value is FactValue {
  return isTextList(value) || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
