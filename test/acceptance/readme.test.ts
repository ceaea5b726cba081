import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProxyProcess, runPolicy, startProxy } from "./proxy-process.js";

const isUpdate = process.env["UPDATE"] === "1";

/** What differs from run to run, as the README shows it. */
function steady(text: string): string {
  return text
    .replace(/dec_\w+/g, "dec_…")
    .replace(/chatcmpl-simulated-\w+/g, "chatcmpl-simulated-…")
    .replace(/production@[0-9a-f]{12}/g, "production@…")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "2026-11-25T09:30:00.000Z")
    .replace(/"created":\d+/g, '"created":…')
    .trim();
}

// The README's first screen shows what really happens. `UPDATE=1` writes it anew.
describe("the README's first screen", () => {
  let proxy: ProxyProcess;
  beforeAll(async () => {
    proxy = await startProxy("policies");
  });
  afterAll(() => proxy.stop());

  /** Holds the block after the command that begins a line with `command` against what really happens. */
  async function shows(command: string, real: string): Promise<void> {
    const readme = await readFile("README.md", "utf8");
    const start = readme.indexOf("\n```\n", readme.indexOf("\n```\n", readme.indexOf(`\n${command}`)) + 1) + 5;
    const end = readme.indexOf("\n```\n", start);
    expect(start).toBeGreaterThan(5);
    if (isUpdate) await writeFile("README.md", `${readme.slice(0, start)}${real}${readme.slice(end)}`);
    else expect(readme.slice(start, end)).toBe(real);
  }

  it("shows the answer to its request, with the headers that say which rule and model", async () => {
    const readme = await readFile("README.md", "utf8");
    const [, body = ""] = /-d '(.*)'/.exec(readme) ?? [];
    // Not `fetch`, which sorts the headers: as curl shows them.
    const asked = request(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-route-tags": "code" },
    }).end(body);
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const headers = Object.entries(answer.headers).filter(([name]) => name.startsWith("x-route-"));
    const answered = await text(answer);
    const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`, ...headers.map((each) => each.join(": "))];
    await shows("curl -si", steady(`${lines.join("\n")}\n\n${answered.slice(0, answered.indexOf('"refusal"'))}…`));
  });

  it("shows the explanation", async () => {
    const { stdout } = await runPolicy([
      "explain",
      "--policies",
      "policies",
      "--tags",
      "code",
      "--context-tokens",
      "2k",
    ]);
    // The first screen is small: the sections on facts, requirements and candidates are left out.
    const sections = stdout.split("\n\n").filter((section) => /^(decision|considered)/.test(section));
    await shows("npx policy explain --tags code", steady(sections.join("\n\n…\n\n")));
  });

  it("has a command that runs by itself, as `npx policy` does", async () => {
    const command = join(import.meta.dirname, "../../cli/policy.js");
    expect((await promisify(execFile)(command, ["check"])).stdout).toContain("0 errors");
  });
});
