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

  interface State {
    readonly text: string;
    /** Of the patterns that a text which begins so may still fit: its number, and how far it is read. */
    readonly open: readonly (readonly [pattern: number, positions: bigint])[];
  }
  const start: State = { text: "", open: patterns.map((pattern, number) => [number, closure(pattern, 1n)]) };
  const classes = new Map<string, string>();
  const seen = new Set<string>();
  let queue: State[] = [start];
  while (queue.length > 0) {
    const next: State[] = [];
    for (const { text, open } of queue) {
      if (!known.has(text)) {
        const fit = open.flatMap(([number, set]) => (accepts(patterns[number] as Pattern, set) ? [number] : [])).join();
        const shown = classes.get(fit);
        if (shown === undefined ? text !== "" || allowEmpty : shown === "") classes.set(fit, text);
      }
      for (const unit of alphabet) {
        const longer = text + unit;
        const moved = open.flatMap(([number, set]) => {
          const next = step(patterns[number] as Pattern, set, unit);
          return next === 0n ? [] : [[number, next] as const];
        });
        const place = beginnings.has(longer) ? longer : "";
        const key = `${place}\u0000${moved.join()}\u0000${text === "" ? "" : "+"}`;
        if (seen.has(key)) continue;
        seen.add(key);
        if (seen.size > MOST_STATES) return undefined;
        next.push({ text: longer, open: moved });
      }
    }
    queue = next;
  }
  return [...classes.values()];
}

/** Positions from which the rest of the pattern can be read without a character: past `*`. */
function closure(pattern: Pattern, positions: bigint): bigint {
  let set = positions;
  for (const [index, piece] of pattern.entries()) {
    if (piece === ANY_RUN && (set & (1n << BigInt(index))) !== 0n) set |= 1n << BigInt(index + 1);
  }
  return set;
}

function step(pattern: Pattern, positions: bigint, unit: string): bigint {
  let moved = 0n;
  for (const [index, piece] of pattern.entries()) {
    if ((positions & (1n << BigInt(index))) === 0n) continue;
    if (piece === ANY_RUN) moved |= 1n << BigInt(index);
    else if (piece === unit) moved |= 1n << BigInt(index + 1);
  }
  return closure(pattern, moved);
}

function accepts(pattern: Pattern, positions: bigint): boolean {
  return (positions & (1n << BigInt(pattern.length))) !== 0n;
}
