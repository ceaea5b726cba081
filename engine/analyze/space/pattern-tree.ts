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
export function splitUnits(text: string): readonly string[] {
  return text.split("");
}

/** A place in all patterns that begin alike. */
export interface Place {
  readonly number: number;
  /** Where a unit leads. */
  readonly units: ReadonlyMap<string, Place>;
  /** After `*`: any unit leads back to it. */
  readonly isRun: boolean;
  /** The patterns that end here, by number. */
  readonly ends: readonly number[];
}

interface GrowingPlace extends Place {
  readonly units: Map<string, GrowingPlace>;
  readonly ends: number[];
  /** The place after a `*`, which takes no unit to come to. */
  run?: GrowingPlace;
}

/** Many patterns, read side by side: what they begin with alike is read once. */
export class PatternTree {
  #size = 0;
  readonly #root = this.#grow(false);

  constructor(patterns: readonly Pattern[]) {
    for (const [number, pattern] of patterns.entries()) {
      let place = this.#root;
      for (const piece of pattern) place = this.#after(place, piece);
      place.ends.push(number);
    }
  }

  /** Where a reader is before the first unit. */
  start(): readonly Place[] {
    return inOrder(comingTo(this.#root, new Set()));
  }

  /** Where a reader is after one more unit: always the same list for the same places. */
  static next(places: readonly Place[], unit: string): readonly Place[] {
    const next = new Set<Place>(places.filter(({ isRun }) => isRun));
    for (const { units } of places) {
      const place = units.get(unit);
      if (place !== undefined) comingTo(place as GrowingPlace, next);
    }
    return inOrder(next);
  }

  #after(place: GrowingPlace, piece: Pattern[number]): GrowingPlace {
    if (typeof piece !== "string") {
      place.run ??= this.#grow(true);
      return place.run;
    }
    const known = place.units.get(piece);
    if (known !== undefined) return known;
    const grown = this.#grow(false);
    place.units.set(piece, grown);
    return grown;
  }

  #grow(isRun: boolean): GrowingPlace {
    return { number: this.#size++, units: new Map(), isRun, ends: [] };
  }
}

/** Adds a place and those after `*` that need no unit more. A place from which only `*` leads on says nothing that the one behind does not. */
function comingTo(place: GrowingPlace, places: Set<Place>): Set<Place> {
  let at: GrowingPlace | undefined = place;
  for (; at !== undefined; at = at.run) {
    if (at.run === undefined || at.units.size > 0 || at.ends.length > 0) places.add(at);
  }
  return places;
}

function inOrder(places: ReadonlySet<Place>): readonly Place[] {
  return [...places].sort((one, other) => one.number - other.number);
}
