/**
 * How many steps an analysis may take. The questions asked are co-NP-complete in general; real policies take a few steps
 * a rule, so a budget that runs out means an adversarial set. What it cuts off is *undecided*, never guessed.
 */
export class StepBudget {
  #left: number;
  readonly #whole: StepBudget | undefined;

  /** @param whole what several questions may take together, of which this is one. */
  constructor(steps: number, whole?: StepBudget) {
    this.#left = steps;
    this.#whole = whole;
  }

  get isUsedUp(): boolean {
    return this.#left < 0;
  }

  /** @returns false when the budget is used up. */
  spend(steps: number): boolean {
    this.#left -= steps;
    return this.#left >= 0 && (this.#whole === undefined || this.#whole.spend(steps));
  }
}

/** One question, such as "can this rule decide?": box comparisons. A million take about 10 ms. */
export const QUESTION_STEPS = 20_000_000;
/** Boxes that one condition may come to, and that one answer may list. */
export const MOST_BOXES = 4_096;
