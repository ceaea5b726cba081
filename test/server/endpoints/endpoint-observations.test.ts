import { describe, expect, it } from "vitest";
import { EndpointObservations } from "../../../server/endpoints/endpoint-observations.js";

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
