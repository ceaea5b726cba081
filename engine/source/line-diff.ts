/** A run of lines that differ, 1-based in the old text. */
export interface ChangedLines {
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Beyond so many steps two texts are told as one change: nobody reads such a difference line by line. */
const MAX_STEPS = 2_000;

/** The fewest lines to remove and add that turn one text into the other (Myers' greedy algorithm). */
export function diffLines(before: string, after: string): readonly ChangedLines[] {
  const a = before.split("\n");
  const b = after.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const old = a.slice(head, a.length - tail);
  const now = b.slice(head, b.length - tail);
  const path = shortestPath(old, now);
  if (path === undefined) return [{ line: head + 1, removed: old, added: now }];
  const changes: { line: number; removed: string[]; added: string[] }[] = [];
  let [x, y] = [0, 0];
  let isOpen = false;
  for (const step of path) {
    if (step === "same") {
      x++;
      y++;
      isOpen = false;
      continue;
    }
    if (!isOpen) changes.push({ line: head + x + 1, removed: [], added: [] });
    isOpen = true;
    if (step === "remove") changes.at(-1)?.removed.push(old[x++] as string);
    else changes.at(-1)?.added.push(now[y++] as string);
  }
  return changes;
}

type Step = "same" | "remove" | "add";

function shortestPath(a: readonly string[], b: readonly string[]): readonly Step[] | undefined {
  const furthest = new Map<number, number>([[1, 0]]);
  const trail: Map<number, number>[] = [];
  for (let steps = 0; steps <= Math.min(a.length + b.length, MAX_STEPS); steps++) {
    trail.push(new Map(furthest));
    for (let k = -steps; k <= steps; k += 2) {
      const isDown = k === -steps || (k !== steps && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
      let x = isDown ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(trail, a.length, b.length);
    }
  }
  return undefined;
}

function walkBack(trail: readonly Map<number, number>[], length: number, otherLength: number): readonly Step[] {
  const path: Step[] = [];
  let [x, y] = [length, otherLength];
  for (let steps = trail.length - 1; steps >= 0; steps--) {
    const furthest = trail[steps] as Map<number, number>;
    const k = x - y;
    const isDown = k === -steps || (k !== steps && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
    const previousK = isDown ? k + 1 : k - 1;
    const previousX = furthest.get(previousK) ?? 0;
    const previousY = previousX - previousK;
    while (x > previousX && y > previousY) {
      path.push("same");
      x--;
      y--;
    }
    if (steps > 0) path.push(isDown ? "add" : "remove");
    [x, y] = [previousX, previousY];
  }
  return path.reverse();
}
