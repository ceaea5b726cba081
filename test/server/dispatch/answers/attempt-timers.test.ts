import { describe, expect, it, vi } from "vitest";
import { AttemptTimers, CLIENT_TOO_SLOW } from "../../../../server/dispatch/answers/attempt-timers.js";

describe("AttemptTimers", () => {
  function start(isStream: boolean) {
    vi.useFakeTimers();
    const expired: string[] = [];
    const timeouts = { firstTokenMs: 100, idleMs: 50, totalMs: 1_000 };
    const timers = new AttemptTimers(
      timeouts,
      isStream,
      () => performance.now(),
      (error) => expired.push(error === CLIENT_TOO_SLOW ? error : error.timer),
    );
    return { timers, expired, pass: (ms: number) => vi.advanceTimersByTime(ms) };
  }

  it("first_token runs until content, then idle while more is waited for", () => {
    const { timers, expired, pass } = start(true);
    timers.waiting();
    pass(99);
    timers.contentArrived();
    timers.waiting();
    pass(49);
    timers.waiting();
    pass(49);
    expect(expired).toEqual([]);
    timers.paused();
    pass(500);
    expect(expired).toEqual([]);
    timers.resumed();
    pass(50);
    expect(expired).toEqual(["idle"]);
    timers.stop();
    vi.useRealTimers();
  });

  it("idle ends its time after the last wait began, not before and not after", () => {
    const { timers, expired, pass } = start(true);
    timers.contentArrived();
    for (const ms of [20, 20, 20, 49]) {
      timers.waiting();
      pass(ms);
    }
    expect(expired).toEqual([]);
    pass(1);
    expect(expired).toEqual(["idle"]);
    timers.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it("first_token and total run out; without a stream only total", () => {
    const streamed = start(true);
    streamed.pass(100);
    expect(streamed.expired).toEqual(["first_token"]);
    streamed.timers.stop();
    const whole = start(false);
    whole.pass(999);
    expect(whole.expired).toEqual([]);
    whole.pass(1);
    expect(whole.expired).toEqual(["total"]);
    vi.useRealTimers();
  });

  it("total does not count what the client holds the stream up, which has as long in all", () => {
    const begun = () => {
      const one = start(true);
      one.timers.contentArrived();
      return one;
    };
    const slow = begun();
    slow.pass(400);
    slow.timers.paused();
    slow.pass(900);
    slow.timers.resumed();
    for (let ms = 0; ms < 590; ms += 10) {
      slow.timers.waiting();
      slow.pass(10);
    }
    expect(slow.expired).toEqual([]);
    slow.timers.waiting();
    slow.pass(10);
    expect(slow.expired).toEqual(["total"]);
    slow.timers.stop();
    const gone = begun();
    for (let times = 0; times < 2; times++) {
      gone.timers.paused();
      gone.pass(499);
      expect(gone.expired).toEqual([]);
      gone.timers.resumed();
    }
    gone.timers.paused();
    gone.pass(2);
    expect(gone.expired).toEqual([CLIENT_TOO_SLOW]);
    gone.timers.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it("stopped, nothing runs out", () => {
    const { timers, expired, pass } = start(true);
    timers.stop();
    pass(10_000);
    expect(expired).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});
