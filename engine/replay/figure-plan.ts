import type { StrategyBlend } from "../policy/policy-set.js";
import type { Draw } from "../rank/draw.js";
import { balancedWeight, explores } from "../rank/strategies.js";
import { type CandidateTable, COLUMNS, COMPARED_PRICE, LACK, WEIGHT } from "./candidate-table.js";
import type { Figures } from "./records/figures.js";
import type { RecordValues } from "./records/record-values.js";

/**
 * Candidates in the order of a plan, with their figures, and the strategies of `rank` over them. Made once for all requests:
 * what is made anew for each costs more than ranking it. A figure that is not known is NaN.
 */
export class FigurePlan {
  /** Their numbers in the table. */
  readonly candidates: Int32Array;
  count = 0;
  readonly costs: Float64Array;
  readonly latencies: Float64Array;
  private readonly scores: Float64Array;
  private readonly ties: Float64Array;

  /** @param most candidates. */
  constructor(
    private readonly table: CandidateTable,
    most: number,
  ) {
    this.candidates = new Int32Array(most);
    this.costs = new Float64Array(most);
    this.latencies = new Float64Array(most);
    this.scores = new Float64Array(most);
    this.ties = new Float64Array(most);
  }

  add(candidate: number, cost: number, latencyMs: number): void {
    this.candidates[this.count] = candidate;
    this.costs[this.count] = cost;
    this.latencies[this.count] = latencyMs;
    this.count++;
  }

  /** Whether one of the first candidates has the endpoint of that one. */
  holds(candidate: number, count: number): boolean {
    const { ids } = this.table;
    for (let at = 0; at < count; at++) if (ids[this.candidates[at] as number] === ids[candidate]) return true;
    return false;
  }

  /** The endpoints behind the first one. */
  behindFirst(): readonly string[] {
    const { ids } = this.table;
    const behind = new Array<string>(this.count - 1);
    for (let at = 1; at < this.count; at++) behind[at - 1] = ids[this.candidates[at] as number] as string;
    return behind;
  }

  // The strategies, {@link strategies}: each scores the candidates from a place on.

  scoreByCost(from: number): void {
    for (let at = from; at < this.count; at++) this.scores[at] = this.costs[at] as number;
  }

  scoreByLatency(from: number, record: RecordValues): void {
    this.takeUnknownForFast(from, record);
    for (let at = from; at < this.count; at++) this.scores[at] = this.latencies[at] as number;
  }

  scoreByQuality(from: number): void {
    for (let at = from; at < this.count; at++) this.scores[at] = this.figure(at, LACK);
  }

  scoreByWeight(from: number, draw: Draw): void {
    const { unitsOfWeighted } = this.table;
    for (let at = from; at < this.count; at++) {
      const weight = this.figure(at, WEIGHT);
      const units = unitsOfWeighted[this.candidates[at] as number] as Uint16Array;
      this.scores[at] = Number.isNaN(weight) ? Number.NaN : draw.keyOf(units, weight);
    }
  }

  scoreByBalance(from: number, draw: Draw, errorRates: Figures): void {
    const { candidates, count, scores } = this;
    const { endpointNumbers, unitsOfId } = this.table;
    let dearest = 0;
    for (let at = from; at < count; at++) {
      const price = this.figure(at, COMPARED_PRICE);
      if (price > dearest) dearest = price;
    }
    for (let at = from; at < count; at++) {
      const candidate = candidates[at] as number;
      const known = this.figure(at, COMPARED_PRICE);
      const errorRate = errorRates.measuredAt(endpointNumbers[candidate] as number, 0);
      const weight = balancedWeight(Number.isNaN(known) ? dearest : known, dearest, errorRate);
      scores[at] = draw.keyOf(unitsOfId[candidate] as Uint16Array, weight);
    }
  }

  scoreByCalls(from: number, inFlight: Figures): void {
    const { endpointNumbers } = this.table;
    for (let at = from; at < this.count; at++) {
      this.scores[at] = inFlight.measuredAt(endpointNumbers[this.candidates[at] as number] as number, 0);
    }
  }

  scoreByBlend(from: number, { cost = 0, latency = 0, quality = 0 }: StrategyBlend, record: RecordValues): void {
    const { count, costs, latencies, scores } = this;
    const total = cost + latency + quality;
    if (latency !== 0) this.takeUnknownForFast(from, record);
    const dearest = largest(costs, from, count);
    const slowest = largest(latencies, from, count);
    for (let at = from; at < count; at++) {
      const lack = this.figure(at, LACK);
      const parts =
        cost * (cost === 0 ? 1 : partOf(costs[at] as number, dearest)) +
        latency * (latency === 0 ? 1 : partOf(latencies[at] as number, slowest)) +
        quality * (Number.isNaN(lack) ? 1 : lack);
      scores[at] = total > 0 ? parts / total : Number.NaN;
    }
  }

  /**
   * Orders the candidates from a place on by their scores, smallest first, unknown ones last.
   * @param draw what draws for equal ones; without it they stay as they are.
   */
  order(from: number, draw: Draw | undefined): void {
    const { candidates, count, ties } = this;
    const { unitsOfId } = this.table;
    for (let at = from; at < count; at++) {
      ties[at] = draw === undefined ? 0 : draw.keyOf(unitsOfId[candidates[at] as number] as Uint16Array, 1);
    }
    this.sort(from);
  }

  /** Each is inserted among those before it: there are few. Costs and latencies stay where they are. */
  private sort(from: number): void {
    const { candidates, count, scores, ties } = this;
    for (let next = from + 1; next < count; next++) {
      const score = scores[next] as number;
      const tie = ties[next] as number;
      const candidate = candidates[next] as number;
      let place = next;
      for (; place > from && isBehind(scores[place - 1] as number, ties[place - 1] as number, score, tie); place--) {
        candidates[place] = candidates[place - 1] as number;
        scores[place] = scores[place - 1] as number;
        ties[place] = ties[place - 1] as number;
      }
      candidates[place] = candidate;
      scores[place] = score;
      ties[place] = tie;
    }
  }

  private figure(at: number, column: number): number {
    return this.table.figures[(this.candidates[at] as number) * COLUMNS + column] as number;
  }

  /** In a request that explores, what was not measured beside something that was. */
  private takeUnknownForFast(from: number, record: RecordValues): void {
    const { count, latencies } = this;
    let unknown = 0;
    for (let at = from; at < count; at++) if (Number.isNaN(latencies[at])) unknown++;
    if (unknown === 0 || unknown === count - from) return;
    const draw = record.seedDraw();
    if (draw === undefined || !explores(draw)) return;
    for (let at = from; at < count; at++) if (Number.isNaN(latencies[at])) latencies[at] = 0;
  }
}

/** Whether what has a score and a tie key stands behind what has others. */
function isBehind(score: number, tie: number, otherScore: number, otherTie: number): boolean {
  if (score > otherScore) return true;
  if (score < otherScore) return false;
  if (score === otherScore || Number.isNaN(score) === Number.isNaN(otherScore)) return tie > otherTie;
  return Number.isNaN(score);
}

function largest(values: Float64Array, from: number, end: number): number {
  let most = 0;
  for (let at = from; at < end; at++) if ((values[at] as number) > most) most = values[at] as number;
  return most;
}

function partOf(value: number, most: number): number {
  if (Number.isNaN(value)) return 1;
  return most === 0 ? 0 : value / most;
}
