import { expect, it } from "vitest";
import type { AttemptResult } from "../../../server/dispatch/answers/attempt-result.js";
import { withRetries } from "../../../server/dispatch/with-retries.js";
import { answered, busy, candidate, failed, open, scripted, unpaid } from "./scripted-attempt.js";

it.each<[string, (AttemptResult | "leave")[], number, AttemptResult]>([
  ["an answer", [answered], 1, answered],
  ["an answer after failures", [failed(), failed(), answered], 3, answered],
  ["the last failure", [failed(), failed(), failed("overloaded")], 3, failed("overloaded")],
  ["a failure that does not pass by itself", [failed("auth")], 1, failed("auth")],
  ["what kept it from the first call", [busy], 1, busy],
  ["how it failed, where its circuit keeps it from the next call", [failed("timeout"), open], 2, failed("timeout")],
  ["how it failed, where it has become busy", [failed("timeout"), busy], 2, failed("timeout")],
  ["how it failed, where the next call cannot be paid for", [failed("timeout"), unpaid], 2, failed("timeout")],
  ["that the client went", ["leave"], 1, { kind: "cancelled" }],
])("two retries give %s", async (_, results, calls, result) => {
  const { attempt, called, side } = scripted(...results);
  const ended = await withRetries(attempt, candidate("one", { retries: 2 }), side, () => 0);
  expect(ended.result).toEqual(result);
  expect(called).toHaveLength(calls);
});

it("ends a pause when another call was faster", async () => {
  const { attempt, called, side } = scripted({
    kind: "failed",
    failure: { errorClass: "server_error", message: "", summary: "", retryAfterMs: 2_000 },
  });
  const running = withRetries(attempt, candidate("one", { retries: 1 }), side, () => 0);
  await expect.poll(() => called).toHaveLength(1);
  side.client.outrun();
  expect((await running).result).toEqual({ kind: "outrun" });
});
