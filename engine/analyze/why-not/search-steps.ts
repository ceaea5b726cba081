import type { Facts } from "../../evaluate/facts.js";
import { readFact } from "../../evaluate/facts.js";
import type { StepBudget } from "../space/step-budget.js";
import type { Cell } from "./cell.js";
import { isRankedNumber, type RankedNumber, type Step, type Stretch, valueOfRanked } from "./change-steps.js";
import type { PossibleChoice } from "./possible-choice.js";
import { type Trial, withFact } from "./trial.js";

export interface StepSearch {
  readonly found: readonly Trial[];
  /** Whether every request that so many steps lead to was looked at: when none was found there is none. */
  readonly isComplete: boolean;
}

/** Halvings of the stretches of one cell, and answers, before giving up. */
const MOST_SPLITS = 400;
const MOST_FOUND = 12;

/**
 * Looks at every request that a number of steps lead to from one request: whole stretches at once where the model that is asked about
 * is not chosen, halved where it may be.
 */
export function searchSteps(
  choice: PossibleChoice,
  start: Trial,
  steps: readonly Step[],
  size: number,
  budget: StepBudget,
): StepSearch {
  const found: Trial[] = [];
  let isComplete = true;
  const visit = (chosen: readonly Step[], trial: Trial, from: number): void => {
    if (chosen.length === size) {
      const answer = searchCell(choice, cellOf(trial, chosen), budget);
      if (answer === "undecided") isComplete = false;
      else if (answer !== "none") found.push(answer);
      return;
    }
    for (let at = from; at <= steps.length - (size - chosen.length); at++) {
      if (found.length === MOST_FOUND || !budget.spend(0)) {
        isComplete = false;
        return;
      }
      const step = steps[at] as Step;
      if (chosen.some((other) => other.of === step.of && !(step.isTag && other.isTag))) continue;
      visit([...chosen, step], step.apply(trial), at + 1);
    }
  };
  visit([], start, 0);
  return { found, isComplete };
}

/** The requests that steps lead to. @param trial that to which they lead as they are. */
export function cellOf(trial: Trial, steps: readonly Step[]): Cell {
  const stretches = new Map<RankedNumber, Stretch>();
  for (const { of, stretch } of steps) {
    if (stretch !== undefined && stretch.low < stretch.high && isRankedNumber(of)) stretches.set(of, stretch);
  }
  return {
    trial,
    stretches,
    open: new Map(steps.flatMap(({ of, isOpen, others = [] }) => (isOpen ? [[of, others] as const] : []))),
    free: new Set(),
  };
}

function searchCell(choice: PossibleChoice, whole: Cell, budget: StepBudget): Trial | "none" | "undecided" {
  const cells = [whole];
  for (let splits = 0; ; splits++) {
    const cell = cells.pop();
    if (cell === undefined) return "none";
    if (!budget.spend(1)) return "undecided";
    if (choice.isChosenBy(cell.trial)) return cell.trial;
    const isPoint = cell.stretches.size === 0 && cell.open.size === 0;
    if (isPoint || !choice.mayChoose(cell)) continue;
    const widest = widestOf(cell, whole);
    if (widest === undefined || splits === MOST_SPLITS) return searchOpen(choice, cell) ?? "undecided";
    cells.push(...halves(cell, widest));
  }
}

/** An expression that may be met is tried on some values. */
function searchOpen(choice: PossibleChoice, { trial, open }: Cell): Trial | undefined {
  for (const [fact, values] of open) {
    for (const value of values) {
      const other = withFact(trial, fact, value);
      if (choice.isChosenBy(other)) return other;
    }
  }
  return undefined;
}

/** The stretch of which the most is left. */
function widestOf({ stretches }: Cell, whole: Cell): RankedNumber | undefined {
  const part = ([fact, { low, high }]: readonly [RankedNumber, Stretch]) => {
    const all = whole.stretches.get(fact) as Stretch;
    return (high - low) / (all.high - all.low);
  };
  return [...stretches].sort((a, b) => part(b) - part(a))[0]?.[0];
}

/** The lower half first. */
function halves({ trial, stretches, open, free }: Cell, fact: RankedNumber): readonly Cell[] {
  const { low, high } = stretches.get(fact) as Stretch;
  const middle = Math.floor((low + high) / 2);
  const part = (stretch: Stretch): Cell => {
    const others = [...stretches].filter(([name]) => name !== fact);
    const own: [RankedNumber, Stretch][] = stretch.low < stretch.high ? [[fact, stretch]] : [];
    return {
      trial: withFact(trial, fact, valueOfRanked(fact, stretch.low)),
      stretches: new Map([...others, ...own]),
      open,
      free,
    };
  };
  return [part({ low: middle + 1, high }), part({ low, high: middle })];
}

/**
 * A request for which the model is chosen, its counts as near to those of another as halving finds. Not its budget: what just suffices
 * is a better one than what just keeps another model out.
 */
export function nearer(choice: PossibleChoice, before: Facts, found: Trial): Trial {
  let trial = found;
  for (const fact of ["context_tokens", "max_output_tokens", "max_latency_ms"] as const) {
    const [from, to] = [readFact(before, fact), readFact(found.facts, fact)];
    if (from === to || typeof from !== "number" || typeof to !== "number") continue;
    let [far, near] = [to, Math.round(from)];
    while (Math.abs(far - near) > 1) {
      const middle = Math.floor((far + near) / 2);
      const tried = withFact(trial, fact, middle);
      if (choice.isChosenBy(tried)) {
        far = middle;
        trial = tried;
      } else near = middle;
    }
  }
  return trial;
}
