/** A moment as people in a zone read it. */
export interface LocalTime {
  /** 0 = Sunday … 6 = Saturday. */
  readonly weekday: number;
  /** Minute of the day, 0 to 1439. */
  readonly minute: number;
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const formats = new Map<string, Intl.DateTimeFormat>();
const latest = new Map<string, { readonly epochMinute: number; readonly local: LocalTime }>();

/**
 * The local weekday and minute in an IANA zone. The newest answer of each zone is kept, so asking for the same minute
 * again costs a look-up. Zones are few: those that policies name.
 * @param epochMs milliseconds since 1970-01-01T00:00:00Z
 * @throws RangeError for a zone that {@link isTimeZone} refuses, and for a time that no `Date` can hold.
 */
export function localTime(epochMs: number, timeZone: string): LocalTime {
  const epochMinute = Math.floor(epochMs / 60_000);
  const kept = latest.get(timeZone);
  if (kept?.epochMinute === epochMinute) return kept.local;
  let weekday = 0;
  let minute = 0;
  for (const { type, value } of formatOf(timeZone).formatToParts(epochMinute * 60_000)) {
    if (type === "weekday") weekday = weekdays.indexOf(value);
    else if (type === "hour") minute += Number(value) * 60;
    else if (type === "minute") minute += Number(value);
  }
  const local = { weekday, minute };
  latest.set(timeZone, { epochMinute, local });
  return local;
}

/** Whether the name is an IANA zone this runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formats.set(timeZone, format);
  }
  return format;
}
