import type { Subject } from "../keys/subject.js";

const MINUTE_MS = 60_000;

/** Points that subjects have used in their running minute, which begins with the first. */
export interface MinuteCounter {
  /** @param points negative to take some back. */
  count(subject: Subject, points: number): MinuteCount | Promise<MinuteCount>;
}

export interface MinuteCount {
  readonly used: number;
  /** Milliseconds until the minute ends. */
  readonly resetMs: number;
}

/** Counts for one process: one entry for each subject, and of these there are no more than keys, tenants and apps. */
export class MemoryMinuteCounter implements MinuteCounter {
  readonly #minutes = new Map<Subject, { used: number; endsAt: number }>();

  count(subject: Subject, points: number): MinuteCount {
    const now = performance.now(); // goes forward also where the clock is set back: the minute would last until it has caught up
    let minute = this.#minutes.get(subject);
    if (minute === undefined) {
      minute = { used: 0, endsAt: 0 };
      this.#minutes.set(subject, minute);
    }
    if (minute.endsAt <= now) {
      minute.used = 0;
      minute.endsAt = now + MINUTE_MS;
    }
    minute.used += points;
    return { used: minute.used, resetMs: minute.endsAt - now };
  }
}
