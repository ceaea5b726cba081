import { afterEach, describe, expect, it, vi } from "vitest";
import type { Limits } from "../../../server/keys/limits.js";
import { type Admission, RateLimits, type RateRefusal } from "../../../server/ledger/rate-limits.js";

describe("RateLimits", () => {
  afterEach(() => void vi.useRealTimers());

  it("ends a minute after a minute when the clock is set back", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 27, 12) });
    const rates = new RateLimits();
    const admit = () => rates.admit("1", [{ subject: "key:a", limits: { requestsPerMinute: 1 } }], () => 0);
    expect(await admit()).toHaveProperty("states");
    vi.setSystemTime(Date.UTC(2026, 10, 27, 11));
    const refusal = await admit();
    expect(refusal).toMatchObject({ rate: "requests", limit: 1 });
    expect((refusal as RateRefusal).retryMs).toBeLessThanOrEqual(60_000);
  });

  it("takes back the tokens of a prompt that were not used, unless their minute is over", async () => {
    let resetMs = 60_000;
    let used = 0;
    const rates = new RateLimits(() => ({
      count(_subject, points) {
        used += points;
        return { used, resetMs };
      },
    }));
    const admit = () => rates.admit("1", [{ subject: "key:a", limits: { tokensPerMinute: 100 } }], () => 70);
    await ((await admit()) as Admission).end(10);
    expect(used).toBe(10);
    resetMs = 0;
    const late = (await admit()) as Admission;
    used = 0; // the next minute
    await late.end(10);
    expect(used).toBe(0);
  });

  it("counts on in the running minute when a limit changes", async () => {
    const rates = new RateLimits();
    const admit = (limits: Limits, tokens = 0) => rates.admit("1", [{ subject: "key:a", limits }], () => tokens);
    for (let count = 0; count < 3; count++) expect(await admit({ requestsPerMinute: 3 })).toHaveProperty("states");
    expect(await admit({ requestsPerMinute: 3 })).toMatchObject({ rate: "requests", limit: 3 });
    expect(await admit({ requestsPerMinute: 2 })).toMatchObject({ rate: "requests", limit: 2 });
    expect(await admit({ requestsPerMinute: 5 })).toMatchObject({ states: { requests: { limit: 5, remaining: 1 } } });
    expect(await admit({ tokensPerMinute: 100 }, 90)).toHaveProperty("states");
    expect(await admit({ tokensPerMinute: 80 }, 10)).toMatchObject({ rate: "tokens", limit: 80 });
  });
});
