import { describe, expect, it } from "vitest";
import { tokenThresholds } from "../../../../engine/index.js";
import { observeRequest } from "../../../../server/http/observe/observe-request.js";
import { type RequestHeaders, requestHeaders } from "../../../../server/http/observe/request-headers.js";
import { createTokenCounter } from "../../../../server/tokens/create-token-counter.js";
import { catalogOf, compile, policyOf } from "../harness.js";

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

async function observe(headers: RequestHeaders = {}, body: Record<string, unknown> = {}, by = policy) {
  const counter = createTokenCounter({ runIn: "main", timeLimitMs: 60_000 });
  const observed = await observeRequest({
    headers,
    body: { messages: [{ role: "user", content: "hi" }], ...body },
    serving: { policy: by, thresholds: tokenThresholds(by) },
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
    ["x-litellm-session-id", "s3", "session", "s3"],
    ["x-claude-code-session-id", "s4", "session", "s4"],
    ["x-session-affinity", "s5", "session", "s5"],
    ["session-id", "s6", "session", "s6"],
    ["session_id", "s7", "session", "s7"],
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

  it.each([
    [{ max_tokens: 0 }, undefined],
    [{ max_tokens: 0, max_completion_tokens: 0 }, undefined],
    [{ max_tokens: 0, max_completion_tokens: 9 }, 9],
  ])("takes a limit of 0 for none, as some servers do: %j", async (limits, tokens) => {
    const { facts, refusals } = await observe({}, { messages: [], ...limits });
    expect(facts.max_output_tokens).toBe(tokens);
    expect(refusals).toEqual([]);
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
    ["x-route-tags", "x".repeat(65)],
    ["x-route-session", ["a", "b"]],
    ["x-route-colour", "red"],
    ["x-route-explain", "yes"],
  ])("warns of %s: %j and does not use it", async (header, text) => {
    const { facts, warnings } = await observe({ [header]: text });
    expect(warnings).toEqual([expect.stringContaining(header)]);
    const plain = await observe();
    expect(facts).toEqual(plain.facts);
  });

  it.each<[RequestHeaders, string | undefined]>([
    [{ "x-route-region": ["us", "eu"] }, "x-route-region: it is given more than once; the request is refused"],
    [{ "x-route-region": " " }, "x-route-region: it takes a text of 1 to 256 characters; the request is refused"],
    [
      { "x-title": ["good", "bad"], "http-referer": "good" },
      "x-title: it is given more than once; the request is refused",
    ],
    [{ "http-referer": "x".repeat(300) }, undefined], // as browsers send it
    [{ "x-route-session": ["a", "b"] }, undefined], // no guard reads it
    [{ "x-route-context-tokens": "many" }, undefined], // the prompt is measured
  ])("refuses a hint that a guard reads when it cannot be used: %j", async (headers, refusal) => {
    const guards = `  - { id: eu, match: { region: { present: true, prefix: eu } }, require: { region: [eu] } }
  - { id: app, match: { not: { app: good } }, deny: "no" }
  - { id: long, match: { context_tokens: { gte: 100k } }, deny: "no" }
  - { id: session, match: { session: a }, route: { to: [acme/one] } }`;
    const guarded = compile(policyOf("{ to: [acme/one] }", guards), catalogOf({ one: "http://127.0.0.1:1/v1" }));
    const { refusals, warnings } = await observe(headers, {}, guarded);
    expect(refusals).toEqual(refusal === undefined ? [] : [refusal]);
    expect(warnings).toHaveLength(1);
  });

  it.each([
    ["x-route-tag", "did you mean `x-route-tags`?"],
    ["x-route-max-latency", "did you mean `x-route-max-latency-ms`?"],
    ["x-route-latency", "did you mean `x-route-max-latency-ms`?"],
    ["x-route-budget", "did you mean `x-route-budget-usd`?"],
    ["x-route-tenant", "the fact `tenant` is taken from the API key"],
    ["x-route-model", "the fact `model` is taken from body model"],
    ["x-route-user", "the fact `user` is taken from body user"],
    ["x-route-uses-vision", "the fact `uses_vision` is taken from an image in a message"],
    ["x-route-tenat", "it was not used; the fact `tenant` is taken from the API key"],
    ["x-route-attribute-tier", "the fact `attributes.tier` is taken from body metadata.tier"],
    ["x-route-colour", "it was not used"],
  ])("says of the unknown hint %s which one is near, or where the fact comes from", async (header, help) => {
    const { warnings } = await observe({ [header]: "1" });
    expect(warnings).toEqual([`${header}: there is no such hint; ${help}`]);
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
      max_output_tokens: 70,
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
    [{ user: "" }, "user"],
    [{ user: 5 }, "user"],
    [{ model: "gpt-9" }, "gpt-9"],
    [{ metadata: { tags: [1] } }, "metadata.tags"],
  ])("warns of %j", async (body, name) => {
    expect((await observe({}, body)).warnings).toEqual([expect.stringContaining(name)]);
  });

  it("does not let a client set what only a key may, nor reach inherited properties", async () => {
    const { facts } = await observe(
      { tenant: "t", "x-route-tenant": "t", plan: "enterprise" },
      { tenant: "t", metadata: { plan: "enterprise" }, constructor: { name: "x" } },
    );
    expect(facts.tenant).toBeUndefined();
    expect((facts as Record<string, unknown>)["attributes.plan"]).toBeUndefined();
    const body = JSON.parse('{"metadata":{"__proto__":{"tier":"gold","tags":"evil"}}}');
    const { facts: others } = await observe({}, body);
    expect(others.tags).toBeUndefined();
    expect((others as Record<string, unknown>)["attributes.tier"]).toBeUndefined();
  });

  it("measures the prompt only when no hint gives its size, and counts exactly only near a cut", async () => {
    expect((await observe({ "x-route-context-tokens": "8" })).counted.requests).toBe(0);
    const prose = { messages: [{ role: "user", content: "wonderfully peculiar ".repeat(30) }] };
    const near = await observe({}, prose);
    expect(near.sources["context_tokens"]).toBe("exact count");
    expect(near.counted).toEqual({ requests: 1, exactNeeded: 1, bounded: 0 });
    const far = await observe({}, { messages: [{ role: "user", content: "wonderfully peculiar" }] });
    expect(far.sources["context_tokens"]).toBe("estimate");
    expect(far.counted.exactNeeded).toBe(0);
  });
});

describe("observeRequest() on what could dodge a guard", () => {
  it.each<[string, RequestHeaders, unknown, readonly string[]]>([
    ["a trailing comma", { "x-route-tags": "pii," }, undefined, ["pii"]],
    ["repeated headers", { "x-route-tags": ["pii", "a, b"] }, undefined, ["pii", "a", "b"]],
    ["both names of the header", { "x-route-tags": "a", "x-litellm-tags": "pii" }, undefined, ["a", "pii"]],
    ["header and metadata", { "x-route-tags": "a" }, "pii,,", ["a", "pii"]],
    ["64 tags", {}, Array.from({ length: 64 }, (_, i) => `t${i}`), Array.from({ length: 64 }, (_, i) => `t${i}`)],
  ])("keeps every tag of %s", async (_, headers, tags, expected) => {
    const { facts, warnings, refusals } = await observe(headers, { metadata: { tags } });
    expect(facts.tags).toEqual(expected);
    expect([...warnings, ...refusals]).toEqual([]);
  });

  it("keeps tags where LiteLLM's clients put them: in the body, a list or a text", async () => {
    const both = await observe({ "x-route-tags": "a" }, { metadata: { tags: "b" }, tags: ["PII", "b"] });
    expect(both).toMatchObject({ facts: { tags: ["a", "b", "pii"] }, warnings: [] });
    expect(both.sources["tags"]).toBe("header x-route-tags, body metadata.tags, body tags");
    const text = await observe({}, { tags: "private-data" });
    expect(text).toMatchObject({ facts: { tags: ["private-data"] }, sources: { tags: "body tags" }, warnings: [] });
    const odd = await observe({}, { tags: [5] });
    expect(odd.facts.tags).toBeUndefined();
    expect(odd.warnings).toEqual([expect.stringMatching(/^tags: .*a value of type number could not be read/)]);
  });

  it.each<[RequestHeaders, unknown, string]>([
    [{ "x-route-tags": `pii, ${"x".repeat(65)}` }, undefined, 'x-route-tags: .*"x{24}…" could not be read'],
    [{}, ["pii", 5], "metadata.tags: .*a value of type number could not be read"],
    [{}, ["pii", [], null, {}, "\u0001", 1], "metadata.tags: .*a list, null, a value of type object, … could not"],
  ])("keeps the tags that can be read and names the others: %j %j", async (headers, tags, warning) => {
    const { facts, warnings, refusals } = await observe(headers, { metadata: { tags } });
    expect(facts.tags).toEqual(["pii"]);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
    expect(refusals).toEqual([]);
  });

  const named = compile(
    policyOf(
      "{ to: [acme/one] }",
      `  - { id: tags, match: { tags: { present: true, any: [pii, kyc, very large] } }, require: { region: [eu] } }
  - { id: region, match: { region: eu, not: { app: Search } }, route: { to: [acme/one] } }
  - { id: team, match: { attributes.team: Ärzte, attributes.flags: { none: [x] } }, route: { to: [acme/one] } }`,
      `attributes:
  team: { type: string, from: { header: x-team } }
  flags: { type: set, from: { metadata: flags } }
`,
    ),
    catalogOf({ one: "http://127.0.0.1:1/v1" }),
  );
  const tagSlip = (tag: string, meant: string) =>
    `${tag} is one tag, and the policy names ${meant}: write commas between tags, and no quotes or brackets`;
  const caseSlip = (value: string, other: string) =>
    `"${value}" is another value than "${other}", which the policy names: case counts`;

  it.each<[string, RequestHeaders, Record<string, unknown>, string]>([
    ["blanks", { "x-route-tags": "pii kyc" }, {}, `x-route-tags: ${tagSlip('"pii kyc"', '"pii"')}`],
    ["other commas", { "x-route-tags": "a，kyc" }, {}, `x-route-tags: ${tagSlip('"a，kyc"', '"kyc"')}`],
    ["semicolons", { "x-route-tags": "a;kyc" }, {}, `x-route-tags: ${tagSlip('"a;kyc"', '"kyc"')}`],
    ["JSON", { "x-route-tags": '["PII"]' }, {}, `x-route-tags: ${tagSlip('"[\\"pii\\"]"', '"pii"')}`],
    ["a list's text", {}, { metadata: { tags: "pii|a" } }, `metadata.tags: ${tagSlip('"pii|a"', '"pii"')}`],
    ["an attribute", {}, { metadata: { flags: ["x y"] } }, `body metadata.flags: ${tagSlip('"x y"', '"x"')}`],
    ["another case", { "x-route-region": "EU" }, {}, `x-route-region: ${caseSlip("EU", "eu")}`],
    ["another case", { "x-title": "search" }, {}, `x-title: ${caseSlip("search", "Search")}`],
    ["another case", { "x-team": "ärzte" }, {}, `header x-team: ${caseSlip("ärzte", "Ärzte")}`],
  ])("says of %s that the policy names another value: %j %j", async (_, headers, body, warning) => {
    expect(await observe(headers, body, named)).toMatchObject({ warnings: [warning], refusals: [] });
  });

  it.each<[RequestHeaders]>([
    [{ "x-route-tags": "pii, kyc, very large" }],
    [{ "x-route-tags": "sehr wichtig" }],
    [{ "x-route-region": "eu", "x-title": "Search", "x-team": "Ärzte" }],
    [{ "x-route-region": "mars", "x-title": "other", "x-team": "nurses" }],
  ])("says nothing of values that the policy names, or that are like none: %j", async (headers) => {
    expect((await observe(headers, {}, named)).warnings).toEqual([]);
  });

  it("refuses more tags than facts hold, those of all sources together", async () => {
    const many = Array.from({ length: 64 }, (_, i) => `t${i}`);
    const { refusals, warnings } = await observe({ "x-route-tags": "one-more" }, { metadata: { tags: many } });
    expect(refusals).toEqual([expect.stringMatching(/^tags: .*at most 64/)]);
    expect(warnings).toEqual(refusals);
    expect((await observe({ "x-route-tags": [...many, "pii"].join() })).refusals).toHaveLength(1);
  });

  it.each<[string, Record<string, unknown>]>([
    ["a text", { tags: `${"a,".repeat(4_000)}pii` }],
    ["a list", { metadata: { tags: [...Array<string>(4_000).fill("a"), "pii"] } }],
    ["a list of what is no tag", { tags: [...Array<number>(4_000).fill(5), "pii"] }],
    ["an attribute", { metadata: { labels: `${",".repeat(4_000)}pii` } }],
  ])("refuses %s with more entries than are looked at", async (_, body) => {
    expect((await observe({}, body)).refusals).toEqual([expect.stringMatching(/at most 64/)]);
  });

  it.each<[RequestHeaders, unknown, string]>([
    [{ "x-risk": "9e-1" }, {}, "header x-risk"],
    [{ "x-risk": "high" }, {}, "header x-risk"],
    [{ "x-risk": "" }, {}, "header x-risk"],
    [{ "x-risk": "1".repeat(16) }, {}, "header x-risk"],
    [{ "x-risk": ["0.9", "0.1"] }, {}, "header x-risk: .*, once"],
    [{ "beta-user": "1" }, {}, "header beta-user"],
    [{}, { tier: "lead" }, "body metadata.tier: it takes one of gold, silver"],
    [{}, { tier: 5 }, "body metadata.tier"],
    [{}, { labels: ["x", 5] }, "body metadata.labels"],
    [{ "x-route-strict": "yes" }, {}, "x-route-strict"],
  ])("refuses a value that does not fit: %j %j", async (headers, metadata, sentence) => {
    const { facts, refusals, warnings } = await observe(headers, { metadata });
    expect(refusals).toEqual([expect.stringMatching(`^${sentence}.*; the request is refused$`)]);
    expect(warnings).toEqual(refusals);
    expect(facts).toEqual((await observe()).facts);
  });

  it.each([
    [".9", 0.9],
    ["-.5", -0.5],
    ["0.30000000000000004", 0.1 + 0.2],
  ])("reads the number %s", async (text, value) => {
    const { facts } = await observe({ "x-risk": text });
    expect((facts as Record<string, unknown>)["attributes.risk"]).toBe(value);
  });

  it("does not believe a hint of fewer tokens than the prompt holds for certain", async () => {
    const body = { messages: [{ role: "user", content: "wonderfully peculiar ".repeat(30) }] };
    const { facts, sources, warnings } = await observe({ "x-route-context-tokens": "1" }, body);
    expect(warnings).toEqual([
      "x-route-context-tokens: 1 is less than the prompt holds (at least 12 tokens); it was not used",
    ]);
    const plain = await observe({}, body);
    expect(facts).toEqual(plain.facts);
    expect(sources).toEqual(plain.sources);
    const low = await observe({ "x-route-context-tokens": "12" }, body);
    expect(low).toMatchObject({ facts: { context_tokens: 12 }, warnings: [] });
  });

  it("believes hardly fewer than it holds where a guard looks at the size", async () => {
    const guard = '  - { id: long, match: { context_tokens: { gte: 50 } }, deny: "Too long." }';
    const guarded = compile(policyOf("{ to: [acme/one] }", guard), catalogOf({ one: "http://127.0.0.1:1/v1" }));
    const body = { messages: [{ role: "user", content: "wonderfully peculiar ".repeat(30) }] };
    for (const hint of ["12", "49"]) {
      const { facts, warnings } = await observe({ "x-route-context-tokens": hint }, body, guarded);
      expect(facts).toEqual((await observe({}, body, guarded)).facts);
      expect(facts.context_tokens).toBeGreaterThanOrEqual(50);
      expect(warnings).toEqual([expect.stringMatching(/is less than the prompt holds .* it was not used$/)]);
    }
    const more = await observe({ "x-route-context-tokens": "90" }, body, guarded);
    expect(more).toMatchObject({ facts: { context_tokens: 90 }, warnings: [] });
  });

  it("names headers of LiteLLM and Portkey that do nothing here", async () => {
    const { warnings } = await observe({
      "x-portkey-config": "pc-cheap",
      "x-litellm-timeout": "3",
      "x-litellm-session-id": "s",
      "x-litellm-tags": "a",
    });
    expect(warnings).toEqual([
      "x-portkey-config: there is no such hint; it was not used",
      "x-litellm-timeout: there is no such hint; it was not used",
    ]);
  });

  it("warns of a second name of a fact that says something else", async () => {
    const { facts, warnings } = await observe({ "x-route-session": "a", "x-session-id": "b" });
    expect(facts.session).toBe("a");
    expect(warnings).toEqual(["x-session-id: it differs from x-route-session; it was not used"]);
    expect((await observe({ "x-route-session": "a", "x-session-id": " a" })).warnings).toEqual([]);
    const site = await observe({ "x-title": "My site", "http-referer": "https://example.com" });
    expect(site).toMatchObject({ facts: { app: "My site" }, warnings: [] });
  });

  it.each<[string | readonly string[], boolean, number]>([
    ["true", true, 0],
    [["false", "true"], true, 0],
    [["true", "yes"], true, 1],
    [["false", "false"], false, 0],
    ["TRUE", false, 1],
  ])("is strict when any x-route-strict says so: %j", async (given, strict, refused) => {
    const observed = await observe({ "x-route-strict": given });
    expect(observed.strict).toBe(strict);
    expect(observed.refusals).toHaveLength(refused);
  });

  it("sees a picture in a part without a type, as some servers do", async () => {
    const content = [{ image_url: "https://example.com/a.png" }];
    expect((await observe({}, { messages: [{ role: "user", content }] })).facts.uses_vision).toBe(true);
  });

  it.each(["image", "image_url", "input_image", "image_embeds"])(
    "sees a picture in a part of type %s",
    async (type) => {
      const { facts } = await observe({}, { messages: [{ role: "user", content: [{ type }] }] });
      expect(facts.uses_vision).toBe(true);
    },
  );

  it.each([
    ["data:image/png;base64,aGk=", true],
    ["data:IMAGE/PNG;base64,aGk=", true],
    [`data:image/png;base64,${"aGk=".repeat(5_000)}`, true],
    ["data: image/png;base64,aGk=", true],
    ["data:;base64,aGk=", true],
    ["https://example.com/a.png?x=1", true],
    ["https://example.com/a", true],
    ["https://example.com/a.php", true],
    ["gs://bucket/a", true],
    [`https://example.com/${"a".repeat(5_000)}.pdf`, true],
    ["data:application/pdf;base64,aGk=", false],
    ["https://example.com/a.PDF#2", false],
    ["gs://bucket/a.txt", false],
    ["JVBERi0xLjQK", false],
    [5, false],
  ])("sees whether a file may be a picture: %.40s", async (file_data, expected) => {
    const content = [{ type: "file", file: { file_data } }];
    const { facts } = await observe({}, { messages: [{ role: "user", content }] });
    expect(facts.uses_vision).toBe(expected);
  });

  it("sees pictures that a model made, which come back with its message", async () => {
    const images = [{ type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } }];
    const made = (list: unknown) => ({ messages: [{ role: "assistant", content: "a", images: list }] });
    expect((await observe({}, made(images))).facts.uses_vision).toBe(true);
    expect((await observe({}, made([]))).facts.uses_vision).toBe(false);
  });

  it("sees functions beside an empty list of tools", async () => {
    const { facts } = await observe({}, { tools: [], functions: [{ name: "f" }] });
    expect(facts.uses_tools).toBe(true);
  });

  it("sees a search that the provider makes", async () => {
    const { facts, sources } = await observe({}, { web_search_options: {} });
    expect([facts.uses_tools, sources["uses_tools"]]).toEqual([true, "body web_search_options"]);
    expect((await observe({}, { web_search_options: null })).facts.uses_tools).toBe(false);
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
