import { describe, expect, it } from "vitest";
import type {
  Attempt,
  AttemptResult,
  CallSide,
  EndedAttempt,
} from "../../../server/dispatch/answers/attempt-result.js";
import { ClientPresence } from "../../../server/dispatch/answers/client-presence.js";
import { hedge } from "../../../server/dispatch/hedge.js";
import { answered, busy, candidate, failed } from "./scripted-attempt.js";

const one = candidate("one", { hedgeAfterMs: 1 });
const two = candidate("two");

/** Two calls under way, each to be ended by the test. */
async function race(
  isFinal: (result: AttemptResult) => boolean = ({ kind }) => kind !== "failed" && kind !== "passed_over",
) {
  const client = new ClientPresence();
  const sides = new Map<string, CallSide>();
  const ends = new Map<string, { with(result: AttemptResult): void; throwing(error: Error): void }>();
  const attempt: Attempt = ({ endpoint: { id } }, side) =>
    new Promise<EndedAttempt>((resolve, reject) => {
      sides.set(id, side);
      const end = (result: AttemptResult) =>
        resolve({ result, status: undefined, firstTokenMs: undefined, totalMs: 1, wasSent: true, notes: {} });
      ends.set(id, { with: end, throwing: reject });
      side.client.onGone(() => end({ kind: side.client.isOutrun ? "outrun" : "cancelled" }));
    });
  const begun: string[] = [];
  const sink = {
    begin: ({ endpoint }: typeof one) => void begun.push(endpoint.id),
    write: () => true,
    onceDrained() {},
    goOn() {},
  };
  const running = hedge(one, two, attempt, { client, sink }, ({ result }) => isFinal(result));
  running.catch(() => undefined); // it is looked at later
  await expect.poll(() => ends.size).toBe(2);
  const end = (id: "one" | "two") => ends.get(id)!;
  const isOutrun = (id: "one" | "two") => sides.get(id)?.client.isOutrun;
  const outcome = async () => {
    const { planned, result, usedSecond } = await running;
    return { by: planned.endpoint.id, result, usedSecond };
  };
  return { client, sides, begun, end, isOutrun, outcome };
}

describe("hedge()", () => {
  it.each([
    ["one", "two"],
    ["two", "one"],
  ] as const)("takes the answer of %s, which comes first, and ends the call of %s", async (winner, other) => {
    const { end, isOutrun, outcome } = await race();
    end(winner).with(answered);
    expect(await outcome()).toEqual({ by: winner, result: answered, usedSecond: true });
    expect([isOutrun(winner), isOutrun(other)]).toEqual([false, true]);
  });

  it("ends the other call as soon as one stream has content", async () => {
    const { end, isOutrun, outcome, sides, begun } = await race();
    sides.get("two")?.sink?.begin(two);
    expect([isOutrun("one"), isOutrun("two")]).toEqual([true, false]);
    end("two").with({ kind: "streamed" });
    expect(await outcome()).toEqual({ by: "two", result: { kind: "streamed" }, usedSecond: true });
    expect(begun).toEqual(["two"]);
  });

  it("waits for the other call when one fails", async () => {
    const { end, isOutrun, outcome } = await race();
    end("two").with(failed());
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOutrun("one")).toBe(false);
    end("one").with(answered);
    expect(await outcome()).toEqual({ by: "one", result: answered, usedSecond: true });
  });

  it("counts the second when both fail, and the first when the second could not be called", async () => {
    const both = await race();
    both.end("two").with(failed("overloaded"));
    both.end("one").with(failed("timeout"));
    expect(await both.outcome()).toEqual({ by: "two", result: failed("overloaded"), usedSecond: true });
    const alone = await race();
    alone.end("two").with(busy);
    alone.end("one").with(failed("timeout"));
    expect(await alone.outcome()).toEqual({ by: "one", result: failed("timeout"), usedSecond: false });
  });

  it("ends both at a failure that nothing may follow, at a client that goes, and at a fault", async () => {
    const final = await race(() => true);
    final.end("one").with(failed("invalid_request"));
    expect(await final.outcome()).toMatchObject({ by: "one", result: failed("invalid_request") });
    expect(final.isOutrun("two")).toBe(true);
    const left = await race();
    left.client.leave();
    expect((await left.outcome()).result).toEqual({ kind: "cancelled" });
    const faulty = await race();
    faulty.end("two").throwing(new Error("a fault"));
    await expect(faulty.outcome()).rejects.toThrow("a fault");
    expect(faulty.isOutrun("one")).toBe(true);
  });
});
