import { afterEach, describe, expect, it } from "vitest";
import { catalogOf, compile, policyOf, startAnswering, startProxy, stopAll } from "./harness.js";

afterEach(stopAll);

const messages = [{ role: "user", content: "hi" }];

describe("the operation of a decision record", () => {
  it.each([
    ["chat", "/v1/chat/completions", { messages }],
    ["completions", "/v1/completions", { prompt: "hi" }],
    ["embeddings", "/v1/embeddings", { input: "hi" }],
    ["messages", "/v1/messages", { max_tokens: 9, messages }],
    ["count_tokens", "/v1/messages/count_tokens", { messages }],
    ["responses", "/v1/responses", { input: "hi" }],
    ["input_tokens", "/v1/responses/input_tokens", { input: "hi" }],
    ["compact", "/v1/responses/compact", { input: "hi" }],
  ])("is %s for %s", async (operation, path, body) => {
    const one = await startAnswering();
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: one.url })));
    const response = await fetch(`${proxy.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-route-explain": "true" },
      body: JSON.stringify({ model: "auto", ...body }),
    });
    await response.text();
    const id = response.headers.get("x-route-decision");
    expect(await proxy.lastDecision()).toMatchObject({ id, operation });
    const explained = await (await fetch(`${proxy.url}/admin/decisions/${id}`)).json();
    expect(explained).toMatchObject({ record: { operation, outcome: { route: { rule: "default" } } } });
  });
});
