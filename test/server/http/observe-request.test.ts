import { describe, expect, it } from "vitest";
import { tokenThresholds } from "../../../engine/index.js";
import { observeRequest } from "../../../server/http/observe-request.js";
import { type RequestHeaders, requestHeaders } from "../../../server/http/request-headers.js";
import { createTokenCounter } from "../../../server/tokens/create-token-counter.js";
import { catalogOf, compile, policyOf } from "./harness.js";

const attributes = `attributes:
  risk: { type: number, from: { header: X-Risk } }
  tier: { type: string, values: [gold, silver], from: { metadata: tier } }
  beta: { type: boolean, from: { header: beta-user } }
  labels: { type: set, from: { metadata: labels } }
  plan: { type: string, from: key, default: pro }
`;
const policy = compile(
  policyOf(
    "{ to: [acme/one] }",
    "  - { id: long, match: { context_tokens: { gte: 100 } }, route: { to: [acme/one] } }",
    attributes,
  ),
  catalogOf({ one: "http://127.0.0.1:1/v1" }),
);
const now = Date.parse("2026-11-25T10:00:00Z");

async function observe(headers: RequestHeaders = {}, body: Record<string, unknown> = {}) {
  const counter = createTokenCounter({ runIn: "main" });
  const observed = await observeRequest({
    headers,
    body: { messages: [{ role: "user", content: "hi" }], ...body },
    policy,
    thresholds: tokenThresholds(policy.set),
    counter,
    now,
  });
  return { ...observed, counted: counter.stats() };
}

describe("observeRequest()", () => {
  it("always knows model, size, stream, tools, vision, schema and time", async () => {
    const { facts, sources, warnings } = await observe();
    expect(facts).toEqual({
      model: "auto",
      context_tokens: 8,
      stream: false,
      uses_tools: false,
      uses_vision: false,
      uses_json_schema: false,
      time: now,
    });
    expect(sources["model"]).toBe("default");
    expect(sources["context_tokens"]).toMatch(/estimate|exact count/);
    expect(warnings).toEqual([]);
  });

  it.each<[string, string, string, unknown]>([
    ["x-route-tags", " Code, SQL,code ", "tags", ["code", "sql"]],
    ["x-litellm-tags", "code", "tags", ["code"]],
    ["x-route-tags", "", "tags", []],
    ["x-route-context-tokens", "150k", "context_tokens", 150_000],
    ["x-route-budget-usd", "0.05", "budget_usd", 0.05],
    ["x-route-max-latency-ms", "800", "max_latency_ms", 800],
    ["x-route-priority", "batch", "priority", "batch"],
    ["x-route-session", " s1 ", "session", "s1"],
    ["x-session-id", "s2", "session", "s2"],
    ["x-route-region", "eu", "region", "eu"],
    ["x-title", "Ärger", "app", "Ärger"],
    ["x-risk", "0.5", "attributes.risk", 0.5],
    ["beta-user", "true", "attributes.beta", true],
  ])("reads %s: %j as %s", async (header, text, fact, value) => {
    const { facts, sources, warnings } = await observe({ [header]: text });
    expect((facts as Record<string, unknown>)[fact]).toEqual(value);
    expect(sources[fact]).toBe(`header ${header}`);
    expect(warnings).toEqual([]);
  });

  it.each<[string, string | readonly string[]]>([
    ["x-route-context-tokens", "many"],
    ["x-route-context-tokens", "-1"],
    ["x-route-context-tokens", "1e3"],
    ["x-route-budget-usd", "$5"],
    ["x-route-budget-usd", "NaN"],
    ["x-route-budget-usd", "Infinity"],
    ["x-route-max-latency-ms", "1.5"],
    ["x-route-priority", "urgent"],
    ["x-route-session", "x".repeat(257)],
    ["x-route-tags", "a,,b"],
    ["x-route-tags", ["a", "b"]],
    ["x-route-colour", "red"],
    ["x-route-strict", "yes"],
    ["x-risk", "high"],
    ["beta-user", "1"],
  ])("warns of %s: %j and does not use it", async (header, text) => {
    const { facts, warnings } = await observe({ [header]: text });
    expect(warnings).toEqual([expect.stringContaining(header)]);
    const plain = await observe();
    expect(facts).toEqual(plain.facts);
  });

  it("reads what the body says", async () => {
    const { facts, sources } = await observe(
      { "x-route-tags": "a" },
      {
        model: "one",
        max_completion_tokens: 50,
        max_tokens: 70,
        user: "u1",
        stream: true,
        tools: [{}],
        response_format: { type: "json_schema" },
        metadata: { tags: "B, a", tier: "gold", labels: ["X"] },
        messages: [{ role: "user", content: [{ type: "image_url" }, null, "text"] }],
      },
    );
    expect(facts).toMatchObject({
      model: "acme/one",
      tags: ["a", "b"],
      max_output_tokens: 50,
      user: "u1",
      session: "u1",
      stream: true,
      uses_tools: true,
      uses_vision: true,
      uses_json_schema: true,
      "attributes.tier": "gold",
      "attributes.labels": ["x"],
    });
    expect(sources).toMatchObject({ model: "body model `one`", tags: "header x-route-tags, body metadata.tags" });
  });

  it.each([
    [{ max_tokens: "ten" }, "max_tokens"],
    [{ max_tokens: -1 }, "max_tokens"],
    [{ user: "" }, "user"],
    [{ metadata: { tags: [1] } }, "metadata.tags"],
    [{ metadata: { tier: "lead" } }, "metadata.tier"],
  ])("warns of %j", async (body, name) => {
    expect((await observe({}, body)).warnings).toEqual([expect.stringContaining(name)]);
  });

  it("does not let a client set what only a key may, nor reach inherited properties", async () => {
    const { facts } = await observe(
      { tenant: "t", "x-route-tenant": "t", plan: "enterprise" },
      { tenant: "t", metadata: { plan: "enterprise" }, constructor: { name: "x" } },
    );
    expect(facts.tenant).toBeUndefined();
    expect(Object.keys(facts)).not.toContain("attributes.plan");
    const body = JSON.parse('{"metadata":{"__proto__":{"tier":"gold","tags":"evil"}}}');
    const { facts: others } = await observe({}, body);
    expect(others.tags).toBeUndefined();
    expect(Object.keys(others)).not.toContain("attributes.tier");
  });

  it("measures the prompt only when no hint gives its size, and counts exactly only near a cut", async () => {
    expect((await observe({ "x-route-context-tokens": "5" })).counted.requests).toBe(0);
    const prose = { messages: [{ role: "user", content: "wonderfully peculiar ".repeat(30) }] };
    const near = await observe({}, prose);
    expect(near.sources["context_tokens"]).toBe("exact count");
    expect(near.counted).toEqual({ requests: 1, exactNeeded: 1, bounded: 0 });
    const far = await observe({}, { messages: [{ role: "user", content: "wonderfully peculiar" }] });
    expect(far.sources["context_tokens"]).toBe("estimate");
    expect(far.counted.exactNeeded).toBe(0);
  });
});

describe("requestHeaders()", () => {
  it("keeps hints and the headers of attributes, repeats as lists, and reads UTF-8", () => {
    const latin1 = Buffer.from("Zürich").toString("latin1");
    const rawHeaders = [
      "Host",
      "a",
      "X-Route-Region",
      latin1,
      "x-route-tags",
      "a",
      "X-ROUTE-TAGS",
      "b",
      "Beta-User",
      "true",
      "Cookie",
      "c",
    ];
    expect(requestHeaders({ rawHeaders }, policy.set.attributes)).toEqual({
      "x-route-region": "Zürich",
      "x-route-tags": ["a", "b"],
      "beta-user": "true",
    });
  });
});
