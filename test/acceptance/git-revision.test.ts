import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../services/eventually.js";
import { type ProxyProcess, runPolicy, startProxy } from "./proxy-process.js";

// The shipped policies in a repository of their own, a real server, real requests.
describe("a policy directory in git", () => {
  let folder: string;
  let proxy: ProxyProcess;
  let commit: string;

  const git = async (...args: readonly string[]) => {
    const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    return (await promisify(execFile)("git", ["-C", folder, ...author, ...args])).stdout.trim();
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "routewright-git-"));
    await cp(join(import.meta.dirname, "../../policies"), join(folder, "policies"), { recursive: true });
    await git("init", "--quiet");
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "our policies");
    commit = await git("rev-parse", "HEAD");
    proxy = await startProxy(join(folder, "policies"));
  });
  afterAll(async () => {
    await proxy?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("is named, by its commit, in records, in explanations and in what serves", async () => {
    const answer = await fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-route-explain": "true" },
      body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hi" }] }),
    });
    const { route } = (await answer.json()) as { route: { policy: object } };
    expect(route.policy).toMatchObject({ git: commit });
    const id = answer.headers.get("x-route-decision") as string;
    const stored = await eventually(async () => {
      const found = await fetch(`${proxy.url}/admin/decisions/${id}`);
      expect(found.status).toBe(200);
      return (await found.json()) as { record: { policy: object } };
    });
    expect(stored.record.policy).toMatchObject({ git: commit });
    const explained = await fetch(`${proxy.url}/admin/explain`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ facts: { tags: ["code"] } }),
    });
    expect(await explained.json()).toMatchObject({ policy: { git: commit } });
    const serving = await fetch(`${proxy.url}/admin/policy`);
    expect(await serving.json()).toMatchObject({ serving: { git: commit } });
    const status = await runPolicy(["status", "--server", proxy.url]);
    expect(status.stdout).toContain(`(git ${commit.slice(0, 12)}) since`);
    const told = await runPolicy(["explain", "--decision", id, "--server", proxy.url]);
    expect(told.stdout).toContain(` · git ${commit.slice(0, 12)} · `);
  });
});
