import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProxyProcess, startProxy } from "../proxy-process.js";
import { askTagged } from "./ask-tagged.js";
import { hasChromium, openDashboard, startBrowser } from "./browser.js";
import { copyPolicies } from "./dashboard-policies.js";

describe.skipIf(!hasChromium)("the dashboard of a server that tries another policy", () => {
  let browser: Browser;
  let tried: Awaited<ReturnType<typeof copyPolicies>>;
  let proxy: ProxyProcess;
  const edit = async (from: string, to: string) => {
    const file = join(tried.directory, "policy.yaml");
    await writeFile(file, (await readFile(file, "utf8")).replace(from, to));
  };
  beforeAll(async () => {
    tried = await copyPolicies("policies");
    await edit("match: { tags: [code, sql] }", "match: { tags: [code] }");
    [browser, proxy] = await Promise.all([startBrowser(), startProxy("policies", {}, ["--shadow", tried.directory])]);
  });
  afterAll(async () => {
    await browser.close();
    await proxy.stop();
    await tried.remove();
  });

  it("shows how many decisions would change, from what to what, with examples, and an edit of it that is refused", async () => {
    const { page, close } = await openDashboard(browser, proxy.url);
    const card = page.getByRole("region", { name: "Trying production" });
    await card.getByText("no decision yet").waitFor();
    const [id = ""] = await askTagged(proxy, "sql", 2);
    await askTagged(proxy, "code");
    const report = () => fetch(`${proxy.url}/admin/shadow`).then((answer) => answer.json());
    await expect.poll(report).toMatchObject({ decisions: 3 });
    await page.reload();
    await card.getByText("2 of 3 decisions would change (67%)").waitFor();
    const rules = card.getByRole("table", { name: "Would change, by rule" }).getByRole("row");
    expect((await rules.last().innerText()).replace(/\s+/g, " ")).toMatch(/^code → default 2 67% \$\S+ → \$\S+ 1 2 ?$/);
    const endpoints = card.getByRole("table", { name: "Would change, by endpoint" }).getByRole("row");
    expect(await endpoints.last().innerText()).toMatch(
      /^anthropic\/claude-sonnet-4\.5@anthropic → openai\/gpt-4\.1-mini@openai/,
    );
    await rules.last().getByRole("link").first().click();
    await page.getByRole("article", { name: `Decision ${id}` }).waitFor();

    await edit("strategy: cheapest", "strategy: cheepest");
    await expect.poll(report).toMatchObject({ rejected: {} });
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("alert").getByText("The newest edit of the shadow policy was refused").waitFor();
    await close();
  });
});
