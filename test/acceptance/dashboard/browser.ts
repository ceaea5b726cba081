import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

/** Debian's packages; scripts/install-test-services.mjs installs the first, which takes half of the time. */
const chromiumPath = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find((path) => existsSync(path));

/** Without it what is shown is not tested. */
export const hasChromium = chromiumPath !== undefined;

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] }); // CI runs as root
}

/** A page of the dashboard, and what it did that it should not have done. */
export interface Watched {
  readonly page: Page;
  /** Addresses that were asked for, all of them. */
  readonly requests: readonly string[];
  /** Closes the page; fails when it wrote an error or a warning to its console, asked another origin or opened a dialog. */
  close(): Promise<void>;
}

export interface WatchOptions {
  /** Of console messages that are expected: the browser itself reports refused requests. */
  readonly expected?: RegExp;
  /** Where the reader is; the machine's by default. */
  readonly timezoneId?: string;
}

/** Opens the dashboard in a browser profile of its own. */
export async function openDashboard(
  browser: Browser,
  url: string,
  { expected, ...settings }: WatchOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...settings });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000); // a machine may be busy
  const faults: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    const text = `${message.text()} ${message.location().url}`;
    if (["error", "warning"].includes(message.type()) && expected?.test(text) !== true) faults.push(text);
  });
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.message}`));
  page.on("dialog", async (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("request", (request) => {
    requests.push(request.url());
    if (!request.url().startsWith(`${new URL(url).origin}/`)) faults.push(`another origin: ${request.url()}`);
  });
  await page.goto(url);
  return {
    page,
    requests,
    async close() {
      await context.close();
      expect(faults).toEqual([]);
    },
  };
}
