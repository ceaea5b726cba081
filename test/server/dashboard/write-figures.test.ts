import { describe, expect, it } from "vitest";
import { writeFact } from "../../../server/dashboard/words/write-fact.js";
import { countOf, writeMs, writeShare, writeUsd } from "../../../server/dashboard/words/write-figures.js";

describe("figures in the dashboard", () => {
  it.each([
    [0, "$0"],
    [0.0000026, "$0.0000026"],
    [0.00000012345, "$0.0000001235"],
    [0.05, "$0.05"],
    [0.999_96, "$1"],
    [1, "$1.00"],
    [1234.567, "$1,234.57"],
  ])("writes %d dollars as %s", (usd, text) => expect(writeUsd(usd)).toBe(text));

  it.each([
    [0.64, "0.6 ms"],
    [22.3, "22 ms"],
    [999, "999 ms"],
    [1_240, "1.24 s"],
    [61_234, "61.2 s"],
  ])("writes %d milliseconds as %s", (ms, text) => expect(writeMs(ms)).toBe(text));

  it.each([
    [0, "0%"],
    [0.0004, "<0.1%"],
    [0.005, "0.5%"],
    [0.0996, "10%"],
    [0.5, "50%"],
    [0.994, "99%"],
    [0.996, "99.6%"],
    [0.999_96, ">99.9%"],
    [1, "100%"],
  ])("writes a share of %d as %s", (share, text) => expect(writeShare(share)).toBe(text));

  it.each([
    ["budget_usd", 1.999_999_999, "$1.999999999"],
    ["budget_usd", 0.000_123_456, "$0.000123456"],
    ["budget_usd", 200_000, "$200,000"],
    ["context_tokens", 200_000, "200,000"],
    ["max_latency_ms", 900, "900 ms"],
    ["attributes.risk", 1e-8, "0.00000001"],
    ["attributes.year", 2026, "2026"],
  ])("writes of the fact %s all that rules compare: %d", (name, value, text) => {
    expect(writeFact(name, value)).toBe(text);
  });

  it("counts one and many", () => {
    expect([countOf(1, "rule"), countOf(1_700, "rule")]).toEqual(["1 rule", "1,700 rules"]);
  });
});
