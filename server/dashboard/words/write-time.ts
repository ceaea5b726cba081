/** An ISO 8601 time on the reader's clock: `11:20:43`, with the date when it is another day. */
export function writeTime(iso: string): string {
  const time = new Date(iso);
  const clock = time.toLocaleTimeString("en-GB");
  return time.toDateString() === new Date().toDateString() ? clock : `${writeDate(time)} ${clock}`;
}

/** `26 Nov`, and the year when it is another. @param zone the reader's, unless another is named. */
function writeDate(date: Date, zone: { readonly timeZone?: string } = {}): string {
  const yearOf = (one: Date) => one.toLocaleDateString("en-GB", { year: "numeric", ...zone });
  return date.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    ...(yearOf(date) === yearOf(new Date()) ? {} : { year: "numeric" }),
    ...zone,
  });
}

/** A day of UTC, `2026-11-26`, likewise. */
export function writeDay(day: string): string {
  return writeDate(new Date(`${day}T00:00Z`), { timeZone: "UTC" });
}

/** How long ago: `3 min ago`. */
export function writeAgo(iso: string): string {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(iso)) / 1_000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** A date for an input and for `/admin/usage`, in UTC: `2026-11-26`. */
export function writeIsoDate(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
