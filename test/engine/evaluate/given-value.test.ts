import { describe, expect, it } from "vitest";
import { builtInFacts, builtInSources, sourceOf } from "../../../engine/conditions/fact-definitions.js";
import type { Facts } from "../../../engine/evaluate/facts.js";
import { factsOfSources, givenValue } from "../../../engine/evaluate/given-value.js";

describe("givenValue()", () => {
  const values = builtInSources.map((name) => `the value of ${name}`);

  it("reads every fact from where it stands", () => {
    const facts = factsOfSources(values);
    expect([...builtInSources].sort()).toEqual(builtInFacts.map(({ name }) => name).sort());
    expect(Object.keys(facts)).toEqual(builtInSources);
    expect(builtInSources.map((name) => givenValue(facts, sourceOf(name), name))).toEqual(values);
  });

  it("reads custom facts by their name", () => {
    const facts: Facts = { ...factsOfSources(values), "attributes.plan": "pro" };
    expect(givenValue(facts, sourceOf("attributes.plan"), "attributes.plan")).toBe("pro");
    expect(givenValue(facts, sourceOf("attributes.team"), "attributes.team")).toBeUndefined();
  });
});
