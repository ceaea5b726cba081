import { describe, expect, it } from "vitest";
import { findExamples, plainFacts } from "../../../engine/index.js";
import { catalogOf, compile, policyOf } from "../../server/http/harness.js";

const catalog = catalogOf({ one: "http://192.0.2.1/v1" });
const rule = (id: string, match: string, route = "{ to: [acme/one] }") =>
  `  - { id: ${id}, match: ${match}, route: ${route} }`;

describe("findExamples()", () => {
  it("finds one request for each different route, past the rules above", () => {
    const rules = [
      rule("code", "{ tags: [code] }"),
      rule("sql", "{ tags: [code, sql] }"),
      rule("long", "{ tags: [code, sql], context_tokens: { gte: 100k } }", "{ to: [acme/one], retries: 1 }"),
      rule("batch", "{ priority: batch }", "{ to: [acme/one], retries: 2 }"),
    ];
    const { examples, open } = findExamples(compile(policyOf("{ to: [acme/one] }", rules.join("\n")), catalog));
    expect(examples).toEqual([
      { rule: "code", facts: { tags: ["code"] } },
      { rule: "batch", facts: { priority: "batch" } },
    ]);
    expect(open).toEqual(["long"]);
  });

  it("takes for granted what every request has", () => {
    const rules = [
      '  - { id: images, match: { uses_vision: true }, deny: "no" }',
      rule("code", "{ tags: [code] }"),
      rule("seen", "{ uses_vision: true }", "{ to: [acme/one], retries: 1 }"),
      rule("streams", "{ stream: true }", "{ to: [acme/one], retries: 2 }"),
    ];
    const policy = compile(policyOf("{ to: [acme/one] }", rules.join("\n")), catalog);
    expect(findExamples(policy, plainFacts).examples).toEqual([
      { rule: "code", facts: { tags: ["code"] } },
      { rule: "seen", facts: { uses_vision: true } },
      { rule: "streams", facts: { stream: true } },
    ]);
  });

  it("tries the next rule with the same route when one never decides", () => {
    const rules = [
      rule("first", "{ tags: [a] }", "{ to: [acme/one], retries: 1 }"),
      rule("never", "{ tags: { all: [a, b] } }"),
      rule("same", "{ tags: [c] }"),
    ];
    const { examples, open } = findExamples(compile(policyOf("{ to: [acme/one] }", rules.join("\n")), catalog));
    expect([examples.map((example) => example.rule), open]).toEqual([["first", "same"], []]);
  });
});
