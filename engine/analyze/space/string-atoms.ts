/** Texts that no condition tells apart: one that a condition names, or all others that fit the same patterns. */
export interface StringAtom {
  readonly kind: "string";
  readonly value: string;
  /** Whether it stands for more texts than its value. */
  readonly isClass: boolean;
}

/** A pattern as its pieces: what stands for itself, and `*`. */
export type Pattern = readonly (string | typeof ANY_RUN)[];
const ANY_RUN = Symbol("*");

export function patternOfGlob(glob: string): Pattern {
  return [...splitUnits(glob)].map((unit) => (unit === "*" ? ANY_RUN : unit));
}

export function patternOfPrefix(prefix: string): Pattern {
  return [...splitUnits(prefix), ANY_RUN];
}

/** UTF-16 units: what globs and `startsWith` compare. */
function splitUnits(text: string): readonly string[] {
  return text.split("");
}

/** States of the joint automaton that are visited before giving up. */
const MOST_STATES = 20_000;

/**
 * The classes of texts other than the constants, by which of the patterns they fit: every combination that some text
 * has, with such a text. Exact: the patterns are run side by side as finite automata, together with a tree of the
 * constants (which are texts of their own), over the characters that occur in them and one that does not.
 *
 * @returns undefined when the patterns are too many to combine.
 */
export function classesOfOthers(
  patterns: readonly Pattern[],
  constants: readonly string[],
  allowEmpty: boolean,
): readonly string[] | undefined {
  const used = new Set(patterns.flatMap((pattern) => pattern.filter((piece) => typeof piece === "string")));
  for (const constant of constants) for (const unit of splitUnits(constant)) used.add(unit);
  const fresh = [..."xyzabcdefghijklmnopqrstuvw0123456789"].find((unit) => !used.has(unit)) ?? "\u2022";
  // The characters of patterns first, so that a class is shown by a text that looks like its pattern.
  const alphabet = [...used, fresh];
  const known = new Set(constants);
  const beginnings = new Set(
    constants.flatMap((text) => splitUnits(text).map((_, length) => text.slice(0, length + 1))),
  );

  const automata = patterns.map((pattern) => new PatternAutomaton(pattern));

  interface State {
    readonly text: string;
    /** Where each pattern is after it. */
    readonly states: readonly number[];
  }
  const start: State = { text: "", states: automata.map(() => 0) };
  const classes = new Map<string, string>();
  const seen = new Set<string>();
  let queue: State[] = [start];
  while (queue.length > 0) {
    const next: State[] = [];
    for (const { text, states } of queue) {
      if (!known.has(text)) {
        const fit = automata.flatMap((automaton, number) =>
          automaton.accepts(states[number] as number) ? [number] : [],
        );
        const shown = classes.get(fit.join());
        if (shown === undefined ? text !== "" || allowEmpty : shown === "") classes.set(fit.join(), text);
      }
      for (const unit of alphabet) {
        const longer = text + unit;
        const moved = automata.map((automaton, number) => automaton.next(states[number] as number, unit));
        const place = beginnings.has(longer) ? longer : "";
        const key = `${place}\u0000${moved.join()}\u0000${text === "" ? "" : "+"}`;
        if (seen.has(key)) continue;
        seen.add(key);
        if (seen.size > MOST_STATES) return undefined;
        next.push({ text: longer, states: moved });
      }
    }
    queue = next;
  }
  return [...classes.values()];
}

/** A pattern read unit by unit. Its states are numbered as they are first met, from 0 at the beginning; each is a set of positions. */
class PatternAutomaton {
  readonly #pattern: Pattern;
  readonly #sets: bigint[] = [];
  readonly #numbers = new Map<bigint, number>();
  readonly #moves: Map<string, number>[] = [];

  constructor(pattern: Pattern) {
    this.#pattern = pattern;
    this.#numberOf(this.#closure(1n));
  }

  next(state: number, unit: string): number {
    const moves = this.#moves[state] as Map<string, number>;
    const known = moves.get(unit);
    if (known !== undefined) return known;
    const next = this.#numberOf(this.#step(this.#sets[state] as bigint, unit));
    moves.set(unit, next);
    return next;
  }

  accepts(state: number): boolean {
    return ((this.#sets[state] as bigint) & (1n << BigInt(this.#pattern.length))) !== 0n;
  }

  #numberOf(set: bigint): number {
    const known = this.#numbers.get(set);
    if (known !== undefined) return known;
    this.#numbers.set(set, this.#sets.length);
    this.#moves.push(new Map());
    return this.#sets.push(set) - 1;
  }

  /** Positions from which the rest of the pattern can be read without a character: past `*`. */
  #closure(positions: bigint): bigint {
    let set = positions;
    for (const [index, piece] of this.#pattern.entries()) {
      if (piece === ANY_RUN && (set & (1n << BigInt(index))) !== 0n) set |= 1n << BigInt(index + 1);
    }
    return set;
  }

  #step(positions: bigint, unit: string): bigint {
    let moved = 0n;
    for (const [index, piece] of this.#pattern.entries()) {
      if ((positions & (1n << BigInt(index))) === 0n) continue;
      if (piece === ANY_RUN) moved |= 1n << BigInt(index);
      else if (piece === unit) moved |= 1n << BigInt(index + 1);
    }
    return this.#closure(moved);
  }
}
