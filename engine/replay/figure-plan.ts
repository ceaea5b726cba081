import type { StrategyBlend } from "../policy/policy-set.js";
import type { Draw } from "../rank/draw.js";
import { balancedWeight, explores } from "../rank/strategies.js";
import type { Figures } from "./figures.js";
import type { FixedCandidate } from "./fixed-route.js";
import type { RecordValues } from "./record-values.js";

/**
 * Candidates in the order of a plan, with their figures, and the strategies of `rank` over them. Made once for all requests:
 * what is made anew for each costs more than ranking it. A figure that is not known is NaN.
 */
export class FigurePlan {
  readonly candidates: FixedCandidate[] = [];
  count = 0;
  readonly costs: Float64Array;
  readonly latencies: Float64Array;
  private readonly scores: Float64Array;
  private readonly ties: Float64Array;

  /** @param most candidates. */
  constructor(most: number) {
    this.costs = new Float64Array(most);
    this.latencies = new Float64Array(most);
    this.scores = new Float64Array(most);
    this.ties = new Float64Array(most);
  }

  add(candidate: FixedCandidate, cost: number, latencyMs: number): void {
    this.candidates[this.count] = candidate;
    this.costs[this.count] = cost;
    this.latencies[this.count] = latencyMs;
    this.count++;
  }

  /** Whether one of the first candidates is that one. */
  holds(candidate: FixedCandidate, count: number): boolean {
    for (let at = 0; at < count; at++) if (this.candidates[at]?.id === candidate.id) return true;
    return false;
  }

  /** The endpoints behind the first one. */
  behindFirst(): readonly string[] {
    const ids = new Array<string>(this.count - 1);
    for (let at = 1; at < this.count; at++) ids[at - 1] = (this.candidates[at] as FixedCandidate).id;
    return ids;
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
    for (let at = from; at < this.count; at++) this.scores[at] = (this.candidates[at] as FixedCandidate).lack;
  }

  scoreByWeight(from: number, draw: Draw): void {
    for (let at = from; at < this.count; at++) {
      const { weight, unitsOfWeighted } = this.candidates[at] as FixedCandidate;
      this.scores[at] = Number.isNaN(weight) ? Number.NaN : draw.keyOf(unitsOfWeighted, weight);
    }
  }

  scoreByBalance(from: number, draw: Draw, errorRates: Figures): void {
    const { candidates, count, scores } = this;
    let dearest = 0;
    for (let at = from; at < count; at++) {
      const { comparedPrice } = candidates[at] as FixedCandidate;
      if (comparedPrice > dearest) dearest = comparedPrice;
    }
    for (let at = from; at < count; at++) {
      const { comparedPrice, number, unitsOfId } = candidates[at] as FixedCandidate;
      const price = Number.isNaN(comparedPrice) ? dearest : comparedPrice;
      scores[at] = draw.keyOf(unitsOfId, balancedWeight(price, dearest, errorRates.measuredAt(number, 0)));
    }
  }

  scoreByCalls(from: number, inFlight: Figures): void {
    for (let at = from; at < this.count; at++) {
      this.scores[at] = inFlight.measuredAt((this.candidates[at] as FixedCandidate).number, 0);
    }
  }

  scoreByBlend(from: number, { cost = 0, latency = 0, quality = 0 }: StrategyBlend, record: RecordValues): void {
    const { candidates, count, costs, latencies, scores } = this;
    const total = cost + latency + quality;
    if (latency !== 0) this.takeUnknownForFast(from, record);
    const dearest = largest(costs, from, count);
    const slowest = largest(latencies, from, count);
    for (let at = from; at < count; at++) {
      const { lack } = candidates[at] as FixedCandidate;
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
    for (let at = from; at < count; at++) {
      ties[at] = draw === undefined ? 0 : draw.keyOf((candidates[at] as FixedCandidate).unitsOfId, 1);
    }
    this.sort(from);
  }

  /** Each is inserted among those before it: there are few. Costs and latencies stay where they are. */
  private sort(from: number): void {
    const { candidates, count, scores, ties } = this;
    for (let next = from + 1; next < count; next++) {
      const score = scores[next] as number;
      const tie = ties[next] as number;
      const candidate = candidates[next] as FixedCandidate;
      let place = next;
      for (; place > from && isBehind(scores[place - 1] as number, ties[place - 1] as number, score, tie); place--) {
        candidates[place] = candidates[place - 1] as FixedCandidate;
        scores[place] = scores[place - 1] as number;
        ties[place] = ties[place - 1] as number;
      }
      candidates[place] = candidate;
      scores[place] = score;
      ties[place] = tie;
    }
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
