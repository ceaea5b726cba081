import type { TimePredicate } from "../conditions/condition.js";

const MINUTES_PER_DAY = 1440;

/** A half-open stretch of the local week, in minutes since Sunday 00:00 (0 to 10,080). */
export interface WeeklyMinutes {
  readonly from: number;
  readonly to: number;
}

/** A weekly window as stretches of the local week: ascending, neither overlapping nor touching. */
export function weeklyMinutes({ days, fromMinute, toMinute }: TimePredicate): readonly WeeklyMinutes[] {
  const pieces: WeeklyMinutes[] = [];
  for (const day of days) {
    const start = day * MINUTES_PER_DAY;
    if (fromMinute < toMinute) {
      pieces.push({ from: start + fromMinute, to: start + toMinute });
    } else {
      // It wraps midnight: the evening of the day, and the morning after.
      const next = ((day + 1) % 7) * MINUTES_PER_DAY;
      pieces.push({ from: start + fromMinute, to: start + MINUTES_PER_DAY }, { from: next, to: next + toMinute });
    }
  }
  pieces.sort((one, other) => one.from - other.from);
  const merged: WeeklyMinutes[] = [];
  for (const piece of pieces) {
    if (piece.from >= piece.to) continue;
    const last = merged.at(-1);
    if (last !== undefined && piece.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, piece.to) };
    } else {
      merged.push(piece);
    }
  }
  return merged;
}
