import { describe, expect, it } from "vitest";
import { builtInSources, sourceOf } from "../../../engine/conditions/fact-definitions.js";
import { FactReader } from "../../../engine/evaluate/fact-reader.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import { compile, setOf } from "../compile/harness.js";
import { all, atLeast, has, is, isTrue } from "../explain/harness.js";

const strings = ["model", "priority", "session", "region", "tenant", "app", "user", "key"];
const numbers = ["context_tokens", "max_output_tokens", "budget_usd", "max_latency_ms", "spend_ratio"];
const booleans = ["stream", "uses_tools", "uses_vision", "uses_json_schema"];
const named = all(
  ...strings.map((fact) => is(fact, `${fact}-a`, `${fact}-b`)),
  ...numbers.flatMap((fact, at) => [atLeast(fact, at + 1), atLeast(fact, at + 7)]),
  ...booleans.map((fact) => isTrue(fact)),
);
const { tree } = compile(setOf([named, has("any", "x")]));

/** The cells of all facts but sets, and whether one was not of its type: read one by one, and at once. */
function readBothWays(facts: Facts) {
  const wanted = tree.facts.flatMap(({ type }, number) => (type === "set" ? [] : [number]));
  return [false, true].map((atOnce) => {
    const reader = new FactReader(tree);
    reader.begin();
    const bits = wanted.reduce((sum, fact) => sum | (1 << sourceOf(tree.facts[fact]!.name)), 0);
    if (atOnce) reader.readAtOnce(bits, facts);
    // What has been read is not read again: from other facts than these.
    const later = atOnce ? {} : facts;
    return { cells: wanted.map((fact) => reader.cell(fact, later)), isMalformed: reader.isMalformed };
  }) as [unknown, unknown];
}

describe("LeadingFacts", () => {
  const present = [
    ...strings.map((fact) => [fact, [`${fact}-a`, `${fact}-b`, "other", ""]] as const),
    ...numbers.map((fact) => [fact, [0, 1, 2.5, 4, 8, 1e12, -1, Number.NaN]] as const),
    ...booleans.map((fact) => [fact, [true, false]] as const),
  ];
  it("finds the cells that reading one by one finds", () => {
    const [oneByOne, atOnce] = readBothWays({});
    expect(atOnce).toEqual(oneByOne);
    for (const [fact, values] of present) {
      for (const value of [...values, 1, "text", true, ["x"], null]) {
        const [one, once] = readBothWays({ [fact]: value } as Facts);
        expect(once, `${fact} ${String(value)}`).toEqual(one);
      }
    }
    const [every, everyAtOnce] = readBothWays(Object.fromEntries(present.map(([fact, [value]]) => [fact, value])));
    expect(everyAtOnce).toEqual(every);
  });

  it("knows every built-in fact but sets and the time", () => {
    expect([...strings, ...numbers, ...booleans, "tags", "key_tags", "time"].sort()).toEqual(
      [...builtInSources].sort(),
    );
  });
});
