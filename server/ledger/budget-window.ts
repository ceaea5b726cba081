import type { Period } from "../keys/limits.js";
import type { Subject } from "../keys/subject.js";

/** One run of a budget: what is spent from `start` until before `end`, epoch milliseconds. `total` has no end. */
export interface BudgetWindow {
  readonly start: number;
  readonly end: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 1970-01-01 was a Thursday: the Monday of its week is three days before. */
const MONDAY_MS = -3 * DAY_MS;

/** The window of each period that was asked for last: for a request after the other it is the same. */
const latest = new Map<Period, BudgetWindow>();

/** The window of a period that holds a time. Windows follow UTC, begin on whole hours, and leave no gaps. */
export function windowOf(period: Period, time: number): BudgetWindow {
  const known = latest.get(period);
  if (known !== undefined && time >= known.start && time < known.end) return known;
  const window = findWindow(period, time);
  latest.set(period, window);
  return window;
}

function findWindow(period: Period, time: number): BudgetWindow {
  switch (period) {
    case "hour":
      return aligned(time, HOUR_MS, 0);
    case "day":
      return aligned(time, DAY_MS, 0);
    case "week":
      return aligned(time, 7 * DAY_MS, MONDAY_MS);
    case "month": {
      const date = new Date(time);
      const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
      return { start: Date.UTC(year, month, 1), end: Date.UTC(year, month + 1, 1) };
    }
    case "total":
      return { start: 0, end: Number.POSITIVE_INFINITY };
  }
}

function aligned(time: number, length: number, origin: number): BudgetWindow {
  const start = Math.floor((time - origin) / length) * length + origin;
  return { start, end: start + length };
}

/** Names one window of one subject. */
export type WindowId = `${Subject}|${Period}|${number}`;

/** The window of a budget that holds a time. Remembered for each budget that is asked again. */
export function windowIdAt(budget: { readonly subject: Subject; readonly period: Period }, time: number): WindowId {
  const window = windowOf(budget.period, time);
  const known = latestIds.get(budget);
  if (known?.window === window) return known.id;
  const id = windowId(budget.subject, budget.period, window.start);
  latestIds.set(budget, { window, id });
  return id;
}

const latestIds = new WeakMap<object, { readonly window: BudgetWindow; readonly id: WindowId }>();

export function windowId(subject: Subject, period: Period, start: number): WindowId {
  return `${subject}|${period}|${start}`;
}
