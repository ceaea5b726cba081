const DAY_NAMES = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** 0 = Sunday … 6 = Saturday. */
export function writeDay(day: number): string {
  return DAY_NAMES[day] ?? "?";
}

/** A minute of the day, 0 to 1440, as `22:05`; the end of the day as `24:00`. */
export function writeClock(minute: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
