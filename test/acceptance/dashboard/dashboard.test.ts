import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProxyProcess, startProxy } from "../proxy-process.js";
import { startUpstream, type Upstream } from "../two-upstreams.js";
import { hasChromium, openDashboard, startBrowser } from "./browser.js";
import { copyPolicies, startFailing, writeDashboardPolicies } from "./dashboard-policies.js";

const HOSTILE = "<img src=x onerror=alert(1)>";

interface Asking {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a chat completion. @returns the id of its decision. */
async function ask({ url }: ProxyProcess, { body = {}, headers = {} }: Asking = {}): Promise<string> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "hi" }], ...body }),
  });
  await response.text();
  return response.headers.get("x-route-decision") ?? "";
}

async function textOf(locator: Locator): Promise<string> {
  return (await locator.innerText()).replace(/\s+/g, " ");
}

const section = (page: Page, name: string) => page.getByRole("region", { name });

describe.skipIf(!hasChromium)("the dashboard", () => {
  let browser: Browser;
  let good: Upstream;
  let failing: Awaited<ReturnType<typeof startFailing>>;
  let policies: Awaited<ReturnType<typeof writeDashboardPolicies>>;
  let proxy: ProxyProcess;
  beforeAll(async () => {
    good = await startUpstream("good");
    failing = await startFailing(`overloaded ${HOSTILE}`);
    policies = await writeDashboardPolicies(good, failing);
    [browser, proxy] = await Promise.all([startBrowser(), startProxy(policies.directory)]);
  });
  afterAll(async () => {
    await browser.close();
    await proxy.stop();
    await Promise.all([good.stop(), failing.stop(), policies.remove()]);
  });

  /** Calls the provider that fails until it is called no more. */
  async function openCircuit(): Promise<void> {
    for (let count = 0; count < 6; count++) await ask(proxy, { headers: { "x-route-tags": "code" } });
  }

  it("shows what serves, that answers are simulated, and an edit that was refused with its code frame", async () => {
    const copy = await copyPolicies("policies");
    const simulated = await startProxy(copy.directory);
    const { page, close } = await openDashboard(browser, simulated.url, { expected: /422 .*\/admin\/policy\/reload/ });
    await page.getByText("Answers are simulated.").waitFor();
    await page.getByRole("banner").getByText("answers are simulated").waitFor();
    const serving = section(page, "Serving production");
    expect(await textOf(serving)).toMatch(/Revision [0-9a-f]{12} Since \d\d:\d\d:\d\d .* 17 rules/i);
    expect(await textOf(section(page, "Endpoints"))).toContain("anthropic/claude-sonnet-4.5@anthropic idle");

    const file = join(copy.directory, "policy.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("strategy: cheapest", "strategy: cheepest"));
    await serving.getByRole("button", { name: "Reload the policy" }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("was refused").waitFor();
    expect(await alert.locator("pre").innerText()).toMatch(/policy\.yaml:\d+:\d+: error\[RW\d+\].*\n.*\n.*cheepest/);
    await expect.poll(() => serving.locator("output").innerText()).toBe("refused"); // the watcher may be first

    await writeFile(file, text);
    await serving.getByRole("button", { name: "Reload the policy" }).click();
    await alert.waitFor({ state: "detached" });

    await writeFile(join(copy.directory, "lost.yaml"), "kind: policy\nrules: []\n");
    await page.getByText("The policy serves, with 1 warning.").waitFor();
    await page.getByText("nothing reads this file").waitFor();
    await rm(join(copy.directory, "lost.yaml"));
    await page.getByText("The policy serves, with 1 warning.").waitFor({ state: "detached" });

    expect(await serving.getByText("What changed").count()).toBe(0);
    const edited = text.replace("strategy: cheapest", "strategy: fastest").replace("name: production", "name: edited");
    await writeFile(file, edited);
    const changed = section(page, "Serving edited");
    await changed.getByText(/^What changed since [0-9a-f]{12}$/).click();
    await changed.getByText("policy.yaml:").last().waitFor();
    const [name, strategy] = await changed.locator("pre").allInnerTexts();
    expect(name).toMatch(/^ .*\n ?.*\n?−\s*name: production\n\+\s*name: edited$/);
    expect(strategy).toMatch(/\n−.*strategy: cheapest.*\n\+.*strategy: fastest.*$/);
    await close();
    await simulated.stop();
    await copy.remove();
  });

  it("shows each attempt with how it ended", async () => {
    const id = await ask(proxy, { headers: { "x-route-tags": "code" } });
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/decisions/${id}`);
    const attempts = section(page, "Attempts").getByRole("listitem");
    await attempts.first().waitFor();
    const texts = await Promise.all((await attempts.all()).map(textOf));
    expect(texts.at(0)).toMatch(
      /^acme\/large@failing 503 overloaded .* m?s in all overloaded <img src=x onerror=alert\(1\)>$/,
    );
    expect(texts.at(-1)).toMatch(/^acme\/small@good 200 .* 10 tokens in · 4 out · \$0\.0000026$/);
    expect(await textOf(page.getByRole("article"))).toContain("answered by acme/small@good in attempt");
    expect(await page.getByRole("article").getByRole("list", { name: "Plan" }).innerText()).toContain("acme/small");
    await close();
  });

  it("shows the endpoints' troubles", async () => {
    await openCircuit();
    const { page, close } = await openDashboard(browser, proxy.url);
    const row = (name: string) =>
      page.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
    await row("acme/large@failing").getByText("circuit open").waitFor();
    expect(await textOf(row("acme/large@failing"))).toMatch(/5 failures in a row, until .* 100% .* overloaded/);
    expect(await textOf(row("acme/large@keyless"))).toContain("no key in no plan");
    expect(await textOf(section(page, "Endpoints"))).toContain("3 endpoints, 1 in trouble");
    await close();
  });

  it("lists decisions as they are made, and opens one with its reasons", async () => {
    await openCircuit();
    const before = await ask(proxy);
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/decisions`);
    await page.getByText("live", { exact: true }).waitFor();
    const link = (id: string) => page.locator(`a[href*="${id}"]`);
    await link(before).waitFor();
    await page.getByRole("button", { name: "Hold" }).click();
    await page.getByText("held", { exact: true }).waitFor();
    const meanwhile = await ask(proxy, { body: { user: "ann" } });
    await page.getByRole("button", { name: "Go on" }).click();
    await link(meanwhile).waitFor();
    const row = page.getByRole("row").filter({ has: link(meanwhile) });
    expect(await textOf(row)).toMatch(/ 200 default acme\/small ann 10 → 4 \S+ m?s \$0\.0000026$/);
    const excluded = await ask(proxy, { headers: { "x-route-tags": "code, pii" } });
    const refused = page.getByRole("row").filter({ has: link(excluded) });
    expect(await textOf(refused)).toMatch(/ \d+ code no candidate /);
    const id = await ask(proxy, { headers: { "x-route-tags": "code, pii", "x-route-budget-usd": "0.5" } });
    await link(id).focus();
    await page.keyboard.press("Enter");
    const article = page.getByRole("article", { name: `Decision ${id}` });
    await article.waitFor();

    expect(await article.getByRole("heading", { level: 2 }).innerText()).toContain("No candidate is left");
    expect(await textOf(article.getByRole("banner").or(article.locator("header")))).toContain(
      "by rule code policy.yaml:17",
    );
    expect(await textOf(section(page, "Facts"))).toMatch(/tags code pii header x-route-tags/);
    expect(await textOf(section(page, "Facts"))).toMatch(/budget_usd \$0\.5 header x-route-budget-usd/);
    expect(await textOf(section(page, "Guards"))).toBe(
      "Guards that act ! pii-in-eu policy.yaml:4 requires region eu when tags is present and tags has pii GDPR art. 44",
    );
    expect(await textOf(section(page, "Rules"))).toContain(
      "✗ long policy.yaml:11 wanted context_tokens ≥ 20,000 got 8 short by 19,992 ✗ rich policy.yaml:14 wanted budget_usd ≥ 1 got 0.5 short by 0.5 ✓ code policy.yaml:17 matched tags has code",
    );
    const candidates = await textOf(section(page, "Candidates"));
    expect(candidates).toMatch(/✗ acme\/large@failing excluded \$\S+ .*circuit_open/);
    expect(candidates).toMatch(/✗ acme\/small@good excluded \$\S+ .*requirement/);
    expect(await textOf(section(page, "Attempts"))).toMatch(
      /Nothing was sent upstream\. The client saw \d+ no candidate/,
    );

    await article.getByText("The record as JSON").click();
    expect(JSON.parse(await article.locator(".json pre").innerText())).toMatchObject({ id, outcome: {} });
    await section(page, "Rules").getByText("policy.yaml:14").click();
    expect(await section(page, "Rules").locator("pre").innerText()).toMatch(
      /14\s+- id: rich\n15\s+match: .*\n16\s+route:/,
    );
    await close();
  });

  it("filters decisions, and pages back through them", async () => {
    for (let count = 0; count < 51; count++) await ask(proxy, { headers: { "x-route-tags": "secret" } });
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/decisions`, { expected: /400 .*status=many/ });
    await page.getByText("Filter", { exact: true }).click();
    await page.getByLabel("rule").fill("no-secrets");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("Filtered by rule no-secrets").waitFor();
    const rows = page.locator("table.rows tbody tr");
    await expect.poll(() => rows.count()).toBe(50);
    await page.getByRole("button", { name: "Show older" }).click();
    await expect.poll(() => rows.count()).toBe(51);
    expect(new Set(await rows.locator("td:nth-child(3)").allInnerTexts())).toEqual(new Set(["no-secrets"]));
    expect(await page.getByRole("button", { name: "Show older" }).count()).toBe(0);

    await page.getByLabel("since").fill("2001-01-01T00:00");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("Filtered by rule no-secrets, since 1 Jan 2001 00:00:00").waitFor();
    await expect.poll(() => rows.count()).toBe(50);
    await page.getByLabel("until").fill("2002-01-01T00:00");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("No decisions fit the filter.").waitFor();
    await page.getByLabel("status").fill("many");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("alert").getByText("it takes an HTTP status").waitFor();
    await close();
  });

  it("says what a link filters by, with the list below it and not the form", async () => {
    const { page, close } = await openDashboard(
      browser,
      `${proxy.url}/#/decisions?rule=code&revision=${"0".repeat(64)}`,
    );
    await page.getByText("Filtered by rule code, revision 000000000000", { exact: true }).waitFor();
    expect(await page.getByLabel("rule").isVisible()).toBe(false);
    await page.getByRole("link", { name: "Clear" }).click();
    await page.getByText("Filter", { exact: true }).waitFor();
    expect(new URL(page.url()).hash).toBe("#/decisions");
    await close();
  });

  it("holds no stream open while its tab is in the background", async () => {
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/decisions`);
    await page.getByText("live", { exact: true }).waitFor();
    const show = (isShown: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, "hidden", { value: ${!isShown}, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));`);
    const ended = page.waitForEvent("requestfailed", (request) => request.url().includes("/stream"));
    await show(false);
    await ended;
    const meanwhile = await ask(proxy);
    await show(true);
    await page.locator(`a[href*="${meanwhile}"]`).waitFor();
    await close();
  });

  it("sums up usage by group and day", async () => {
    await ask(proxy);
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/usage`);
    const table = section(page, "Usage by model");
    await table.getByRole("row", { name: /acme\/small/ }).waitFor();
    expect(await textOf(table)).toMatch(/acme\/small .*\$0\.00\d+ \$0\.00\d+ \d+ \d+ \d+ \d+ /);
    await page.getByRole("img", { name: "Spend by day and model" }).waitFor();
    await page.getByLabel(/^By/).selectOption("rule");
    await section(page, "Usage by rule")
      .getByRole("row", { name: /default/ })
      .waitFor();
    await page.getByLabel("Chart of").selectOption("requests");
    await page.getByRole("img", { name: "Calls by day and rule" }).waitFor();
    await page.getByText("The figures by day").click();
    const newest = page.locator(".daily tbody tr").first();
    const counts = (await newest.getByRole("cell").allInnerTexts()).map(Number);
    expect(await textOf(page.locator(".daily thead"))).toMatch(/^Day All .*default/i);
    expect(counts[0], "all of a day").toBe(counts.slice(1).reduce((a, b) => a + b, 0));
    const { from } = (await (await fetch(`${proxy.url}/admin/usage`)).json()) as { from: string };
    expect(await page.getByLabel(/^From/).inputValue(), "as the API has it").toBe(from.slice(0, 10));
    await page.getByLabel(/^Until/).fill("2001-02-04");
    await page.getByLabel(/^From/).fill("2001-02-03");
    await page.getByText("Nothing was used in these days.").waitFor();
    await page.reload(); // what is shown is in the address
    await page.getByText("Nothing was used in these days.").waitFor();
    expect(new URL(page.url()).hash).toBe("#/usage?by=rule&chart=requests&until=2001-02-04&from=2001-02-03");
    expect(await page.getByLabel(/^By/).inputValue()).toBe("rule");
    await close();
  });

  it.each(["Pacific/Apia", "Pacific/Honolulu"])("names days as UTC has them, read in %s", async (timezoneId) => {
    await ask(proxy);
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/usage`, { timezoneId });
    const chart = page.getByRole("img", { name: "Spend by day" });
    await chart.waitFor();
    const { to } = (await (await fetch(`${proxy.url}/admin/usage`)).json()) as { to: string };
    const newest = new Date(Date.parse(to) - 1).toLocaleDateString("en-GB", {
      day: "numeric",
      month: "short",
      timeZone: "UTC",
    });
    expect(await chart.locator("text").last().textContent()).toBe(newest);
    await close();
  });

  it("shows spend beside its names on a narrow screen, and the newest days in letters as large as elsewhere", async () => {
    await ask(proxy);
    const { page, close } = await openDashboard(browser, proxy.url);
    await page.setViewportSize({ width: 375, height: 800 });
    await page.goto(`${proxy.url}/#/usage`);
    const chart = page.getByRole("img", { name: "Spend by day" });
    await chart.waitFor();
    const [drawn, shown] = await Promise.all([chart.getAttribute("width"), chart.boundingBox()]);
    expect(shown?.width, "not scaled down").toBe(Number(drawn));
    const endOf = async (locator: Locator) => {
      const box = await locator.boundingBox();
      return (box?.x ?? 0) + (box?.width ?? 0);
    };
    expect(await endOf(chart.locator("g").last())).toBeLessThan(375);
    const row = section(page, "Usage by model").getByRole("row", { name: /acme/ }).first();
    expect(await endOf(row.getByRole("cell", { name: "$" }).first())).toBeLessThan(375);
    await close();
  });

  it("says in the playground where a request would go, without sending it; then sends it", async () => {
    const asked = good.bodies.length;
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/playground`, {
      expected: /400 .*\/admin\/explain/,
    });
    await page.getByLabel("Prompt", { exact: true }).fill("Reverse a list");
    await page.getByLabel(/^Tags/).fill("größe");
    await page.getByLabel(/^Budget/).fill("2");
    await page.getByText("More: ").click();
    await page.getByLabel(/^Facts/).fill("tenant=search");
    await page.getByRole("button", { name: "Where would it go?" }).click();
    const article = page.getByRole("article");
    await article.waitFor();
    expect(await textOf(article)).toMatch(/^acme\/small@good by rule rich policy\.yaml:14 .*nothing was sent/);
    expect(await textOf(section(page, "Facts"))).toMatch(/tags größe header x-route-tags .*tenant search given/);
    expect(good.bodies.length).toBe(asked);

    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("answered by good").waitFor();
    await page.getByText("Response headers").click();
    expect(await textOf(section(page, "Answer"))).toMatch(/x-route-decision dec_\w+ .*x-route-rule rich/);
    await article.getByText("200 answered").first().waitFor();
    expect(await textOf(section(page, "Facts"))).toMatch(/tags größe header x-route-tags/);
    expect(good.bodies.length).toBe(asked + 1);

    await page.setViewportSize({ width: 375, height: 800 });
    await page.getByRole("button", { name: "Where would it go?" }).click();
    const place = () => article.evaluate((one) => one.getBoundingClientRect().top);
    await expect.poll(place, { message: "what came is seen below the form" }).toBeLessThan(100);
    await page.getByLabel(/^Budget/).fill("much");
    await page.getByLabel(/^More headers/).fill("x-route-strict: true");
    await page.getByRole("button", { name: "Where would it go?" }).click();
    await page.getByRole("alert").getByText("x-route-budget-usd").waitFor();
    await close();
  });

  it("says of a decision, and of a request in the playground, why it is not for another model", async () => {
    const fresh = await startProxy(policies.directory); // it has not met the provider that fails
    const id = await ask(fresh, { headers: { "x-route-tags": "code" } });
    const { page, close } = await openDashboard(browser, `${fresh.url}/#/decisions/${id}`, {
      expected: /400 .*\/admin\/explain/,
    });
    const askFor = async (model: string) => {
      await page.getByText("Why not another model?").click();
      await page.getByLabel(/^Model author/).fill(model);
      await page.getByRole("button", { name: "Ask", exact: true }).click();
    };
    await askFor("acme/small");
    const answer = page.locator(".why-not");
    await answer.waitFor();
    expect(await textOf(answer)).toMatch(
      /^acme\/small is not chosen; acme\/large@failing is\. Smallest changes by the client, each tried .*tags \{code\} → absent header x-route-tags then acme\/small@good by the default route/,
    );
    expect(await textOf(answer)).toMatch(
      /What keeps each rule from choosing it, the nearest first .*code policy\.yaml:17 fallback rank/,
    );

    await page.goto(`${fresh.url}/#/playground`);
    await page.getByRole("button", { name: "Where would it go?" }).click();
    await askFor("acme/smal");
    await page.getByRole("alert").getByText("did you mean `acme/small`?").waitFor();
    await page.getByLabel(/^Model author/).fill("small");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByText("acme/small is chosen already.").waitFor();
    await close();
    await fresh.stop();
  });

  it("has the overview under its own name too, and breaks no word of the list on a narrow screen", async () => {
    const id = await ask(proxy);
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/overview`);
    await page.getByRole("heading", { name: /^Serving/ }).waitFor();
    await page.setViewportSize({ width: 375, height: 800 });
    await page.goto(`${proxy.url}/#/decisions`);
    await page.locator(`a[href*="${id}"]`).waitFor();
    const lines = await page.evaluate<readonly number[]>(`
      [...document.querySelectorAll(".rows tbody td:nth-child(3)")].filter((cell) => cell.textContent === "default")
        .map((cell) => {
          const range = document.createRange();
          range.selectNodeContents(cell);
          return range.getClientRects().length;
        })`);
    expect(new Set(lines)).toEqual(new Set([1]));
    await close();
  });

  it("shows a policy's lines on a narrow screen without making the page wider", async () => {
    const id = await ask(proxy, { headers: { "x-route-tags": "code" } });
    const { page, close } = await openDashboard(browser, proxy.url);
    await page.setViewportSize({ width: 360, height: 800 });
    await page.goto(`${proxy.url}/#/decisions/${id}`);
    await page.getByRole("article").getByText("policy.yaml:17").first().click();
    await page.locator(".verdict pre").getByText("fallback").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    await close();
  });

  it("names every input", async () => {
    const { page, close } = await openDashboard(browser, proxy.url);
    for (const view of ["decisions", "playground", "usage"]) {
      await page.goto(`${proxy.url}/#/${view}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      const unnamed = await page.evaluate<readonly string[]>(`
        [...document.querySelectorAll("input, select, textarea, button")]
          .filter((one) => one.localName === "button" ? one.textContent === "" : one.labels.length !== 1)
          .map((one) => one.outerHTML)`);
      expect(unnamed).toEqual([]);
    }
    await close();
  });

  it("goes on with the list after the server was away", async () => {
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/decisions`, { expected: /ERR_|network/i });
    await page.getByText("live", { exact: true }).waitFor();
    const { port } = new URL(proxy.url);
    await proxy.stop();
    await page.getByText("reconnecting…").waitFor();
    proxy = await startProxy(policies.directory, {}, ["--port", port]);
    await page.getByText("live", { exact: true }).waitFor();
    const id = await ask(proxy);
    await page.locator(`a[href*="${id}"]`).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await close();
  });
});

describe.skipIf(!hasChromium)("the dashboard of a server with ADMIN_TOKEN", () => {
  const token = "s3cret-token";
  let browser: Browser;
  let proxy: ProxyProcess;
  beforeAll(async () => {
    [browser, proxy] = await Promise.all([
      startBrowser(),
      startProxy("policies", { ADMIN_TOKEN: token, RECORD_CONTENT: "1" }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await proxy.stop();
  });

  it("asks for it, keeps it in the tab's session, and sends it as a header only", async () => {
    const { page, requests, close } = await openDashboard(browser, proxy.url, { expected: /401/ });
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The server does not take this token.").waitFor();
    await page.getByLabel("Token").fill(token);
    await page.keyboard.press("Enter");
    await section(page, "Serving production").waitFor();
    await page.goto(`${proxy.url}/#/decisions`);
    await page.getByText("live", { exact: true }).waitFor(); // the stream has it too
    await page.reload();
    await page.getByText("live", { exact: true }).waitFor();
    const kept = await page.evaluate(`({
      session: Object.values({ ...sessionStorage }),
      elsewhere: [document.cookie, ...Object.values({ ...localStorage })].join(""),
    })`);
    expect(kept).toEqual({ session: [token], elsewhere: "" });
    expect(requests.filter((url) => url.includes(token))).toEqual([]);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Token").waitFor();
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
    await close();
  });

  it("is there where the browser lets pages keep nothing, and asks for the token again when it is loaded anew", async () => {
    const { page, close } = await openDashboard(browser, `${proxy.url}/healthz`, { expected: /401|favicon/ });
    await page.addInitScript(`
      Object.defineProperty(window, "sessionStorage", { get() { throw new DOMException("no", "SecurityError"); } });`);
    await page.goto(proxy.url);
    await page.getByLabel("Token").fill(token);
    await page.keyboard.press("Enter");
    await section(page, "Serving production").waitFor();
    await page.reload();
    await page.getByLabel("Token").waitFor();
    await close();
  });

  it("shows hostile names as text", async () => {
    const admin = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const created = await fetch(`${proxy.url}/admin/keys`, {
      method: "POST",
      headers: admin,
      body: JSON.stringify({ name: HOSTILE, tenant: HOSTILE, app: HOSTILE, limits: { budgets: { day: 5 } } }),
    });
    const { token: key } = (await created.json()) as { token: string };
    const headers = { authorization: `Bearer ${key}`, "x-route-tags": HOSTILE };
    const messages = [{ role: "user", content: `say ${HOSTILE}` }];
    const id = await ask(proxy, { headers, body: { model: `acme/${HOSTILE}`, messages } });
    const stored = () =>
      fetch(`${proxy.url}/admin/decisions/${id}`, { headers: admin }).then((answer) => answer.text());
    await expect.poll(stored, { timeout: 15_000 }).toContain('"content"'); // it is redacted in a thread, and written later

    const { page, close } = await openDashboard(browser, proxy.url, { expected: /401/ });
    await page.getByLabel("Token").fill(token);
    await page.keyboard.press("Enter");
    await section(page, "Serving production").waitFor();
    const expectText = async (hash: string, count: number) => {
      await page.goto(`${proxy.url}/#/${hash}`);
      await expect.poll(() => page.getByText(HOSTILE).count()).toBeGreaterThanOrEqual(count);
      expect(await page.locator("img[src=x]").count()).toBe(0);
    };
    await expectText(`decisions/${id}`, 4); // tag, model, tenant, app; a warning
    const recorded = page.locator("details").filter({ hasText: "Recorded prompt and answer" });
    await recorded.locator("summary").click();
    expect(await recorded.locator("pre").innerText()).toContain(`say ${HOSTILE}`);
    await expectText("keys", 3);
    await page.getByText("$5/day").click();
    await page.getByText("$0 of $5.00 spent by the key this day, resets").waitFor();
    await expectText("usage", 0);
    await page.getByLabel(/^By/).selectOption("tenant");
    await page.getByRole("link", { name: HOSTILE }).click();
    await page.locator(`a[href*="${id}"]`).waitFor();
    await close();
  });
});
