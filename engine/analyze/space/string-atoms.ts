import { type Pattern, PatternTree, type Place, splitUnits } from "./pattern-tree.js";

/** Texts that no condition tells apart: one that a condition names, or all others that fit the same patterns. */
export interface StringAtom {
  readonly kind: "string";
  readonly value: string;
  /** Whether it stands for more texts than its value. */
  readonly isClass: boolean;
}

/** All texts, other than the constants, that fit the same patterns. */
export interface TextClass {
  /** One of them. */
  readonly text: string;
  readonly fitsNone: boolean;
}

/** States of the joint automaton that are visited before giving up. */
const MOST_STATES = 100_000;

/**
 * The classes of texts other than the constants, by which of the patterns they fit: every combination that some text
 * has, with such a text. Exact: the patterns are run side by side as one finite automaton, together with a tree of the
 * constants (which are texts of their own), over the characters that occur in them and one that does not.
 *
 * @returns undefined when the patterns are too many to combine.
 */
export function classesOfOthers(
  patterns: readonly Pattern[],
  constants: readonly string[],
  allowEmpty: boolean,
): readonly TextClass[] | undefined {
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
    /** Where the patterns are after it. */
    readonly places: readonly Place[];
  }
  const classes = new Map<string, TextClass>();
  const seen = new Set<string>();
  let queue: State[] = [{ text: "", places: new PatternTree(patterns).start() }];
  while (queue.length > 0) {
    const next: State[] = [];
    for (const { text, places } of queue) {
      if (!known.has(text)) {
        const fit = places.flatMap(({ ends }) => ends).sort((one, other) => one - other);
        const shown = classes.get(fit.join())?.text;
        if (shown === undefined ? text !== "" || allowEmpty : shown === "") {
          classes.set(fit.join(), { text, fitsNone: fit.length === 0 });
        }
      }
      const isBeginning = text === "" || beginnings.has(text);
      const led = new Set(places.flatMap(({ units }) => [...units.keys()]));
      let isElsewhereSeen = false;
      for (const unit of alphabet) {
        // Units that lead nowhere all come to the same, but for the constants.
        if (!isBeginning && !led.has(unit)) {
          if (isElsewhereSeen) continue;
          isElsewhereSeen = true;
        }
        const longer = text + unit;
        const moved = PatternTree.next(places, unit);
        const place = isBeginning && beginnings.has(longer) ? longer : "";
        const key = `${place}\u0000${moved.map(({ number }) => number).join()}`;
        if (seen.has(key)) continue;
        seen.add(key);
        if (seen.size > MOST_STATES) return undefined;
        next.push({ text: longer, places: moved });
      }
    }
    queue = next;
  }
  return [...classes.values()];
}
