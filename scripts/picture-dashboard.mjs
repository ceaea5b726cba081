// Takes docs/images/decision.png anew: `npm run build && node scripts/picture-dashboard.mjs`. It starts the built server with
// the shipped policies and the simulator, sends some requests, and needs Chromium (scripts/install-test-services.mjs).

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const root = join(import.meta.dirname, "..");
const folder = await mkdtemp(join(tmpdir(), "routewright-"));
const server = spawn(process.execPath, [join(root, "dist/cli/main.js"), "serve", "--port", "0"], {
  cwd: root,
  env: { PATH: process.env.PATH, DATABASE_URL: `sqlite:${join(folder, "routewright.db")}` },
  stdio: ["ignore", "pipe", "inherit"],
});

const asked = [
  { "x-route-tags": "chat" },
  { "x-route-tags": "code", "x-route-max-latency-ms": "1200" },
  { "x-route-budget-usd": "0.001" },
  { "x-route-tags": "pii" },
  { "x-route-tags": "translate", "x-title": "inbox" },
  { "x-route-tags": "code, sql", "x-route-session": "s-17" },
];

try {
  const url = await addressOf(server);
  let last = "";
  for (const headers of [...asked, ...asked, ...asked]) last = await ask(url, headers);
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-headless-shell"].find((path) => existsSync(path));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: { width: 1400, height: 1180 } });
  await page.goto(`${url}/#/decisions/${last}`);
  await page.getByRole("heading", { name: "Candidates" }).waitFor();
  await page.screenshot({ path: join(root, "docs/images/decision.png") });
  await browser.close();
} finally {
  server.kill();
  await rm(folder, { recursive: true, force: true });
}

async function addressOf({ stdout }) {
  for await (const line of createInterface({ input: stdout })) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error("the server did not start");
}

/** @returns the decision's id. */
async function ask(url, headers) {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Reverse a list in SQL" }] }),
  });
  await response.arrayBuffer();
  return response.headers.get("x-route-decision");
}
