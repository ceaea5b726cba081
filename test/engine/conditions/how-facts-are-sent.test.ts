import { describe, expect, it } from "vitest";
import { controlOf } from "../../../engine/analyze/why-not/fact-control.js";
import { builtInFacts } from "../../../engine/conditions/fact-definitions.js";
import { howFactIsSent } from "../../../engine/conditions/how-facts-are-sent.js";
import type { AttributeDefinition, PolicySet } from "../../../engine/policy/policy-set.js";
import { hints, tagHeaders } from "../../../server/http/observe/hints.js";

const span = { file: "policy.yaml", start: 0, end: 0 };
const attribute = (name: string, from: AttributeDefinition["from"]): AttributeDefinition => {
  return { name: `attributes.${name}`, type: "string", description: "", from, span };
};

describe("howFactIsSent", () => {
  it("names a header that the server reads, for every fact that has one", () => {
    expect(tagHeaders.map((header) => `header ${header}`)).toContain(howFactIsSent([], "tags"));
    for (const { fact } of hints) {
      const known = hints.flatMap((hint) => (hint.fact === fact ? hint.headers : []));
      expect(known).toContain(howFactIsSent([], fact)?.replace(/^.*header /, ""));
    }
  });

  it("knows every built-in fact that a client controls, and no other", () => {
    for (const { name } of builtInFacts) {
      const isClients = controlOf({ attributes: [] } as unknown as PolicySet, name) === "client";
      expect([name, howFactIsSent([], name) !== undefined]).toEqual([name, isClients]);
    }
  });

  it("names what an attribute is declared to come from", () => {
    const attributes = [
      attribute("a", { header: "x-a" }),
      attribute("b", { metadata: "b" }),
      attribute("c", { key: true }),
    ];
    expect(attributes.map(({ name }) => howFactIsSent(attributes, name))).toEqual([
      "header x-a",
      "body metadata.b",
      undefined,
    ]);
  });
});
