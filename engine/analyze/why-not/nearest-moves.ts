import type { AskedModel } from "./asked-model.js";
import { avoidedGuards } from "./avoided-guards.js";
import type { FoundChange } from "./fact-changes.js";
import { type Move, movesToCombine } from "./moves.js";
import type { PossibleChoice } from "./possible-choice.js";
import type { Trial } from "./trial.js";

/** Changes that are made at once before giving up on a smallest one. */
export const MOST_CHANGES = 3;
/** Answers of one kind that are shown. */
export const MOST_ANSWERS = 3;
/** Combinations that are tried. */
const MOST_TRIES = 60_000;
/** Combinations of which it is cheaper to try each than to ask whether any can do it. */
const FEW_TRIES = 8;

/** The moves of one fact: of a set any of its tags. */
type FactMoves = readonly Move[];

interface Found extends FoundChange {
  readonly facts: ReadonlySet<string>;
  readonly weight: number;
}

/**
 * Combinations of moves that send the request to the model and need each of them: fewest moves first, of the same facts the nearest values,
 * those that avoid no guard before those that do. What adds facts to a smaller one is not looked at, unless that avoids a guard.
 * @param needed moves of which each combination has one at least.
 */
export function nearestMoves(
  asked: AskedModel,
  choice: PossibleChoice,
  moves: readonly Move[],
  needed: ReadonlySet<Move>,
): readonly FoundChange[] {
  const found: Found[] = [];
  const search = new NearestMoves(asked, choice, needed);
  const few = byFact(movesToCombine(moves));
  for (let size = 1; size <= MOST_CHANGES; size++) {
    if (found.filter(({ avoidsGuard }) => !avoidsGuard).length >= MOST_ANSWERS) break;
    for (const facts of combinations(size === 1 ? byFact(moves) : few, size)) {
      if (!facts.some((own) => own.some((move) => needed.has(move)))) continue;
      const names = new Set(facts.map((own) => own[0]?.fact ?? ""));
      const within = found.filter((one) => one.size < size && [...one.facts].every((fact) => names.has(fact)));
      if (within.some(({ avoidsGuard }) => !avoidsGuard)) continue;
      const nearest = search.nearestOf(facts);
      if (nearest === undefined || (nearest.avoidsGuard && within.length > 0)) continue;
      found.push({ ...nearest, facts: names });
    }
  }
  return found.sort((a, b) => a.size - b.size || a.weight - b.weight);
}

class NearestMoves {
  readonly #asked: AskedModel;
  readonly #choice: PossibleChoice;
  readonly #needed: ReadonlySet<Move>;
  #triesLeft = MOST_TRIES;

  constructor(asked: AskedModel, choice: PossibleChoice, needed: ReadonlySet<Move>) {
    this.#asked = asked;
    this.#choice = choice;
    this.#needed = needed;
  }

  /** One move of each, together; of the same tags' moves different ones. */
  nearestOf(given: readonly FactMoves[]): Omit<Found, "facts"> | undefined {
    const facts = [...given].sort(inOrderOfTrying);
    let nearest: Omit<Found, "facts"> | undefined;
    const isNearer = (weight: number, avoidsGuard: boolean) =>
      nearest === undefined ||
      (nearest.avoidsGuard && !avoidsGuard) ||
      (nearest.avoidsGuard === avoidsGuard && weight < nearest.weight);
    const visit = (place: number, chosen: readonly Move[], trial: Trial, weight: number, from: number): void => {
      if (!isNearer(weight, false) || this.#triesLeft <= 0) return;
      if (place === facts.length) {
        if (!chosen.some((move) => this.#needed.has(move))) return;
        this.#triesLeft--;
        if (!this.#asked.isChosenBy(trial) || !this.#needsAll(chosen)) return;
        const avoidsGuard = avoidedGuards(this.#asked, trial.facts).length > 0;
        if (isNearer(weight, avoidsGuard)) nearest = { trial, size: chosen.length, weight, avoidsGuard };
        return;
      }
      const own = facts[place] as FactMoves;
      const isSame = (next: number) => facts[next] === own;
      // Of the same set's tags it has been asked already, whatever tags are chosen.
      if (!isSame(place - 1) && !this.#mayChoose(trial, facts.slice(place))) return;
      for (let at = isSame(place - 1) ? from : 0; at < own.length; at++) {
        const move = own[at] as Move;
        if ((isSame(place - 1) || isSame(place + 1)) && !move.isTag) continue;
        visit(place + 1, [...chosen, move], move.apply(trial), weight + move.weight, at + 1);
      }
    };
    visit(0, [], this.#asked.start, 0, 0);
    return nearest;
  }

  /** Whether some values of the facts that are left may do it. What is no fact, and the model's name, must have been moved before. */
  #mayChoose(trial: Trial, left: readonly FactMoves[]): boolean {
    const tries = left.reduce((product, { length }) => product * length, 1);
    if (tries <= FEW_TRIES || !left.every(isFreeable)) return true;
    const free = new Set(left.flatMap((own) => own[0]?.fact ?? []));
    // A tag given to the key is given to the request.
    if (free.has("key_tags")) free.add("tags");
    return this.#choice.mayChoose({ trial, stretches: new Map(), open: new Map(), free });
  }

  /** Whether none of the moves can be left out. */
  #needsAll(chosen: readonly Move[]): boolean {
    if (chosen.length === 1) return true;
    return chosen.every((left) => {
      const others = chosen.filter((move) => move !== left);
      return !this.#asked.isChosenBy(others.reduce((trial, move) => move.apply(trial), this.#asked.start));
    });
  }
}

function isFreeable([move]: FactMoves): boolean {
  return move?.ofWorld === undefined && move?.fact !== "model";
}

function byFact(moves: readonly Move[]): readonly FactMoves[] {
  const all = new Map<string, Move[]>();
  for (const move of moves) {
    const own = all.get(move.fact);
    if (own === undefined) all.set(move.fact, [move]);
    else own.push(move);
  }
  return [...all.values()];
}

/** What is no fact and the model's name first, then those with few moves: so that most are in question together. */
function inOrderOfTrying(one: FactMoves, other: FactMoves): number {
  return Number(isFreeable(one)) - Number(isFreeable(other)) || one.length - other.length;
}

/** So many facts of a list, in its order; one with several tags also more than once. */
function* combinations(facts: readonly FactMoves[], size: number, from = 0): Iterable<readonly FactMoves[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let at = from; at < facts.length; at++) {
    const own = facts[at] as FactMoves;
    const isSet = own.some(({ isTag }) => isTag);
    for (const others of combinations(facts, size - 1, isSet ? at : at + 1)) yield [own, ...others];
  }
}
