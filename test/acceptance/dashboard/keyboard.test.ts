import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProxyProcess, startProxy } from "../proxy-process.js";
import { askTagged } from "./ask-tagged.js";
import { hasChromium, openDashboard, startBrowser } from "./browser.js";
import { startEndless, writeDashboardPolicies } from "./dashboard-policies.js";

/** What has the keyboard: its element, and its name or the beginning of its text. */
function focused(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const { localName, ariaLabel, id, name, textContent } = document.activeElement;
    return localName + " " + (ariaLabel || id || name || textContent);
  })()`);
}

async function press(page: Page, name: string | RegExp, role: "link" | "button" = "button"): Promise<void> {
  await page.getByRole(role, { name, exact: true }).focus();
  await page.keyboard.press("Enter");
}

describe.skipIf(!hasChromium)("the dashboard, by keyboard", () => {
  let browser: Browser;
  let proxy: ProxyProcess;
  beforeAll(async () => {
    [browser, proxy] = await Promise.all([startBrowser(), startProxy("policies")]);
  });
  afterAll(async () => {
    await browser.close();
    await proxy.stop();
  });

  it("goes past the views to the content, and with another view to its heading", async () => {
    const { page, close } = await openDashboard(browser, proxy.url);
    await page.getByRole("region", { name: "Serving" }).waitFor();
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("button To the content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("button Reload the policy");
    for (const view of ["Decisions", "Playground", "Usage", "Keys", "Overview"]) {
      await press(page, view, "link");
      await expect.poll(() => focused(page)).toBe(`h1 ${view}`);
    }
    await page.goto(`${proxy.url}/#/nowhere`);
    await expect.poll(() => focused(page)).toBe("h1 Nothing here");
    await close();
  });

  it.each([1400, 375])("reads a decision that is opened, and goes back to its row, %i px wide", async (width) => {
    const [id = ""] = await askTagged(proxy, "code");
    await askTagged(proxy, "code");
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/decisions?rule=code`);
    await page.setViewportSize({ width, height: 800 });
    for (const goBack of [
      () => page.keyboard.press("Escape"),
      () => press(page, "← All decisions", "link"),
      () => page.goBack(),
    ]) {
      await page.locator(`a[href*="${id}"]`).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("article").waitFor();
      expect(await focused(page)).toBe("section Decision");
      await page.keyboard.press("Tab");
      expect(await focused(page)).toBe("a ← All decisions");
      await goBack();
      await expect.poll(() => focused(page)).toBe(`a ${id}`);
      expect(new URL(page.url()).hash).toBe("#/decisions?rule=code");
    }
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
    await close();
  });

  it("stays where it was when the filter is applied, and at the filter when it is cleared", async () => {
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/decisions`);
    await page.locator(".filter summary").focus();
    await page.keyboard.press("Enter");
    await page.getByLabel("rule").fill("nothing");
    await page.keyboard.press("Enter");
    await page.getByText("No decisions fit the filter.").waitFor();
    expect(await focused(page)).toBe("input rule");
    await press(page, "Clear", "link");
    await page.getByText("Filter", { exact: true }).waitFor();
    expect(await focused(page)).toBe("summary Filter");
    await page.goBack();
    await expect.poll(() => page.getByLabel("rule").inputValue()).toBe("nothing");
    await close();
  });

  it("goes on with the first older decision that was not shown before", async () => {
    const [oldest = ""] = await askTagged(proxy, "older");
    await askTagged(proxy, "older", 51);
    const { page, close } = await openDashboard(browser, `${proxy.url}/#/decisions?rule=default`);
    const rows = page.locator("table.rows tbody a");
    await expect.poll(() => rows.count()).toBe(50);
    await press(page, "Show older");
    await page.locator(`a[href*="${oldest}"]`).waitFor();
    expect(await focused(page)).toBe(`a ${await rows.nth(50).getAttribute("id")}`);
    await close();
  });

  it("stops at what scrolls, where it does, and names it", async () => {
    const [id = ""] = await askTagged(proxy, "code");
    const { page, close } = await openDashboard(browser, proxy.url);
    const unreachable = () =>
      page.evaluate<readonly string[]>(`
        [...document.querySelectorAll("main *")].filter((one) =>
          /auto|scroll/.test(getComputedStyle(one).overflowX) && one.localName !== "textarea" &&
          (one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight) &&
          (one.tabIndex !== 0 || one.ariaLabel === null)).map((one) => one.outerHTML.slice(0, 80))`);
    await page.setViewportSize({ width: 375, height: 800 });
    for (const [place, shown] of [
      ["", "Endpoints"],
      ["usage", "Usage"],
      [`decisions/${id}`, "Candidates"],
    ] as const) {
      await page.goto(`${proxy.url}/#/${place}`);
      await page.getByRole("heading", { name: shown }).last().waitFor();
      if (shown === "Candidates") await page.getByText("The record as JSON").click();
      await expect.poll(unreachable).toEqual([]);
    }
    await page.locator("pre[tabindex='0']").focus();
    expect(await focused(page)).toBe("pre The record");
    await page.setViewportSize({ width: 1400, height: 800 });
    await page.goto(proxy.url);
    await page.getByRole("heading", { name: "Endpoints" }).waitFor();
    await expect.poll(() => page.locator(".scroll[tabindex]").count(), { message: "nothing to scroll" }).toBe(0);
    await close();
  });

  it("keeps its place while something is asked for, and when Stop is gone", async () => {
    const slow = await startEndless();
    const policies = await writeDashboardPolicies(slow, slow);
    const serving = await startProxy(policies.directory);
    const { page, close } = await openDashboard(browser, serving.url);
    await press(page, "Reload the policy");
    await page.getByText("unchanged", { exact: true }).waitFor();
    expect(await focused(page)).toBe("button Reload the policy");
    await page.goto(`${serving.url}/#/playground`);
    await page.getByLabel("Prompt", { exact: true }).fill("Tell me");
    await press(page, "Where would it go?");
    await page.getByRole("status").getByText("It would go to acme/small@good, by default.").waitFor();
    expect(await focused(page)).toBe("button Where would it go?");
    await page.locator(".asking summary").focus();
    await page.keyboard.press("Enter");
    await page.getByLabel(/^Model author/).fill("acme/large");
    await press(page, "Ask");
    await page.getByRole("status").getByText("acme/large is not chosen; acme/small@good is.").waitFor();
    expect(await focused(page)).toBe("button Ask");
    await press(page, "Send");
    await page.getByText("coming…").waitFor();
    expect(await focused(page)).toBe("button Send");
    await press(page, "Stop");
    await page.getByText("coming…").waitFor({ state: "detached" });
    expect(await focused(page)).toBe("button Send");
    await press(page, "Clear");
    expect(await page.getByLabel("Prompt", { exact: true }).inputValue()).toBe("");
    expect(await focused(page)).toBe("button Clear");
    await close();
    await serving.stop();
    await Promise.all([slow.stop(), policies.remove()]);
  });
});
