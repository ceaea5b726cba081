import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ShadowReport } from "../../server/shadow.js";
import { eventually } from "../services/eventually.js";
import { type ProxyProcess, runPolicy, startProxy } from "./proxy-process.js";

let folder: string;
let next: string;
let proxy: ProxyProcess;

const policyFile = () => join(next, "policy.yaml");
async function edit(from: string, to: string): Promise<void> {
  const text = await readFile(policyFile(), "utf8");
  expect(text).toContain(from);
  await writeFile(policyFile(), text.replace(from, to));
}

async function git(...args: readonly string[]): Promise<string> {
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  return (await promisify(execFile)("git", ["-C", next, ...author, ...args])).stdout.trim();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "routewright-shadow-"));
  next = join(folder, "next");
  await cp("policies", next, { recursive: true });
  await edit("match: { tags: [code, sql] }", "match: { tags: [code] }");
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "next");
  proxy = await startProxy("policies", {}, ["--shadow", next]);
});
afterAll(async () => {
  await proxy?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function chat(tags: string): Promise<Response> {
  const response = await fetch(`${proxy.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-route-tags": tags },
    body: JSON.stringify({ messages: [{ role: "user", content: "hi" }] }),
  });
  await response.text();
  return response;
}

async function report(): Promise<ShadowReport> {
  return (await (await fetch(`${proxy.url}/admin/shadow`)).json()) as ShadowReport;
}

describe("policy serve --shadow", { timeout: 60_000 }, () => {
  it("decides as the policy that serves, and counts what the other would have done", async () => {
    for (const tags of ["code", "sql", "sql", "poem"]) {
      const answer = await chat(tags);
      expect(answer.headers.get("x-route-rule")).toBe(tags === "poem" ? "default" : "code");
    }
    const { rules, checked, differing_count, policy, serving, ...rest } = await eventually(async () => {
      const now = await report();
      expect(now.decisions).toBe(4);
      return now;
    });
    expect(rest).toMatchObject({ changed: 2, skipped: 0 });
    expect([checked, differing_count]).toEqual([4, 0]);
    expect(rules).toMatchObject([
      { from: "code", to: "default", count: 2, examples: [{ facts: { tags: ["sql"] } }, {}] },
    ]);
    expect(serving.name).toBe(policy.name);
    expect(serving.revision).not.toBe(policy.revision);
    expect(policy.git).toBe(await git("rev-parse", "HEAD"));
    expect(await (await fetch(`${proxy.url}/admin/policy`)).json()).toMatchObject({ shadow: policy });
    expect(await (await fetch(`${proxy.url}/metrics`)).text()).toMatch(
      /routewright_shadow_decisions_total\{result="changed"\} 2\n/,
    );
  });

  it("policy status shows it", async () => {
    const { code, stdout } = await runPolicy(["status", "--server", proxy.url]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /shadow production@\w{12} \(git [0-9a-f]{12}\): since \S+ 2 of 4 decisions would change \(50(\.0+)? %\)\n {2}2 {2}code → default\n/,
    );
    const json = JSON.parse((await runPolicy(["status", "--server", proxy.url, "--json"])).stdout);
    expect(json.shadow).toMatchObject({ decisions: 4, changed: 2 });
  });

  it("a bad edit of it is refused, and said; what serves is untouched", async () => {
    await edit("strategy: cheapest", "strategy: cheapestt");
    const { rejected, decisions } = await eventually(async () => {
      const now = await report();
      expect(now.rejected).toBeDefined();
      return now;
    });
    expect(rejected?.text).toContain("cheapestt");
    expect(decisions).toBe(4);
    const status = await runPolicy(["status", "--server", proxy.url]);
    expect(status.code).toBe(1);
    expect(status.stdout).toContain("what is tried is the one before:");
    expect((await chat("code")).status).toBe(200);
  });

  it("counts begin anew with another edit, and what was counted stands in the log", async () => {
    const { revision } = (await report()).policy;
    await edit("strategy: cheapestt", "strategy: cheapest");
    await edit("match: { tags: [code] }", "match: { tags: [sql, code] }");
    const { decisions, rejected } = await eventually(async () => {
      const now = await report();
      expect(now.policy.revision).not.toBe(revision);
      return now;
    });
    expect([decisions, rejected]).toEqual([0, undefined]);
    await eventually(() => {
      expect(proxy.output()).toMatch(/shadow production@\w{12} would have changed 2 of 5 decisions/);
      expect(proxy.output()).toContain("shadowing production@");
    });
    await chat("sql");
    await eventually(async () => expect(await report()).toMatchObject({ decisions: 1, changed: 0, rules: [] }));
  });
});

it("a server that tries no policy says how to", async () => {
  const plain = await startProxy("policies");
  try {
    const answer = await fetch(`${plain.url}/admin/shadow`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("policy serve --shadow DIR");
    const { code, stdout } = await runPolicy(["status", "--server", plain.url]);
    expect(code).toBe(0);
    expect(stdout).not.toContain("shadow");
  } finally {
    await plain.stop();
  }
});

it("a shadow that cannot be used, or is what serves, is refused at the start", async () => {
  const environment = { DATABASE_URL: `sqlite:${join(folder, "unused.db")}` };
  const same = await runPolicy(["serve", "--port", "0", "--shadow", "./policies/"], environment);
  expect(same.code).toBe(1);
  expect(same.stderr).toContain("--shadow ./policies/ is the directory that serves; name a copy with your edits");
  const missing = await runPolicy(["serve", "--port", "0", "--shadow", join(folder, "nowhere")], environment);
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain(`the policy in --shadow ${join(folder, "nowhere")} cannot be used`);
});
