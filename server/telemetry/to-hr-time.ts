import type { HrTime } from "@opentelemetry/api";

/** Milliseconds as whole seconds, and nanoseconds. */
export function toHrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, nanosecondsBeyond(seconds, ms)];
}

export function nanosecondsBeyond(seconds: number, ms: number): number {
  return Math.floor((ms - seconds * 1_000) * 1_000_000);
}
