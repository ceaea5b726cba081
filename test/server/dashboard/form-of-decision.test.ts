import { describe, expect, it } from "vitest";
import type { DecisionAnswer, ListedKey } from "../../../server/dashboard/admin/answers.js";
import { formOfDecision } from "../../../server/dashboard/playground/form-of-decision.js";
import { lackingInForm } from "../../../server/dashboard/playground/lacking-in-form.js";
import { emptyForm, explainRequestOf } from "../../../server/dashboard/playground/request-form.js";

const key: ListedKey = {
  ...{ id: "key_1", name: "app", state: "active", scopes: ["inference"], tags: ["prod"], allow: [] },
  ...{ attributes: {}, limits: {} },
};

/** A chat completion by `key`, with hints of all kinds. */
const facts: DecisionAnswer["record"]["facts"] = {
  tags: { value: ["prod", "code"], source: "key, header x-route-tags" },
  key_tags: { value: ["prod"], source: "key" },
  model: { value: "openai/gpt-4.1", source: "body model `gpt-4.1`" },
  context_tokens: { value: 250_000, source: "estimate" },
  max_output_tokens: { value: 200, source: "body max_tokens" },
  budget_usd: { value: 1e-8, source: "header x-route-budget-usd" },
  session: { value: "s1", source: "header x-session-id" },
  region: { value: "eu", source: "key" },
  tenant: { value: "search", source: "key" },
  user: { value: "ann", source: "body user" },
  key: { value: "key_1", source: "key" },
  stream: { value: true, source: "body stream" },
  uses_tools: { value: true, source: "body tools" },
  uses_vision: { value: false, source: "body messages" },
  uses_json_schema: { value: false, source: "body response_format" },
  spend_ratio: { value: 0.25, source: "key: $1 of $4/day spent" },
  time: { value: 1, source: "clock" },
  "attributes.plan": { value: "free", source: "key" },
  "attributes.cohort": { value: 7, source: "header x-cohort" },
  "attributes.team": { value: "blue", source: "body metadata.team" },
};

function decisionOf(more: Partial<DecisionAnswer["record"]> = {}, content?: DecisionAnswer["content"]): DecisionAnswer {
  const record = {
    ...{ id: "dec_1", time: "2026-11-27T14:00:00.000Z", policy: { name: "p", revision: "0" }, facts },
    ...{ operation: "chat", fallbacks: [], world: {}, seed: 0, attempts: [], warnings: [], ...more },
  };
  return { record, ...(content === undefined ? {} : { content }) };
}

describe("formOfDecision()", () => {
  it("fills in hints and what facts say of the body, and asks as the key, whose facts it makes no hints", () => {
    const form = formOfDecision(decisionOf(), key);
    expect(form).toEqual({
      ...emptyForm,
      ...{ tags: "code", model: "openai/gpt-4.1", contextTokens: "250000", maxTokens: "200", budget: "0.00000001" },
      ...{ session: "s1", headers: "x-cohort: 7", facts: "uses_tools=true", key: "key_1" },
      more: JSON.stringify({ user: "ann", metadata: { team: "blue" } }, undefined, 2),
    });
    expect(lackingInForm(decisionOf(), key)).toEqual([
      "its prompt and the rest of its body: not recorded, or not for you to see",
      "what makes uses_tools true: given as facts, which are not sent",
      "its API key's secret: type it below to send this as that key",
    ]);
  });

  it("gives what a key said that does not work any more as facts, which are not sent", () => {
    const form = formOfDecision(decisionOf(), { ...key, state: "revoked" });
    expect(form).toMatchObject({ key: "", region: "", tags: "code" });
    expect(explainRequestOf(form)).toMatchObject({
      headers: { "x-route-tags": "code", "x-cohort": "7" },
      facts: {
        tags: "prod, code",
        key_tags: "prod",
        tenant: "search",
        region: "eu",
        spend_ratio: "0.25",
        key: "key_1",
      },
    });
    expect(lackingInForm(decisionOf(), undefined)).toContain(
      "its API key, which is gone: what it said is given as facts, which are not sent",
    );
  });

  it("takes the recorded body whole: prompt and system prompt in their inputs, all else as JSON", () => {
    const request = {
      ...{ model: "gpt-4.1", stream: true, max_tokens: 200, user: "ann", metadata: { team: "blue" }, tools: [{}] },
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "One" },
        { role: "assistant", content: "Two" },
        { role: "user", content: "Three" },
      ],
    };
    const decision = decisionOf({}, { request });
    const form = formOfDecision(decision, key);
    expect(form).toMatchObject({
      model: "gpt-4.1",
      system: "Be brief.",
      prompt: "Three",
      contextTokens: "",
      facts: "",
    });
    expect((explainRequestOf(form) as { body: object }).body).toEqual(request);
    expect(lackingInForm(decision, key)).toContain("what was redacted, and pictures and files");
    const cut = decisionOf({}, { request, cut: true });
    expect(formOfDecision(cut, key).contextTokens, "stands for what is left out").toBe("250000");
    expect(lackingInForm(cut, key)).toContain("what was too long to be recorded");
  });

  it("takes no body of another API for a chat completion's, and names the hints that are no facts", () => {
    const decision = decisionOf(
      {
        operation: "responses",
        world: { hint_excluded_by: { "provider.only: openai": ["a"] } },
        warnings: ["x-route-budget-usd: it takes an amount; it was not used", "model: the catalog has no x"],
      },
      { request: { input: "hi", messages: "?" } },
    );
    expect(formOfDecision(decision, key)).toMatchObject({ prompt: "", contextTokens: "250000" });
    expect(lackingInForm(decision, key).slice(0, 4)).toEqual([
      "its body: only chat completions are sent from here",
      "what makes uses_tools true: given as facts, which are not sent",
      "the hints provider.only: openai",
      "hints that could not be used: x-route-budget-usd",
    ]);
  });
});
