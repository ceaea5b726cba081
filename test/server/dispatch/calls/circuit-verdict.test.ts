import { describe, expect, it } from "vitest";
import { classifyException } from "../../../../server/dispatch/answers/classify-failure.js";
import { verdictOf } from "../../../../server/dispatch/calls/circuit-verdict.js";

const verdictOfError = (code: string) => {
  const failure = classifyException(Object.assign(new Error(code), { code }));
  return verdictOf({ result: { kind: "failed", failure } }, "chat");
};

describe("verdictOf()", () => {
  it("counts a broken connection, and none that this server had no descriptor for", () => {
    expect(verdictOfError("ECONNRESET")).toEqual({ kind: "failed", errorClass: "connection" });
    expect(verdictOfError("EMFILE")).toEqual({ kind: "nothing" });
  });
});
