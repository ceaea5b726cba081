import { describe, expect, it } from "vitest";
import { setOf } from "../../engine/compile/harness.js";
import { all, is, isTrue, night, span } from "../../engine/explain/harness.js";
import { lowerToJsonLogic } from "./lower-to-json-logic.js";

describe("lowerToJsonLogic()", () => {
  it("numbers facts, globs and local times, each once", () => {
    const glob = { kind: "glob", fact: "model", pattern: "g*", span } as const;
    const { facts, globs, localTimes, rules } = lowerToJsonLogic(
      setOf([all(is("tenant", "a"), glob), all(night([1], "UTC"), glob, night([2], "UTC")), isTrue("stream")]),
    );
    expect(facts).toEqual(["tenant", "model", "time", "stream"]);
    expect(globs).toEqual([{ fact: 1, pattern: "g*" }]);
    expect(localTimes).toEqual([{ fact: 2, tz: "UTC" }]);
    expect(rules).toHaveLength(3);
  });

  it("asks presence before the test: true when both hold, and of a guard when one of them does not", () => {
    const isA = { in: [{ var: "fact.0" }, ["a"]] };
    const isThere = { and: [{ "!==": [{ var: "fact.0" }, null] }] };
    const { rules } = lowerToJsonLogic(setOf([is("tenant", "a"), { deny: is("tenant", "a") }]));
    expect(rules).toEqual([{ and: [isThere, isA] }, { or: [{ "!": [isThere] }, isA] }]);
  });
});
