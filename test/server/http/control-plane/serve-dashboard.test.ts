import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serveDashboard } from "../../../../server/http/control-plane/serve-dashboard.js";
import { close, listen } from "../../../services/listen.js";

describe("serveDashboard()", () => {
  let folder: string;
  let url: string;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-dashboard-"));
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "index.html"), "<!doctype html><title>page</title>");
    await writeFile(join(folder, "icon.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
    await writeFile(join(folder, "assets/index-abc.js"), "export {};");
    const app = express().disable("x-powered-by").use(serveDashboard(folder));
    const server = createServer(app);
    url = await listen(server);
    stop = () => close(server);
  });
  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true });
  });

  it.each(["/", "/index.html", "/icon.svg", "/assets/index-abc.js"])(
    "sends %s with headers that keep everything foreign out",
    async (path) => {
      const { headers } = await fetch(url + path);
      const policy = headers.get("content-security-policy");
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|http|\*|data:/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("x-frame-options")).toBe("DENY");
    },
  );

  it("has the page asked for again each time, and what is named by its content never", async () => {
    const page = await fetch(url);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.headers.get("cache-control")).toBe("no-cache");
    const script = await fetch(`${url}/assets/index-abc.js`);
    expect(script.headers.get("content-type")).toMatch(/^text\/javascript/);
    expect(script.headers.get("cache-control")).toContain("immutable");
  });

  it("sends the page of a newer version, though package managers give its files the size and the time of the older", async () => {
    const file = join(folder, "index.html");
    await utimes(file, 0, 0);
    const { headers } = await fetch(url);
    await writeFile(file, "<!doctype html><title>newer</title>".slice(0, 34));
    await utimes(file, 0, 0);
    const validators = { "if-none-match": headers.get("etag"), "if-modified-since": headers.get("last-modified") };
    const known = Object.entries(validators).filter((one): one is [string, string] => one[1] !== null);
    const again = await fetch(url, { headers: Object.fromEntries(known) });
    expect([again.status, await again.text()]).toEqual([200, expect.stringContaining("newer")]);
  });

  it.each(["/assets", "/assets/", "/nothing", "/..%2f..%2fetc%2fpasswd", "/%ff"])("has nothing at %s", async (path) => {
    expect((await fetch(url + path)).status).toBe(404);
  });
});
