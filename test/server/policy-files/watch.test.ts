import { execFile } from "node:child_process";
import { chmod, chown, mkdir, open, rename, rm, symlink, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { PolicyStore } from "../../../server/policy-files/policy-store.js";
import { watchPolicyDirectory } from "../../../server/policy-files/watch-policy-directory.js";
import { eventually } from "../../services/eventually.js";
import { catalogText, cleanUp, folderWith, openStore, policyNamed, writeFiles } from "./harness.js";

const sound = (name: string) => ({ "policy.yaml": policyNamed(name), "catalog.yaml": catalogText });
const serves = (store: PolicyStore, name: string) =>
  eventually(() => expect(store.current().name, store.status().rejected?.text ?? "nothing was refused").toBe(name));

const gitIn =
  (cwd: string) =>
  (...args: string[]) =>
    promisify(execFile)("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd });

/** The user `nobody` of most systems. */
const NOBODY = 65_534;

/** Events alone: the safety net looks only after a minute. */
const eventsOnly = { watching: { lookEveryMs: 60_000 } };
/** The safety net alone. */
const looksOnly = { watching: { events: false, lookEveryMs: 20, settleMs: 20 } };

afterEach(cleanUp);

describe.each([
  ["events", eventsOnly],
  ["the safety net", looksOnly],
])("an edit is noticed by %s", (_how, options) => {
  it("when a file is truncated and written again, more than once", async () => {
    const directory = await folderWith(sound("v0"));
    const { store } = await openStore(directory, options);
    for (const name of ["v1", "v2", "v3"]) {
      await writeFile(join(directory, "policy.yaml"), policyNamed(name));
      await serves(store, name);
    }
  });

  it("when an editor writes a new file and renames it into place", async () => {
    const directory = await folderWith(sound("v0"));
    const { store } = await openStore(directory, options);
    for (const name of ["v1", "v2", "v3"]) {
      await rename(join(directory, "policy.yaml"), join(directory, "policy.yaml~")); // vim keeps a backup
      await writeFile(join(directory, ".policy.yaml.new"), policyNamed(name));
      await rename(join(directory, ".policy.yaml.new"), join(directory, "policy.yaml"));
      await serves(store, name);
    }
  });

  it("when git checks out another revision", async () => {
    const directory = await folderWith(sound("v0"));
    const git = gitIn(directory);
    await git("init", "-q", "-b", "main");
    for (const name of ["v0", "v1", "v2"]) {
      await writeFiles(directory, sound(name));
      await git("add", ".");
      await git("commit", "-q", "--allow-empty", "-m", name);
      await git("tag", name);
    }
    const { store } = await openStore(directory, options);
    for (const name of ["v0", "v2", "v1", "v0", "v2"]) {
      await git("checkout", "-q", name);
      await serves(store, name);
    }
  });

  it("when a ConfigMap's `..data` link is swapped", async () => {
    const directory = await folderWith({});
    await writeFiles(join(directory, "..v0"), sound("v0"));
    await symlink("..v0", join(directory, "..data"));
    await symlink("..data/policy.yaml", join(directory, "policy.yaml"));
    await symlink("..data/catalog.yaml", join(directory, "catalog.yaml"));
    const { store } = await openStore(directory, options);
    let old = "..v0";
    for (const name of ["v1", "v2", "v3"]) {
      await writeFiles(join(directory, `..${name}`), sound(name));
      await symlink(`..${name}`, join(directory, "..data_tmp"));
      await rename(join(directory, "..data_tmp"), join(directory, "..data"));
      await rm(join(directory, old), { recursive: true });
      old = `..${name}`;
      await serves(store, name);
    }
  });

  it("when a file is added in a new folder, changed, and deleted", async () => {
    const directory = await folderWith(sound("v0"));
    const { store } = await openStore(directory, options);
    const files = () => eventually(() => store.current().files.map((file) => file.name));
    await writeFiles(directory, { "teams/search.yaml": searchRules("search") });
    await writeFile(join(directory, "policy.yaml"), policyNamed("v1", "[{ include: teams/search.yaml }]"));
    await serves(store, "v1");
    expect(await files()).toContain("teams/search.yaml");
    await writeFile(join(directory, "teams/search.yaml"), searchRules("found"));
    await eventually(() => expect(store.current().set.rules[0]?.id).toBe("found"));

    await unlink(join(directory, "teams/search.yaml"));
    await eventually(() => expect(store.status().rejected?.codes).toEqual(["RW1005"]));
    expect(store.current().name).toBe("v1");
    await writeFile(join(directory, "policy.yaml"), policyNamed("v2"));
    await serves(store, "v2");
  });

  it("and nothing is replaced when a file is touched or its mode changes", async () => {
    const directory = await folderWith(sound("v0"));
    const { store } = await openStore(directory, options);
    const before = store.current();
    await utimes(join(directory, "policy.yaml"), new Date(), new Date());
    await eventually(() => expect(store.status().reloads.unchanged).toBeGreaterThanOrEqual(1));
    await chmod(join(directory, "policy.yaml"), 0o600);
    expect(store.current()).toBe(before);
    await writeFile(join(directory, "policy.yaml"), policyNamed("v1"));
    await serves(store, "v1");
    expect(store.status().reloads).toMatchObject({ applied: 2, rejected: 0 });
  });
});

describe("the watch", () => {
  it("keeps the last good policy while a slow writer is half-way", async () => {
    const directory = await folderWith(sound("v0"));
    const { store } = await openStore(directory);
    const text = policyNamed("v1");
    const file = await open(join(directory, "policy.yaml"), "w");
    await file.write(text.slice(0, 20));
    await eventually(() => expect(store.status().rejected).toBeDefined());
    expect(store.current().name).toBe("v0");
    await file.write(text.slice(20));
    await file.close();
    await serves(store, "v1");
    expect(store.status().rejected).toBeUndefined();
  });

  it("shows a broken edit and takes its repair", async () => {
    const directory = await folderWith(sound("v0"));
    const { store } = await openStore(directory);
    await writeFile(join(directory, "policy.yaml"), policyNamed("v1").replace("acme/small", "acme/smal"));
    await eventually(() => expect(store.status().rejected?.codes).toEqual(["RW1203"]));
    expect(store.current().name).toBe("v0");
    await writeFile(join(directory, "policy.yaml"), policyNamed("v1"));
    await serves(store, "v1");
  });

  it("says a broken edit once, however often the broken file is touched", async () => {
    const directory = await folderWith(sound("v0"));
    const { store, logged } = await openStore(directory);
    await writeFile(join(directory, "policy.yaml"), "rules: [");
    await eventually(() => expect(store.status().reloads.rejected).toBe(1));
    await utimes(join(directory, "policy.yaml"), new Date(), new Date());
    await writeFile(join(directory, "policy.yaml"), policyNamed("v1"));
    await serves(store, "v1");
    expect(logged.filter((line) => line.level === "error")).toHaveLength(1);
  });

  it("takes the hundred files of a checkout at once", async () => {
    const edition = (name: string) => ({
      ...sound(name),
      "policy.yaml": policyNamed(name, `[${Array.from({ length: 100 }, (_, at) => `{ include: f${at}.yaml }`)}]`),
      ...Object.fromEntries(
        Array.from({ length: 100 }, (_, at) => {
          const rule = `{ id: r${at}, because: ${name}, match: { app: a${at} }, route: { to: [acme/small] } }`;
          return [`f${at}.yaml`, `kind: policy\nrules:\n  - ${rule}\n`];
        }),
      ),
    });
    const directory = await folderWith(edition("v0"));
    const git = gitIn(directory);
    await git("init", "-q", "-b", "main");
    for (const name of ["v0", "v1"]) {
      await writeFiles(directory, edition(name));
      await git("add", ".");
      await git("commit", "-q", "-m", name);
      await git("tag", name);
    }
    await git("checkout", "-q", "v0");
    const { store } = await openStore(directory, { watching: { settleMs: 1_000, longestMs: 20_000 } });
    await git("checkout", "-q", "v1");
    await serves(store, "v1");
    expect(new Set(store.current().set.rules.map(({ because }) => because))).toEqual(new Set(["v1"]));
    expect(store.status().reloads).toMatchObject({ applied: 2, rejected: 0 });
  });

  it("serves the last of 100 edits in a burst", async () => {
    const directory = await folderWith(sound("v0"));
    const { store } = await openStore(directory);
    for (let edit = 1; edit <= 100; edit++) await writeFile(join(directory, "policy.yaml"), policyNamed(`v${edit}`));
    await serves(store, "v100");
  });

  it("does not starve under edits that never pause", async () => {
    const directory = await folderWith(sound("v0"));
    const { store } = await openStore(directory, { watching: { settleMs: 60_000, longestMs: 200 } });
    await writeFile(join(directory, "policy.yaml"), policyNamed("v1"));
    await serves(store, "v1");
  });

  it("follows the directory's own link when it is pointed elsewhere, and goes on watching there", async () => {
    const releases = await folderWith({});
    await writeFiles(join(releases, "1"), sound("v1"));
    await writeFiles(join(releases, "2"), sound("v2"));
    const current = join(releases, "current");
    await symlink("1", current);
    const { store } = await openStore(current);
    expect(store.current().name).toBe("v1");
    await symlink("2", join(releases, "next"));
    await rename(join(releases, "next"), current);
    await serves(store, "v2");
    await writeFile(join(releases, "2/policy.yaml"), policyNamed("v2-edited"));
    await serves(store, "v2-edited");
  });

  it("survives the directory being moved away and another put in its place", async () => {
    const parent = await folderWith({});
    const directory = join(parent, "policies");
    await writeFiles(directory, sound("v0"));
    const { store } = await openStore(directory);
    await rename(directory, join(parent, "old"));
    await eventually(() => expect(store.status().rejected?.codes).toEqual(["unreadable"]));
    expect(store.current().name).toBe("v0");
    await mkdir(join(parent, "new"));
    await writeFiles(join(parent, "new"), sound("v1"));
    await rename(join(parent, "new"), directory);
    await serves(store, "v1");
    await writeFile(join(directory, "policy.yaml"), policyNamed("v2"));
    await serves(store, "v2");
  });

  it("receives events again after the directory could not be read for a while", async () => {
    const directory = await folderWith(sound("v0"));
    const isRoot = process.geteuid?.() === 0; // who may read everything
    if (isRoot) {
      await chown(directory, NOBODY, NOBODY);
      process.seteuid?.(NOBODY);
    }
    let changes = 0;
    // The safety net finds no change: only events are counted.
    const noChanges = { lastSeen: () => undefined, log: { warn: () => undefined } };
    const watch = watchPolicyDirectory({ directory, onChange: () => changes++, lookEveryMs: 20, ...noChanges });
    try {
      await watch.ready;
      await chmod(directory, 0o000);
      await pause(500);
      await chmod(directory, 0o755);
      await pause(500);
      const before = changes;
      const names = [join(directory, "policy.yaml"), join(directory, "other.yaml")] as const;
      await eventually(async () => {
        await rename(...names);
        await rename(names[1], names[0]);
        await pause(100);
        expect(changes).toBeGreaterThan(before);
      });
    } finally {
      await watch.close();
      if (isRoot) process.seteuid?.(0);
    }
  });

  it.skipIf(process.geteuid?.() !== 0)(
    "tries an edit again that could not be read, though no file changes",
    async () => {
      const directory = await folderWith(sound("v0"));
      await chown(directory, NOBODY, NOBODY);
      await writeFile(join(directory, ".next"), policyNamed("v1"), { mode: 0o600 });
      const { store, logged } = await openStore(directory, looksOnly);
      try {
        process.seteuid?.(NOBODY); // who may list, and not read, what root wrote
        await rename(join(directory, ".next"), join(directory, "policy.yaml"));
        await eventually(() => expect(store.status().rejected?.codes).toEqual(["unreadable"]));
        await pause(500);
        expect(logged.filter(({ level }) => level === "error")).toHaveLength(1);
      } finally {
        process.seteuid?.(0);
      }
      await serves(store, "v1");
    },
  );

  it("ends with the store", async () => {
    const directory = await folderWith(sound("v0"));
    const { store } = await openStore(directory);
    expect(store.status().watching).toBe(true);
    await store.close();
    expect(store.status().watching).toBe(false);
  });
});

function searchRules(id: string): string {
  return `kind: policy\nrules:\n  - id: ${id}\n    match: { tenant: search }\n    route: { to: [acme/small] }\n`;
}
