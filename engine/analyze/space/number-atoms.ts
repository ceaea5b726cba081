import type { Bound } from "../../conditions/condition.js";

/** A stretch of numbers in compared form that no condition tells apart. */
export interface NumberAtom {
  readonly kind: "number";
  readonly min?: Bound;
  readonly max?: Bound;
  /** One of them, the roundest at hand. */
  readonly value: number;
}

/** What is known of a number fact: only whole values, none below the least. */
export interface NumberDomain {
  readonly isWhole: boolean;
  readonly least: number | undefined;
  /** Values to show when they lie in a stretch: a plausible request rather than an edge. */
  readonly plausible: readonly number[];
}

/** A place between numbers: just before a value (`x < v`), or just after it (`x ≤ v`). */
export interface Cut {
  readonly value: number;
  readonly isAfter: boolean;
}

/** The cuts that a range makes. */
export function cutsOf(min: Bound | undefined, max: Bound | undefined): readonly Cut[] {
  return [
    ...(min === undefined ? [] : [{ value: min.value, isAfter: !min.inclusive }]),
    ...(max === undefined ? [] : [{ value: max.value, isAfter: max.inclusive }]),
  ];
}

/** Splits the numbers of a fact at every cut; stretches that hold no number of the domain are left out. */
export function splitNumbers(cuts: readonly Cut[], domain: NumberDomain): readonly NumberAtom[] {
  const places = cuts.map(({ value, isAfter }): Cut => {
    if (!domain.isWhole) return { value, isAfter };
    return { value: isAfter ? Math.floor(value) + 1 : Math.ceil(value), isAfter: false };
  });
  places.sort((a, b) => a.value - b.value || Number(a.isAfter) - Number(b.isAfter));
  const atoms: NumberAtom[] = [];
  let before: Cut | undefined = domain.least === undefined ? undefined : { value: domain.least, isAfter: false };
  for (const place of [...places, undefined]) {
    if (before !== undefined && place !== undefined && compare(place, before) <= 0) continue;
    const atom = atomBetween(before, place, domain);
    if (atom !== undefined) atoms.push(atom);
    before = place;
  }
  return atoms;
}

function compare(a: Cut, b: Cut): number {
  return a.value - b.value || Number(a.isAfter) - Number(b.isAfter);
}

function atomBetween(low: Cut | undefined, high: Cut | undefined, domain: NumberDomain): NumberAtom | undefined {
  const min: Bound | undefined = low === undefined ? undefined : { value: low.value, inclusive: !low.isAfter };
  const max: Bound | undefined = high === undefined ? undefined : { value: high.value, inclusive: high.isAfter };
  const value = valueWithin(min, max, domain);
  if (value === undefined) return undefined;
  return {
    kind: "number",
    value,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

function valueWithin(min: Bound | undefined, max: Bound | undefined, domain: NumberDomain): number | undefined {
  const fits = (value: number) => isWithinBounds(value, min, max) && (!domain.isWhole || Number.isInteger(value));
  // The lowest stretch says little at its edge; all others begin where a condition begins.
  const isLowest = min === undefined || min.value === domain.least;
  const tries = [
    ...(isLowest ? domain.plausible : []),
    ...(min === undefined ? [] : [min.value, min.value + 1]),
    ...(max === undefined ? [] : [max.value - 1, max.value]),
    ...(min === undefined || max === undefined ? [0] : [(min.value + max.value) / 2]),
    // Two neighbouring doubles have nothing between them.
  ];
  return tries.find(fits);
}

export function isWithinBounds(value: number, min: Bound | undefined, max: Bound | undefined): boolean {
  if (min !== undefined && !(min.inclusive ? value >= min.value : value > min.value)) return false;
  return max === undefined || (max.inclusive ? value <= max.value : value < max.value);
}
