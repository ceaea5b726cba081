/**
 * How many of the `count` ascending numbers from `start` on are not above a value: the place of the value among cuts.
 *
 * Without a branch on the comparison: where a request falls among the cuts cannot be predicted, and a wrong guess costs
 * more than the step (460 cuts: 33 ns, with a branch 85 ns).
 */
export function countNotAbove(ascending: Int32Array, start: number, count: number, value: number): number {
  if (count === 0) return 0;
  let base = start;
  let left = count;
  while (left > 1) {
    const half = left >>> 1;
    base += Number((ascending[base + half - 1] as number) <= value) * half;
    left -= half;
  }
  return base - start + Number((ascending[base] as number) <= value);
}

/** The same for doubles. Apart, since code for two kinds of arrays is several times slower than code for one. */
export function countCutsNotAbove(cuts: Float64Array, value: number): number {
  if (cuts.length === 0) return 0;
  let base = 0;
  let left = cuts.length;
  while (left > 1) {
    const half = left >>> 1;
    base += Number((cuts[base + half - 1] as number) <= value) * half;
    left -= half;
  }
  return base + Number((cuts[base] as number) <= value);
}
