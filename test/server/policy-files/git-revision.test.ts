import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readGitRevision } from "../../../server/policy-files/git-revision.js";
import { eventually } from "../../services/eventually.js";
import { catalogText, cleanUp, folderWith, openStore, policyNamed, writeFiles } from "./harness.js";

const files = [{ name: "catalog.yaml" }, { name: "policy.yaml" }];
const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];

async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", ["-C", folder, ...author, ...args]);
  return stdout.trim();
}

async function commitAll(folder: string): Promise<string> {
  await git(folder, "add", "--all");
  await git(folder, "commit", "--quiet", "--message", "an edit");
  return git(folder, "rev-parse", "HEAD");
}

/** A repository whose folder `policies` is committed. */
async function repository(): Promise<{ folder: string; policies: string; commit: string }> {
  const folder = await folderWith({
    "policies/policy.yaml": policyNamed("one"),
    "policies/catalog.yaml": catalogText,
    "README.md": "ours\n",
  });
  await git(folder, "init", "--quiet");
  return { folder, policies: join(folder, "policies"), commit: await commitAll(folder) };
}

afterEach(async () => {
  vi.unstubAllEnvs();
  await cleanUp();
});

describe("readGitRevision()", () => {
  it("is the commit of which the files are", async () => {
    const { folder, policies, commit } = await repository();
    await writeFiles(folder, { "README.md": "not a policy\n", "policies/notes.txt": "nor this\n" });
    expect(await readGitRevision(policies, files)).toBe(commit);
  });

  it("says when they are changed, new, or gone", async () => {
    const { policies, commit } = await repository();
    await writeFiles(policies, { "more.yaml": "kind: policy\nrules: []\n" });
    expect(await readGitRevision(policies, files)).toBe(commit);
    expect(await readGitRevision(policies, [...files, { name: "more.yaml" }])).toBe(`${commit}-dirty`);
    await rm(join(policies, "more.yaml"));
    await writeFiles(policies, { "policy.yaml": policyNamed("two") });
    expect(await readGitRevision(policies, files)).toBe(`${commit}-dirty`);
    await rm(join(policies, "policy.yaml"));
    expect(await readGitRevision(policies, [{ name: "catalog.yaml" }])).toBe(`${commit}-dirty`);
  });

  it("knows names in capitals", async () => {
    const { policies } = await repository();
    await writeFiles(policies, { "LOUD.YML": "kind: policy\nrules: []\n" });
    const commit = await commitAll(policies);
    const withLoud = [...files, { name: "LOUD.YML" }];
    expect(await readGitRevision(policies, withLoud)).toBe(commit);
    await writeFiles(policies, { "LOUD.YML": "kind: policy\n" });
    expect(await readGitRevision(policies, withLoud)).toBe(`${commit}-dirty`);
  });

  it("is unknown without a repository, and before its first commit", async () => {
    const folder = await folderWith({ "policy.yaml": policyNamed("one") });
    expect(await readGitRevision(folder, [{ name: "policy.yaml" }])).toBeUndefined();
    await git(folder, "init", "--quiet");
    expect(await readGitRevision(folder, [{ name: "policy.yaml" }])).toBeUndefined();
  });

  it("runs nothing that the repository's configuration names", async () => {
    const { folder, policies, commit } = await repository();
    const ran = join(folder, ".git/ran");
    await git(folder, "config", "core.fsmonitor", `touch ${ran}; false`);
    expect(await readGitRevision(policies, files)).toBe(commit);
    expect(existsSync(ran)).toBe(false);
    await git(folder, "status");
    expect(existsSync(ran)).toBe(true); // Plain git runs it.
  });
});

describe("a policy store", () => {
  it("says why it names no commit of a repository that git does not read, because it is another user's", async () => {
    const { policies, folder } = await repository();
    vi.stubEnv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1"); // git's own switch for its tests
    vi.stubEnv("GIT_CONFIG_NOSYSTEM", "1");
    vi.stubEnv("GIT_CONFIG_GLOBAL", "/dev/null");
    const { store, logged } = await openStore(policies);
    expect(store.gitOf(store.current())).toBeUndefined();
    expect(logged).toEqual([
      {
        level: "warn",
        message: expect.stringContaining(`git config --system --add safe.directory ${folder}\` allows`),
      },
    ]);
  });

  it.each(["a folder", "a link to it"])(
    "says of which commit its policy is, through edits and commits: %s",
    async (kind) => {
      const { policies: real, commit } = await repository();
      const policies = kind === "a folder" ? real : join(await folderWith({}), "link");
      if (policies !== real) await symlink(real, policies);
      const { store } = await openStore(policies, { watch: true });
      const first = store.current();
      expect(store.status().serving.git).toBe(commit);
      await writeFiles(policies, { "policy.yaml": policyNamed("two") });
      await eventually(() => expect(store.status().serving).toMatchObject({ name: "two", git: `${commit}-dirty` }));
      expect(store.gitOf(first)).toBe(commit);
      const next = await commitAll(policies);
      await eventually(() => expect(store.status().serving).toMatchObject({ name: "two", git: next }));
      expect(store.gitOf(first)).toBe(commit);
    },
  );

  it("learns of a commit by a reload, too", async () => {
    const { policies } = await repository();
    await writeFiles(policies, { "policy.yaml": policyNamed("two") });
    const { store } = await openStore(policies, { watch: false });
    expect(store.status().serving.git).toMatch(/-dirty$/);
    const next = await commitAll(policies);
    expect(await store.reload("test")).toBe("unchanged");
    expect(store.status().serving.git).toBe(next);
  });
});
