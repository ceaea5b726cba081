import { describe, expect, it } from "vitest";
import type { Failure } from "../../../server/dispatch/answers/failure.js";
import { backoffMs } from "../../../server/dispatch/backoff.js";

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
