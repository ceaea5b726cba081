import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProxyProcess, startProxy } from "../proxy-process.js";
import { hasChromium, openDashboard, startBrowser } from "./browser.js";

describe.skipIf(!hasChromium)("the dashboard's playground", () => {
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

  async function openPlayground(expected = /401/) {
    const watched = await openDashboard(browser, `${proxy.url}/#/playground`, { expected });
    await watched.page.getByLabel("Token", { exact: true }).fill(token);
    await watched.page.keyboard.press("Enter");
    await watched.page.getByRole("heading", { name: "Playground" }).waitFor();
    return watched;
  }

  it("keeps what is typed while other views are looked at, but no API key, and nothing for who signs in next", async () => {
    const { page, close } = await openPlayground();
    await page.getByLabel("Prompt", { exact: true }).fill("Tell me");
    await page.getByText("More: ").click();
    await page.getByLabel("System prompt").fill("Be brief");
    await page.getByLabel(/^API key/).fill("rw_key");
    await page.getByRole("link", { name: "Usage" }).click();
    await page.getByRole("heading", { name: "Usage" }).waitFor();
    await page.getByRole("link", { name: "Playground" }).click();
    expect(await page.getByLabel("Prompt", { exact: true }).inputValue()).toBe("Tell me");
    expect(await page.getByLabel("System prompt").isVisible(), "what is filled in is seen").toBe(true);
    expect(await page.getByLabel(/^API key/).inputValue()).toBe("");
    await page.getByRole("button", { name: "Clear" }).click();
    expect(await page.getByLabel("Prompt", { exact: true }).inputValue()).toBe("");

    await page.getByLabel("Prompt", { exact: true }).fill("A secret");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Token", { exact: true }).fill(token);
    await page.keyboard.press("Enter");
    expect(await page.getByLabel("Prompt", { exact: true }).inputValue()).toBe("");
    await close();
  });

  it("says when it cannot list the models or the keys", async () => {
    const { page, close } = await openPlayground(/401|500/);
    const refused = { status: 500, json: { error: { code: "internal_error", message: "something broke" } } };
    await page.route(/\/admin\/(health|keys)$/, (route) => route.fulfill(refused));
    await page.getByRole("link", { name: "Usage" }).click();
    await page.getByRole("link", { name: "Playground" }).click();
    await page.getByText("Cannot list the models: something broke").waitFor();
    await page.getByText("More: ").click();
    await page.getByText("Cannot list the API keys: something broke").waitFor();
    await close();
  });
});
