import { readFile } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { json } from "node:stream/consumers";
import Ajv2020 from "ajv/dist/2020.js";
import { afterEach, describe, expect, it } from "vitest";
import { type DecisionRecord, explainDecision, factsOfRecord } from "../../../engine/index.js";
import {
  catalogOf,
  compile,
  completion,
  done,
  eventsOf,
  policyOf,
  proxyOver,
  sendJson,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
  wholeStream,
} from "./harness.js";

afterEach(stopAll);

const answering = () =>
  startUpstream((response, { body }) => {
    if ((JSON.parse(body) as { stream?: boolean }).stream === true) {
      startStream(response);
      response.end(wholeStream + done);
    } else sendJson(response, completion("fine"));
  });

const rules = `  - { id: no-secrets, match: { tags: { present: true, any: [secret] } }, deny: "No {tags} with {model}, {attributes.plan}." }
  - { id: eu-only, match: { tags: { present: true, any: [pii] } }, require: { region: [us] } }
  - { id: cheap, match: { budget_usd: { lt: 1 } }, route: { to: [acme/one] } }`;
const attributes = "attributes:\n  plan: { type: string, from: key, default: pro }";

async function proxyWithRules() {
  const upstream = await answering();
  const policy = compile(policyOf("{ to: [acme/one] }", rules, attributes), catalogOf({ one: upstream.url }));
  return { upstream, policy, proxy: await startProxy(policy) };
}

describe("POST /v1/chat/completions", () => {
  it("answers with the provider's bytes and says how it got there", async () => {
    const { proxy, upstream, policy } = await proxyWithRules();
    const answer = await proxy.ask({}, { "x-route-tags": "code" });
    expect(await answer.text()).toBe(JSON.stringify(completion("fine")));
    const headers = Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith("x-")));
    expect(headers).toEqual({
      "x-route-decision": expect.stringMatching(/^dec_[0-9A-Z]{26}$/),
      "x-route-model": "acme/one",
      "x-route-provider": "one",
      "x-route-rule": "default",
      "x-route-policy": `test@${policy.revision.slice(0, 12)}`,
      "x-route-attempts": "1",
      "x-route-cost-usd": "0.002",
      "x-request-id": answer.headers.get("x-route-decision"),
    });
    expect(upstream.requests[0]!.path).toBe("/v1/chat/completions");
    const decision = await proxy.lastDecision();
    expect(decision).toMatchObject({
      id: answer.headers.get("x-route-decision"),
      chosen: "acme/one@one",
      fallbacks: [],
      attempts: [{ status: 200, usage: { input_tokens: 1_000, output_tokens: 500 }, cost_usd: 0.002 }],
      result: { status: 200, outcome: "answered" },
    });
  });

  it("passes the body on byte for byte but for the model, and no header of the client", async () => {
    const { proxy, upstream } = await proxyWithRules();
    const body =
      '{ "x": 1.0, "seed":12345678901234567890, "model" : "auto",\n"messages":[{"role":"user","content":"\\u00e9é"}] }';
    const answer = await fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: "Bearer mine",
        cookie: "c=1",
        "x-route-tags": "a",
        "openai-organization": "org",
        baggage: "a=b",
      },
      body,
    });
    expect(answer.status).toBe(200);
    const [received] = upstream.requests;
    expect(received!.body).toBe(body.replace('"auto"', '"one-model"'));
    expect(Object.keys(received!.headers).sort()).toEqual([
      "accept",
      "accept-encoding",
      "connection",
      "content-length",
      "content-type",
      "host",
      "user-agent",
    ]);
    expect(received!.headers["user-agent"]).toBe("routewright");
  });

  it("sends the catalog's headers and the server's key", async () => {
    const upstream = await answering();
    const catalog = catalogOf({ one: upstream.url }).replace(
      "region: eu",
      "region: eu, api_key_env: ONE_KEY, headers: { X-Org: acme, User-Agent: us }",
    );
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog), {
      environment: { ONE_KEY: "sk-one" },
    });
    await proxy.ask();
    expect(upstream.requests[0]!.headers).toMatchObject({
      authorization: "Bearer sk-one",
      "x-org": "acme",
      "user-agent": "us",
    });
  });

  it("sends the headers of an endpoint in place of the provider's of the same name, and the others beside them", async () => {
    const upstream = await answering();
    const catalog = catalogOf({ one: upstream.url })
      .replace("region: eu", "region: eu, api_key_env: ONE_KEY, headers: { X-Org: acme, X-Team: a }")
      .replace("model: one-model", "model: one-model, headers: { X-Team: b, X-Project: p }");
    const more = `  acme/other: { context_window: 8k, endpoints: [{ provider: one, model: other }] }\n`;
    const proxy = await startProxy(compile(policyOf("{ to: [requested] }"), catalog + more), {
      environment: { ONE_KEY: "sk-one" },
    });
    for (const model of ["acme/one", "acme/other"]) await (await proxy.ask({ model })).text();
    const [own, other] = upstream.requests.map(({ headers }) => headers);
    expect(own).toMatchObject({ authorization: "Bearer sk-one", "x-org": "acme", "x-team": "b", "x-project": "p" });
    expect(other).toMatchObject({ "x-org": "acme", "x-team": "a" });
    expect(other).not.toHaveProperty("x-project");
  });

  it("refuses by policy with the rule's words, attributes' defaults filled in", async () => {
    const { proxy, upstream } = await proxyWithRules();
    const answer = await proxy.ask({ model: "one" }, { "x-route-tags": "secret" });
    expect(answer.status).toBe(403);
    expect(answer.headers.get("x-route-rule")).toBe("no-secrets");
    expect(await answer.json()).toEqual({
      error: {
        message: "No secret with acme/one, pro.",
        type: "permission_error",
        code: "denied_by_policy",
        param: null,
      },
      decision: answer.headers.get("x-route-decision"),
    });
    expect(upstream.requests).toHaveLength(0);
    expect((await proxy.lastDecision()).result).toMatchObject({ status: 403, outcome: "denied" });
  });

  it.each<[string, object, Record<string, string>, number, string]>([
    ["no endpoint meets a requirement", {}, { "x-route-tags": "pii" }, 400, "no_candidate"],
    ["the prompt fits no window", {}, { "x-route-context-tokens": "101k" }, 400, "context_length_exceeded"],
    ["everything costs too much", {}, { "x-route-budget-usd": "0.000001" }, 400, "no_candidate"],
  ])("is a clear error when %s", async (_what, body, headers, status, code) => {
    const { proxy } = await proxyWithRules();
    const answer = await proxy.ask(body, headers);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({
      error: { code, message: expect.stringContaining("acme/one@one") },
      decision: answer.headers.get("x-route-decision"),
    });
    expect((await proxy.lastDecision()).result).toMatchObject({ outcome: "no_candidate", code });
  });

  it("says so when the model that was asked for is none of the catalog's", async () => {
    const { proxy } = await proxyWithRules();
    const answer = await proxy.ask({ model: "gpt-9" }, { "x-route-tags": "pii" });
    const message = `the catalog has no "gpt-9", and no model is left that may serve this request: acme/one@one: `;
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { code: "no_candidate", message: expect.stringContaining(message) } },
    ]);
  });

  it("says no rule, price or setting of the server where no model is left, and where the details are", async () => {
    const { proxy } = await proxyWithRules();
    const messageOf = async (headers: Record<string, string>) =>
      ((await (await proxy.ask({}, headers)).json()) as { error: { message: string } }).error.message;
    const required = await messageOf({ "x-route-tags": "pii" });
    expect(required).toMatch(
      /^no model is left that may serve this request: acme\/one@one.*: the policy does not allow it for this request \(decision dec_\w+ has the details\)$/,
    );
    const dear = await messageOf({ "x-route-budget-usd": "0.000001" });
    expect(dear).toContain("it is expected to cost more than this request may");
    expect(dear).not.toContain("$");
  });

  it("answers a body in UTF-8 only, whatever its charset says", async () => {
    const { proxy } = await proxyWithRules();
    const ask = (type: string) => proxy.ask({}, { "content-type": type });
    for (const type of ["application/json; charset=utf-8", 'application/json;charset="UTF-8"', "text/plain"]) {
      expect((await ask(type)).status).toBe(200);
    }
    for (const charset of ["utf-16", "iso-8859-1"]) {
      const answer = await ask(`application/json; charset=${charset}`);
      expect([answer.status, await answer.json()]).toMatchObject([
        415,
        { error: { code: "unsupported_charset", message: expect.stringContaining(charset) } },
      ]);
    }
  });

  it("is a clear error when the route names only the requested model, which the catalog does not have", async () => {
    const upstream = await answering();
    const proxy = await proxyOver({ one: upstream }, "{ to: [requested] }");
    const answer = await proxy.ask({ model: "nobody/nothing" });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      error: { code: "model_not_found", message: expect.stringContaining("nobody/nothing") },
    });
    expect((await proxy.ask({ model: "acme/one" })).status).toBe(200);
  });

  it("is a clear error when the one provider's key is not set, while another's is", async () => {
    const upstream = await answering();
    const catalog = catalogOf({ one: upstream.url, two: upstream.url }).replace(
      `one: { format: openai, base_url: ${upstream.url}, region: eu }`,
      `one: { format: openai, base_url: ${upstream.url}, region: eu, api_key_env: NO_SUCH_KEY }`,
    );
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog));
    const answer = await proxy.ask();
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      error: {
        code: "no_candidate",
        message: expect.stringContaining("acme/one@one: it is not set up at this server"),
      },
    });
  });

  it("says that the catalog does not have the model that is named, unless a route asks for the name", async () => {
    const upstream = await answering();
    const route = "  - { id: quick, match: { model: quick }, route: { to: [acme/one] } }";
    const proxy = await startProxy(
      compile(policyOf("{ to: [requested, acme/one] }", route), catalogOf({ one: upstream.url })),
    );
    const answer = await proxy.ask({ model: "gpt-9" });
    expect(answer.headers.get("x-route-warning")).toBe(
      'model: the catalog has no "gpt-9"; what the policy chose stands for it',
    );
    expect((await proxy.lastDecision()).warnings).toHaveLength(1);
    for (const model of ["quick", "auto", "one", "acme/one"]) {
      expect((await proxy.ask({ model })).headers.get("x-route-warning")).toBeNull();
    }
    expect((await proxy.ask({ model: "gpt-9" }, { "x-route-strict": "true" })).status).toBe(400);
  });

  it("names hints it cannot use, and refuses them when asked to be strict", async () => {
    const { proxy, upstream } = await proxyWithRules();
    const hints = { "x-route-budget-usd": "ten", "x-route-colour": "red\u00ff" };
    const lenient = await proxy.ask({}, hints);
    expect(lenient.status).toBe(200);
    expect(lenient.headers.get("x-route-warning")).toMatch(/x-route-budget-usd: .*x-route-colour: /);
    expect((await proxy.lastDecision()).warnings).toHaveLength(2);
    const strict = await proxy.ask({}, { ...hints, "x-route-strict": "true" });
    expect(strict.status).toBe(400);
    expect(await strict.json()).toMatchObject({
      error: { code: "invalid_hint", message: expect.stringContaining("x-route-budget-usd") },
      decision: strict.headers.get("x-route-decision"),
    });
    const { id, result, warnings, attempts } = await proxy.lastDecision();
    expect(id).toBe(strict.headers.get("x-route-decision"));
    expect(result).toMatchObject({ status: 400, outcome: "rejected", code: "invalid_hint" });
    expect([warnings.length, attempts]).toEqual([2, []]);
    expect((await proxy.ask({}, { "x-route-strict": "true", "x-route-budget-usd": "5" })).status).toBe(200);
    expect(upstream.requests).toHaveLength(2);
  });

  it("refuses what could dodge a guard, without asking to be strict", async () => {
    const { proxy, upstream } = await proxyWithRules();
    const tags = Array.from({ length: 65 }, (_, i) => `t${i}`);
    const refused = await proxy.ask({ metadata: { tags } });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      error: { type: "invalid_request_error", code: "invalid_hint", message: expect.stringContaining("at most 64") },
    });
    const limit = await proxy.ask({ max_tokens: "10" });
    expect(limit.status).toBe(400);
    expect(await limit.json()).toMatchObject({ error: { code: "invalid_max_tokens", param: "max_tokens" } });
    expect((await proxy.ask({ model: null })).status).toBe(200);
    expect(upstream.requests).toHaveLength(1);
  });

  it("lets nothing a client writes become a header of its own", async () => {
    const { proxy } = await proxyWithRules();
    const answer = await proxy.ask(
      { model: "x\r\nset-cookie: a=b", metadata: { tags: ["ü\u2028", `ü\r\nx-evil: 1${"x".repeat(64)}`] } },
      { "x-route-budget-usd": "5%0d%0ax-evil: 1" },
    );
    expect(answer.headers.get("x-evil")).toBeNull();
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.headers.get("x-route-warning")).toMatch(/^[\x20-\x7e]+$/);
  });

  it.each<[string, string | Buffer, Record<string, string>, number, string]>([
    ["bytes that are no JSON", "{ not json", {}, 400, "invalid_json"],
    ["a list", "[]", {}, 400, "invalid_json"],
    ["nothing", "", {}, 400, "invalid_json"],
    ["a repeated key", '{"model":"a","model":"b"}', {}, 400, "duplicate_key"],
    ["a model that is no text", '{"model":1}', {}, 400, "invalid_model"],
    ["a model of 257 characters", `{"model":"${"m".repeat(257)}"}`, {}, 400, "invalid_model"],
    ["a model of 20,000 characters", `{"model":"${"m".repeat(20_000)}"}`, {}, 400, "invalid_model"],
    ["a compressed body", "x", { "content-encoding": "gzip" }, 415, "unsupported_encoding"],
    ["lists a million deep", `{"messages":${"[".repeat(1e6)}${"]".repeat(1e6)}}`, {}, 400, "invalid_json"],
  ])("refuses %s", async (_what, body, headers, status, code) => {
    const { proxy, upstream } = await proxyWithRules();
    const answer = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", headers, body });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { type: "invalid_request_error", code } });
    expect(upstream.requests).toHaveLength(0);
  });

  it.each([
    ["", "the request body is empty; send one JSON object"],
    ["\ufeff{}", "the request body begins with a byte order mark; send JSON in UTF-8 without it"],
  ])("says what is wrong with a body that is nearly JSON", async (body, message) => {
    const { proxy } = await proxyWithRules();
    const answer = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: "invalid_json", message } }]);
  });

  it("takes an encoding that is none, in any case, and refuses one of the transfer", async () => {
    const { proxy, upstream } = await proxyWithRules();
    const { port } = proxy.server.address() as AddressInfo;
    const ask = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asking = httpRequest({ port, path: "/v1/chat/completions", method: "POST", headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asking.on("error", reject).end(JSON.stringify({ messages: [{ role: "user", content: "hi" }] }));
      });
    expect(await ask({ "content-encoding": "Identity" })).toBe(200);
    expect(await ask({ "transfer-encoding": "gzip, chunked" })).toBe(415);
    expect(upstream.requests).toHaveLength(1);
  });

  it.each(["/health", "/livez", "/Status/", "/health/liveliness", "/health/readiness"])(
    "says at %s where it says how it is",
    async (path) => {
      const { proxy } = await proxyWithRules();
      const answer = await fetch(`${proxy.url}${path}`);
      const message = `there is no GET ${path} here; GET /healthz says whether this server runs, GET /readyz whether it serves`;
      expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: "unknown_url", message } }]);
    },
  );

  it.each([
    ["/chat/completions", "POST /v1/chat/completions"],
    ["/v1/v1/messages", "POST /v1/messages"],
    ["/api/v1/chat/completions/", "POST /v1/chat/completions"],
    ["//v1//responses", "POST /v1/responses"],
    ["/V1/Models", "GET /v1/models"],
    ["/api/v1/auth/key", "GET /v1/key"],
    ["/messages/count_tokens", "POST /v1/messages/count_tokens"],
  ])("says at %s which address a client with another base URL means", async (path, meant) => {
    const { proxy } = await proxyWithRules();
    const answer = await fetch(`${proxy.url}${path}`, { method: "POST", body: "{}" });
    const message = expect.stringContaining(`; ${meant} is meant: look at the client's base URL`);
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: "unknown_url", message } }]);
  });

  it("refuses a body beyond 32 MiB, announced or not", async () => {
    const { proxy } = await proxyWithRules();
    const { port } = proxy.server.address() as AddressInfo;
    for (const announced of [true, false]) {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const asking = httpRequest(
          {
            port,
            path: "/v1/chat/completions",
            method: "POST",
            headers: announced ? { "content-length": String(33 * 1024 * 1024) } : {},
          },
          (response) => {
            response.resume();
            resolve(response.statusCode);
            asking.destroy();
          },
        );
        asking.on("error", (error) => (announced ? undefined : reject(error)));
        if (announced) asking.flushHeaders();
        else for (let count = 0; count < 33; count++) asking.write(Buffer.alloc(1024 * 1024, 0x20));
      });
      expect(status).toBe(413);
    }
  });

  it("answers a large body of 8 MiB", async () => {
    const { proxy, upstream } = await proxyWithRules();
    const answer = await proxy.ask({ padding: "x".repeat(8 * 1024 * 1024) }, { "x-route-context-tokens": "1" });
    expect(answer.status).toBe(200);
    expect(upstream.requests[0]!.body.length).toBeGreaterThan(8 * 1024 * 1024);
  });

  it("counts requests by outcome and rule, and prompts that were measured", async () => {
    const { proxy } = await proxyWithRules();
    await proxy.ask();
    await proxy.ask({}, { "x-route-context-tokens": "100" });
    await proxy.ask({}, { "x-route-tags": "secret" });
    await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: "{" });
    const text = await proxy.metrics();
    expect(text).toContain('routewright_requests_total{outcome="answered",rule="default"} 2');
    expect(text).toContain('routewright_requests_total{outcome="denied",rule="no-secrets"} 1');
    expect(text).toContain('routewright_requests_total{outcome="rejected",rule=""} 1');
    expect(text).toMatch(/^routewright_attempts_total\{endpoint="[^"]+",result="answered"\} 2$/m);
    expect(text).toContain("routewright_token_counts_requests_total 2");
  });
});

describe("x-route-explain", () => {
  const explain = { "x-route-explain": "true" };
  const validate = async () => {
    const schema = JSON.parse(await readFile("schemas/decision.schema.json", "utf8")) as object;
    return new Ajv2020.default({ allowUnionTypes: true, strict: false }).compile(schema);
  };

  it("adds the record to the answer, which otherwise stays as it is", async () => {
    const { proxy, policy } = await proxyWithRules();
    const text = await (await proxy.ask({}, { ...explain, "x-route-tags": "a" })).text();
    const { route, ...answer } = JSON.parse(text) as { route: DecisionRecord };
    expect(answer).toEqual(completion("fine"));
    expect(text.startsWith(JSON.stringify(completion("fine")).slice(0, -1))).toBe(true);
    expect(route).toMatchObject({
      chosen: "acme/one@one",
      outcome: { route: { rule: "default" }, rules_above: [{ rule: "cheap" }] },
      candidates: [{ endpoint: "acme/one@one", verdict: "chosen" }],
      attempts: [{ status: 200 }],
      result: { outcome: "answered" },
    });
    const check = await validate();
    expect(check(route) ? [] : check.errors).toEqual([]);
    // What was stored explains to the same record.
    const stored = await proxy.lastDecision();
    const again = explainDecision({
      policy,
      facts: factsOfRecord(stored),
      sources: Object.fromEntries(Object.entries(stored.facts).map(([name, { source }]) => [name, source])),
      world: stored.world,
      id: stored.id,
      time: Date.parse(stored.time),
      operation: "chat",
      attempts: stored.attempts,
      result: stored.result!,
    });
    expect(JSON.parse(JSON.stringify(again))).toEqual(route);
  });

  it("adds a last chunk before [DONE] to a stream", async () => {
    const { proxy } = await proxyWithRules();
    const text = await (await proxy.ask({ stream: true }, explain)).text();
    expect(text.startsWith(wholeStream)).toBe(true);
    const [chunk, end] = eventsOf(text.slice(wholeStream.length));
    expect(JSON.parse(chunk!)).toMatchObject({
      // As the chunks before it: SDKs take these of the last one.
      id: "chatcmpl-1",
      created: 1_700_000_000,
      model: "upstream-model",
      object: "chat.completion.chunk",
      choices: [],
      route: { chosen: "acme/one@one", result: { outcome: "answered" } },
    });
    expect(end).toBe("[DONE]");
  });

  it("adds it to a provider's own error when that is a JSON object, and changes nothing else of it", async () => {
    for (const [type, body] of [
      ["application/json", '{ "error": {"message":"bad } value"} }\n'],
      ["application/json", "{}"],
      ["application/json", "not json"],
      ["text/html", "<html>no</html>"],
    ] as const) {
      const refusing = await startUpstream((response) => {
        response.writeHead(400, { "content-type": type }).end(body);
      });
      const proxy = await proxyOver({ one: refusing });
      const answer = await proxy.ask({}, explain);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([400, type]);
      expect(answer.headers.get("content-security-policy")).toBe("sandbox");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      const text = await answer.text();
      if (!body.startsWith("{")) expect(text).toBe(body);
      else {
        const { route, ...rest } = JSON.parse(text) as { route: DecisionRecord };
        expect(route.attempts).toMatchObject([{ status: 400, error_class: "invalid_request" }]);
        expect(rest).toEqual(JSON.parse(body));
        expect(text.startsWith(body.slice(0, body.lastIndexOf("}")))).toBe(true);
      }
    }
  });

  it("adds it to errors too", async () => {
    const { proxy } = await proxyWithRules();
    const answer = await proxy.ask({}, { ...explain, "x-route-tags": "secret" });
    expect(await answer.json()).toMatchObject({
      error: { code: "denied_by_policy" },
      route: { outcome: { denied: { rule: "no-secrets" } } },
    });
  });
});

describe("the rest of /v1", () => {
  it("lists the catalog's models, and finds one by id, encoded id or bare name", async () => {
    const [one, two] = [await answering(), await answering()];
    const unpriced = "  acme/unpriced: { context_window: 1k, endpoints: [{ provider: one, model: m }] }";
    const catalog = catalogOf({ one: one.url, two: two.url }, unpriced);
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }"), catalog));
    const list = (await (await fetch(`${proxy.url}/v1/models?x=1`)).json()) as { data: { id: string }[] };
    expect(list).toMatchObject({
      object: "list",
      data: [
        { id: "acme/one", object: "model", owned_by: "acme" },
        { id: "acme/two" },
        { pricing: { prompt: "-1" } },
        { id: "auto" },
      ],
    });
    expect(list.data[0]).toMatchObject({
      context_length: 100_000,
      architecture: { input_modalities: ["text", "image"], output_modalities: ["text"], modality: "text+image->text" },
      pricing: { prompt: "0.000001", completion: "0.000002", input_cache_read: "0.0000005" },
      top_provider: { max_completion_tokens: 8_000 },
      supported_parameters: expect.arrayContaining(["tools", "response_format"]),
      capabilities: ["tools", "vision", "json_schema"],
      providers: ["one"],
    });
    // Without these, and without prices of any model, OpenRouter's own SDK refuses the list.
    expect(list).toMatchObject({ total_count: 4, links: { next: null } });
    expect(list.data[0]).toMatchObject({
      canonical_slug: "acme/one",
      links: { details: "/v1/models/acme/one" },
      top_provider: { is_moderated: false },
      default_parameters: null,
      per_request_limits: null,
      supported_voices: null,
    });
    for (const id of ["acme/two", "acme%2Ftwo", "two"]) {
      expect(await (await fetch(`${proxy.url}/v1/models/${id}`)).json()).toMatchObject({ id: "acme/two" });
    }
    const missing = await fetch(`${proxy.url}/v1/models/acme/three%`);
    expect([missing.status, await missing.json()]).toMatchObject([404, { error: { code: "model_not_found" } }]);
    const endpoints = await fetch(`${proxy.url}/v1/models/acme/two/endpoints`);
    expect(await endpoints.json()).toMatchObject({
      error: { message: expect.stringContaining("no list of its endpoints") },
    });
  });

  it("lists the names that leave the choice to the policy, but for those of rules that look at who asks", async () => {
    const { url } = await answering();
    const rules = `  - { id: quick, match: { model: [quick, one, auto], tags: [a] }, route: { to: [acme/one] } }
  - { id: theirs, match: { model: theirs, tenant: other }, route: { to: [acme/one] } }
  - { id: none, match: { not: { model: never } }, route: { to: [acme/one] } }`;
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }", rules), catalogOf({ one: url })));
    const list = (await (await fetch(`${proxy.url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual(["acme/one", "auto", "quick"]);
    const quick = await (await fetch(`${proxy.url}/v1/models/quick`)).json();
    expect(quick).toEqual(list.data[2]);
    expect(quick).toMatchObject({
      ...{ owned_by: "routewright", context_length: null, pricing: { prompt: "-1", completion: "-1" } },
      ...{ capabilities: ["tools", "vision", "json_schema"], providers: ["one"] },
    });
    expect((await fetch(`${proxy.url}/v1/models/theirs`)).status).toBe(404);
  });

  it.each([
    ["GET", "/v1/chat/completions", 405, "method_not_allowed", "POST"],
    ["DELETE", "/v1/models", 405, "method_not_allowed", "GET, HEAD"],
    ["GET", "/v1/embeddings", 405, "method_not_allowed", "POST"],
    ["POST", "/v1/audio/speech", 404, "unknown_url", null],
    ["GET", "/v1", 404, "unknown_url", null],
    ["GET", "/v1/chat/completions/", 404, "unknown_url", null],
  ])("%s %s is %i", async (method, path, status, code, allow) => {
    const proxy = await proxyOver({ one: await answering() });
    const answer = await fetch(`${proxy.url}${path}`, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("allow")).toBe(allow);
    expect(await answer.json()).toMatchObject({ error: { code } });
  });

  it("a WebSocket is told at once to use HTTP", async () => {
    const proxy = await proxyOver({ one: await answering() });
    const headers = {
      ...{ connection: "Upgrade", upgrade: "websocket" },
      ...{ "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" },
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = httpRequest(`${proxy.url}/v1/responses`, { headers }, resolve);
      asked.on("error", reject).end();
    });
    expect([answer.statusCode, answer.headers.connection]).toEqual([426, "upgrade, close"]);
    expect(await json(answer)).toMatchObject({ error: { code: "upgrade_unsupported" } });
  });

  it("what is no HTTP is refused in the same shape", async () => {
    const proxy = await proxyOver({ one: await answering() });
    const { port } = proxy.server.address() as AddressInfo;
    const ask = (bytes: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(port, "127.0.0.1");
        let text = "";
        socket.on("data", (chunk) => {
          text += chunk.toString();
        });
        socket.on("close", () => resolve(text));
        socket.write(bytes);
      });
    expect(await ask("nonsense\r\n\r\n")).toContain('"code":"invalid_http"');
    expect(await ask(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(40_000)}\r\n\r\n`)).toContain("headers_too_large");
    expect(await ask("GET /healthz HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1.1 400 .*"code":"missing_host"/s);
    expect(await ask("GET /healthz HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1.1 200 /);
    const expecting = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nexpect: tea\r\ncontent-length: 2\r\n\r\n";
    expect(await ask(expecting)).toMatch(/^HTTP\/1.1 417 .*"code":"expectation_failed"/s);
  });
});
