import { describe, expect, it } from "vitest";
import { bodyOf, emptyForm, explainRequestOf, headersOf } from "../../../server/dashboard/playground/request-form.js";

describe("the playground's form", () => {
  it("asks for `auto` and leaves out what was not filled in", () => {
    const form = { ...emptyForm, model: "", prompt: "hi" };
    expect(bodyOf(form)).toEqual({ model: "auto", messages: [{ role: "user", content: "hi" }], stream: true });
    expect(headersOf(form)).toEqual({});
    expect(explainRequestOf(form)).toEqual({ body: bodyOf(form), headers: {} });
  });

  it("makes hints headers, takes more headers by lines, and gives facts and key to an explanation", () => {
    const form = {
      ...emptyForm,
      system: "Be brief.",
      maxTokens: "100",
      tags: "code",
      budget: " 0.05 ",
      headers: "x-cohort: 10\n\nx-note: a: b",
      facts: "tenant=search\nattributes.plan=a=b",
      key: "key_1",
    };
    expect(bodyOf(form)).toMatchObject({ messages: [{ role: "system" }, {}], max_completion_tokens: 100 });
    expect(explainRequestOf(form)).toMatchObject({
      headers: { "x-route-tags": "code", "x-route-budget-usd": "0.05", "x-cohort": "10", "x-note": "a: b" },
      facts: { tenant: "search", "attributes.plan": "a=b" },
      key: "key_1",
    });
  });

  it("sends a header that is said twice with both values, as other clients do", () => {
    const headers = "X-Route-Tags: sql\nx-note: a\nx-note: b";
    expect(headersOf({ ...emptyForm, tags: "code", headers })).toEqual({
      "x-route-tags": "code, sql",
      "x-note": "a, b",
    });
  });

  it("says which line is none", () => {
    expect(() => headersOf({ ...emptyForm, headers: "x-cohort 10" })).toThrow(
      'a header is `name: value`, not "x-cohort 10"',
    );
    expect(() => headersOf({ ...emptyForm, headers: "x cohort: 10" })).toThrow(
      'a header is `name: value`, and "x cohort" is no name',
    );
    expect(() => bodyOf({ ...emptyForm, more: "[1]" })).toThrow('a JSON object, such as {"temperature": 0}');
    expect(() => bodyOf({ ...emptyForm, more: "{ temperature" })).toThrow("a JSON object");
    expect(() => bodyOf({ ...emptyForm, more: '{"stream": false}' })).toThrow("leave out `stream`, the form says it");
    expect(() => bodyOf({ ...emptyForm, more: '{"messages": 1}' })).toThrow("`messages` is a list");
    expect(() => explainRequestOf({ ...emptyForm, facts: "=x" })).toThrow('a fact is `name=value`, not "=x"');
    expect(() => explainRequestOf({ ...emptyForm, facts: "tenant=a\nuser=b\ntenant=c" })).toThrow(
      "the fact `tenant` is given twice",
    );
  });
});
