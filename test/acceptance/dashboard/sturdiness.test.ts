import { createServer, request } from "node:http";
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { close as closeServer, listen } from "../../services/listen.js";
import { type ProxyProcess, startProxy } from "../proxy-process.js";
import { askTagged } from "./ask-tagged.js";
import { hasChromium, openDashboard, startBrowser } from "./browser.js";
import { startEndless, writeDashboardPolicies } from "./dashboard-policies.js";

/** Keeps the first request that fits back. @returns a promise of when it was made, and what lets it go. */
async function keepBack(page: Page, pattern: RegExp): Promise<{ asked: Promise<Route>; letGo: () => Promise<void> }> {
  let hear: ((route: Route) => void) | undefined;
  const asked = new Promise<Route>((resolve) => {
    hear = resolve;
  });
  await page.route(pattern, async (route) => {
    if (hear === undefined) await route.continue();
    else hear(route);
    hear = undefined;
  });
  return {
    asked,
    letGo: async () => {
      const route = await asked;
      await route.continue().catch(() => undefined); // the page may have given it up
    },
  };
}

describe.skipIf(!hasChromium)("the dashboard, when things go otherwise", () => {
  const token = "s3cret-token";
  let browser: Browser;
  let proxy: ProxyProcess;
  beforeAll(async () => {
    [browser, proxy] = await Promise.all([startBrowser(), startProxy("policies")]);
  });
  afterAll(async () => {
    await browser.close();
    await proxy.stop();
  });

  it("asks for no other path when an address names what is no decision", async () => {
    const { page, requests, close } = await openDashboard(browser, `${proxy.url}/#/decisions/export`);
    for (const id of ["export", "stream", "..", "%2e%2e%2fkeys"]) {
      await page.goto(`${proxy.url}/#/decisions/${id}`);
      await page.getByRole("alert").getByText("there is no decision of that id").waitFor();
    }
    const asked = new Set(requests.map((url) => new URL(url).pathname).filter((path) => path.startsWith("/admin")));
    expect(asked).toEqual(new Set(["/admin/health", "/admin/decisions", "/admin/decisions/stream"]));
    expect(requests.filter((url) => url.endsWith("/stream"))).toHaveLength(1); // the list's own
    await close();
  });

  it("works below a path of a reverse proxy's", async () => {
    const front = createServer((incoming, outgoing) => {
      const { url = "", method = "", headers } = incoming;
      if (!url.startsWith("/llm/")) return void outgoing.writeHead(404).end();
      const passed = request(new URL(url.slice("/llm".length), proxy.url), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(outgoing);
      });
      outgoing.on("close", () => passed.destroy());
      passed.on("error", () => undefined);
      incoming.pipe(passed);
    });
    const { page, close } = await openDashboard(browser, `${await listen(front)}/llm/`);
    await page.getByRole("region", { name: "Serving production" }).waitFor();
    await page.getByRole("link", { name: "Playground" }).click();
    await page.getByLabel("Prompt", { exact: true }).fill("below a path");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("You said: below a path").waitFor();
    await page.getByRole("link", { name: "Decisions" }).click();
    await page.getByText("live", { exact: true }).waitFor();
    await close();
    await closeServer(front);
  });

  it("puts an older page into the list that it was asked for, and into no other", async () => {
    await askTagged(proxy, "code", 52);
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/decisions`);
    const older = await keepBack(page, /decisions\?.*before=/);
    await page.getByRole("button", { name: "Show older" }).click();
    await older.asked;
    await page.goto(`${proxy.url}/#/decisions?key=nobody`);
    await page.getByText("No decisions fit the filter.").waitFor();
    await older.letGo();
    await page.goto(`${proxy.url}/#/decisions?key=somebody`);
    await page.getByText("No decisions fit the filter.").waitFor();
    expect(await page.locator("table.rows tbody tr").count()).toBe(0);
    await close();
  });

  it("opens the stream of decisions anew when nothing has come for long, as after a machine slept", async () => {
    const { page, requests, close } = await openDashboard(browser, `${proxy.url}/#/decisions`);
    await page.clock.install();
    await page.reload();
    await page.getByText("live", { exact: true }).waitFor();
    const streams = () => requests.filter((url) => url.endsWith("/stream")).length;
    const before = streams();
    await page.clock.fastForward(60_000);
    await expect.poll(streams).toBe(before + 1);
    await page.getByText("live", { exact: true }).waitFor();
    const [id = ""] = await askTagged(proxy, "code");
    await page.locator(`a[href*="${id}"]`).waitFor();
    await close();
  });

  it("says that it follows no more when the server refuses the stream, and tries again when it is told to", async () => {
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/decisions`, { expected: /404 .*stream/ });
    await page.getByText("live", { exact: true }).waitFor();
    const refused = { status: 404, json: { error: { code: "not_found", message: "no stream here" } } };
    await page.route("**/admin/decisions/stream*", (route) => route.fulfill(refused));
    await page.goto(`${proxy.url}/#/decisions?rule=code`);
    await page.getByText("stopped", { exact: true }).waitFor();
    await page.getByRole("alert").getByText("no stream here").waitFor();
    await page.unroute("**/admin/decisions/stream*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("live", { exact: true }).waitFor();
    const [id = ""] = await askTagged(proxy, "code");
    await page.locator(`a[href*="${id}"]`).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await close();
  });

  it("draws no chart of two thousand years while a year is typed", async () => {
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/usage`, { expected: /400 .*usage/ });
    await page.getByLabel("From").fill("0002-11-13");
    await page.getByText("Choose").or(page.getByRole("alert")).first().waitFor();
    expect(await page.locator("svg g").count()).toBeLessThan(500);
    await close();
  });

  it("asks for no more than two days and a group, whatever else an address has", async () => {
    const { page, requests, close } = await openDashboard(browser, proxy.url, { expected: /does not conform/ });
    await page.goto(`${proxy.url}/#/usage?from=2026-11-01 (%26tenant=x`);
    await page.getByText("Choose two days").waitFor();
    expect(requests.filter((url) => url.includes("/admin/usage"))).toEqual([]);
    await close();
  });

  it("shows a hundred of the endpoints that were used, and the sum of all; then the others", async () => {
    const { page, close } = await openDashboard(browser, proxy.url);
    const usage = Array.from({ length: 250 }, (_, at) => ({
      ...{ endpoint: `a/m${at}@p`, attempts: 250 - at, answered: 1, input: 1, cached_input: 0, cache_write: 0 },
      ...{ audio_input: 0, image_input: 0, output: 1, reasoning: 0, audio_output: 0, incurred_usd: 0, charged_usd: 0 },
      ...{ unknown_cost: 0, mean_ms: 1, time: "2026-11-01T00:00:00.000Z" },
    }));
    const answer = { from: "2026-11-01T00:00:00.000Z", to: "2026-11-02T00:00:00.000Z", usage };
    await page.route("**/admin/usage*", (route) => route.fulfill({ json: answer }));
    await page.goto(`${proxy.url}/#/usage?by=endpoint`);
    const table = page.getByRole("region", { name: "Usage by endpoint" });
    const rows = table.locator("tbody tr");
    await table.getByRole("row", { name: "All $0 $0 31,375 250" }).waitFor();
    expect(await rows.count()).toBe(100);
    await page.getByRole("button", { name: "Show 150 more endpoints" }).click();
    await expect.poll(() => rows.count()).toBe(250);
    expect(await page.evaluate("document.activeElement.firstChild.textContent")).toBe("a/m100@p");
    await close();
  });

  it("says no longer that answers are simulated when the server was started again with keys", async () => {
    const { page, close } = await openDashboard(browser, proxy.url);
    await page.clock.install();
    await page.goto(`${proxy.url}/#/usage`);
    await page.reload();
    const says = page.getByRole("banner").getByText("answers are simulated");
    await says.waitFor();
    await page.route("**/admin/health", (route) => route.fulfill({ json: { endpoints: [], queue: {} } }));
    await page.clock.fastForward(10_000);
    await says.waitFor({ state: "detached" });
    await close();
  });

  it("shows a hundred of thousands of keys, and finds the others", async () => {
    const { page, close } = await openDashboard(browser, proxy.url);
    const common = { state: "active", tags: [], allow: [], scopes: ["inference"], attributes: {}, limits: {} };
    const keys = Array.from({ length: 5_000 }, (_, at) => ({
      id: `key_${at}`,
      name: `n${at}`,
      tenant: `t${at}`,
      ...common,
    }));
    await page.route("**/admin/keys", (route) => route.fulfill({ json: { keys } }));
    await page.goto(`${proxy.url}/#/keys`);
    await page.getByRole("status").getByText("5,000 keys").waitFor();
    const rows = page.getByRole("row");
    expect(await rows.count()).toBe(101); // with the heading
    await page.getByLabel(/^Find/).fill("T49");
    await page.getByRole("status").getByText("111 keys of 5,000").waitFor();
    await page.getByRole("button", { name: "Show 11 more keys" }).click();
    await expect.poll(() => rows.count()).toBe(112);
    const next = page.getByRole("link", {
      name: keys.filter(({ name }) => name.startsWith("n49"))[100]?.name ?? "",
      exact: true,
    });
    expect(await next.evaluate((link) => link === link.ownerDocument.activeElement)).toBe(true);
    await page.reload(); // what is looked for is in the address
    await page.getByRole("status").getByText("111 keys of 5,000").waitFor();
    await page.setViewportSize({ width: 375, height: 800 });
    const heights = await page.evaluate<readonly number[]>(`
      [...document.querySelectorAll(".tag")].map((tag) => tag.getBoundingClientRect().height)`);
    expect(Math.max(...heights), "no word of a fact is broken").toBeLessThan(30);
    await page.getByLabel(/^Find/).fill("nobody");
    await page.getByRole("status").getByText("0 keys of 5,000").waitFor();
    expect(await page.getByRole("table").count()).toBe(0);
    await page.getByLabel(/^Find/).fill("key_4999");
    await expect.poll(() => rows.allInnerTexts()).toEqual([expect.any(String), expect.stringContaining("n4999")]);
    await close();
  });

  it("draws calls where nothing was spent, unless asked for spend", async () => {
    await askTagged(proxy, "code", 3);
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/usage`);
    await page.getByRole("img", { name: "Calls by day" }).waitFor();
    await page.getByLabel("Chart of").selectOption("spend");
    await page.getByText("Spend: nothing to draw in these days.").waitFor();
    await close();
  });

  it.each([
    ["keys", "There are none."],
    ["usage", "Nothing was used in these days."],
  ])("asks again for what could not be read: %s", async (view, shown) => {
    const fresh = await startProxy("policies");
    const { page, close } = await openDashboard(browser, fresh.url, { expected: /503/ });
    const away = { status: 503, json: { error: { code: "database_unavailable", message: "the database is away" } } };
    const asked = new RegExp(`/admin/${view}`);
    await page.route(asked, (route) => route.fulfill(away));
    await page.getByRole("link", { name: view }).click();
    await page.getByRole("alert").getByText("the database is away").waitFor();
    await page.unroute(asked);
    await page.getByRole("button", { name: "Ask again" }).click();
    await page.getByText(shown).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await page.evaluate("document.activeElement.localName"), "the button is gone").toBe("main");
    await close();
    await fresh.stop();
  });

  it.each([
    ["decisions", "Decisions", /admin\/decisions\?/],
    ["usage", "Usage", /admin\/usage/],
    ["keys", "Keys", /admin\/keys/],
  ])("says that it reads while it does: %s", async (view, title, asked) => {
    const { page, close } = await openDashboard(browser, proxy.url);
    const slow = await keepBack(page, asked);
    await page.getByRole("link", { name: title, exact: true }).click();
    await page.getByText("Reading…").waitFor();
    await slow.letGo();
    await page.getByText("Reading…").waitFor({ state: "detached" });
    expect(new URL(page.url()).hash).toBe(`#/${view}`);
    await close();
  });

  it("says so when something else answers in place of the server", async () => {
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/keys`);
    await page.route("**/admin/policy", (route) =>
      route.fulfill({ contentType: "text/html", body: "<h1>Sign in to Example</h1>" }),
    );
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("alert").getByText("what answered is not this server").waitFor();
    await close();
  });

  it("shows the rest when a record cannot be shown", async () => {
    const [id = ""] = await askTagged(proxy, "code");
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/decisions`, { expected: /TypeError/ });
    await page.route(`**/admin/decisions/${id}`, (route) => route.fulfill({ json: { record: { id, policy: {} } } }));
    await page.locator(`a[href*="${id}"]`).click();
    await page.getByRole("alert").getByText("cannot be shown").waitFor();
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("region", { name: "Serving production" }).waitFor();
    await close();
  });

  it("lets a stopped answer be over, and gives an answer up when the playground is left", async () => {
    const slow = await startEndless();
    const policies = await writeDashboardPolicies(slow, slow);
    const serving = await startProxy(policies.directory);
    const { page, close } = await openDashboard(browser, `${serving.url}/#/playground`);
    const send = async () => {
      await page.getByLabel("Prompt", { exact: true }).fill("Tell me");
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByText("once upon").waitFor();
      await page.getByText("coming…").waitFor();
    };
    await send();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("coming…").waitFor({ state: "detached" });
    expect(await page.getByText("once upon").count()).toBe(1);
    await expect.poll(slow.open).toBe(0);
    await send();
    await page.getByRole("link", { name: "Keys" }).click();
    await expect.poll(slow.open).toBe(0);
    // Both got a 200 and half an answer.
    await page.goto(`${serving.url}/#/decisions`);
    await expect.poll(() => page.getByRole("cell", { name: "acme/small cancelled", exact: true }).count()).toBe(2);
    expect(await page.locator(".rows .badge.good").count()).toBe(0);
    await close();
    await serving.stop();
    await Promise.all([slow.stop(), policies.remove()]);
  });

  it("shows what came of an answer whose connection broke", async () => {
    const slow = await startEndless();
    const policies = await writeDashboardPolicies(slow, slow);
    const serving = await startProxy(policies.directory);
    const { page, close } = await openDashboard(browser, `${serving.url}/#/playground`, { expected: /ERR_|network/i });
    await page.getByLabel("Prompt", { exact: true }).fill("Tell me");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("once upon").waitFor();
    await serving.kill();
    await page.getByRole("alert").getByText("the connection broke").waitFor();
    expect(await page.getByText("once upon").count()).toBe(1);
    await close();
    await serving.stop();
    await Promise.all([slow.stop(), policies.remove()]);
  });

  it("offers another token when an API key may not look, and goes on with a new one though the old is refused late", async () => {
    const guarded = await startProxy("policies", { ADMIN_TOKEN: token });
    const created = await fetch(`${guarded.url}/admin/keys`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "app" }),
    });
    const { token: key } = (await created.json()) as { token: string };
    const { page, close } = await openDashboard(browser, guarded.url, { expected: /40[13]/ });
    expect(await page.getByLabel("Token").evaluate((input) => input === input.ownerDocument.activeElement)).toBe(true);
    await page.getByLabel("Token").fill(key);
    await page.keyboard.press("Enter");
    await page.getByText("this needs scope admin, or read").waitFor();
    await page.getByLabel("Token").fill("old");
    const late = await keepBack(page, /admin\/health/);
    await page.keyboard.press("Enter");
    await late.asked;
    await page.getByLabel("Token").fill(token);
    await page.keyboard.press("Enter");
    const serving = page.getByRole("region", { name: "Serving production" });
    await serving.waitFor();
    const refused = page.waitForResponse((response) => response.status() === 401);
    await late.letGo();
    await refused;
    await page.reload();
    await serving.waitFor();
    await close();
    await guarded.stop();
  });
});
