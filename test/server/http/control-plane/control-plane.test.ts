import { request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { checkAdminAccess, isLoopbackAddress, isLoopbackHost } from "../../../../server/http/admin-access.js";
import {
  catalogOf,
  compile,
  policyOf,
  proxyOver,
  startAnswering,
  startProxy,
  stopAll,
  type TestProxy,
} from "../harness.js";

afterEach(stopAll);

async function get(proxy: TestProxy, path: string, headers: Record<string, string> = {}, method = "GET") {
  const { port } = proxy.server.address() as AddressInfo;
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    request({ port, path, headers, method }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    })
      .on("error", reject)
      .end();
  });
}

describe("the control plane", () => {
  it.each([
    ["/", 200, "routing policy as code"],
    ["/healthz", 200, "ok"],
    ["/readyz", 200, "ready"],
    ["/metrics", 200, "routewright_requests_total"],
    ["/admin/policy", 200, '"serving"'],
    ["/nothing", 404, "unknown_url"],
    ["/admin/nothing", 404, "unknown_url"],
    ["/%ff", 404, "unknown_url"],
    // A reverse proxy that keeps people from these names knows them as they are written.
    ["/METRICS", 404, "unknown_url"],
    ["/Admin/policy", 404, "unknown_url"],
    ["/admin/Policy", 404, "unknown_url"],
    ["/admin/Decisions", 404, "unknown_url"],
    ["/admin/Keys", 404, "unknown_url"],
    ["/admin/Usage", 404, "unknown_url"],
    ["/admin/policy/snapshots/12", 404, "not_found"],
    ["/admin/decisions/dec_nothing", 404, "not_found"],
    ["/admin/decisions/%ff", 400, "invalid_request"],
    ["/admin/decisions?limit=0", 400, "limit"],
    ["/admin/decisions?limit=1001", 400, "limit"],
    ["/admin/decisions?limit=1e2", 400, "limit"],
    ["/admin/decisions?limit=1&limit=2", 400, "limit"],
    ["/admin/decisions?colour=red", 400, "there is no such parameter"],
  ])("GET %s is %i", async (path, status, text) => {
    const proxy = await proxyOver({ one: await startAnswering() });
    const answer = await get(proxy, path);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
    expect(answer.text).not.toContain("node_modules");
  });

  it.each([
    ["GET", "/admin/explain", "POST"],
    ["GET", "/admin/policy/reload", "POST"],
    ["DELETE", "/admin/keys", "GET, HEAD, POST"],
    ["PUT", "/admin/keys/key_a", "DELETE, GET, HEAD, PATCH"],
    ["PUT", "/admin/keys/key_a/rotate", "POST"],
    ["PUT", "/admin/keys/key_a/revoke", "POST"],
    ["POST", "/admin/limits", "GET, HEAD, PUT"],
    ["POST", "/admin/policy", "GET, HEAD"],
    ["POST", "/admin/policy/snapshots/abc", "GET, HEAD"],
    ["DELETE", "/admin/decisions/dec_a", "GET, HEAD"],
    ["POST", "/admin/decisions/export", "GET, HEAD"],
    ["POST", "/admin/decisions/stream", "GET, HEAD"],
    ["PUT", "/admin/usage", "GET, HEAD"],
    ["PATCH", "/admin/shadow", "GET, HEAD"],
    ["POST", "/healthz", "GET, HEAD"],
    ["DELETE", "/readyz", "GET, HEAD"],
    ["POST", "/metrics", "GET, HEAD"],
    ["POST", "/", "GET, HEAD"],
  ])("%s %s is 405 and says that it takes %s", async (method, path, allow) => {
    const proxy = await proxyOver({ one: await startAnswering() });
    const response = await fetch(`${proxy.url}${path}`, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
    expect(await response.json()).toMatchObject({
      error: { code: "method_not_allowed", message: `${path} does not take ${method}; it takes ${allow}` },
    });
  });

  it("sees headers behind however many others: what a reverse proxy adds at the end counts", async () => {
    const proxy = await proxyOver({ one: await startAnswering() });
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, number) => [`a${number}`, "1"]));
    expect(await get(proxy, "/admin/keys", { ...many, "x-forwarded-for": "203.0.113.9" })).toMatchObject({
      status: 403,
      text: expect.stringContaining("admin_is_local"),
    });
    await proxy.ask({}, { ...many, "x-route-tags": "last" });
    expect((await proxy.lastDecision()).facts["tags"]?.value).toEqual(["last"]);
  });

  it("lists decisions, newest first, by rule and model, page by page, and shows one with its reasons", async () => {
    const proxy = await proxyOver({ one: await startAnswering(), two: await startAnswering() });
    for (let count = 0; count < 3; count++) await proxy.ask();
    const list = async (query: string) =>
      (
        JSON.parse((await get(proxy, `/admin/decisions${query}`)).text) as { decisions: { id: string }[] }
      ).decisions.map(({ id }) => id);
    const all = await list("");
    expect(all).toEqual([...all].sort().reverse());
    expect(all).toHaveLength(3);
    expect(await list("?limit=1")).toEqual(all.slice(0, 1));
    expect(await list(`?limit=1&before=${all[0]}`)).toEqual(all.slice(1, 2));
    expect(await list("?model=acme/one&rule=default")).toEqual(all);
    expect(await list("?model=acme/two")).toEqual([]);
    const { record } = JSON.parse((await get(proxy, `/admin/decisions/${all[0]}`)).text) as { record: object };
    expect(record).toMatchObject({
      chosen: "acme/one@one",
      fallbacks: ["acme/two@two"],
      outcome: { route: { rule: "default" } },
      candidates: [{ verdict: "chosen" }, { verdict: "fallback" }],
      attempts: [{ status: 200 }],
    });
  });

  it("lists beside each decision what lists are filtered by", async () => {
    const denied = '  - { id: no-secrets, match: { tags: { present: true, any: [secret] } }, deny: "no" }';
    const upstream = await startAnswering();
    const proxy = await startProxy(compile(policyOf("{ to: [acme/one] }", denied), catalogOf({ one: upstream.url })));
    await proxy.ask();
    await proxy.ask({}, { "x-route-tags": "secret" });
    const { decisions, summaries } = JSON.parse((await get(proxy, "/admin/decisions")).text) as {
      decisions: { result: { outcome: string } }[];
      summaries: object[];
    };
    expect(decisions.map(({ result }) => result.outcome)).toEqual(["denied", "answered"]);
    expect(summaries).toEqual([
      { rule: "no-secrets", status: 403 },
      { rule: "default", model: "acme/one", provider: "one", status: 200 },
    ]);
  });

  it("says in /admin/health when the simulator answers, and which providers have no key", async () => {
    const catalog = `kind: catalog
providers:
  one: { format: openai, base_url: http://127.0.0.1:9/v1, api_key_env: ONE_KEY }
  two: { format: openai, base_url: http://127.0.0.1:9/v1, api_key_env: TWO_KEY }
models:
  acme/one: { context_window: 100k, max_output_tokens: 8k, price: { input: 1, output: 2 }, endpoints: [{ provider: one, model: m }, { provider: two, model: m }] }`;
    const policy = compile(policyOf("{ to: [acme/one] }"), catalog);
    const health = async (environment: NodeJS.ProcessEnv) =>
      JSON.parse((await get(await startProxy(policy, { environment }), "/admin/health")).text) as object;
    expect(await health({})).toMatchObject({ simulated: true });
    const withKey = await health({ ONE_KEY: "key" });
    expect(withKey).toMatchObject({ no_credentials: ["two"] });
    expect(withKey).not.toHaveProperty("simulated");
  });

  it("gives the files of a revision that was served", async () => {
    const policy = compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: (await startAnswering()).url }));
    const proxy = await startProxy(policy);
    const { text } = await get(proxy, `/admin/policy/snapshots/${policy.revision}`);
    expect(JSON.parse(text)).toMatchObject({ name: "test", files: policy.files });
  });
});

describe("a request in absolute form (RFC 9112, 3.2.2)", () => {
  it("goes to the plane that its path names, and its authority takes the place of Host", async () => {
    const proxy = await proxyOver({ one: await startAnswering() });
    const here = new URL(proxy.url).host;
    const models = await get(proxy, `http://${here}/v1/models?x=http://a/b`);
    expect([models.status, models.text]).toEqual([200, expect.stringContaining('"acme/one"')]);
    expect((await get(proxy, "HTTP://GATEWAY.internal/v1/key")).status).toBe((await get(proxy, "/v1/key")).status);
    expect((await get(proxy, `http://${here}/healthz`)).status).toBe(200);
    expect((await get(proxy, `http://${here}`)).text).toContain("routing policy as code");
    expect((await get(proxy, `http://${here}?a=/v1/models`)).text).toContain("routing policy as code");
    expect((await get(proxy, `http://${here}/admin/policy`, { host: "evil.example" })).status).toBe(200);
    expect((await get(proxy, "http://evil.example/admin/policy", { host: here })).status).toBe(403);
    expect((await get(proxy, "http://localhost@evil.example/admin/policy", { host: here })).status).toBe(403);
  });
});

describe("/metrics", () => {
  const open = async (options: Parameters<typeof startProxy>[1]) =>
    startProxy(compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: (await startAnswering()).url })), options);
  const foreign = { host: "evil.example:8080" };

  it("without a token, on loopback, is read under this machine's own names only", async () => {
    const proxy = await open({});
    const refused = await get(proxy, "/metrics", foreign);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining("metrics_are_local")]);
    expect((await get(proxy, "/metrics", { origin: "https://evil.example" })).status).toBe(403);
    for (const host of ["localhost:8080", "127.0.0.1", "[::1]:8080"]) {
      expect((await get(proxy, "/metrics", { host })).status).toBe(200);
    }
  });

  it("is open to Prometheus otherwise", async () => {
    expect((await get(await open({ adminToken: "t" }), "/metrics", foreign)).status).toBe(200);
    expect((await get(await open({ isLoopback: false }), "/metrics", foreign)).status).toBe(200);
  });
});

describe("/admin", () => {
  it("needs the token when there is one, from this machine too", async () => {
    const policy = compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: (await startAnswering()).url }));
    const proxy = await startProxy(policy, { adminToken: "t0ken" });
    for (const authorization of ["", "Bearer", "Bearer t0ke", "Bearer t0kenn", "Basic t0ken", "t0ken"]) {
      const answer = await get(proxy, "/admin/policy", authorization === "" ? {} : { authorization });
      expect([answer.status, answer.text]).toEqual([401, expect.stringContaining("invalid_admin_token")]);
    }
    expect((await get(proxy, "/admin/policy", { authorization: "Bearer t0ken" })).status).toBe(200);
    expect((await get(proxy, "/admin/policy", { authorization: "bearer t0ken", host: "gateway.example" })).status).toBe(
      200,
    );
    expect((await get(proxy, "/healthz")).status).toBe(200);
  });

  it("tells caches to keep nothing: neither answers nor refusals", async () => {
    const policy = compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: (await startAnswering()).url }));
    const { url } = await startProxy(policy, { adminToken: "t0ken" });
    const headers = { authorization: "Bearer t0ken" };
    const stream = await fetch(`${url}/admin/decisions/stream`, { headers });
    await stream.body?.cancel();
    const answers = [
      stream,
      ...(await Promise.all([
        fetch(`${url}/admin/policy`),
        ...["policy", "decisions/export", "usage?format=csv", "nothing"].map((path) =>
          fetch(`${url}/admin/${path}`, { headers }),
        ),
        fetch(`${url}/admin/explain`, { method: "POST", headers }),
        // Caches keep these by themselves, the answers to `x-api-key` too.
        ...[
          "v1/key",
          "v1/models",
          "v1/generation?id=dec_none",
          "v1/nothing",
          "readyz",
          "healthz",
          "metrics",
          "nothing",
        ].map((path) => fetch(`${url}/${path}`, { headers: { "x-api-key": "t0ken" } })),
      ])),
    ];
    expect(answers.map((answer) => answer.headers.get("cache-control"))).toEqual(answers.map(() => "no-store"));
  });

  it.each<[string, Record<string, string>]>([
    ["a name that a web page points at 127.0.0.1", { host: "evil.example:8080" }],
    ["a name that begins like localhost", { host: "localhost.evil.example" }],
    ["a page elsewhere", { origin: "https://evil.example" }],
    ["a page without an origin", { origin: "null" }],
    ["a reverse proxy", { "x-forwarded-for": "203.0.113.9" }],
    ["a reverse proxy that says little", { "x-forwarded-proto": "https" }],
    ["a reverse proxy that says nothing more", { via: "" }],
  ])("without a token refuses %s", async (_what, headers) => {
    const proxy = await proxyOver({ one: await startAnswering() });
    const answer = await get(proxy, "/admin/policy", headers);
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining("admin_is_local")]);
  });

  it("without a token refuses HTTP/1.0, as nginx speaks it when it is told nothing else", async () => {
    const proxy = await proxyOver({ one: await startAnswering() });
    const { port } = proxy.server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    socket.write(`GET /admin/policy HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 403 .*HTTP\/1.0.*admin_is_local/s);
  });

  it("without a token takes this machine by any of its own names", async () => {
    const proxy = await proxyOver({ one: await startAnswering() });
    for (const host of ["localhost", "LOCALHOST:1", "127.0.0.1:8080", "[::1]:8080"]) {
      expect((await get(proxy, "/admin/policy", { host, origin: "http://localhost:5173" })).status).toBe(200);
    }
  });

  it("without a token takes changes from no page of another port or name, which it lets look", async () => {
    const proxy = await proxyOver({ one: await startAnswering() });
    const { host, port } = new URL(proxy.url);
    const { id } = await proxy.createKey();
    const changes = [
      ["POST", `/admin/keys/${id}/revoke`],
      ["DELETE", `/admin/keys/${id}`],
      ["POST", "/admin/policy/reload"],
    ] as const;
    const foreign = [
      { origin: "http://127.0.0.1:9999" },
      { origin: "http://127.0.0.1" },
      { origin: `http://localhost:${port}` },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site" },
      { origin: `http://${host}`, "sec-fetch-site": "cross-site" },
    ] as Record<string, string>[];
    for (const headers of foreign) {
      for (const [method, path] of changes) {
        const { status, text: why } = await get(proxy, path, { host, ...headers }, method);
        expect([headers, path, status, why]).toEqual([headers, path, 403, expect.stringContaining("admin_is_local")]);
        expect(why).toContain("a web page of another address");
      }
      expect((await get(proxy, "/admin/policy", { host, ...headers })).status).toBe(200);
    }
    expect((await get(proxy, "/admin/keys")).text).toContain('"active"');
  });

  it.each<[string, (host: string) => Record<string, string>]>([
    ["its own page", (host) => ({ host, origin: `http://${host}`, "sec-fetch-site": "same-origin" })],
    ["its own page under another of its names", () => ({ host: "LOCALHOST:8080", origin: "http://localhost:8080" })],
    ["what somebody asked a browser for", () => ({ "sec-fetch-site": "none" })],
    ["a program", () => ({})],
  ])("without a token takes changes from %s", async (_what, headersAt) => {
    const proxy = await proxyOver({ one: await startAnswering() });
    const { id } = await proxy.createKey();
    const headers = headersAt(new URL(proxy.url).host);
    expect((await get(proxy, `/admin/keys/${id}/revoke`, headers, "POST")).status).toBe(200);
  });

  it("with a token takes changes from wherever they come", async () => {
    const policy = compile(policyOf("{ to: [acme/one] }"), catalogOf({ one: (await startAnswering()).url }));
    const proxy = await startProxy(policy, { adminToken: "t0ken" });
    const headers = { authorization: "Bearer t0ken", origin: "https://console.example" };
    expect((await get(proxy, "/admin/policy/reload", headers, "POST")).status).toBe(200);
  });

  it("without a token refuses other machines, whatever they say", () => {
    const from = (remoteAddress: string | undefined) =>
      checkAdminAccess({ headers: { host: "localhost" }, socket: { remoteAddress } } as never, "");
    for (const address of ["192.168.0.2", "::ffff:10.0.0.1", "fe80::1", "1270.0.0.1", "", undefined]) {
      expect(from(address)).toMatchObject({ status: 403 });
    }
    for (const address of ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"]) {
      expect(from(address)).toBeUndefined();
      expect(isLoopbackAddress(address)).toBe(true);
    }
    expect(isLoopbackHost("")).toBe(false);
  });
});
