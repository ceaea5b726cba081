/**
 * The names nearest to what a user wrote, best first, at most three: edit distance (a swap of neighbours counts one) of
 * at most a third of the word, at least 1; a difference in case alone is the nearest.
 */
export function nearestNames(written: string, names: Iterable<string>): readonly string[] {
  const word = written.slice(0, 128);
  const limit = Math.max(1, Math.floor(word.length / 3));
  const near: { readonly name: string; readonly distance: number }[] = [];
  for (const name of names) {
    const distance =
      name.toLowerCase() === word.toLowerCase() ? 0.5 : Math.min(editDistance(word, name, limit), limit + 1);
    if (distance <= limit) near.push({ name, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return near.slice(0, 3).map(({ name }) => name);
}

/** `did you mean …?`, or undefined when nothing is near. */
export function didYouMean(written: string, names: Iterable<string>): string | undefined {
  const near = nearestNames(written, names).map((name) => `\`${name}\``);
  const last = near.pop();
  if (last === undefined) return undefined;
  return near.length === 0 ? `did you mean ${last}?` : `did you mean ${near.join(", ")} or ${last}?`;
}

/** Names in backticks, at most 12 of them: `a`, `b` or `c`. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `\`${name}\``);
  if (names.length > 12) return `${shown.join(", ")}, …`;
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} or ${last}`;
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(substitute, (row[j] as number) + 1, (next[j - 1] as number) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, (before[j - 2] as number) + 1);
      }
      next.push(distance);
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}
