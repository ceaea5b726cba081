import type { Facts } from "../evaluate/facts.js";
import { type Destination, isSameList } from "./replay-decision.js";

/** Examples that are kept of each pair, and of decisions that are not reproduced. */
const EXAMPLES = 3;
/** Pairs that are told apart; beyond it the rest is counted together, so that memory stays bounded. */
const MAX_PAIRS = 5_000;

export interface Example {
  readonly id: string;
  readonly facts: Facts;
}

/** What changed from one rule (or model) to another. Money is nano-dollars, time milliseconds; plain data. */
export interface ReplayPair {
  readonly from: string;
  readonly to: string;
  count: number;
  /** Of those whose expected cost is known before and after. */
  costKnown: number;
  costBefore: number;
  costAfter: number;
  /** Of those for whose endpoint a latency was observed, before and after. */
  latencyKnown: number;
  latencyBefore: number;
  latencyAfter: number;
  readonly examples: Example[];
}

/** Sums over replayed decisions; each thread makes one, and they are added up. Plain data. */
export interface ReplaySummary {
  decisions: number;
  unreadable: number;
  /** Decisions made under the policy of a snapshot or of the target: they can be checked. */
  checked: number;
  /** Decisions that deciding again under their own revision does not reproduce. */
  readonly differing: string[];
  differingCount: number;
  /** Another rule, denial or first endpoint. A rule that was not recorded is no other one. */
  changed: number;
  /** The same first attempt, other fallbacks. */
  fallbacksChanged: number;
  /** Requests that had a candidate and have none, and the other way round. */
  lost: number;
  gained: number;
  readonly revisions: Record<string, number>;
  readonly total: ReplayPair;
  readonly rules: Record<string, ReplayPair>;
  readonly models: Record<string, ReplayPair>;
}

/** Sums of no decision yet. */
export function emptySummary(): ReplaySummary {
  return {
    ...{ decisions: 0, unreadable: 0, checked: 0, differing: [], differingCount: 0, changed: 0, fallbacksChanged: 0 },
    ...{ lost: 0, gained: 0, revisions: {}, total: newPair("", ""), rules: {}, models: {} },
  };
}

/** Something that can be shown, when it is asked for. */
interface Shown {
  example(): Example;
}

/** Counts a decision that its own policy does not reproduce. */
export function noteDiffering(summary: ReplaySummary, request: Shown): void {
  summary.differingCount++;
  if (summary.differing.length < EXAMPLES) summary.differing.push(request.example().id);
}

/**
 * Counts one decision that was replayed.
 * @param request asked when it is kept as an example.
 */
export function addComparison(summary: ReplaySummary, before: Destination, after: Destination, request: Shown): void {
  addFigures(summary.total, before, after);
  if (before === after) return;
  const isOtherRule = before.rule !== undefined && before.rule !== after.rule;
  const isChanged = isOtherRule || before.endpoint !== after.endpoint;
  if (!isChanged) {
    if (!isSameList(before.fallbacks, after.fallbacks)) summary.fallbacksChanged++;
    return;
  }
  summary.changed++;
  if (before.endpoint !== undefined && after.endpoint === undefined && after.isDenied === false) summary.lost++;
  if (before.endpoint === undefined && after.endpoint !== undefined) summary.gained++;
  for (const [pairs, from, to] of [
    [summary.rules, nameOf(before), nameOf(after)],
    [summary.models, endpointOf(before), endpointOf(after)],
  ] as const) {
    if (from === to && pairs === summary.models) continue;
    const pair = pairOf(pairs, from, to);
    addFigures(pair, before, after);
    if (pair.examples.length < EXAMPLES) pair.examples.push(request.example());
  }
}

/** Adds the sums of another thread. Examples are those of the first that has them. */
export function mergeSummaries(into: ReplaySummary, other: ReplaySummary): void {
  for (const key of ["decisions", "unreadable", "checked", "differingCount", "changed"] as const)
    into[key] += other[key];
  for (const key of ["fallbacksChanged", "lost", "gained"] as const) into[key] += other[key];
  into.differing.push(...other.differing.slice(0, Math.max(0, EXAMPLES - into.differing.length)));
  for (const [revision, count] of Object.entries(other.revisions)) {
    into.revisions[revision] = (into.revisions[revision] ?? 0) + count;
  }
  mergePair(into.total, other.total);
  for (const kind of ["rules", "models"] as const) {
    for (const pair of Object.values(other[kind])) mergePair(pairOf(into[kind], pair.from, pair.to), pair);
  }
}

function nameOf({ rule, isDenied }: Destination): string {
  return `${rule ?? "(not recorded)"}${isDenied === true ? " (denied)" : ""}`;
}

function endpointOf({ endpoint, isDenied }: Destination): string {
  return endpoint ?? (isDenied === true ? "(denied)" : "(no candidate)");
}

function newPair(from: string, to: string): ReplayPair {
  const sums = { costKnown: 0, costBefore: 0, costAfter: 0, latencyKnown: 0, latencyBefore: 0, latencyAfter: 0 };
  return { from, to, count: 0, ...sums, examples: [] };
}

function pairOf(pairs: Record<string, ReplayPair>, from: string, to: string): ReplayPair {
  const key = JSON.stringify([from, to]);
  const known = pairs[key];
  if (known !== undefined) return known;
  if (Object.keys(pairs).length >= MAX_PAIRS && from !== "(others)") return pairOf(pairs, "(others)", "(others)");
  const pair = newPair(from, to);
  pairs[key] = pair;
  return pair;
}

function addFigures(pair: ReplayPair, before: Destination, after: Destination): void {
  pair.count++;
  if (before.cost !== undefined && after.cost !== undefined) {
    pair.costKnown++;
    pair.costBefore += before.cost;
    pair.costAfter += after.cost;
  }
  if (before.latencyMs !== undefined && after.latencyMs !== undefined) {
    pair.latencyKnown++;
    pair.latencyBefore += before.latencyMs;
    pair.latencyAfter += after.latencyMs;
  }
}

function mergePair(into: ReplayPair, other: ReplayPair): void {
  for (const key of ["count", "costKnown", "costBefore", "costAfter"] as const) into[key] += other[key];
  for (const key of ["latencyKnown", "latencyBefore", "latencyAfter"] as const) into[key] += other[key];
  into.examples.push(...other.examples.slice(0, Math.max(0, EXAMPLES - into.examples.length)));
}
