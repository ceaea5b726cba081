import { describe, expect, it } from "vitest";
import { limitsToJson, parseBudget } from "../../../server/keys/limits.js";
import { readExpiry, readKeyRequest, readLimits } from "../../../server/keys/read-key-settings.js";

const NOW = Date.parse("2026-11-25T00:00:00Z");

describe("readKeyRequest()", () => {
  it("leaves out what is not said", () => {
    expect(readKeyRequest({}, NOW)).toEqual({
      name: "",
      settings: { tags: [], allow: [], scopes: ["inference"], attributes: {}, limits: {} },
    });
  });

  it.each([
    [[], "the body: it takes a JSON object"],
    [{ tenent: "a" }, "tenent: there is no such setting; there are name, tenant,"],
    [{ tenant: "" }, "tenant: it takes a text of 1 to 256 characters"],
    [{ tenant: "a\nb" }, "tenant: it takes a text"],
    [{ tenant: "a".repeat(257) }, "tenant: it takes a text"],
    [{ tags: ["a,b"] }, "tags: it takes at most 64 tags without commas"],
    [{ tags: "a" }, "tags: it takes a list"],
    [{ scopes: ["root"] }, "scopes: it takes one or more of inference, admin, read"],
    [{ scopes: [] }, "scopes: it takes one or more of"],
    [{ allow: [] }, "allow: it takes at least one; leave it out to allow every model"],
    [{ allow: [""] }, "allow: it takes a text"],
    [{ tags: [""] }, "tags: it takes at most 64 tags"],
    [{ allow: Array(101).fill("a") }, "allow: it takes a list of at most 100"],
    [{ attributes: { plan: null } }, "attributes.plan: it takes a text"],
    [{ limits: { budget: 5 } }, "limits.budget: there is no such setting"],
    [{ limits: { budgets: { year: 5 } } }, "limits.budgets: its periods are hour, day, week, month, total"],
    [{ limits: { budgets: { day: -5 } } }, "limits.budgets.day: it takes an amount in USD"],
    [{ limits: { budgets: { day: "0.0000000001" } } }, "limits.budgets.day: it takes an amount in USD"],
    [{ limits: { budgets: { day: 1.5e-9 } } }, "limits.budgets.day: it takes an amount in USD"],
    [{ limits: { budgets: { day: 1e22 } } }, "limits.budgets.day: it takes an amount in USD"],
    [{ limits: { concurrent: 0 } }, "limits.concurrent: it takes a whole number from 1"],
    [{ expires: "yesterday" }, "expires: it takes a time from now"],
    [{ expires: "2020-01-01" }, "expires: it takes a time from now"],
    [{ expires: "2027-02-29" }, "expires: it takes a time from now"],
    [{ tenant: "\ud800" }, "tenant: it takes a text"],
  ])("refuses %j", (request, message) => {
    expect(() => readKeyRequest(request, NOW)).toThrow(message);
  });
});

describe("limits as JSON", () => {
  it.each([5, 0.1, 1e-7, 1e-9, 123_456.000000001, 999_999.999999999, 1_000_000])(
    "shows a budget of %d as it takes it",
    (day) => {
      const limits = { budgets: { day } };
      expect(limitsToJson(readLimits(JSON.parse(JSON.stringify(limits))))).toEqual(limits);
    },
  );
});

describe("readExpiry()", () => {
  it("takes times from now and dates", () => {
    expect(readExpiry("90d", NOW)).toBe(NOW + 90 * 86_400_000);
    expect(readExpiry("30m", NOW)).toBe(NOW + 1_800_000);
    expect(readExpiry("2027-01-31", NOW)).toBe(Date.parse("2027-01-31T00:00:00Z"));
    expect(readExpiry("2028-02-29T12:30:00+02:00", NOW)).toBe(Date.parse("2028-02-29T10:30:00Z"));
  });
});

describe("parseBudget()", () => {
  it("takes an exact amount and a period", () => {
    expect(parseBudget("50/month")).toEqual({ period: "month", limit: 50_000_000_000 });
    expect(parseBudget("0.1/day")).toEqual({ period: "day", limit: 100_000_000 });
    for (const text of ["50", "50/year", "x/day", "5/day/day", "/day", "-1/day"])
      expect(parseBudget(text)).toBeUndefined();
  });
});
