import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { DecisionRecord, WhyNot } from "../../../../engine/index.js";
import { openDatabase } from "../../../../server/storage/open-database.js";
import {
  catalogOf,
  compile,
  policyOf,
  proxyOver,
  sendJson,
  startAnswering,
  startProxy,
  startUpstream,
  stopAll,
  type TestProxy,
} from "../harness.js";

afterEach(stopAll);

const messages = [{ role: "user", content: "hi" }];

const RULES = `
  - { id: code, match: { tags: code }, route: { to: [acme/two] } }
  - { id: poor, match: { spend_ratio: { gte: 0.5 } }, route: { to: [acme/two, acme/one] } }
  - { id: vips, match: { attributes.tier: gold }, route: { to: [acme/one] } }`;
const ATTRIBUTES = "attributes: { tier: { type: string, from: { header: x-tier } } }";

async function proxyWithRules(options: Parameters<typeof startProxy>[1] = {}) {
  const [one, two] = [await startAnswering(), await startAnswering()];
  const policy = compile(
    policyOf("{ to: [acme/one, acme/two] }", RULES, ATTRIBUTES),
    catalogOf({ one: one.url, two: two.url }),
  );
  return { proxy: await startProxy(policy, options), one, two };
}

function post(proxy: TestProxy, asked: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${proxy.url}/admin/explain`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof asked === "string" ? asked : JSON.stringify(asked),
  });
}

async function explain(proxy: TestProxy, asked: object): Promise<DecisionRecord> {
  const response = await post(proxy, asked);
  const record = await response.json();
  expect([response.status, record]).toEqual([200, expect.anything()]);
  return record as DecisionRecord;
}

describe("POST /admin/explain", () => {
  it("decides as for the request itself, by its body and its headers", async () => {
    const { proxy } = await proxyWithRules();
    const headers = { "x-route-tags": "code", "x-route-budget-usd": "0.05", "x-route-nothing": "1" };
    const body = { model: "acme/one", messages, stream: true, provider: { only: ["two"] } };
    await (await proxy.ask(body, headers)).text();
    const served = await proxy.lastDecision();
    const record = await explain(proxy, { body, headers });
    expect(record.facts).toEqual({ ...served.facts, time: expect.anything() });
    expect(record).toMatchObject({ id: "explain", chosen: "acme/two@two", warnings: served.warnings });
    expect(record.outcome.route).toMatchObject({ rule: "code" });
    expect(record.candidates).toMatchObject([{ endpoint: "acme/two@two", verdict: "chosen" }]);
    expect(record.world.hint_excluded_by).toEqual(served.world.hint_excluded_by);
  });

  it("reads headers that are sent several times, and text beyond ASCII, as the proxy does", async () => {
    const { proxy } = await proxyWithRules();
    const { facts } = await explain(proxy, { headers: { "X-Route-Tags": ["sql", "code"], "x-title": "Büro" } });
    expect(facts["tags"]?.value).toEqual(["sql", "code"]);
    expect(facts["app"]).toMatchObject({ value: "Büro", source: "header x-title" });
  });

  it("takes facts as JSON or as the command line does, in place of what the request says", async () => {
    const { proxy } = await proxyWithRules();
    const facts = {
      tags: ["SQL", "pii"],
      context_tokens: "150k",
      budget_usd: 0.02,
      stream: true,
      time: "2026-11-24T09:00:00Z",
      tenant: "acme",
      "attributes.tier": "gold",
    };
    const record = await explain(proxy, { body: { messages }, headers: { "x-route-tags": "code" }, facts });
    expect(record.outcome.route).toMatchObject({ rule: "vips" });
    expect(record.facts).toMatchObject({
      tags: { value: ["sql", "pii"], source: "given" },
      context_tokens: { value: 150_000 },
      budget_usd: { value: 0.02 },
      stream: { value: true },
      tenant: { value: "acme" },
      model: { value: "auto", source: "default" },
    });
  });

  it("takes the facts that a record has", async () => {
    const { proxy } = await proxyWithRules();
    const facts = { tags: ["code"], budget_usd: 1e-7, spend_ratio: 0, stream: true, time: 1_795_873_800_612 };
    const record = await explain(proxy, { facts });
    expect(Object.fromEntries(Object.keys(facts).map((name) => [name, record.facts[name]?.value]))).toEqual(facts);
  });

  it("says of given facts what is most likely not meant", async () => {
    const { proxy } = await proxyWithRules();
    const facts = { tags: ["code sql"], model: "acme/three", "attributes.tier": "Gold" };
    expect((await explain(proxy, { facts })).warnings).toEqual([
      'tags: "code sql" is one tag, and the policy names "code": write commas between tags, and no quotes or brackets',
      'model: the catalog has no "acme/three"; what the policy chose stands for it',
      'attributes.tier: "Gold" is another value than "gold", which the policy names: case counts',
    ]);
  });

  it("without a body knows no size of the prompt", async () => {
    const { proxy } = await proxyWithRules();
    expect((await explain(proxy, {})).facts).toEqual({
      model: { value: "auto", source: "default" },
      stream: { value: false, source: "default" },
      uses_tools: { value: false, source: "default" },
      uses_vision: { value: false, source: "default" },
      uses_json_schema: { value: false, source: "default" },
      time: { value: expect.any(Number), source: "clock" },
    });
    expect((await explain(proxy, { body: { messages } })).facts).toHaveProperty("context_tokens");
  });

  it("reads the body of another API", async () => {
    const { proxy } = await proxyWithRules();
    const body = { model: "auto", input: "hi", tools: [{ type: "function", name: "f", parameters: {} }] };
    const { facts, operation } = await explain(proxy, { body, api: "responses" });
    expect(operation).toBe("responses");
    expect(facts["uses_tools"]).toMatchObject({ value: true, source: "body tools" });
  });

  it("reads prompts that are longer than other bodies below /admin may be", async () => {
    const { proxy } = await proxyWithRules();
    const content = "word ".repeat(100_000);
    const { candidates } = await explain(proxy, { body: { messages: [{ role: "user", content }] } });
    expect(candidates).toMatchObject([{ verdict: "excluded" }, { verdict: "excluded" }]);
  });

  it("sees the health that the server has observed", async () => {
    const busy = await startUpstream((response) => sendJson(response, {}, 429, { "retry-after": "60" }));
    const proxy = await proxyOver({ one: busy, two: await startAnswering() });
    expect((await explain(proxy, { body: { messages } })).chosen).toBe("acme/one@one");
    await (await proxy.ask()).text();
    const record = await explain(proxy, { body: { messages } });
    expect(record).toMatchObject({ chosen: "acme/two@two", world: { rate_limited: ["acme/one@one"] } });
  });

  it("calls, records, counts and charges nothing", async () => {
    const { proxy, one, two } = await proxyWithRules();
    const { id, token } = await proxy.createKey({ limits: { requests_per_minute: 1 } });
    for (let count = 0; count < 3; count++) await explain(proxy, { body: { messages }, key: id });
    expect([one.requests, two.requests, await proxy.ledger()]).toEqual([[], [], []]);
    await expect(proxy.lastDecision()).rejects.toThrow("no decision was stored");
    const { keys } = (await (await fetch(`${proxy.url}/admin/keys`)).json()) as { keys: object[] };
    expect(JSON.stringify(keys)).not.toContain("last_used");
    expect((await proxy.ask({}, { authorization: `Bearer ${token}` })).status).toBe(200);
  });

  it("knows a key's facts, its spend and what it may use, by id or name", async () => {
    const { proxy } = await proxyWithRules();
    const { id, token } = await proxy.createKey({
      name: "team-a",
      tenant: "acme",
      tags: ["trusted"],
      allow: ["acme/two"],
      limits: { budgets: { day: "0.003" } },
    });
    const before = await explain(proxy, { body: { messages }, key: "team-a" });
    expect(before.facts).toMatchObject({
      key: { value: id, source: "key" },
      tenant: { value: "acme" },
      key_tags: { value: ["trusted"] },
      spend_ratio: { value: 0 },
    });
    expect(before.chosen).toBe("acme/two@two");
    expect(before.candidates).toContainEqual(
      expect.objectContaining({ endpoint: "acme/one@one", verdict: "excluded" }),
    );
    await (await proxy.ask({ max_tokens: 500 }, { authorization: `Bearer ${token}` })).text(); // 1,000 and 500 tokens: $0.002
    const after = await explain(proxy, { body: { messages }, key: id });
    expect(after.facts["spend_ratio"]).toMatchObject({ value: 0.6667 });
    expect(after.outcome.route).toMatchObject({ rule: "poor" });
  });

  it.each<[string, unknown, string | null, string]>([
    ["no JSON", "{", null, "not valid JSON"],
    ["a list", "[]", null, "one JSON object"],
    ["a key twice", '{"body":{"messages":[],"messages":[]}}', null, '"messages" more than once'],
    ["a body by itself", { messages }, "messages", "there is no such field; it takes body, api, headers"],
    ["a body as a text", { body: "{}" }, "body", "not a text of it"],
    ["a body that is null", { body: null }, "body", "JSON object"],
    ["an unknown API", { api: "images" }, "api", "it takes chat, completions"],
    ["an API without a body", { api: "messages", facts: { tenant: "a" } }, "api", "give a body"],
    ["a body of another API", { body: { input: "hi" } }, "api", 'say "responses" or "embeddings"'],
    ["a body that would be refused", { body: { stream: "yes" } }, "body.stream", "the proxy answers 400: stream:"],
    ["strict hints", { headers: { "x-route-strict": "true", "x-route-foo": "1" } }, null, "x-route-foo"],
    ["headers that are a list", { headers: ["a: b"] }, "headers", "an object"],
    ["a header that is a number", { headers: { "x-route-tags": 5 } }, "headers.x-route-tags", "a text of one line"],
    ["a header of two lines", { headers: { "x-route-tags": "a\r\nb" } }, "headers.x-route-tags", "one line"],
    ["a name with a blank", { headers: { "x route": "a" } }, "headers.x route", "no name of a header"],
    ["facts that are a list", { facts: [] }, "facts", "an object"],
    ["an unknown fact", { facts: { colour: "red" } }, "facts.colour", "no such fact"],
    ["an undeclared attribute", { facts: { "attributes.x": "1" } }, "facts.attributes.x", "no such fact"],
    ["a fact of another form", { facts: { context_tokens: "many" } }, "facts.context_tokens", "a number of tokens"],
    ["a fact of another type", { facts: { context_tokens: true } }, "facts.context_tokens", "a number"],
    ["a time that is none", { facts: { time: 1e17 } }, "facts.time", "a time"],
    ["a fact that is null", { facts: { tenant: null } }, "facts.tenant", "a string"],
    ["a tag that is none", { facts: { tags: ["a", 1] } }, "facts.tags", "a set"],
    ["an unknown key", { key: "key_nothing" }, "key", "no API key of that id or name"],
    ["a key that is a number", { key: 5 }, "key", "the id or the name"],
    ["an empty seed", { seed: "" }, "seed", "a text"],
  ])("refuses %s, with its path", async (_what, asked, param, message) => {
    const { proxy } = await proxyWithRules();
    const response = await post(proxy, asked);
    const { error } = (await response.json()) as { error: object };
    expect([response.status, error]).toEqual([
      400,
      expect.objectContaining({ type: "invalid_request_error", param, message: expect.stringContaining(message) }),
    ]);
  });

  it("refuses keys that requests could not use, and a name that several have", async () => {
    const { proxy } = await proxyWithRules();
    const messageOf = async (key: string) =>
      ((await (await post(proxy, { key })).json()) as { error: { message: string } }).error.message;
    const { id } = await proxy.createKey({ name: "twice" });
    const { id: other } = await proxy.createKey({ name: "twice" });
    expect(await messageOf("twice")).toContain("several API keys have that name; give the id: key_");
    await fetch(`${proxy.url}/admin/keys/${id}`, { method: "DELETE" });
    expect((await explain(proxy, { key: "twice" })).facts["key"]?.value).toBe(other);
    expect(await messageOf(id)).toContain("is revoked");
    const reader = await proxy.createKey({ scopes: ["read"] });
    expect(await messageOf(reader.id)).toContain("is for read, not for inference");
  });

  it("is for administrators, and for bodies of JSON up to 32 MiB", async () => {
    const { proxy } = await proxyWithRules({ adminToken: "secret" });
    expect((await post(proxy, {})).status).toBe(401);
    const reader = await proxy.createKey({ scopes: ["read"] });
    expect((await post(proxy, {}, { authorization: `Bearer ${reader.token}` })).status).toBe(403);
    const authorization = "Bearer secret";
    expect((await post(proxy, {}, { authorization })).status).toBe(200);
    expect((await post(proxy, "{}", { authorization, "content-type": "text/plain" })).status).toBe(415);
    expect((await post(proxy, "{}", { authorization, "content-encoding": "br" })).status).toBe(415);
    expect((await post(proxy, "", { authorization })).status).toBe(400);
    const large = await post(proxy, `{"body":${" ".repeat(32 * 1024 * 1024)}{}}`, { authorization });
    expect([large.status, await large.json()]).toMatchObject([413, { error: { code: "request_too_large" } }]);
  });
});

describe("POST /admin/explain with why_not", () => {
  const ask = async (proxy: TestProxy, asked: object): Promise<WhyNot> => {
    const response = await post(proxy, asked);
    const answer = await response.json();
    expect([response.status, answer]).toEqual([200, expect.anything()]);
    return answer as WhyNot;
  };

  it("says what keeps a request from a model, and the smallest changes that send it there", async () => {
    const { proxy } = await proxyWithRules();
    const answer = await ask(proxy, { body: { messages }, headers: { "x-route-tags": "code" }, why_not: "one" });
    expect(answer).toMatchObject({ model: "acme/one", chosen: "acme/two@two", is_chosen: false, client_can: "found" });
    expect(answer.rules.map(({ rule }) => rule)).toEqual(["poor", "vips", "default"]);
    expect(answer.by_client).toContainEqual(
      expect.objectContaining({
        changes: [{ fact: "tags", from: "{code}", to: "absent", sent_as: "header x-route-tags" }],
        endpoint: "acme/one@one",
        rule: "default",
      }),
    );
    expect(await ask(proxy, { body: { messages }, why_not: "acme/one@one" })).toMatchObject({ is_chosen: true });
  });

  it("sees the health that the server has observed", async () => {
    const busy = await startUpstream((response) => sendJson(response, {}, 429, { "retry-after": "60" }));
    const proxy = await proxyOver({ one: busy, two: await startAnswering() });
    await (await proxy.ask()).text();
    const { rules } = await ask(proxy, { body: { messages }, why_not: "acme/one" });
    expect(JSON.stringify(rules)).toContain("upstream_rate_limited");
  });

  it("asks about a decision that was recorded, in the world of that decision", async () => {
    const { proxy } = await proxyWithRules();
    await (await proxy.ask({}, { "x-route-tags": "code" })).text();
    const { id: decision } = await proxy.lastDecision();
    const answer = await ask(proxy, { decision, why_not: "acme/one" });
    expect(answer).toMatchObject({ chosen: "acme/two@two", client_can: "found" });
    expect(answer.by_client[0]?.facts).not.toHaveProperty("tags");
  });

  it.each<[string, object, string, string]>([
    ["a model that is none", { why_not: "acme/on" }, "why_not", "did you mean `acme/one`?"],
    ["a bare name that is none", { why_not: "thre" }, "why_not", "it has acme/one, acme/two"],
    ["a model that is a number", { why_not: 5 }, "why_not", "author/model, or one of its endpoints"],
    ["a decision alone", { decision: "dec_1" }, "decision", "GET /admin/decisions/{id}"],
    ["a decision that is none", { decision: "dec_1", why_not: "one" }, "decision", "there is no decision of that id"],
    ["a decision with a body", { decision: "dec_1", why_not: "one", body: {} }, "body", "its own request"],
    ["a decision with a field that is none", { decision: "dec_1", whynot: "one" }, "whynot", "there is no such field"],
  ])("refuses %s, with its path", async (_what, asked, param, message) => {
    const { proxy } = await proxyWithRules();
    const response = await post(proxy, asked);
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: expect.objectContaining({ param, message: expect.stringContaining(message) }) },
    ]);
  });

  it("asks under the policy that decided then, while its sources are here", async () => {
    const directory = await mkdtemp(join(tmpdir(), "routewright-"));
    const databaseUrl = `sqlite:${join(directory, "routewright.db")}`;
    const { proxy } = await proxyWithRules({ databaseUrl });
    await (await proxy.ask({}, { "x-route-tags": "code" })).text();
    const { id: decision } = await proxy.lastDecision();
    const { url } = await startAnswering();
    const policy = compile(policyOf("{ to: [acme/three] }"), catalogOf({ three: url }));
    const other = await startProxy(policy, { databaseUrl });
    expect(await ask(other, { decision, why_not: "acme/one" })).toMatchObject({ chosen: "acme/two@two" });

    const database = await openDatabase(databaseUrl);
    await database.db.deleteFrom("policy_snapshots").execute();
    await database.close();
    const third = await startProxy(policy, { databaseUrl });
    const response = await post(third, { decision, why_not: "acme/one" });
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining("not here any more") } });
    await stopAll();
    await rm(directory, { recursive: true });
  });

  it("gives a question up that takes too long, and answers the next one", async () => {
    const hanging = new URL("data:text/javascript,for (;;) {}");
    const { proxy } = await proxyWithRules({ whyNot: { workerUrl: hanging, timeoutMs: 200 } });
    const both = await Promise.all([1, 2].map(() => post(proxy, { why_not: "acme/two" })));
    for (const response of both) {
      expect([response.status, await response.json()]).toMatchObject([503, { error: { code: "given_up" } }]);
    }
  });
});
