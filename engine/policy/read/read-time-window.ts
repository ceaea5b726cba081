import type { TimePredicate } from "../../conditions/condition.js";
import { isTimeZone } from "../../conditions/local-time.js";
import type { Span } from "../../diagnostics/diagnostic.js";
import { entryOf, type LocatedMap, shorten } from "../../source/located.js";
import { textOf, textsOf } from "./read-values.js";
import type { Reading } from "./reading.js";

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/**
 * Reads `{ days, from, to, tz }`.
 * @returns undefined when none of them is written (`present` alone), or when the window is wrong, which is reported.
 */
export function readTimeWindow(reading: Reading, node: LocatedMap, span: Span): TimePredicate | undefined {
  const { report } = reading;
  const [daysEntry, fromEntry, toEntry, tzEntry] = ["days", "from", "to", "tz"].map((key) => entryOf(node, key));
  if (daysEntry === undefined && fromEntry === undefined && toEntry === undefined && tzEntry === undefined) {
    return undefined;
  }
  if (tzEntry === undefined) {
    report.error(
      "RW1304",
      span,
      "a time window needs `tz`: whose clock is meant?",
      "write `tz: Europe/Berlin`, or `tz: UTC`",
    );
    return undefined;
  }
  if ((fromEntry === undefined) !== (toEntry === undefined)) {
    const missing = fromEntry === undefined ? "from" : "to";
    const help = "write both, or leave both out for whole days";
    const given = fromEntry === undefined ? "to" : "from";
    report.error("RW1304", (fromEntry ?? toEntry)?.keySpan, `\`${given}\` stands without \`${missing}\``, help);
    return undefined;
  }
  const tz = textOf(reading, tzEntry.value);
  if (tz === undefined) return undefined;
  if (!isTimeZone(tz)) {
    const help = "write an IANA zone: `Europe/Berlin`, `America/New_York`, `UTC`";
    report.error("RW1304", tzEntry.value.span, `\`${shorten(tz)}\` is not a time zone`, help);
    return undefined;
  }
  const from = fromEntry === undefined ? "00:00" : textOf(reading, fromEntry.value);
  const to = toEntry === undefined ? "24:00" : textOf(reading, toEntry.value);
  const named = daysEntry === undefined ? days : textsOf(reading, daysEntry.value);
  if (from === undefined || to === undefined || named.length === 0) return undefined;
  const [fromMinute, toMinute] = [minuteOf(from), minuteOf(to)];
  if (fromMinute === toMinute) {
    const help = "leave both out for whole days; `to` itself does not belong to the window";
    report.error("RW1304", fromEntry?.value.span ?? span, "`from` and `to` are the same: the window is empty", help);
    return undefined;
  }
  return {
    kind: "time",
    fact: "time",
    days: named.map((day) => days.indexOf(day)).sort((a, b) => a - b),
    fromMinute,
    toMinute,
    tz,
    span,
  };
}

function minuteOf(clock: string): number {
  const [hours = "0", minutes = "0"] = clock.split(":");
  return Number(hours) * 60 + Number(minutes);
}
