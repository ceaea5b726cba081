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

  /** Makes an API key. @returns its token. */
  async function createKey(settings: object): Promise<string> {
    const response = await fetch(`${proxy.url}/admin/keys`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(settings),
    });
    return ((await response.json()) as { token: string }).token;
  }

  /** Sends a chat completion, and waits until its content is recorded. */
  async function complete(key: string, body: object, headers: Readonly<Record<string, string>> = {}) {
    const response = await fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
      body: JSON.stringify({ model: "auto", ...body }),
    });
    await response.text();
    const id = response.headers.get("x-route-decision") ?? "";
    const admin = { headers: { authorization: `Bearer ${token}` } };
    const stored = () => fetch(`${proxy.url}/admin/decisions/${id}`, admin).then((answer) => answer.text());
    await expect.poll(stored).toContain('"content"');
    return id;
  }

  it("tries a recorded request again: as its key, whose facts become no hints, with what is recorded, and says what is not", async () => {
    const key = await createKey({ name: "shop", tags: ["prod"], tenant: "search", region: "eu" });
    const id = await complete(
      key,
      {
        ...{ temperature: 0, max_completion_tokens: 50, metadata: { tags: "sql" } },
        messages: [
          { role: "user", content: "One" },
          { role: "assistant", content: "Two" },
          { role: "user", content: "Write to ann@example.com" },
        ],
      },
      { "x-route-tags": "code", "x-cohort": "7" },
    );
    const { page, requests, close } = await openPlayground();
    await page.getByText("More: ").click();
    await page.getByLabel(/^API key/).fill("rw_of_another");
    await page.goto(`${proxy.url}/#/decisions/${id}`);
    await page.getByRole("link", { name: "Try this again" }).click();
    const notice = page.getByRole("status").filter({ hasText: `Filled in from ${id}` });
    await notice.waitFor();
    expect(await notice.getByRole("listitem").allInnerTexts()).toEqual([
      "what was redacted, and pictures and files",
      "an answer in one piece: from here it is streamed",
      "its API key's secret: type it below to send this as that key",
    ]);
    expect(new URL(page.url()).hash, "what is typed now stays").toBe("#/playground");
    const filledIn = (label: string | RegExp) => page.getByLabel(label, { exact: true }).inputValue();
    expect(await filledIn("Prompt")).toBe("Write to [email]");
    expect(await filledIn(/^Tags/)).toBe("code, sql");
    expect(await filledIn(/^Region/)).toBe("");
    expect(await filledIn("Most tokens of the answer")).toBe("50");
    expect(await filledIn(/^More headers/)).toBe("x-cohort: 7");
    expect(await filledIn(/^API key/)).toBe("");
    expect(JSON.parse(await filledIn(/^More of the body/))).toEqual({
      messages: [
        { role: "user", content: "One" },
        { role: "assistant", content: "Two" },
      ],
      temperature: 0,
      metadata: { tags: "sql" },
    });
    await page.getByRole("button", { name: "Where would it go?" }).click();
    const facts = page.getByRole("region", { name: "Facts" });
    await facts.waitFor();
    expect((await facts.innerText()).replace(/\s+/g, " ")).toMatch(
      /tags prod code sql key, header x-route-tags, body metadata\.tags .* tenant search key .*attributes\.cohort 7 header x-cohort/,
    );
    expect(requests.filter((url) => url.includes("/v1/"))).toEqual([]);
    await close();
  });

  it("fills in no prompt for a token that may not see it", async () => {
    const [reader, key] = await Promise.all([createKey({ name: "r", scopes: ["read"] }), createKey({ name: "app" })]);
    const id = await complete(key, { messages: [{ role: "user", content: "A secret" }] });
    const { page, close } = await openPlayground();
    await page.goto(`${proxy.url}/#/decisions/${id}`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Token", { exact: true }).fill(reader);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Try this again" }).click();
    await page.getByText("its prompt and the rest of its body: not recorded, or not for you to see").waitFor();
    expect(await page.getByLabel("Prompt", { exact: true }).inputValue()).toBe("");
    expect(await page.getByLabel(/^Context tokens/).inputValue()).toMatch(/^\d+$/);
    await page.goto(`${proxy.url}/#/playground?again=export`);
    await page.getByRole("alert").getByText("there is no decision of that id").waitFor();
    await close();
  });

  it("names the nearest rules first that keep a request from a model, and those last that no client reaches", async () => {
    const { page, close } = await openPlayground();
    await page.getByRole("button", { name: "Where would it go?" }).click();
    await page.getByText("Why not another model?").click();
    await page.getByLabel(/^Model author/).fill("google/gemini-2.5-flash");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    const rules = page.locator(".blocked > li");
    await rules.first().waitFor();
    const texts = (await rules.allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
    expect(texts.at(0)).toMatch(/^default policy\.yaml:\d+ candidate rank number/);
    expect(texts.at(-1)).toMatch(/^search-answers \S+ \w+ no change by the client reaches it: proved /);
    expect(texts.filter((text) => text.includes("proved"))).toHaveLength(1);
    await close();
  });

  it("shows each of several choices, the tools that are called, a refusal, and why an answer ended", async () => {
    const { page, close } = await openPlayground();
    const piece = (index: number, delta: object, finish_reason?: string) =>
      `data: ${JSON.stringify({ choices: [{ index, delta, finish_reason }] })}\n\n`;
    const call = { name: "weather", arguments: '{"city":"<b>Rome</b>"}' };
    const events = [
      ...[piece(0, { content: "One " }), piece(1, { content: "Two " }), piece(0, { content: "is" })],
      ...[piece(1, { content: "are" }), piece(0, {}, "length"), piece(1, { refusal: "I won't." }, "stop")],
      piece(2, { tool_calls: [{ index: 0, function: call }] }, "tool_calls"),
      "data: [DONE]\n\n",
    ];
    await page.route("**/v1/chat/completions", (route) =>
      route.fulfill({ contentType: "text/event-stream", body: events.join("") }),
    );
    await page.getByLabel("Prompt", { exact: true }).fill("hi");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("The answer has ended.").waitFor({ state: "attached" });
    const answer = await page.getByRole("region", { name: "Answer" }).innerText();
    expect(answer.replace(/\s+/g, " ")).toContain(
      `Choice 0 One is ended by length Choice 1 Two are refused I won't. Choice 2 calls weather ${call.arguments}`,
    );
    await close();
  });

  it("sends nothing without a header that a browser would leave out", async () => {
    const { page, requests, close } = await openPlayground();
    await page.getByLabel("Prompt", { exact: true }).fill("hi");
    await page.getByText("More: ").click();
    await page.getByLabel(/^More headers/).fill("x-cohort: 7\nReferer: https://shop.example/");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("alert").getByText("a browser sends no header `referer` for a page").waitFor();
    expect(requests.filter((url) => url.includes("/v1/"))).toEqual([]);
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
