import { describe, expect, it } from "vitest";
import type { PlannedAttempt } from "../../../engine/serving.js";
import type { AttemptResult } from "../../../server/dispatch/answers/attempt-result.js";
import { walkPlan } from "../../../server/dispatch/walk-plan.js";
import { answered, busy, candidate, failed, open, scripted, unpaid } from "./scripted-attempt.js";

const [one, two] = [candidate("one"), candidate("two")];

/** @param turns which candidates come free, one after the other; then none. */
async function walk(
  results: readonly (AttemptResult | "leave")[],
  turns: readonly PlannedAttempt[] = [],
  leave = false,
) {
  const { attempt, called, side } = scripted(...results);
  const waited: string[][] = [];
  const waitForTurn = async (candidates: readonly PlannedAttempt[]) => {
    waited.push(candidates.map(({ endpoint }) => endpoint.id));
    if (leave) side.client.leave();
    return turns[waited.length - 1];
  };
  const { planned, result } = await walkPlan([one, two], attempt, side, { waitForTurn });
  return { called, waited, by: planned.endpoint.id, result };
}

describe("walkPlan()", () => {
  it.each<[string, (AttemptResult | "leave")[], string[], string, AttemptResult]>([
    ["stops at an answer", [answered], ["one"], "one", answered],
    ["goes on after a failure", [failed(), answered], ["one", "two"], "two", answered],
    ["ends with the last failure", [failed(), failed()], ["one", "two"], "two", failed()],
    ["stops at a failure that is not fallen back on", [failed("auth")], ["one"], "one", failed("auth")],
    ["goes on after what cannot be paid for", [unpaid, answered], ["one", "two"], "two", answered],
    ["goes on after an open circuit", [open, answered], ["one", "two"], "two", answered],
    ["calls nobody for a client that went", ["leave"], ["one"], "one", { kind: "cancelled" }],
    ["says of a client that went meanwhile so", [failed(), "leave"], ["one", "two"], "two", { kind: "cancelled" }],
    ["does not go on after a cut", [{ ...failed(), kind: "cut" } as AttemptResult], ["one"], "one", expect.anything()],
  ])("%s", async (_, results, called, by, result) => {
    expect(await walk(results)).toEqual({ called, waited: [], by, result });
  });

  it("waits for those that are busy once there is no other, and calls each once", async () => {
    expect(await walk([busy, failed(), failed()], [one])).toMatchObject({
      called: ["one", "two", "one"],
      waited: [["one"]],
      by: "one",
      result: failed(),
    });
    expect(await walk([busy, busy, failed(), answered], [two, one])).toMatchObject({
      called: ["one", "two", "two", "one"],
      waited: [["one", "two"], ["one"]],
      result: answered,
    });
  });

  it("gives up when none comes free, or the client goes meanwhile", async () => {
    expect(await walk([busy, busy])).toMatchObject({ called: ["one", "two"], by: "two", result: busy });
    expect(await walk([busy, busy], [], true)).toMatchObject({ called: ["one", "two"], result: { kind: "cancelled" } });
  });
});
