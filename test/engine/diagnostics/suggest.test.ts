import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean, listNames, nearestNames } from "../../../engine/diagnostics/suggest.js";

describe("nearestNames()", () => {
  it.each([
    ["contxt_tokens", ["context_tokens", "tags"], ["context_tokens"]],
    ["tgas", ["tags", "tasks"], ["tags"]], // a swap is one slip
    ["TAGS", ["tags", "tag"], ["tags"]],
    ["mach", ["match", "because"], ["match"]],
    ["openai/gpt-4.1-mni", ["openai/gpt-4.1-mini", "openai/gpt-4.1"], ["openai/gpt-4.1-mini"]],
    ["ab", ["ac", "ad"], ["ac", "ad"]],
    ["a", ["b", "c"], []], // nothing of the word would be left
    ["", ["a"], []],
    ["colour", ["to", "strategy"], []],
    ["latency", ["max_latency_ms", "tags"], ["max_latency_ms"]], // a part of the name
    ["plan", ["attributes.plan", "attributes.risk"], ["attributes.plan"]],
    ["ms", ["max_latency_ms"], []], // too short to be meant
  ])("of `%s` among %j are %j", (written, names, expected) => {
    expect(nearestNames(written, names)).toEqual(expected);
  });

  it("finds every single slip in a long name, and names at most three", () => {
    const name = "personal-data-stays-in-the-eu";
    fc.assert(
      fc.property(fc.nat(name.length - 2), fc.constantFrom("drop", "double", "swap", "replace"), (at, slip) => {
        const [before, one, after] = [name.slice(0, at), name.charAt(at), name.slice(at + 1)];
        const written = {
          drop: before + after,
          double: before + one + one + after,
          swap: before + after.charAt(0) + one + after.slice(1),
          replace: `${before}#${after}`,
        }[slip];
        expect(nearestNames(written, [name, "credentials-never-leave"])).toEqual([name]);
      }),
    );
    expect(
      nearestNames(
        "rule-x",
        Array.from({ length: 9 }, (_, at) => `rule-${at}`),
      ),
    ).toHaveLength(3);
  });

  it("is quick for long words among many names", () => {
    const names = Array.from({ length: 5_000 }, (_, at) => `${"x".repeat(100)}${at}`);
    expect(nearestNames("y".repeat(10_000), names)).toEqual([]);
  });
});

describe("didYouMean() and listNames()", () => {
  it("write names in backticks, with `or` before the last", () => {
    expect(didYouMean("ab", ["ac", "ad"])).toBe("did you mean `ac` or `ad`?");
    expect(didYouMean("zzz", ["a"])).toBeUndefined();
    expect(listNames(["a", "b", "c"], "and")).toBe("`a`, `b` and `c`");
    expect(listNames(["a"])).toBe("`a`");
    expect(listNames(Array.from({ length: 13 }, (_, at) => `n${at}`))).toMatch(/`n11`, …$/);
  });
});
