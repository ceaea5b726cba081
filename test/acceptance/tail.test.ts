import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../services/eventually.js";
import { freePort } from "../services/free-port.js";
import { type ProxyProcess, runPolicy, startProxy } from "./proxy-process.js";

const cli = join(import.meta.dirname, "../../dist/cli/main.js");

/** `policy tail`, under way. */
function startTail(server: string, ...options: string[]) {
  const child = spawn(process.execPath, [cli, "tail", "--server", server, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return { child, ended, output: () => output, errors: () => errors };
}

describe("policy tail, status and usage", () => {
  let proxy: ProxyProcess;
  beforeAll(async () => {
    proxy = await startProxy("policies");
  });
  afterAll(() => proxy.stop());

  const ask = (tags: string) =>
    fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-route-tags": tags },
      body: JSON.stringify({ messages: [{ role: "user", content: "hi" }] }),
    });

  it("tail prints a line for each decision that fits", async () => {
    const tail = startTail(proxy.url, "--rule", "code");
    await eventually(async () => {
      await (await ask("code")).text();
      await (await ask("prose")).text();
      expect(tail.output()).toMatch(
        /^\d\d:\d\d:\d\d\.\d{3} {2}200 {2}answered {6}code {2}→ \S+\/\S+ {2}\d+ ms {2}dec_\w+\n/m,
      );
    });
    for (const line of tail.output().trimEnd().split("\n")) expect(line).toContain("  code  ");
    tail.child.kill();
  });

  it("tail says that tokens were estimated, where no model was asked", async () => {
    const tail = startTail(proxy.url, "--rule", "default");
    await eventually(async () => {
      const body = JSON.stringify({ model: "gpt-4.1", messages: [{ role: "user", content: "hi" }] });
      const headers = { "content-type": "application/json" };
      await (await fetch(`${proxy.url}/v1/messages/count_tokens`, { method: "POST", headers, body })).text();
      expect(tail.output()).toMatch(
        / 200 {2}answered {6}default {2}→ an estimate of tokens {2}\d+ ms {2}count_tokens {2}dec_/,
      );
    });
    tail.child.kill();
  });

  it("tail goes on when the server is back, and says so; it ends when it is refused", async () => {
    const port = String(await freePort());
    const start = (environment = {}) => startProxy("policies", environment, ["--port", port]);
    const askOnce = async (url: string) => {
      const headers = { "content-type": "application/json", "x-route-tags": "code" };
      const body = JSON.stringify({ messages: [{ role: "user", content: "hi" }] });
      const answer = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
      await answer.text();
      return answer.headers.get("x-route-decision");
    };
    const first = await start();
    const tail = startTail(first.url, "--rule", "code");
    await eventually(async () => {
      await askOnce(first.url);
      expect(tail.output()).toContain("dec_");
    });
    await first.kill();
    await eventually(
      () => expect(tail.errors()).toMatch(/the server went away \(.+\); asking again every second/),
      15_000,
    );
    const second = await start();
    await eventually(() => {
      const [, url = ""] =
        /the server is back; what ended meanwhile is not shown, and listed at (\S+)\n/.exec(tail.errors()) ?? [];
      expect(url).toContain(`${second.url}/admin/decisions?rule=code&since=2`);
    });
    const id = await askOnce(second.url);
    await eventually(() => expect(tail.output()).toContain(id));
    const ids = tail.output().match(/dec_\w+/g) ?? [];
    expect(new Set(ids).size).toBe(ids.length);
    await second.stop();
    const third = await start({ ADMIN_TOKEN: "a-token" });
    expect(await tail.ended).toBe(2);
    expect(tail.errors()).toMatch(/is stopping\).*\n.*answered 401 .*ADMIN_TOKEN is not set/);
    await Promise.all([first.stop(), third.stop()]);
  });

  it("status says what serves, with exit 0", async () => {
    const { code, stdout } = await runPolicy(["status", "--server", proxy.url]);
    expect(stdout).toMatch(
      /^ready: serving production@[0-9a-f]{12}(?: \(git [^)]+\))? since .*, \d+ rules\nsimulated: no provider's API key is set, .*\n$/,
    );
    expect(code).toBe(0);
    const nobody = await runPolicy(["status", "--server", "http://127.0.0.1:1"]);
    expect(nobody.code).toBe(2);
    expect(nobody.stderr).toMatch(
      /cannot reach http:\/\/127\.0\.0\.1:1: .*; is `policy serve` running there\? Name another with --server/,
    );
  });

  it("status names the providers whose key is not set, where others answer", async () => {
    const keyed = await startProxy("policies", { OPENAI_API_KEY: "sk-test" });
    const { code, stdout } = await runPolicy(["status", "--server", keyed.url]);
    expect(stdout).toMatch(/\nleft out, for want of their API key: (?!.*openai,).*anthropic, .*\n$/);
    expect(code).toBe(0);
    await keyed.stop();
  });

  it("says in which shell ADMIN_TOKEN is missing or wrong", async () => {
    const closed = await startProxy("policies", { ADMIN_TOKEN: "a-token" });
    const status = (environment: Record<string, string>) =>
      runPolicy(["status", "--server", closed.url], environment).then(({ stderr }) => stderr);
    expect(await status({})).toContain("; ADMIN_TOKEN is not set in the environment of this command");
    expect(await status({ ADMIN_TOKEN: "b" })).toContain("; it does not take the ADMIN_TOKEN in the environment");
    expect(await status({ ADMIN_TOKEN: "a-token" })).toBe("");
    await closed.stop();
  });

  it("usage shows what was used", async () => {
    await (await ask("code")).text();
    const environment = { DATABASE_URL: `sqlite:${proxy.database}` };
    await eventually(async () => {
      const { stdout } = await runPolicy(["usage", "--by", "rule,day"], environment);
      expect(stdout).toMatch(/^TIME +RULE +CALLS +ANSWERED +INPUT +CACHED +OUTPUT +CHARGED +INCURRED\n/);
      expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT00:00 +code +\d+/m);
    });
    const { usage, ...about } = JSON.parse((await runPolicy(["usage", "--json"], environment)).stdout);
    const asked = await fetch(`${proxy.url}/admin/usage?by=model`);
    const { usage: _, ...told } = (await asked.json()) as { usage: object[] };
    expect(about).toEqual(told);
    expect(about).toMatchObject({ by: ["model"], from: expect.any(String), to: expect.any(String) });
    expect(usage[0]).toMatchObject({ model: expect.any(String), attempts: expect.any(Number) });
    expect((await runPolicy(["usage", "--by", "key"], environment)).stdout).toMatch(/^KEY +KEY NAME +CALLS /);
    expect((await runPolicy(["usage", "--by", "colour"], environment)).code).toBe(2);
  });
});
