import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NanoUsd } from "../../../engine/index.js";
import { periods } from "../../../server/keys/limits.js";
import { BudgetBook, type BudgetLine, type Reservation } from "../../../server/ledger/budget-book.js";
import { windowOf } from "../../../server/ledger/budget-window.js";
import { isRefused } from "./is-refused.js";

const usd = (amount: number) => (amount * 1e9) as NanoUsd;
const NOON = Date.parse("2026-11-25T12:34:56.789Z");
const DAY: BudgetLine = { subject: "key:a", period: "day", limit: usd(5) };
const MONTH: BudgetLine = { subject: "tenant:t", period: "month", limit: usd(8) };

function newBook(lines: readonly BudgetLine[], now = NOON, spent = 0): BudgetBook {
  const book = new BudgetBook();
  for (const { subject, period, start, end } of book.unknownWindows(lines, now)) {
    book.seed(subject, period, { start, end }, spent);
  }
  return book;
}

const held = (result: ReturnType<BudgetBook["reserve"]>): Reservation => {
  if (isRefused(result)) throw new Error(`refused: ${JSON.stringify(result)}`);
  return result;
};

describe("windowOf()", () => {
  it.each([
    ["hour", "2026-11-25T12:00:00.000Z", "2026-11-25T13:00:00.000Z"],
    ["day", "2026-11-25T00:00:00.000Z", "2026-11-26T00:00:00.000Z"],
    ["week", "2026-11-23T00:00:00.000Z", "2026-11-30T00:00:00.000Z"],
    ["month", "2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z"],
  ] as const)("%s", (period, start, end) => {
    expect(windowOf(period, NOON)).toEqual({ start: Date.parse(start), end: Date.parse(end) });
  });

  it("holds the time it was asked for, on whole hours, and meets its neighbours", () => {
    fc.assert(
      fc.property(fc.constantFrom(...periods), fc.integer({ min: 0, max: 4e12 }), (period, time) => {
        const { start, end } = windowOf(period, time);
        expect(start <= time && time < end).toBe(true);
        expect(Math.abs(start % 3_600_000)).toBe(0);
        if (period !== "total") {
          expect(windowOf(period, end).start).toBe(end);
          expect(windowOf(period, end - 1).start).toBe(start);
        }
      }),
    );
  });
});

describe("BudgetBook", () => {
  it("holds the amount in all budgets or in none", () => {
    const book = newBook([DAY, MONTH]);
    held(book.reserve({ id: "1", amount: usd(4) }, [DAY, MONTH], NOON));
    held(book.reserve({ id: "2", amount: usd(3) }, [MONTH], NOON));
    const refused = book.reserve({ id: "3", amount: usd(1) }, [DAY, { ...MONTH, limit: usd(7) }], NOON);
    expect(refused).toMatchObject({ subject: "tenant:t", needed: usd(1), spent: 0, reserved: usd(7) });
    expect(book.balance(DAY, NOON)).toMatchObject({ spent: 0, reserved: usd(4), free: usd(1) });
  });

  it("lets a budget be used to its last nano-dollar, and not beyond", () => {
    const book = newBook([DAY]);
    held(book.reserve({ id: "1", amount: usd(5) }, [DAY], NOON));
    expect(isRefused(book.reserve({ id: "2", amount: 1 as NanoUsd }, [DAY], NOON))).toBe(true);
    held(book.reserve({ id: "3", amount: 0 as NanoUsd }, [DAY], NOON)); // free models go on
  });

  it("settles in the windows in which it was reserved, also after midnight", () => {
    const book = newBook([DAY]);
    const reservation = held(book.reserve({ id: "1", amount: usd(2) }, [DAY], NOON));
    const tomorrow = NOON + 86_400_000;
    book.seed("key:a", "day", windowOf("day", tomorrow), 0);
    book.settle(reservation, usd(1));
    expect(book.balance(DAY, tomorrow)).toMatchObject({ spent: 0, reserved: 0 });
    expect(book.balance(DAY, NOON)).toMatchObject({ spent: usd(1), reserved: 0 });
  });

  it("forgets windows that are long over, but for those that hold something", () => {
    const book = newBook([DAY]);
    const reservation = held(book.reserve({ id: "1", amount: usd(5) }, [DAY], NOON));
    const later = NOON + 2 * 86_400_000;
    book.forget(later);
    expect(book.balance(DAY, NOON)).toMatchObject({ reserved: usd(5) });
    book.settle(reservation, usd(3));
    book.forget(later);
    expect(book.unknownWindows([DAY], NOON)).toHaveLength(1);
  });

  it("counts what was spent before it was known, once", () => {
    const book = newBook([DAY], NOON, usd(4));
    book.seed("key:a", "day", windowOf("day", NOON), usd(4));
    expect(book.balance(DAY, NOON)).toMatchObject({ spent: usd(4), free: usd(1) });
  });

  it("in any interleaving: conserves, never admits beyond a limit, leaks nothing, spends what was settled", () => {
    const lines: readonly BudgetLine[] = [DAY, MONTH, { subject: "key:b", period: "hour", limit: usd(1) }];
    const step = fc.oneof(
      fc.record({
        kind: fc.constant("reserve" as const),
        amount: fc.integer({ min: 0, max: 3e9 }),
        lines: fc.subarray([0, 1, 2], { minLength: 1 }),
      }),
      fc.record({
        kind: fc.constant("settle" as const),
        which: fc.nat(),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.record({ kind: fc.constant("forget" as const) }),
      fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 900_000 }) }),
      fc.record({ kind: fc.constant("crash" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        let now = NOON;
        let book = newBook(lines, now);
        let open: Reservation[] = [];
        const ledger = new Map<string, number>(); // by window: what a crash does not lose
        const seed = () => {
          for (const { subject, period, start, end } of book.unknownWindows(lines, now)) {
            book.seed(subject, period, { start, end }, ledger.get(`${subject}|${period}|${start}`) ?? 0);
          }
        };
        for (const [index, one] of steps.entries()) {
          seed();
          if (one.kind === "pass") now += one.ms;
          else if (one.kind === "forget") book.forget(now);
          else if (one.kind === "crash") {
            book = new BudgetBook();
            open = [];
          } else if (one.kind === "reserve") {
            const wanted = one.lines.map((at) => lines[at]!);
            const result = book.reserve({ id: String(index), amount: one.amount as NanoUsd }, wanted, now);
            if (isRefused(result)) expect(one.amount > result.limit - result.spent - result.reserved).toBe(true);
            else open.push(result);
          } else if (open.length > 0) {
            const [reservation] = open.splice(one.which % open.length, 1);
            const charged = Math.floor(reservation!.amount * one.share) as NanoUsd;
            for (const id of reservation!.windows) ledger.set(id, (ledger.get(id) ?? 0) + charged);
            book.settle(reservation!, charged);
          }
          seed();
          expect(book.check().violations).toBe(0);
          for (const line of lines) {
            const { spent, reserved, free, limit } = book.balance(line, now);
            expect(spent + reserved + free).toBe(limit);
            expect(spent).toBe(ledger.get(`${line.subject}|${line.period}|${windowOf(line.period, now).start}`) ?? 0);
            expect(spent + reserved).toBeLessThanOrEqual(limit);
          }
        }
        for (const reservation of open) book.settle(reservation, 0 as NanoUsd);
        expect(book.check()).toMatchObject({ open: 0, reserved: 0, violations: 0 });
      }),
      { numRuns: 300 },
    );
  });
});
