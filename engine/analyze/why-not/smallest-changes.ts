import { StepBudget } from "../space/step-budget.js";
import type { AskedModel } from "./asked-model.js";
import { type AskedRegions, askedSpaceOf } from "./asked-regions.js";
import { stepsFrom } from "./change-steps.js";
import { edgeValues } from "./edge-values.js";
import { describeChanges, type FactChanges, type FoundChange } from "./fact-changes.js";
import { controlOf } from "./fact-control.js";
import { type Move, movesFor } from "./moves.js";
import { MOST_ANSWERS, MOST_CHANGES, nearestMoves } from "./nearest-moves.js";
import { PossibleChoice } from "./possible-choice.js";
import { rankedSpaceOf } from "./ranked-space.js";
import { nearer, searchSteps } from "./search-steps.js";
import type { Trial } from "./trial.js";

export interface SmallestChanges {
  readonly client: readonly FactChanges[];
  /** Whether none of fewer facts does it: proved. */
  readonly isSmallest: boolean;
  readonly operator: readonly FactChanges[];
  /** `impossible`: proved; `not found`: neither that nor a change. */
  readonly clientCan: "found" | "impossible" | "not found";
}

/** Combinations that are looked at. */
const MOST_TRIES = 60_000;

/** An answer, and how many facts, tags and hints it changes. */
interface Answer {
  readonly changes: FactChanges;
  readonly size: number;
}

/**
 * The smallest changes that send the request to the model.
 * @param isWithinReach whether the client may do it at all; else it is proved that it cannot.
 */
export function smallestChanges(asked: AskedModel, regions: AskedRegions, isWithinReach: boolean): SmallestChanges {
  const { policy, facts, world, start, entries, idle } = asked;
  const { set } = policy;
  const choice = new PossibleChoice(policy, rankedSpaceOf(policy), entries, idle);
  const edges = edgeValues(policy, facts, world, entries);
  const moves = movesFor(askedSpaceOf(set), set, start, entries, edges);
  const isClients = ({ fact, ofWorld, apply }: Move) =>
    ofWorld !== "server" && asked.isClients(fact, apply(start).facts);
  const clients = moves.filter(isClients);
  const others = moves.filter((move) => !clients.includes(move));
  const operator = nearestMoves(asked, choice, moves, new Set(others)).map(({ trial, size }): Answer => {
    return { changes: describeChanges(asked, trial), size };
  });
  if (!isWithinReach) {
    return { client: [], isSmallest: false, operator: shown(operator), clientCan: "impossible" };
  }
  const client = nearestMoves(asked, choice, clients, new Set(clients));
  const found = client.length > 0 ? client : regions.findChange();
  const { answers, isSmallest } = provenSmallest(asked, choice, found);
  const clientCan = answers.length > 0 ? "found" : "not found";
  return { client: shown(answers), isSmallest, operator: shown(operator), clientCan };
}

/** What was found, and what takes fewer changes: everything that does is looked at, as far as it goes. */
function provenSmallest(
  asked: AskedModel,
  choice: PossibleChoice,
  found: readonly FoundChange[],
): { readonly answers: readonly Answer[]; readonly isSmallest: boolean } {
  const { policy, facts, start } = asked;
  const steps = stepsFrom(start, choice.space, policy.set, (fact) => controlOf(policy.set, fact) === "client");
  const own = steps.filter(({ of, apply }) => asked.isClients(of, apply(start).facts));
  const budget = new StepBudget(MOST_TRIES);
  const describe = (trial: Trial, size: number): Answer => {
    return { changes: describeChanges(asked, nearer(choice, facts, trial)), size };
  };
  let answers = found.map(({ trial, size }) => describe(trial, size));
  let isComplete = true;
  for (let fewer = 1; fewer < (honestIn(answers)[0]?.size ?? MOST_CHANGES); fewer++) {
    const search = searchSteps(choice, start, own, fewer, budget);
    const isBelow = honestIn(answers).length > 0 || fewer < (answers[0]?.size ?? MOST_CHANGES);
    if (isBelow) isComplete &&= search.isComplete;
    for (const trial of search.found) {
      const answer = describe(trial, fewer);
      if (answers.some((known) => known.size <= fewer && isWithin(known, answer))) continue;
      answers = [...answers.filter((known) => !isWithin(answer, known)), answer];
    }
    answers = [...answers].sort((a, b) => a.size - b.size);
  }
  return { answers, isSmallest: isComplete && answers.length > 0 };
}

function honestIn(answers: readonly Answer[]): readonly Answer[] {
  return answers.filter(({ changes }) => changes.avoids_guards === undefined);
}

/** Those that avoid a guard come last, and only where they are smaller than all others. */
function shown(answers: readonly Answer[]): readonly FactChanges[] {
  const honest = honestIn(answers);
  const size = honest[0]?.size ?? Number.POSITIVE_INFINITY;
  const others = answers.filter((answer) => !honest.includes(answer) && answer.size < size);
  return [...honest.slice(0, MOST_ANSWERS), ...others.slice(0, MOST_ANSWERS)].map(({ changes }) => changes);
}

/** Whether another answer changes all that one does, and is no better for it. */
function isWithin({ changes }: Answer, other: Answer): boolean {
  if (changes.avoids_guards !== undefined && other.changes.avoids_guards === undefined) return false;
  return changes.changes.every(({ fact }) => other.changes.changes.some((change) => change.fact === fact));
}
