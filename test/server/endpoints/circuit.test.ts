import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CallVerdict, Circuit, type CircuitCall, circuitRule } from "../../../server/endpoints/circuit.js";

const fine: CallVerdict = { kind: "fine" };
const nothing: CallVerdict = { kind: "nothing" };
const broken: CallVerdict = { kind: "failed", errorClass: "server_error" };

function call(circuit: Circuit, now: number, verdict: CallVerdict): void {
  begin(circuit, now).end(verdict, now);
}

function begin(circuit: Circuit, now: number): CircuitCall {
  const begun = circuit.begin(now, true);
  if (begun === undefined) throw new Error(`the circuit lets nothing through at ${now}`);
  return begun;
}

/** A circuit that five failures opened at 0. */
function opened(): Circuit {
  const circuit = new Circuit();
  for (let n = 0; n < circuitRule.consecutiveFailures; n++) call(circuit, 0, broken);
  return circuit;
}

describe("Circuit", () => {
  it("opens with the fifth failure in a row, and says why", () => {
    const circuit = new Circuit();
    for (let n = 1; n < 5; n++) call(circuit, n, broken);
    expect(circuit.evidence(4).state).toBe("closed");
    call(circuit, 5, broken);
    expect(circuit.isOpen(5)).toBe(true);
    expect(circuit.begin(6, true)).toBeUndefined();
    expect(circuit.evidence(6)).toEqual({
      state: "open",
      since: 5,
      retryAt: 5 + circuitRule.openMs,
      consecutiveFailures: 5,
      recent: { calls: 5, failures: 5 },
      lastError: { errorClass: "server_error", at: 5 },
    });
  });

  it("starts counting anew with an answer", () => {
    const circuit = new Circuit();
    for (let n = 0; n < 4; n++) call(circuit, n, broken);
    call(circuit, 4, fine);
    for (let n = 5; n < 9; n++) call(circuit, n, broken);
    expect(circuit.isClosed).toBe(true);
  });

  it("opens when half of 20 calls within 30 s failed, though never five in a row", () => {
    const circuit = new Circuit();
    for (let n = 0; n < 19; n++) call(circuit, n, n % 2 === 0 ? broken : fine);
    expect(circuit.isClosed).toBe(true);
    call(circuit, 19, broken);
    expect(circuit.isClosed).toBe(false);
  });

  it("lets a probe through when the clock was set back, in place of waiting until it has caught up", () => {
    const [circuit, hour] = [new Circuit(), 3_600_000];
    for (let n = 0; n < 5; n++) call(circuit, hour, broken);
    expect(circuit.isOpen(hour)).toBe(true);
    expect([circuit.isOpen(0), circuit.remainingMs(0), circuit.evidence(0).state]).toEqual([
      false,
      undefined,
      "half_open",
    ]);
    call(circuit, 0, fine);
    expect(circuit.evidence(0)).toMatchObject({ state: "closed", recent: { calls: 0 } });
  });

  it("does not judge by what was counted before the clock was set back", () => {
    const [circuit, hour] = [new Circuit(), 3_600_000];
    for (let n = 0; n < 19; n++) call(circuit, hour, n % 2 === 0 ? broken : fine);
    expect(circuit.evidence(0).recent).toEqual({ calls: 0, failures: 0 });
    call(circuit, 0, broken);
    expect(circuit.evidence(0)).toMatchObject({ state: "closed", recent: { calls: 1, failures: 1 } });
  });

  it("takes over an opening of another server, with the time that doubles, and its closing", () => {
    const circuit = new Circuit();
    circuit.takeOver({ until: 30_000, openMs: 20_000 }, 10_000, 10_500);
    expect(circuit.evidence(10_500)).toMatchObject({ state: "open", retryAt: 30_000, isTakenOver: true });
    expect(circuit.begin(29_999, true)).toBeUndefined();
    call(circuit, 30_000, broken); // its own probe
    expect(circuit.evidence(30_000)).toMatchObject({ state: "open", retryAt: 30_000 + 40_000 });
    expect(circuit.evidence(30_000)).not.toHaveProperty("isTakenOver");
    circuit.takeOver(undefined, 31_000, 31_000);
    expect(circuit.isClosed).toBe(true);
  });

  it("takes over no opening that is over, nor one since which a call of its own was fine", () => {
    const circuit = new Circuit();
    circuit.takeOver({ until: 5_000, openMs: 10_000 }, 0, 5_000);
    call(circuit, 10_000, fine);
    circuit.takeOver({ until: 20_000, openMs: 10_000 }, 10_000, 10_400);
    expect(circuit.isClosed).toBe(true);
    circuit.takeOver({ until: 20_000, openMs: 10_000 }, 10_001, 10_400);
    expect(circuit.isClosed).toBe(false);
  });

  it("passes over what a probe says that was begun before it took something over", () => {
    const circuit = opened();
    const probe = begin(circuit, circuitRule.openMs);
    circuit.takeOver({ until: 60_000, openMs: 20_000 }, circuitRule.openMs + 1, circuitRule.openMs + 1);
    probe.end(fine, circuitRule.openMs + 2);
    expect(circuit.evidence(circuitRule.openMs + 3).state).toBe("open");
  });

  it("forgets calls after 30 s", () => {
    const circuit = new Circuit();
    for (let n = 0; n < 18; n++) call(circuit, n, n % 2 === 0 ? broken : fine);
    call(circuit, circuitRule.windowMs + 5_000, fine);
    call(circuit, circuitRule.windowMs + 5_000, broken);
    expect(circuit.isClosed).toBe(true);
    expect(circuit.evidence(circuitRule.windowMs + 5_000).recent).toEqual({ calls: 2, failures: 1 });
  });

  it("lets one probe through when its time is over; an answer closes it", () => {
    const circuit = opened();
    const probe = begin(circuit, 10_000);
    expect(circuit.evidence(10_000).state).toBe("half_open");
    expect(circuit.begin(10_001, true)).toBeUndefined();
    probe.end(fine, 10_002);
    expect(circuit.evidence(10_002)).toMatchObject({ state: "closed", since: 10_002, consecutiveFailures: 0 });
  });

  it("is closed by the first content of a probe's stream, not by its end", () => {
    const circuit = opened();
    const probe = begin(circuit, 10_000);
    probe.contentArrived(10_500);
    expect(circuit.isClosed).toBe(true);
    probe.end(broken, 70_000);
    expect(circuit.evidence(70_000)).toMatchObject({ state: "closed", consecutiveFailures: 1 });
  });

  it("stays open twice as long with each probe that fails, at most five minutes", () => {
    const circuit = opened();
    const waits: (number | undefined)[] = [];
    for (let now = 0, n = 0; n < 8; n++) {
      const wait = circuit.remainingMs(now) ?? 0;
      waits.push(wait / 1_000);
      now += wait;
      call(circuit, now, broken);
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it.each([
    [90_000, 90_000],
    [3_600_000, 300_000],
  ])("stays open as long as the provider asked, when that is longer, at most five minutes: %i", (retryAfterMs, ms) => {
    const circuit = opened();
    call(circuit, 10_000, { kind: "failed", errorClass: "overloaded", retryAfterMs });
    expect(circuit.remainingMs(10_000)).toBe(ms);
  });

  it("frees the probe of a client that hung up, without a verdict", () => {
    const circuit = opened();
    call(circuit, 10_000, nothing);
    expect(circuit.isOpen(10_000)).toBe(false);
    call(circuit, 10_001, fine);
    expect(circuit.isClosed).toBe(true);
  });

  it("heeds no call that began before it opened", () => {
    const circuit = new Circuit();
    const slow = begin(circuit, 0);
    for (let n = 0; n < 5; n++) call(circuit, 1, broken);
    slow.end(fine, 2);
    expect(circuit.isOpen(2)).toBe(true);
  });

  it("never opens when it may not, and goes on counting", () => {
    const circuit = new Circuit();
    for (let n = 0; n < 50; n++) circuit.begin(n, false)?.end(broken, n);
    expect(circuit.evidence(50)).toMatchObject({ state: "closed", consecutiveFailures: 50 });
  });

  it("holds for every order of events: one probe, open until its time, and it always comes back", () => {
    const event = fc.record({
      wait: fc.integer({ min: 0, max: 20_000 }),
      act: fc.constantFrom("begin", "content", "fine", "broken", "nothing"),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), (events) => {
        const circuit = new Circuit();
        const underWay: CircuitCall[] = [];
        let now = 0;
        for (const { wait, act, which } of events) {
          now += wait;
          const before = circuit.evidence(now);
          if (act === "begin") {
            const begun = circuit.begin(now, true);
            expect(begun === undefined).toBe(
              before.state !== "closed" && (before.state === "open" || isProbing(circuit)),
            );
            if (begun !== undefined) underWay.push(begun);
            if (before.state === "half_open" && begun !== undefined) expect(circuit.begin(now, true)).toBeUndefined();
          } else if (underWay.length > 0) {
            const index = which % underWay.length;
            const [chosen] = act === "content" ? [underWay[index]] : underWay.splice(index, 1);
            if (act === "content") chosen?.contentArrived(now);
            else chosen?.end(act === "fine" ? fine : act === "broken" ? broken : nothing, now);
            // Only a probe closes a circuit.
            if (before.state === "open") expect(circuit.evidence(now).state).toBe("open");
          }
          const { retryAt } = circuit.evidence(now);
          if (retryAt !== undefined) expect(retryAt - now).toBeLessThanOrEqual(circuitRule.maxOpenMs);
        }
        for (const open of underWay) open.end(nothing, now);
        const later = now + circuitRule.maxOpenMs;
        call(circuit, later, fine);
        expect(circuit.isClosed).toBe(true);

        function isProbing(one: Circuit): boolean {
          return one.isOpen(now);
        }
      }),
      { seed: 20_261_125, numRuns: 300 },
    );
  });
});
