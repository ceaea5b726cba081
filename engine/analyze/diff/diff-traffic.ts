import { decide } from "../../evaluate/decide.js";
import type { Facts } from "../../evaluate/facts.js";
import type { RecordedAttempt } from "../../explain/decision-record.js";
import { factsOfRecord } from "../../explain/record-facts.js";
import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { costOfTokensUsed, type TokensUsed } from "../../rank/expected-cost.js";
import { rankAttempts } from "../../rank/rank.js";
import type { World } from "../../rank/world.js";
import { type Decode, eachLine, isPassedOver } from "../../replay/records/log-lines.js";
import { parseDecision } from "../../replay/replay-decision.js";
import { ChangeFinder, type ChangeSides } from "./changes-of-request.js";

/** Sums over recorded decisions; money is nano-dollars. Plain data. */
export interface TrafficSums {
  decisions: number;
  /** What the calls cost, and of how many decisions that is recorded. */
  recordedKnown: number;
  recorded: number;
  /**
   * What they would cost under each policy, were the first candidate to answer: by the tokens that were used, else as
   * expected; nothing when they are refused or have no candidate. Of how many that is known under both, and by tokens.
   */
  costKnown: number;
  byTokens: number;
  before: number;
  after: number;
}

/** How recorded decisions are spread over the changes of a diff. Plain data. */
export interface DiffTraffic {
  readonly all: TrafficSums;
  /** By the changes' places in the diff. One decision can be part of several. */
  readonly changes: readonly TrafficSums[];
  /** Decisions that are part of some change, and those that are treated differently in a way the diff does not list. */
  changed: number;
  unlisted: number;
  /** Lines that are no decision. */
  unreadable: number;
  /** Decisions that were not made under the first policy. */
  otherRevisions: number;
}

/** Reads recorded decisions, one JSON document a line, and counts which changes of a diff they are part of. */
export class LogTraffic {
  readonly summary: DiffTraffic;
  readonly #before: CompiledPolicy;
  readonly #after: CompiledPolicy;
  readonly #finder: ChangeFinder;
  readonly #decode: Decode;

  constructor(before: CompiledPolicy, after: CompiledPolicy, changes: readonly ChangeSides[], decode: Decode) {
    this.summary = emptyTraffic(changes.length);
    this.#before = before;
    this.#after = after;
    this.#finder = new ChangeFinder(before, after, changes);
    this.#decode = decode;
  }

  /** Adds a piece of the log: whole lines; the last may be without its end. */
  add(bytes: Uint8Array): void {
    eachLine(bytes, (start, end) => this.#line(this.#decode(bytes, start, end)));
  }

  #line(line: string): void {
    if (isPassedOver(line)) return;
    const { summary } = this;
    const record = parseDecision(line);
    if (record === undefined) {
      summary.unreadable++;
      return;
    }
    const facts = factsOfRecord(record);
    const { changes, isUnlisted } = this.#finder.find(facts);
    if (changes.length > 0 || isUnlisted) summary.changed++;
    if (isUnlisted) summary.unlisted++;
    if (record.policy.revision !== this.#before.revision) summary.otherRevisions++;
    const attempts = (Array.isArray(record.attempts) ? record.attempts : []).filter(isAttempt);
    const tokens = tokensUsed(attempts);
    const before = costUnder(this.#before, facts, record.world, tokens);
    const after = costUnder(this.#after, facts, record.world, tokens);
    for (const sums of [summary.all, ...changes.map((place) => summary.changes[place] as TrafficSums)]) {
      sums.decisions++;
      addRecorded(sums, attempts);
      if (before === undefined || after === undefined) continue;
      sums.costKnown++;
      sums.before += before;
      sums.after += after;
      if (tokens !== undefined) sums.byTokens++;
    }
  }
}

/** Adds the counts of another thread. */
export function mergeTraffic(into: DiffTraffic, other: DiffTraffic): void {
  for (const key of ["changed", "unlisted", "unreadable", "otherRevisions"] as const) into[key] += other[key];
  const merge = (one: TrafficSums, more: TrafficSums) => {
    for (const key of Object.keys(one) as (keyof TrafficSums)[]) one[key] += more[key];
  };
  merge(into.all, other.all);
  for (const [place, sums] of into.changes.entries()) merge(sums, other.changes[place] as TrafficSums);
}

/** @param changes how many changes the diff has. */
export function emptyTraffic(changes: number): DiffTraffic {
  const sums = (): TrafficSums => ({
    ...{ decisions: 0, recordedKnown: 0, recorded: 0, costKnown: 0, byTokens: 0, before: 0, after: 0 },
  });
  const counts = { changed: 0, unlisted: 0, unreadable: 0, otherRevisions: 0 };
  return { all: sums(), changes: Array.from({ length: changes }, sums), ...counts };
}

function isAttempt(value: unknown): value is RecordedAttempt {
  return typeof value === "object" && value !== null;
}

/** The tokens of the call that answered; undefined when none says all of them. */
function tokensUsed(attempts: readonly RecordedAttempt[]): TokensUsed | undefined {
  const used = attempts.at(-1)?.usage;
  const [input, output] = [used?.input_tokens, used?.output_tokens];
  if (typeof input !== "number" || typeof output !== "number") return undefined;
  return { ...used, input_tokens: input, output_tokens: output };
}

function addRecorded(sums: TrafficSums, attempts: readonly RecordedAttempt[]): void {
  const costs = attempts.flatMap(({ cost_usd: cost }) => (typeof cost === "number" ? [cost] : []));
  if (costs.length === 0) return;
  sums.recordedKnown++;
  sums.recorded += costs.reduce((sum, cost) => sum + Math.round(cost * 1e9), 0);
}

/** Undefined when it is not known: without a price, or the size of the prompt. */
function costUnder(
  policy: CompiledPolicy,
  facts: Facts,
  world: World,
  tokens: TokensUsed | undefined,
): number | undefined {
  const outcome = decide(policy, facts);
  const [first] = outcome.denied === undefined ? rankAttempts(policy, outcome, facts, world).attempts : [];
  if (first === undefined) return 0;
  if (tokens === undefined) return first.cost;
  const { price } = first.endpoint;
  return price === undefined ? undefined : costOfTokensUsed(tokens, price);
}
