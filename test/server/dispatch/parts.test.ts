import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { AttemptTimers, CLIENT_TOO_SLOW } from "../../../server/dispatch/answers/attempt-timers.js";
import { ClientPresence } from "../../../server/dispatch/answers/client-presence.js";
import type { Failure } from "../../../server/dispatch/answers/failure.js";
import { dataOf, EventTooLarge, MAX_EVENT_BYTES, SseSplitter } from "../../../server/dispatch/answers/sse-splitter.js";
import { readUsage } from "../../../server/dispatch/answers/usage.js";
import { backoffMs } from "../../../server/dispatch/backoff.js";
import { CoolDowns, MAX_COOL_DOWN_MS } from "../../../server/endpoints/cool-downs.js";
import { EndpointObservations } from "../../../server/endpoints/endpoint-observations.js";
import { RecentQuantiles } from "../../../server/endpoints/recent-quantiles.js";

const failure = (errorClass: Failure["errorClass"], retryAfterMs?: number): Failure => ({
  errorClass,
  message: "",
  summary: "",
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

describe("backoffMs()", () => {
  it.each([
    [0, 0, 100],
    [0, 1, 50],
    [1, 0, 200],
    [3, 0.5, 600],
    [10, 0, 2_000],
  ])("after %i retries with %d drawn waits %i ms", (retries, random, ms) => {
    expect(backoffMs(failure("overloaded"), retries, random)).toBe(ms);
  });

  it("waits as long as was asked, unless that is too long; and never for what does not pass", () => {
    expect(backoffMs(failure("rate_limited", 1_500), 0, 1)).toBe(1_500);
    expect(backoffMs(failure("rate_limited", 2_001), 0, 1)).toBeUndefined();
    for (const each of ["auth", "context_length", "content_filter", "invalid_request"] as const) {
      expect(backoffMs(failure(each), 0, 0)).toBeUndefined();
    }
  });
});

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

describe("ClientPresence", () => {
  it("tells all who work for the client, once, and nobody who has ended", () => {
    const client = new ClientPresence();
    const told: string[] = [];
    client.onGone(() => told.push("first"));
    const forget = client.onGone(() => told.push("second"));
    client.onGone(() => told.push("third"));
    forget();
    client.leave();
    client.leave();
    expect([told, client.isGone]).toEqual([["first", "third"], true]);
  });
});

describe("CoolDowns", () => {
  it("last as long as was asked, at most a minute", () => {
    const coolDowns = new CoolDowns();
    expect(coolDowns.active(0)).toBeUndefined();
    coolDowns.begin("b", 1_000, 0);
    coolDowns.begin("a", 3_600_000, 0);
    coolDowns.begin("c", 0, 0);
    expect(coolDowns.active(999)).toEqual(["a", "b"]);
    expect(coolDowns.remainingMs("b", 400)).toBe(600);
    expect(coolDowns.active(1_000)).toEqual(["a"]);
    expect(coolDowns.active(MAX_COOL_DOWN_MS)).toBeUndefined();
    expect(coolDowns.remainingMs("a", MAX_COOL_DOWN_MS)).toBeUndefined();
  });
});

describe("EndpointObservations", () => {
  const endpoints = new Set(["a", "b"]);
  const minute = 60_000;

  it("keeps medians of time, shares of failures and calls under way, of the endpoints asked for", () => {
    const seen = new EndpointObservations();
    expect([seen.latencyMs(endpoints, 0), seen.inFlight(endpoints), seen.errorRate(endpoints, 0)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    seen.observeFirstToken("other", 1, 0);
    for (const ms of [200, 210, 5_000]) seen.observeFirstToken("a", ms, 0);
    const { a = 0, ...others } = seen.latencyMs(endpoints, 0) ?? {};
    expect([Math.abs(a - 210) <= 5, others]).toEqual([true, {}]);
    expect(seen.latencyMs(endpoints, 1)).toBe(seen.latencyMs(endpoints, 0));
    seen.begin("b");
    seen.begin("b");
    expect(seen.inFlight(endpoints)).toEqual({ b: 2 });
    seen.end("b");
    expect(seen.inFlight(endpoints)).toEqual({ b: 1 });
    seen.observeEnd("a", true, 0);
    seen.observeEnd("b", false, 0);
    expect(seen.errorRate(endpoints, 0)).toEqual({ a: 0.2 });
    for (let count = 0; count < 9; count++) seen.observeEnd("a", false, 0);
    expect(seen.errorRate(endpoints, 0)).toEqual({ a: 0.1 });
  });

  // What is slow or broken is not called, and so would never be seen to be well again.
  it("forgets what was seen long ago", () => {
    const seen = new EndpointObservations();
    seen.observeFirstToken("a", 9_000, 0);
    seen.observeSpeed("a", 50, 0);
    seen.observeEnd("a", true, 0);
    expect(seen.of("a", 4 * minute)).toEqual({
      inFlight: 0,
      errorRate: 0.2,
      latencyMs: { p50: expect.closeTo(9_000, -3), p95: expect.closeTo(9_000, -3) },
      tokensPerSecond: { p50: expect.closeTo(50, -1), p95: expect.closeTo(50, -1) },
    });
    expect(Object.keys(seen.latencyMs(endpoints, 9 * minute) ?? {})).toEqual(["a"]);
    expect(seen.latencyMs(endpoints, 10 * minute)).toBeUndefined();
    expect(seen.tokensPerSecond("a", 10 * minute)).toBeUndefined();
    expect(seen.errorRate(endpoints, 10 * minute)).toBeUndefined();
    expect(seen.of("a", 10 * minute)).toEqual({ inFlight: 0, errorRate: 0 });
  });

  it("takes a call that was outrun for slow only when the median does not say more", () => {
    const seen = new EndpointObservations();
    seen.observeAtLeast("a", 500, 0);
    expect(seen.latencyMs(endpoints, 0)).toEqual({ a: expect.closeTo(500, -2) });
    seen.observeAtLeast("a", 100, 0);
    seen.observeAtLeast("a", 100, 0);
    expect(seen.latencyMs(endpoints, 0)).toEqual({ a: expect.closeTo(500, -2) });
  });
});

describe("RecentQuantiles", () => {
  const minute = 60_000;
  const filled = (count: number, value: number, at: number, seen = new RecentQuantiles(at)) => {
    for (let index = 0; index < count; index++) seen.accept(value, at);
    return seen;
  };

  it("are within 2 %", () => {
    const seen = new RecentQuantiles(0);
    expect(seen.quantiles(0)).toBeUndefined();
    for (let ms = 1; ms <= 100; ms++) seen.accept(ms, 0);
    const { p50 = 0, p95 = 0 } = seen.quantiles(minute) ?? {};
    expect(Math.abs(p50 - 50) / 50).toBeLessThan(0.03);
    expect(Math.abs(p95 - 95) / 95).toBeLessThan(0.03);
  });

  it("are those of the last 50 to 100 values", () => {
    const seen = filled(100, 100, 0);
    filled(50, 5_000, 1, seen);
    expect(seen.quantiles(1)?.p50).toBeLessThan(110); // as many of each
    filled(1, 5_000, 1, seen);
    expect(seen.quantiles(1)?.p50).toBeGreaterThan(4_800);
  });

  it("are those of the last five to ten minutes", () => {
    const seen = filled(10, 100, 0);
    filled(2, 5_000, 6 * minute, seen);
    expect(seen.quantiles(6 * minute)?.p50).toBeLessThan(110);
    expect(seen.quantiles(10 * minute)?.p50).toBeGreaterThan(4_800);
    expect(seen.unchangedUntil).toBe(15 * minute);
    expect(seen.quantiles(15 * minute)).toBeUndefined();
    expect(filled(10, 100, 0).quantiles(60 * minute)).toBeUndefined();
  });
});

describe("SseSplitter", () => {
  const split = (pieces: readonly Buffer[]) => {
    const splitter = new SseSplitter();
    const events = pieces.flatMap((piece) => splitter.push(piece).map(String));
    return { events, tail: splitter.tail.toString() };
  };

  it.each(["\n", "\r\n", "\r"])("finds the same events wherever the bytes are cut, lines ending in %j", (end) => {
    const lines = ["data: é\u{1f600}", "", ": comment", "", "event: x", "data: 1", "data: 2", "", "", "data: tail"];
    const bytes = Buffer.from(lines.join(end));
    const whole = split([bytes]);
    expect(whole.events.map((event) => dataOf(Buffer.from(event)))).toEqual([
      "é\u{1f600}",
      undefined,
      "1\n2",
      undefined,
    ]);
    for (let first = 0; first <= bytes.length; first++) {
      for (const second of [first, Math.min(first + 1, bytes.length), bytes.length]) {
        const pieces = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
        expect(split(pieces)).toEqual(whole);
      }
    }
  });

  it("reads the first event behind a byte order mark", () => {
    expect(dataOf(Buffer.from("\ufeffdata: 1\n\n"))).toBe("1");
  });

  it("loses and changes no byte", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "\n", "\r", ":", "é") })), (pieces) => {
        const { events, tail } = split(pieces.map((piece) => Buffer.from(piece)));
        expect(events.join("") + tail).toBe(pieces.join(""));
      }),
      { seed: 20261125, numRuns: 500 },
    );
  });

  // Joining at each piece would copy 2 GiB here; the test's own time limit would show it.
  it("takes a large event in many pieces, and refuses one beyond 16 MiB", () => {
    const splitter = new SseSplitter();
    const piece = Buffer.alloc(64 * 1024, 0x61);
    expect(() => {
      for (let bytes = 0; bytes <= MAX_EVENT_BYTES; bytes += piece.length) splitter.push(piece);
    }).toThrow(EventTooLarge);
  });
});

describe("usage and cost", () => {
  it("reads OpenAI's usage; what is missing or impossible is unknown, never zero", () => {
    expect(
      readUsage({
        prompt_tokens: 10,
        completion_tokens: 4,
        prompt_tokens_details: { cached_tokens: 6 },
        completion_tokens_details: { reasoning_tokens: 1 },
      }),
    ).toEqual({ input_tokens: 10, output_tokens: 4, cached_input_tokens: 6, reasoning_output_tokens: 1 });
    expect(readUsage({ prompt_tokens: -1, completion_tokens: 4.5 })).toBeUndefined();
    expect(readUsage({ prompt_tokens: 1, prompt_tokens_details: null })).toEqual({ input_tokens: 1 });
    for (const nothing of [undefined, null, 5, "x", {}]) expect(readUsage(nothing)).toBeUndefined();
  });
});
