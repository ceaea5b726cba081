import type { FactValue } from "../../evaluate/facts.js";
import type { RankedNumber, Stretch } from "./change-steps.js";
import type { Trial } from "./trial.js";

/** Requests that no condition tells apart, but for leaves whose outcome is open and those that read a free fact. */
export interface Cell {
  /** One of them: that with the lowest value of each stretch. */
  readonly trial: Trial;
  readonly stretches: ReadonlyMap<RankedNumber, Stretch>;
  /** Facts of which they have different values that are no stretch, each with some. */
  readonly open: ReadonlyMap<string, readonly FactValue[]>;
  /** Facts that have any value, or are absent; never `model`, which says who the candidates are. */
  readonly free: ReadonlySet<string>;
}
