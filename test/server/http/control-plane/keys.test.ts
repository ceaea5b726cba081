import { mkdtemp, rm } from "node:fs/promises";
import { get, type OutgoingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { KeyStore } from "../../../../server/keys/key-store.js";
import { readKeyRequest } from "../../../../server/keys/read-key-settings.js";
import { openSqlite } from "../../../../server/storage/open-sqlite.js";
import {
  catalogOf,
  compile,
  completion,
  policyOf,
  proxyOver,
  sendJson,
  startProxy,
  startUpstream,
  stopAll,
} from "../harness.js";

afterEach(stopAll);

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const answering = () => startUpstream((response) => sendJson(response, completion("hello")));
const errorOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string; message: string } }).error;

it("says that the database cannot be used, in place of a fault of its own, while it is locked", async () => {
  const folder = await mkdtemp(join(tmpdir(), "routewright-locked-"));
  const path = join(folder, "a.db");
  const { url: upstream } = await answering();
  const policy = compile(policyOf("{ to: [acme/left] }"), catalogOf({ left: upstream }));
  const { url, logged } = await startProxy(policy, { databaseUrl: `sqlite:${path}` });
  const other = openSqlite(path);
  other.exec("begin exclusive");
  const create = () =>
    fetch(`${url}/admin/keys`, { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
  const refused = await create();
  expect([refused.status, await errorOf(refused)]).toEqual([
    503,
    expect.objectContaining({ code: "database_unavailable", message: expect.stringContaining("try again") }),
  ]);
  expect(logged.filter(({ fields }) => "request" in fields)).toEqual([
    {
      fields: { error: "database is locked", request: "POST /admin/keys" },
      message: "a request failed: the database is away, locked, full, read-only or damaged",
    },
  ]);
  other.exec("rollback");
  other.close();
  expect((await create()).status).toBe(201);
  await rm(folder, { recursive: true });
});

describe("a change of keys or limits", () => {
  const json = { "content-type": "application/json" };

  it("is logged with what it changed and who asked for it, and without a secret", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const admin = await proxy.createKey({ name: "boss", scopes: ["admin"] });
    const { id, token } = await proxy.createKey({ name: "n", limits: { budgets: { day: 5 } } });
    const ask = (path: string, method: string, body: object, headers: object = {}) =>
      fetch(`${proxy.url}/admin${path}`, { method, headers: { ...json, ...headers }, body: JSON.stringify(body) });
    const changes: [string, string, object][] = [
      [`/keys/${id}`, "PATCH", { limits: { budgets: { day: 8 } } }],
      [`/keys/${id}/rotate`, "POST", { overlap: 0 }],
      [`/keys/${id}/revoke`, "POST", {}],
      ["/limits", "PUT", { tenant: "t", limits: { concurrent: 2 } }],
    ];
    for (const [path, method, body] of changes) {
      expect((await ask(path, method, body, bearer(admin.token))).status).toBe(200);
    }
    expect((await ask("/keys/key_none", "PATCH", { name: "x" }, bearer(admin.token))).status).toBe(404);
    const lines = () => proxy.logged.filter(({ fields }) => "key" in fields || "subject" in fields || "by" in fields);
    await expect.poll(() => lines().at(-1)?.message).toBe("PUT /admin/limits");
    expect(lines().slice(-9)).toMatchObject([
      { message: `API key ${id} was made`, fields: { changes: { name: { to: "n" } } } },
      {
        message: `API key ${id} was changed`,
        fields: { changes: { limits: { from: { budgets: { day: 5 } }, to: { budgets: { day: 8 } } } } },
      },
      { message: `PATCH /admin/keys/${id}`, fields: { by: admin.id, status: 200 } },
      { message: `API key ${id} was given a new secret`, fields: { changes: {} } },
      { message: `POST /admin/keys/${id}/rotate` },
      { message: `API key ${id} was revoked`, fields: { changes: {} } },
      { message: `POST /admin/keys/${id}/revoke` },
      { message: "the limits of tenant `t` were changed", fields: { from: "", to: "2 at once" } },
      { message: "PUT /admin/limits", fields: { by: admin.id } },
    ]);
    for (const secret of [token, admin.token]) {
      expect(JSON.stringify(proxy.logged)).not.toContain(secret.split("_").slice(2).join("_"));
    }
  });

  it("is refused where it says nothing and could be meant to take all away", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { id } = await proxy.createKey({ limits: { budgets: { day: 5 } } });
    const ask = async (path: string, method: string, body: object) => {
      const answer = await fetch(`${proxy.url}/admin${path}`, { method, headers: json, body: JSON.stringify(body) });
      return [answer.status, (await errorOf(answer)).message];
    };
    for (const [body, name] of [
      [{ limits: {} }, "limits"],
      [{ name: "m", limits: { budgets: {} } }, "limits.budgets"],
      [{ attributes: {} }, "attributes"],
    ] as const) {
      expect(await ask(`/keys/${id}`, "PATCH", body)).toEqual([400, expect.stringMatching(`^${name}: an empty one`)]);
    }
    expect(await ask("/limits", "PUT", { tenant: "t" })).toEqual([400, expect.stringMatching("^limits: say all")]);
  });
});

describe("who needs a key", () => {
  it("nobody, on loopback, before one is made; whatever an SDK sends counts for nothing", async () => {
    const proxy = await proxyOver({ left: await answering() });
    expect((await proxy.ask()).status).toBe(200);
    expect((await proxy.ask({}, bearer("sk-anything"))).status).toBe(200);
    expect((await proxy.lastDecision()).facts).not.toHaveProperty("key");
  });

  it("everybody, once one was made, also after it is revoked", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { token, id } = await proxy.createKey();
    expect((await proxy.ask({}, bearer(token))).status).toBe(200);
    expect((await proxy.ask({}, { "x-api-key": token })).status).toBe(200);
    const refused = await proxy.ask();
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe("Bearer");
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect(await errorOf(refused)).toMatchObject({
      code: "missing_api_key",
      type: "authentication_error",
      message: expect.stringContaining("or `x-api-key: rw_…`"),
    });
    await fetch(`${proxy.url}/admin/keys/${id}`, { method: "DELETE" });
    const revoked = await errorOf(await proxy.ask({}, bearer(token)));
    expect(revoked).toMatchObject({ code: "invalid_api_key", message: expect.stringContaining("revoked") });
    expect((await proxy.ask()).status).toBe(401);
  });

  it("whoever brings a key that was made elsewhere a moment ago is known by it", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { key, token } = await new KeyStore(proxy.database).create(readKeyRequest({}, Date.now()), Date.now());
    expect((await proxy.ask({}, bearer(token))).status).toBe(200);
    expect((await proxy.lastDecision()).facts["key"]?.value).toBe(key.id);
    expect((await proxy.ask()).status).toBe(401);
  });

  it("everybody, when the server is reached from elsewhere", async () => {
    const proxy = await startProxy(compile(policyOf("{ to: [acme/a] }"), catalogOf({ a: "http://127.0.0.1:1/v1" })), {
      isLoopback: false,
    });
    const refused = await proxy.ask();
    expect(refused.status).toBe(401);
    expect(await errorOf(refused)).toMatchObject({
      code: "no_api_keys",
      message: expect.stringContaining("policy keys create"),
    });
    expect((await fetch(`${proxy.url}/v1/models`)).status).toBe(401);
  });

  it("nobody here, but a web page of another site may not use that; with a key it may", async () => {
    const proxy = await proxyOver({ left: await answering() });
    expect((await proxy.ask({}, { origin: "http://localhost:3000" })).status).toBe(200);
    const refused = await proxy.ask({}, { origin: "https://evil.example" });
    expect(refused.status).toBe(403);
    expect(await errorOf(refused)).toMatchObject({ code: "foreign_origin" });
    expect((await proxy.ask({}, { origin: "null" })).status).toBe(403);
    const { token } = await proxy.createKey();
    expect((await proxy.ask({}, { ...bearer(token), origin: "https://evil.example" })).status).toBe(200);
  });

  it.each([
    ["evil.example", 403],
    ["EVIL.example.:8080", 403],
    ["127.0.0.1.evil.example", 403],
    ["localhost", 200],
    ["127.0.0.1:8080", 200],
    ["192.168.1.2", 200],
    ["[::ffff:127.0.0.1]:8080", 200],
    ["laptop:8080", 200],
    ["host.docker.internal:8080", 200],
    ["router.local", 200],
  ])(
    "nobody who reads from here, but under %s it may be a page that pointed its name here: %i",
    async (host, status) => {
      const proxy = await proxyOver({ left: await answering() });
      const read = (path: string, headers: object = {}) => statusOf(`${proxy.url}${path}`, { host, ...headers });
      expect(await read("/v1/models")).toBe(status);
      expect(await read("/v1/key")).toBe(status);
      const { token } = await proxy.createKey();
      expect(await read("/v1/models", bearer(token))).toBe(200);
    },
  );

  it("one for inference calls models; one for reading or administration does not", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { token } = await proxy.createKey({ scopes: ["read"] });
    const refused = await proxy.ask({}, bearer(token));
    expect(refused.status).toBe(403);
    expect(await errorOf(refused)).toMatchObject({ code: "wrong_scope" });
    expect((await fetch(`${proxy.url}/v1/models`, { headers: bearer(token) })).status).toBe(200);
  });
});

/** `fetch` sends no `Host` but that of the address. */
function statusOf(url: string, headers: OutgoingHttpHeaders): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, (response) => resolve(response.resume().statusCode)).on("error", reject);
  });
}

const attributes = "attributes:\n  plan: { type: string, values: [free, pro], from: key }";

describe("what a key says", () => {
  it("is trusted: hints do not take its place, tags join", async () => {
    const upstream = await answering();
    const policy = compile(policyOf("{ to: [acme/left] }", "[]", attributes), catalogOf({ left: upstream.url }));
    const proxy = await startProxy(policy);
    const settings = { tenant: "t", app: "a", user: "u", region: "eu", tags: ["beta"], attributes: { plan: "pro" } };
    const { token, id } = await proxy.createKey(settings);
    const hints = { "x-route-region": "us", "x-title": "other", "x-route-tags": "code, beta" };
    await proxy.ask({ user: "somebody", metadata: { plan: "free" } }, { ...bearer(token), ...hints });
    const { facts } = await proxy.lastDecision();
    expect(facts).toMatchObject({
      key: { value: id, source: "key" },
      key_tags: { value: ["beta"], source: "key" },
      tags: { value: ["beta", "code"], source: "key, header x-route-tags" },
      tenant: { value: "t", source: "key" },
      app: { value: "a", source: "key" },
      user: { value: "u", source: "key" },
      region: { value: "eu", source: "key" },
      "attributes.plan": { value: "pro", source: "key" },
    });
  });

  it("leaves open what it does not say", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { token } = await proxy.createKey();
    await proxy.ask({ user: "somebody" }, { ...bearer(token), "x-route-region": "us", "x-title": "site" });
    const { facts } = await proxy.lastDecision();
    expect(facts).toMatchObject({
      app: { value: "site", source: "header x-title" },
      user: { value: "somebody", source: "body user" },
      region: { value: "us" },
      key_tags: { value: [] },
    });
    expect(facts).not.toHaveProperty("tenant");
    expect(facts).not.toHaveProperty("tags");
  });

  it("is absent and warned about when an attribute's value is not one the policy declares", async () => {
    const upstream = await answering();
    const policy = compile(policyOf("{ to: [acme/left] }", "[]", attributes), catalogOf({ left: upstream.url }));
    const proxy = await startProxy(policy);
    const { token } = await proxy.createKey({ attributes: { plan: "gold" } });
    const response = await proxy.ask({}, bearer(token));
    expect(response.headers.get("x-route-warning")).toContain("attributes.plan: it takes one of free, pro");
    expect((await proxy.lastDecision()).facts).not.toHaveProperty("attributes.plan");
  });

  it("says which models may be used, in plans and in GET /v1/models", async () => {
    const [left, right] = [await answering(), await answering()];
    const proxy = await proxyOver({ left, right });
    const { token } = await proxy.createKey({ allow: ["acme/ri*"] });
    const response = await proxy.ask({}, bearer(token));
    expect(response.headers.get("x-route-model")).toBe("acme/right");
    expect(left.requests).toHaveLength(0);
    const list = (await (await fetch(`${proxy.url}/v1/models`, { headers: bearer(token) })).json()) as {
      data: { id: string }[];
    };
    expect(list.data.map(({ id }) => id)).toEqual(["acme/right", "auto"]);
    const nothing = await proxy.createKey({ allow: ["other/*"] });
    const refused = await proxy.ask({}, bearer(nothing.token));
    expect(refused.status).toBe(400);
    expect((await errorOf(refused)).message).toContain("2 of the route's: this API key may not use it");
  });
});

describe("/admin/keys", () => {
  const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });

  const patch = ({ url }: { readonly url: string }, id: string, body: unknown) =>
    fetch(`${url}/admin/keys/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  it("makes a key whose token is shown once", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const created = await post(`${proxy.url}/admin/keys`, {
      name: "n",
      limits: { budgets: { day: "0.5" } },
      expires: "1d",
    });
    expect(created.status).toBe(201);
    const { token, key } = (await created.json()) as { token: string; key: { id: string } };
    expect(token).toMatch(/^rw_[0-9a-z]{12}_[\w-]{43}$/);
    expect((await proxy.ask({}, bearer(token))).status).toBe(200);
    const listed = await (await fetch(`${proxy.url}/admin/keys`)).text();
    expect(JSON.parse(listed).keys).toEqual([
      { ...key, state: "active", limits: { budgets: { day: 0.5 } }, last_used: expect.any(String) },
    ]);
    expect(listed).not.toContain(token.slice(16));
    expect(listed).not.toMatch(/[0-9a-f]{64}/); // no hash either
  });

  it("rotates, revokes, and sets limits of tenants", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { token, id } = await proxy.createKey();
    const rotated = await post(`${proxy.url}/admin/keys/${id}/rotate`, { overlap: "0" });
    const { token: next } = (await rotated.json()) as { token: string };
    expect((await proxy.ask({}, bearer(token))).status).toBe(401);
    expect((await proxy.ask({}, bearer(next))).status).toBe(200);
    expect((await post(`${proxy.url}/admin/keys/key_nobody/rotate`, {})).status).toBe(404);
    expect((await post(`${proxy.url}/admin/keys/${id}/rotate`, { overlap: "soon" })).status).toBe(400);
    const put = await fetch(`${proxy.url}/admin/limits`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ tenant: "t/1", app: "a", limits: { concurrent: 2 } }),
    });
    expect(await put.json()).toEqual({ tenant: "t/1", app: "a", limits: { concurrent: 2 } });
    expect(await (await fetch(`${proxy.url}/admin/limits`)).json()).toEqual({
      limits: [{ tenant: "t/1", app: "a", limits: { concurrent: 2 } }],
    });
  });

  it("says what is spent of a key's budgets, and of its tenant's", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { token, id } = await proxy.createKey({ name: "n", tenant: "t", limits: { budgets: { total: 1 } } });
    await fetch(`${proxy.url}/admin/limits`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ tenant: "t", limits: { budgets: { day: 2 } } }),
    });
    await proxy.ask({}, bearer(token));
    const answer = (await (await fetch(`${proxy.url}/admin/keys/${id}`)).json()) as { budgets: object[] };
    const own = (await (await fetch(`${proxy.url}/v1/key`, { headers: bearer(token) })).json()) as {
      budgets: object[];
    };
    expect(answer).toMatchObject({
      key: { id, name: "n", tenant: "t", last_used: expect.any(String) },
      budgets: [
        { of: `key ${id}`, period: "total", limit_usd: 1, spent_usd: expect.any(Number), resets: null },
        { of: "tenant t", period: "day", limit_usd: 2, resets: expect.stringContaining("T00:00:00") },
      ],
    });
    expect(answer.budgets).toEqual(own.budgets);
    expect(JSON.stringify(answer)).not.toMatch(/[0-9a-f]{64}/); // no hash
    const unknown = await fetch(`${proxy.url}/admin/keys/key_nobody`);
    expect([unknown.status, await errorOf(unknown)]).toEqual([404, expect.objectContaining({ code: "not_found" })]);
  });

  it("changes what a key may use and spend, at once, and keeps what it spent", async () => {
    const [left, right] = [await answering(), await answering()];
    const proxy = await proxyOver({ left, right });
    const small = { max_completion_tokens: 1 };
    const { token, id } = await proxy.createKey({ name: "n", limits: { budgets: { day: "0.000001" } } });
    const refused = await proxy.ask(small, bearer(token));
    expect([refused.status, await errorOf(refused)]).toEqual([
      429,
      expect.objectContaining({ code: "budget_insufficient" }),
    ]);
    const raised = await patch(proxy, id, { limits: { budgets: { day: 1 } }, allow: ["acme/right"] });
    expect(raised.status).toBe(200);
    expect(await raised.json()).toMatchObject({
      key: { id, name: "n", state: "active", allow: ["acme/right"], limits: { budgets: { day: 1 } } },
    });
    const answered = await proxy.ask(small, bearer(token));
    expect([answered.status, answered.headers.get("x-route-model")]).toEqual([200, "acme/right"]);
    const spent = async () => {
      const answer = await fetch(`${proxy.url}/v1/key`, { headers: bearer(token) });
      const { budgets } = (await answer.json()) as { budgets: { spent_usd: number }[] };
      return budgets.map(({ spent_usd }) => spent_usd);
    };
    const before = await spent();
    expect(before[0]).toBeGreaterThan(0);
    await patch(proxy, id, { limits: { budgets: { day: 2, month: 5 } } });
    expect(await spent()).toEqual([...before, ...before]);
    await patch(proxy, id, { limits: { budgets: { day: "0.000001", month: null } }, allow: null });
    expect(await errorOf(await proxy.ask(small, bearer(token)))).toMatchObject({ code: "budget_exhausted" });
    await patch(proxy, id, { limits: null });
    expect((await proxy.ask(small, bearer(token))).headers.get("x-route-model")).toBe("acme/left");
  });

  it("changes nothing when the change cannot be made, and says why", async () => {
    const policy = compile(
      policyOf("{ to: [acme/left] }", "[]", attributes),
      catalogOf({ left: "http://127.0.0.1:9" }),
    );
    const proxy = await startProxy(policy);
    // The second names what the policy does not know (any more): it stays, since the change does not name it.
    const { id } = await proxy.createKey({
      allow: ["acme/gone"],
      attributes: { gone: "x" },
      limits: { concurrent: 1 },
    });
    for (const [change, param] of [
      [{ limits: { budgets: { day: "much" } } }, "limits.budgets.day"],
      [{ limits: { rpm: null } }, "limits.rpm"],
      [{ allow: ["acme/lefd"] }, "allow"],
      [{ attributes: { plan: "gold" } }, "attributes.plan"],
      [{ attributes: { plna: "pro" } }, "attributes.plna"],
      [{}, "the body"],
    ] as const) {
      const refused = await patch(proxy, id, change);
      expect([refused.status, await errorOf(refused)]).toEqual([
        400,
        expect.objectContaining({ code: "invalid_parameter", param }),
      ]);
    }
    expect((await fetch(`${proxy.url}/admin/keys/${id}`, { method: "PATCH" })).status).toBe(400);
    expect(
      await (await patch(proxy, id, { limits: { concurrent: 2 }, attributes: { plan: "pro" } })).json(),
    ).toMatchObject({
      key: { allow: ["acme/gone"], attributes: { gone: "x", plan: "pro" }, limits: { concurrent: 2 } },
    });
    expect(await errorOf(await patch(proxy, "key_nobody", { name: "x" }))).toMatchObject({ code: "not_found" });
    await fetch(`${proxy.url}/admin/keys/${id}`, { method: "DELETE" });
    expect((await patch(proxy, id, { name: "x" })).status).toBe(404);
  });

  it("names what is wrong with a request", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const refused = await post(`${proxy.url}/admin/keys`, { limits: { budgets: { year: 1 } } });
    expect(refused.status).toBe(400);
    expect(await errorOf(refused)).toMatchObject({ code: "invalid_parameter", param: "limits.budgets" });
  });

  it("makes no key and changes nothing when the settings cannot be read", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const { id } = await proxy.createKey();
    const json = { "content-type": "application/json" };
    const form = { "content-type": "application/x-www-form-urlencoded" }; // what curl -d sends
    const send = async (path: string, body: string | undefined, headers: Record<string, string>, method = "POST") => {
      const answer = await fetch(`${proxy.url}/admin/${path}`, { method, headers, ...(body && { body }) });
      return { status: answer.status, ...(await errorOf(answer)) };
    };
    const settings = '{"allow":["acme/left"],"limits":{"budgets":{"day":1}}}';
    const foreign = { status: 415, code: "unsupported_media_type" };
    const help = expect.stringContaining("content-type: application/json");
    expect(await send("keys", settings, form)).toMatchObject({ ...foreign, message: help });
    expect(await send("keys", settings, { "content-type": "text/plain" })).toMatchObject(foreign);
    expect(await send(`keys/${id}/rotate`, '{"overlap":"0"}', form)).toMatchObject(foreign);
    expect(await send("limits", '{"tenant":"t","limits":{}}', form, "PUT")).toMatchObject(foreign);
    expect(await send("policy/reload", "x", form)).toMatchObject(foreign);
    for (const body of ["{", "[]", "null", '"text"', settings.slice(1)]) {
      expect(await send("keys", body, json)).toMatchObject({ status: 400, code: "invalid_json" });
    }
    const twice = '{"limits":{"budgets":{"day":1}},"limits":{}}';
    expect(await send("keys", twice, json)).toMatchObject({
      ...{ status: 400, code: "duplicate_key", message: expect.stringContaining('the key "limits" more than once') },
    });
    const twiceWithin = '{"limits":{"budgets":{"day":1,"day":100}}}';
    expect(await send("keys", twiceWithin, json)).toMatchObject({
      ...{ status: 400, code: "duplicate_key", message: expect.stringContaining('the key "day" more than once') },
    });
    const large = JSON.stringify({ name: "x".repeat(70_000) });
    expect(await send("keys", large, json)).toMatchObject({ status: 413, code: "request_too_large" });
    const compressed = { ...json, "content-encoding": "compress" };
    expect(await send("keys", settings, compressed)).toMatchObject({ status: 415, code: "unsupported_encoding" });
    expect(await send("keys", undefined, {})).toMatchObject({ status: 400, message: expect.stringContaining("{}") });
    expect(await send("keys", undefined, json)).toMatchObject({ status: 400 });
    expect(await send(`keys/${id}/rotate`, '{"overlp":"0"}', json)).toMatchObject({ status: 400, param: "overlp" });
    const { keys } = (await (await fetch(`${proxy.url}/admin/keys`)).json()) as { keys: { id: string }[] };
    expect(keys.map((key) => key.id)).toEqual([id]);
    const withCharset = { ...json, "content-type": "application/json; charset=utf-8" };
    const made = await fetch(`${proxy.url}/admin/keys`, { method: "POST", headers: withCharset, body: settings });
    expect(await made.json()).toMatchObject({ key: { allow: ["acme/left"], limits: { budgets: { day: 1 } } } });
    const rotated = await fetch(`${proxy.url}/admin/keys/${id}/rotate`, { method: "POST" });
    expect(rotated.status).toBe(200);
  });

  it("makes no key with a model that the serving policy's catalog does not have", async () => {
    const proxy = await proxyOver({ left: await answering() });
    const refused = await post(`${proxy.url}/admin/keys`, { allow: ["acme/*", "acme/lefd"] });
    expect(refused.status).toBe(400);
    expect(await errorOf(refused)).toMatchObject({
      code: "invalid_parameter",
      param: "allow",
      message: "allow: nothing of the policy's catalog is called `acme/lefd`; did you mean `acme/left`?",
    });
    const { keys } = (await (await fetch(`${proxy.url}/admin/keys`)).json()) as { keys: object[] };
    expect(keys).toEqual([]);
  });

  it.each([
    [{ plna: "pro" }, "plna", "the policy takes no such attribute `from: key`; did you mean `plan`?"],
    [{ plan: "gold" }, "plan", "it takes one of free, pro"],
  ])("makes no key with an attribute that the serving policy does not take: %j", async (given, name, message) => {
    const policy = compile(
      policyOf("{ to: [acme/left] }", "[]", attributes),
      catalogOf({ left: "http://127.0.0.1:9" }),
    );
    const proxy = await startProxy(policy);
    const refused = await post(`${proxy.url}/admin/keys`, { attributes: given });
    expect(refused.status).toBe(400);
    expect(await errorOf(refused)).toMatchObject({
      code: "invalid_parameter",
      param: `attributes.${name}`,
      message: `attributes.${name}: ${message}`,
    });
  });

  it("is open to keys of scope admin, and for looking to those of scope read", async () => {
    const upstream = await answering();
    const policy = compile(policyOf("{ to: [acme/left] }"), catalogOf({ left: upstream.url }));
    const proxy = await startProxy(policy, { adminToken: "the admin's token" });
    const [admin, reader, caller] = await Promise.all(
      ["admin", "read", "inference"].map((scope) => proxy.createKey({ scopes: [scope] })),
    );
    const status = async (token: string) => [
      (await fetch(`${proxy.url}/admin/keys`, { headers: bearer(token) })).status,
      (await post(`${proxy.url}/admin/keys`, {}, bearer(token))).status,
    ];
    expect(await status(admin!.token)).toEqual([200, 201]);
    expect(await status(reader!.token)).toEqual([200, 403]);
    expect(await status(caller!.token)).toEqual([403, 403]);
    expect(await status("the admin's token")).toEqual([200, 201]);
    expect(await status("another token")).toEqual([401, 401]);
    expect((await fetch(`${proxy.url}/admin/keys`)).status).toBe(401);
  });
});
