/**
 * Reads a day, `2026-11-01` (its beginning in UTC), or a time with its zone, `2026-11-01T12:00:00+01:00`.
 * @returns milliseconds since 1970; undefined for anything else, and for days that a month does not have.
 */
export function parseInstant(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) return undefined;
  const time = Date.parse(text);
  // `Date` takes the 30th of February for the 1st or 2nd of March.
  const day = text.slice(0, 10);
  const isDay = new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) === true;
  return Number.isNaN(time) || !isDay ? undefined : time;
}
