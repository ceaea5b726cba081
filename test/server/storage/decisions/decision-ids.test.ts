import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createDecisionIds, idsFrom } from "../../../../server/storage/decisions/decision-ids.js";

const bytes = (value: number) => (count: number) => new Uint8Array(count).fill(value);

describe("createDecisionIds()", () => {
  it("is `dec_` and a ULID of the time and random bits", () => {
    expect(createDecisionIds(() => 1_469_918_176_385, bytes(0))()).toBe("dec_01ARYZ6S410000000000000000");
  });

  it("sorts by time as text", () => {
    let now = 0;
    const next = createDecisionIds(() => now, randomBytes);
    const ids = [1, 31, 32, 1_000, 1_800_000_000_000, 2 ** 48 - 1].map((ms) => {
      now = ms;
      return next();
    });
    expect([...ids].sort()).toEqual(ids);
  });

  it("keeps the order of making within one millisecond, and when the clock goes back", () => {
    let now = 1_000;
    const next = createDecisionIds(() => now--, bytes(255));
    const ids = Array.from({ length: 2_000 }, next);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(2_000);
  });

  it("has the time of a clock that was set right, and not for ever the one of before", () => {
    const [right, wrong] = [1_800_000_000_000, 2_500_000_000_000];
    const times = [wrong, right, right + 1];
    const next = createDecisionIds(() => times.shift() ?? 0, randomBytes);
    const ids = [next(), next(), next()];
    expect([...ids].sort()).toEqual([ids[1], ids[2], ids[0]]);
    expect(ids[1]?.startsWith(idsFrom(right))).toBe(true);
  });
});

it("idsFrom() comes after the ids of before a time, and not after those since", () => {
  let now = 999;
  const next = createDecisionIds(() => now, randomBytes);
  const before = next();
  now = 1_000;
  const at = next();
  expect(before < idsFrom(1_000)).toBe(true);
  expect(at < idsFrom(1_000)).toBe(false);
  expect(at < idsFrom(1_001)).toBe(true);
  expect(idsFrom(-1)).toBe(idsFrom(0));
});
