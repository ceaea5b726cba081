import { wordsOfOthers } from "./words-of-others.js";

/**
 * The names nearest to what a user wrote, at most three: by edit distance (a swap of neighbours counts one)
 * of at most a third of the word, at least 1 but less than the whole word; a difference in case alone is the nearest. Only
 * those that are equally near: what is further off is most likely not meant. When no name is that near, those of which the word is a part: `latency` → `max_latency_ms`.
 * Before all that, the name that means what the word means elsewhere: `when` → `match`.
 */
export function nearestNames(written: string, names: Iterable<string>): readonly string[] {
  const word = written.slice(0, 128);
  const lower = word.toLowerCase();
  const limit = Math.min(Math.max(1, Math.floor(word.length / 3)), word.length - 1);
  const near: { readonly name: string; readonly distance: number }[] = [];
  const whole: string[] = [];
  const meant = wordsOfOthers.get(lower);
  for (const name of names) {
    if (meant?.includes(name) === true) return [name];
    const distance = name.toLowerCase() === lower ? 0.5 : editDistance(word, name, limit);
    if (distance <= limit || distance === 0.5) near.push({ name, distance });
    else if (lower.length >= 3 && isPart(lower, name)) whole.push(name);
  }
  if (near.length === 0) return whole.slice(0, 3);
  const best = Math.min(...near.map(({ distance }) => distance));
  return near
    .flatMap(({ name, distance }) => (distance === best ? [name] : []))
    .sort()
    .slice(0, 3);
}

/** `did you mean …?`, or undefined when nothing is near. */
export function didYouMean(written: string, names: Iterable<string>): string | undefined {
  const near = nearestNames(written, names);
  return near.length === 0 ? undefined : `did you mean ${listNames(near)}?`;
}

/** Names in backticks, at most 12 of them: `a`, `b` or `c`. */
export function listNames(names: readonly string[], conjunction: "or" | "and" = "or"): string {
  const shown = names.slice(0, 12).map((name) => `\`${name}\``);
  if (names.length > 12) return `${shown.join(", ")}, …`;
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} ${conjunction} ${last}`;
}

/** Whether the word is one or several of the name's parts, as `_` and `.` cut it. */
function isPart(lower: string, name: string): boolean {
  return `_${name.toLowerCase().replaceAll(".", "_")}_`.includes(`_${lower}_`);
}

/** Letters to add, drop, replace or swap with a neighbour. @returns more than `limit` as soon as it is clear that the distance is. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(substitute, (row[j] as number) + 1, (next[j - 1] as number) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, (before[j - 2] as number) + 1);
      }
      next.push(distance);
      least = Math.min(least, distance);
    }
    // A swap may lower the row after next by one, never more.
    if (least > limit + 1) return limit + 1;
    before = row;
    row = next;
  }
  return row[b.length] as number;
}
