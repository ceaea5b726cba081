import { describe, expect, it } from "vitest";
import { type ListedDecision, merge } from "../../../server/dashboard/decisions/listed-decision.js";

const listed = (...ids: readonly string[]) =>
  ids.map((id) => ({ decision: { id }, summary: { rule: "r", status: 200 } }) as unknown as ListedDecision);

describe("merge()", () => {
  it("puts decisions together, newest first, each once", () => {
    const merged = merge(listed("dec_3", "dec_5"), listed("dec_4", "dec_3", "dec_1"));
    expect(merged.map(({ decision }) => decision.id)).toEqual(["dec_5", "dec_4", "dec_3", "dec_1"]);
  });
});
