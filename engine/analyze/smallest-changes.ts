import type { AskedModel } from "./asked-model.js";
import { changeFromRegions } from "./asked-regions.js";
import { stepsFrom } from "./change-steps.js";
import { edgeValues } from "./edge-values.js";
import { describeChanges, type FactChanges, type FoundChange } from "./fact-changes.js";
import { controlOf } from "./fact-control.js";
import { type Move, movesFor, movesToCombine } from "./moves.js";
import type { PolicyRegions } from "./policy-regions.js";
import { PossibleChoice } from "./possible-choice.js";
import { rankedSpaceOf } from "./ranked-space.js";
import { nearer, searchSteps } from "./search-steps.js";
import { StepBudget } from "./step-budget.js";
import type { Trial } from "./trial.js";

export interface SmallestChanges {
  readonly client: readonly FactChanges[];
  /** Whether none of fewer facts does it: proved. */
  readonly isSmallest: boolean;
  readonly operator: readonly FactChanges[];
}

/** Changes that are made at once before giving up on a smallest one, and combinations that are tried. */
const MOST_CHANGES = 3;
const MOST_TRIES = 60_000;
/** Answers of one kind that are shown. */
const MOST_ANSWERS = 3;

/** The smallest changes that send the request to the model. */
export function smallestChanges(
  asked: AskedModel,
  regions: PolicyRegions,
  ruleNumbers: readonly number[],
): SmallestChanges {
  const { policy, facts, world, start, entries } = asked;
  const { set } = policy;
  const edges = edgeValues(policy, facts, world, entries);
  const moves = movesFor(regions.space, set, start, entries, edges);
  const isClients = ({ fact, isServers, apply }: Move) =>
    isServers !== true && asked.isClients(fact, apply(start).facts);
  const client = nearestMoves(asked, moves.filter(isClients), () => true);
  const operator = nearestMoves(asked, moves, (chosen) => !chosen.every(isClients));
  const found =
    client.length > 0
      ? client
      : changeFromRegions(asked, regions, ruleNumbers, (fact) => controlOf(set, fact) === "client");
  return { ...provenSmallest(asked, found), operator: operator.map(({ trial }) => describeChanges(asked, trial)) };
}

/** What was found, or what takes fewer changes: everything that does is looked at, as far as it goes. */
function provenSmallest(asked: AskedModel, found: readonly FoundChange[]): Omit<SmallestChanges, "operator"> {
  const { policy, facts, start, entries } = asked;
  const space = rankedSpaceOf(policy);
  const choice = new PossibleChoice(policy, space, entries);
  const steps = stepsFrom(start, space, policy.set, (fact) => controlOf(policy.set, fact) === "client");
  const own = steps.filter(({ of, apply }) => asked.isClients(of, apply(start).facts));
  const budget = new StepBudget(MOST_TRIES);
  const size = found[0]?.size ?? MOST_CHANGES;
  let isComplete = true;
  const describe = (trial: Trial) => describeChanges(asked, nearer(choice, facts, trial));
  const known = found.map(({ trial }) => describe(trial));
  for (let fewer = 1; fewer < size; fewer++) {
    const search = searchSteps(choice, start, own, fewer, budget);
    const changes = search.found.map(describe);
    if (changes.length > 0) {
      const others = known.filter((other) => !changes.some((one) => holdsAll(other, one)));
      return { client: [...changes, ...others].slice(0, MOST_ANSWERS), isSmallest: isComplete };
    }
    isComplete &&= search.isComplete;
  }
  return { client: known, isSmallest: isComplete && found.length > 0 };
}

/** Whether one answer changes all that another does. */
function holdsAll(one: FactChanges, other: FactChanges): boolean {
  return other.changes.every(({ fact }) => one.changes.some((change) => change.fact === fact));
}

/** Fewest changes first, of the same facts the nearest values; of what is found nothing larger is tried. */
function nearestMoves(
  asked: AskedModel,
  moves: readonly Move[],
  isWanted: (chosen: readonly Move[]) => boolean,
): readonly FoundChange[] {
  const found: { readonly moves: readonly Move[]; readonly trial: Trial; readonly weight: number }[] = [];
  let tries = 0;
  const holds = (chosen: readonly Move[], known: readonly Move[]) =>
    known.every((move) => chosen.some(({ fact }) => fact === move.fact));
  const visit = (of: readonly Move[], chosen: readonly Move[], trial: Trial, from: number, left: number): void => {
    if (left === 0) {
      const weight = chosen.reduce((sum, move) => sum + move.weight, 0);
      const known = found.findIndex(({ moves: before }) => holds(chosen, before));
      const isNearer = known === -1 || (found[known]?.moves.length === chosen.length && weight < found[known].weight);
      if (!isNearer || !isWanted(chosen)) return;
      tries++;
      if (!asked.isChosenBy(trial) || !needsAll(asked, chosen)) return;
      if (known !== -1) found.splice(known, 1);
      found.push({ moves: chosen, trial, weight });
      return;
    }
    for (let at = from; at <= of.length - left && tries < MOST_TRIES; at++) {
      const move = of[at] as Move;
      if (chosen.some((other) => other.fact === move.fact && !(move.isTag && other.isTag))) continue;
      visit(of, [...chosen, move], move.apply(trial), at + 1, left - 1);
    }
  };
  const few = movesToCombine(moves);
  for (let size = 1; size <= MOST_CHANGES && found.length < MOST_ANSWERS && tries < MOST_TRIES; size++) {
    visit(size === 1 ? moves : few, [], asked.start, 0, size);
  }
  found.sort((a, b) => a.moves.length - b.moves.length || a.weight - b.weight);
  return found.slice(0, MOST_ANSWERS).map(({ moves: { length }, trial }) => ({ trial, size: length }));
}

/** Whether none of the changes can be left out. */
function needsAll(asked: AskedModel, chosen: readonly Move[]): boolean {
  if (chosen.length === 1) return true;
  return chosen.every((left) => {
    const without = chosen.filter((move) => move !== left).reduce((trial, move) => move.apply(trial), asked.start);
    return !asked.isChosenBy(without);
  });
}
