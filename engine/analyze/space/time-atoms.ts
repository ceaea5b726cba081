import type { TimePredicate } from "../../conditions/condition.js";
import { localTime } from "../../conditions/local-time.js";
import { evaluateCondition } from "../../evaluate/evaluate-condition.js";

/** Instants that no window tells apart. */
export interface TimeAtom {
  readonly kind: "time";
  /** One of them: milliseconds since 1970-01-01T00:00:00Z. */
  readonly value: number;
  /** Which of the windows hold then, by position. */
  readonly within: readonly boolean[];
}

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const WEEK_MINUTES = 10_080;
/** When a request arrives for which no window matters: a Monday at nine, UTC. */
export const PLAIN_TIME = Date.UTC(2026, 10, 23, 9);
/** Two years: every offset that the zones' present rules give occurs. */
const END = PLAIN_TIME + 2 * 366 * DAY;

/**
 * The combinations of windows that some instant has. The zones' clocks move together, save when one changes to or from
 * daylight saving time, so for each combination of their offsets the week is cut at every edge of a window.
 */
export function splitTime(windows: readonly TimePredicate[]): readonly TimeAtom[] {
  const zones = [...new Set(windows.map(({ tz }) => tz))].sort();
  const atoms = new Map<string, TimeAtom>();
  const complete = new Set<string>();
  const note = (instant: number) => {
    const within = windows.map((window) => evaluateCondition(window, { time: instant }) === true);
    const key = within.join();
    if (!atoms.has(key)) atoms.set(key, { kind: "time", value: instant, within });
  };
  for (const { from, to, offsets } of regimes(zones)) {
    const key = offsets.join();
    if (complete.has(key)) continue;
    note(from);
    const last = Math.min(to, from + 7 * DAY);
    const fromMinute = utcWeekMinute(from);
    for (const edge of edgesInUtc(windows, zones, offsets)) {
      const instant = from + mod(edge - fromMinute, WEEK_MINUTES) * MINUTE;
      if (instant < last) note(instant);
    }
    if (to - from >= 7 * DAY) complete.add(key);
  }
  return [...atoms.values()];
}

interface Regime {
  readonly from: number;
  readonly to: number;
  /** Of each zone, minutes ahead of UTC. */
  readonly offsets: readonly number[];
}

const regimesOf = new Map<string, readonly Regime[]>();

/** The stretches of time in which no zone changes its offset. Kept for each set of zones: asking clocks is slow. */
function regimes(zones: readonly string[]): readonly Regime[] {
  const key = zones.join();
  const known = regimesOf.get(key) ?? findRegimes(zones);
  regimesOf.set(key, known);
  return known;
}

function findRegimes(zones: readonly string[]): readonly Regime[] {
  const offsetsAt = (instant: number) => zones.map((zone) => offsetOf(zone, instant));
  const found: Regime[] = [];
  let from = PLAIN_TIME;
  let offsets = offsetsAt(PLAIN_TIME);
  for (let at = PLAIN_TIME; at < END; at += DAY / 2) {
    let low = at;
    while (!isSame(offsetsAt(at + DAY / 2), offsets)) {
      // Somewhere in this half day a zone changes: find the first minute after it.
      let high = at + DAY / 2;
      while (high - low > MINUTE) {
        const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
        if (isSame(offsetsAt(middle), offsets)) low = middle;
        else high = middle;
      }
      found.push({ from, to: high, offsets });
      from = high;
      low = high;
      offsets = offsetsAt(high);
    }
  }
  found.push({ from, to: END, offsets });
  return found;
}

function offsetOf(zone: string, instant: number): number {
  const { weekday, minute } = localTime(instant, zone);
  const ahead = mod(weekday * 1_440 + minute - utcWeekMinute(instant), WEEK_MINUTES);
  return ahead > WEEK_MINUTES / 2 ? ahead - WEEK_MINUTES : ahead;
}

/** The minutes of the week, in UTC, at which some window begins or ends. */
function edgesInUtc(
  windows: readonly TimePredicate[],
  zones: readonly string[],
  offsets: readonly number[],
): ReadonlySet<number> {
  const edges = new Set<number>();
  for (const { days, fromMinute, toMinute, tz } of windows) {
    const offset = offsets[zones.indexOf(tz)] as number;
    for (const day of days) {
      edges.add(mod(day * 1_440 + fromMinute - offset, WEEK_MINUTES));
      const endDay = fromMinute < toMinute ? day : day + 1;
      edges.add(mod(endDay * 1_440 + toMinute - offset, WEEK_MINUTES));
    }
  }
  return edges;
}

/** Minutes since Sunday 00:00 UTC; 1970-01-01 was a Thursday. */
function utcWeekMinute(instant: number): number {
  return mod(Math.floor(instant / MINUTE) + 4 * 1_440, WEEK_MINUTES);
}

function mod(value: number, modulus: number): number {
  return ((value % modulus) + modulus) % modulus;
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.every((value, index) => value === other[index]);
}
