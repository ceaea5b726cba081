import { describe, expect, it } from "vitest";
import { type Admission, RateLimits } from "../../../server/ledger/rate-limits.js";

describe("RateLimits", () => {
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
});
