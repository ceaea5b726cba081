import type { AddressInfo } from "node:net";
import express from "express";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createDecisionRoutes } from "../../../../server/http/control-plane/decision-routes.js";
import { DecisionFeed } from "../../../../server/storage/decisions/decision-feed.js";
import { completion, proxyOver, sendJson, startUpstream, stopAll, type TestProxy } from "../harness.js";

afterEach(stopAll);

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function proxyWithDecisions(): Promise<TestProxy & { readonly ids: readonly string[]; readonly token: string }> {
  const upstream = await startUpstream((response, _request, count) => {
    if (count === 2) sendJson(response, { error: { message: "no" } }, 400);
    else sendJson(response, completion("hello"));
  });
  const proxy = await proxyOver({ left: upstream });
  const { token } = await proxy.createKey({ tenant: "t", app: "a" });
  const other = await proxy.createKey({ tenant: "u" });
  const ids: string[] = [];
  for (const key of [token, token, other.token]) {
    const response = await proxy.ask({}, bearer(key));
    await response.text();
    ids.push(response.headers.get("x-route-decision")!);
  }
  return { ...proxy, ids, token };
}

describe("/admin/decisions", () => {
  it("filters by key, tenant, app, outcome, status, model, revision and time", async () => {
    const { url, ids } = await proxyWithDecisions();
    const list = async (query: string) => {
      const response = await fetch(`${url}/admin/decisions?${query}`);
      const { decisions } = (await response.json()) as { decisions: { id: string }[] };
      return decisions.map(({ id }) => ids.indexOf(id));
    };
    expect(await list("tenant=t")).toEqual([1, 0]);
    expect(await list("tenant=t&outcome=answered")).toEqual([0]);
    expect(await list("status=400")).toEqual([1]);
    expect(await list("app=a&limit=1")).toEqual([1]);
    expect(await list("model=acme/left&provider=left&tenant=u")).toEqual([2]);
    expect(await list("since=2020-01-01&until=2020-02-01T00:00:00Z")).toEqual([]);
    expect(await list("since=2020-01-01")).toEqual([2, 1, 0]);
    expect(await list("key=key_nobody")).toEqual([]);
  });

  it.each([
    ["status=9", "it takes an HTTP status"],
    ["since=yesterday", "it takes a date"],
    ["until=2026-11-31T00:00:00Z", "it takes a date"],
    ["limit=0", "from 1 to 1000"],
    ["outcome=anwsered", "there is no such outcome; there are answered, denied"],
    ["model=left", "write the whole id, author/model"],
    ["color=red", "there are limit, before, since, until, status, rule"],
  ])("refuses %s", async (query, message) => {
    const { url } = await proxyOver({ left: { url: "http://127.0.0.1:1/v1" } as never });
    for (const path of ["", "/export", "/stream"]) {
      const response = await fetch(`${url}/admin/decisions${path}?${query}`);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain(message);
    }
  });

  it("exports JSON lines, newest first, each with its rule", async () => {
    const { url, ids } = await proxyWithDecisions();
    const response = await fetch(`${url}/admin/decisions/export?tenant=t`);
    expect(response.headers.get("content-type")).toContain("application/x-ndjson");
    const lines = (await response.text()).trimEnd().split("\n");
    expect(lines.map((line) => ids.indexOf(JSON.parse(line).id))).toEqual([1, 0]);
    expect(lines.map((line) => JSON.parse(line).rule)).toEqual(["default", "default"]);
  });

  it.each(["", "/export"])("stops looking for decisions when the client hangs up: /decisions%s", async (path) => {
    const client = new AbortController();
    const list = vi.fn((_: unknown, signal?: AbortSignal) => {
      client.abort();
      return new Promise<[]>((resolve) => signal?.addEventListener("abort", () => resolve([])));
    });
    const server = express()
      .use(createDecisionRoutes({ decisions: { list: list }, feed: new DecisionFeed() }))
      .listen(0);
    const { port } = server.address() as AddressInfo;
    const asking = fetch(`http://127.0.0.1:${port}/decisions${path}?tenant=rare`, { signal: client.signal });
    await expect(asking).rejects.toThrow(/aborted/);
    expect(await list.mock.results[0]?.value).toEqual([]);
    server.close();
  });

  it("waits for a slow reader of an export, and leaves no listener behind", async () => {
    let pages = 0;
    let mostListeners = 0;
    const page = Array.from({ length: 500 }, (_, at) => ({
      decision: { id: `dec_${at}`, padding: "-".repeat(1_000) },
      summary: { rule: "default", status: 200 },
    }));
    const app = express();
    app.use((_request, response, next) => {
      response.on("drain", () => {
        mostListeners = Math.max(mostListeners, response.listenerCount("close"));
      });
      next();
    });
    const list = async () => (pages++ < 12 ? page : []) as never;
    app.use(createDecisionRoutes({ decisions: { list: list }, feed: new DecisionFeed() }));
    const server = app.listen(0);
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/decisions/export`);
    expect((await response.text()).split("\n")).toHaveLength(12 * 500 + 1);
    expect(mostListeners).toBeGreaterThan(0);
    expect(mostListeners).toBeLessThan(6);
    server.close();
  });

  it("streams decisions as they are made, those that fit the filter", async () => {
    const proxy = await proxyWithDecisions();
    const abort = new AbortController();
    const refused = await fetch(`${proxy.url}/admin/decisions/stream?limit=5`);
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("limit: ")]);
    const response = await fetch(`${proxy.url}/admin/decisions/stream?tenant=t`, { signal: abort.signal });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const reader = response.body!.getReader();
    let text = "";
    const readUntil = async (words: string) => {
      while (!text.includes(words)) text += Buffer.from((await reader.read()).value!).toString();
    };
    await readUntil(": decisions");
    const other = await proxy.createKey({ tenant: "u" });
    const skipped = await proxy.ask({}, bearer(other.token));
    const shown = await proxy.ask({}, bearer(proxy.token));
    await readUntil(shown.headers.get("x-route-decision")!);
    expect(text).not.toContain(skipped.headers.get("x-route-decision"));
    expect(text).toContain("event: decision\ndata: {");
    abort.abort();
  });
});
