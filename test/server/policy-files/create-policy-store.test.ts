import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { compilePolicy } from "../../../engine/index.js";
import { type PolicyStoreOptions, UnusablePolicyError } from "../../../server/policy-files/create-policy-store.js";
import { eventually } from "../../services/eventually.js";
import { catalogText, cleanUp, folderWith, openStore, policyNamed, writeFiles } from "./harness.js";

const broken = policyNamed("broken").replace("acme/small", "acme/smal");
const sound = (name: string) => ({ "policy.yaml": policyNamed(name), "catalog.yaml": catalogText });

afterEach(cleanUp);

describe("createPolicyStore()", () => {
  it("serves the directory and says since when", async () => {
    const { store } = await openStore(await folderWith(sound("first")), { watch: false, now: () => 1_800_000_000_000 });
    expect(store.current().name).toBe("first");
    expect(store.status()).toEqual({
      serving: { name: "first", revision: store.current().revision, since: "2027-01-15T08:00:00.000Z", rules: 0 },
      last_reload: { at: "2027-01-15T08:00:00.000Z", successful: true, reason: "start" },
      last_success_at: "2027-01-15T08:00:00.000Z",
      reloads: { applied: 1, unchanged: 0, rejected: 0 },
      watching: false,
    });
  });

  it("refuses to start with a broken policy, with its code frame", async () => {
    const directory = await folderWith({ ...sound("x"), "policy.yaml": broken });
    const refused = openStore(directory);
    await expect(refused).rejects.toThrow(UnusablePolicyError);
    await expect(refused).rejects.toThrow(/policy\.yaml:5:\d+: error\[RW1203\]/);
  });

  it("refuses to start without a directory", async () => {
    await expect(openStore("/nowhere/at/all")).rejects.toThrow("there is no directory /nowhere/at/all");
  });

  it("says what reading the files warns of, in the log and its status, until they are changed", async () => {
    const directory = await folderWith({ ...sound("first"), "lost.yaml": "kind: policy\nrules: []\n" });
    const { store, logged } = await openStore(directory, { watch: false });
    const warning = (name: string) =>
      expect.stringMatching(new RegExp(`${name}:1:1: warning\\[RW1009\\]: nothing reads this file`));
    expect(logged).toEqual([{ level: "warn", message: warning("the policy files have 1 warning\\n.*lost.yaml") }]);
    expect(store.status().warnings).toEqual({ count: 1, codes: ["RW1009"], text: warning("lost.yaml") });
    await writeFile(join(directory, "policy.yaml"), policyNamed("second"));
    await store.reload("SIGHUP");
    expect(store.status().warnings).toMatchObject({ count: 1 });
    await rm(join(directory, "lost.yaml"));
    await store.reload("SIGHUP");
    expect(store.status().warnings).toBeUndefined();
    const brief = "route: { to: [acme/small], timeouts: { total: 30 } }";
    await writeFile(join(directory, "policy.yaml"), policyNamed("third").replace("route: { to: [acme/small] }", brief));
    await store.reload("SIGHUP");
    expect(store.status().warnings?.codes).toEqual(["RW1308"]);
    await writeFile(join(directory, "policy.yaml"), policyNamed("fourth"));
    await store.reload("SIGHUP");
    expect(store.status().warnings).toBeUndefined();
  });

  it("keeps the last good policy when an edit is broken, and recovers", async () => {
    const directory = await folderWith(sound("first"));
    const { store, logged } = await openStore(directory, { watch: false });
    const before = store.current();
    await writeFile(join(directory, "policy.yaml"), broken);
    expect(await store.reload("SIGHUP")).toBe("rejected");
    expect(store.current()).toBe(before);
    expect(store.status()).toMatchObject({
      rejected: { errors: 1, codes: ["RW1203"], text: expect.stringContaining("^") },
      last_reload: { successful: false, reason: "SIGHUP" },
      reloads: { applied: 1, rejected: 1 },
    });
    expect(logged.at(-1)?.level).toBe("error");
    expect(logged.at(-1)?.message).toMatch(
      /first@[0-9a-f]{12} goes on serving\n.*policy\.yaml:5:\d+: error\[RW1203\]/s,
    );

    await writeFile(join(directory, "policy.yaml"), policyNamed("second"));
    expect(await store.reload("SIGHUP")).toBe("applied");
    expect(store.current().name).toBe("second");
    expect(store.status().rejected).toBeUndefined();
    expect(store.status().before).toEqual({ revision: before.revision });
    await writeFile(join(directory, "policy.yaml"), `# said otherwise\n${policyNamed("second")}`);
    expect(await store.reload("SIGHUP")).toBe("applied");
    expect(store.status().before, "comments make no other policy").toEqual({ revision: before.revision });
  });

  it("calls a reload of the same content unchanged, and clears a refusal that was taken back", async () => {
    const directory = await folderWith(sound("first"));
    const { store, logged } = await openStore(directory, { watch: false });
    const lines = logged.length;
    expect(await store.reload("admin")).toBe("unchanged");
    expect(logged).toHaveLength(lines);
    await writeFile(join(directory, "policy.yaml"), broken);
    await store.reload("admin");
    await writeFile(join(directory, "policy.yaml"), policyNamed("first"));
    expect(await store.reload("admin")).toBe("unchanged");
    expect(store.status()).toMatchObject({ reloads: { applied: 1, unchanged: 2, rejected: 1 } });
    expect(store.status().rejected).toBeUndefined();
    expect(logged.at(-1)).toEqual({
      level: "info",
      message: expect.stringMatching(/^the refused edit was taken back; first@[0-9a-f]{12} goes on serving$/),
    });
  });

  it("tries files again that could not be compiled for a fault, and does not that were refused", async () => {
    const directory = await folderWith(sound("first"));
    let compiled = 0;
    let isFaulty = false;
    const { store } = await openStore(directory, {
      watch: false,
      compile: async (files) => {
        compiled += 1;
        if (isFaulty) throw new Error("the compiling thread failed");
        return compilePolicy(files);
      },
    });
    const touch = () => store.reload("the directory changed");
    await writeFile(join(directory, "policy.yaml"), policyNamed("second"));
    isFaulty = true;
    expect(await touch()).toBe("rejected");
    expect(store.status().rejected).toMatchObject({ codes: ["compiler"] });
    isFaulty = false;
    expect(await touch()).toBe("applied");
    await writeFile(join(directory, "policy.yaml"), broken);
    const before = compiled;
    expect([await touch(), await touch()]).toEqual(["rejected", "rejected"]);
    expect(compiled).toBe(before + 1);
    expect(store.status().reloads).toEqual({ applied: 2, unchanged: 0, rejected: 2 });
  });

  it("runs concurrent reloads one after another", async () => {
    const directory = await folderWith(sound("first"));
    let running = 0;
    let most = 0;
    const { store } = await openStore(directory, {
      watch: false,
      compile: async (files) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return compilePolicy(files);
      },
    });
    await writeFile(join(directory, "policy.yaml"), policyNamed("second"));
    const results = await Promise.all(["a", "b", "c"].map((reason) => store.reload(reason)));
    expect(results).toEqual(["applied", "unchanged", "unchanged"]);
    expect(most).toBe(1);
  });

  describe("while an edit may still go on", () => {
    const counting = () => {
      const compiled: string[] = [];
      const compile: PolicyStoreOptions["compile"] = async (files) => {
        const result = compilePolicy(files);
        compiled.push(result.value?.name ?? "refused");
        return result;
      };
      return { compiled, compile };
    };
    const edit = (directory: string, name: string) => writeFiles(directory, { "policy.yaml": policyNamed(name) });

    it("compiles what stands there, and does not compile it again", async () => {
      const directory = await folderWith(sound("v0"));
      const { compiled, compile } = counting();
      const { store } = await openStore(directory, { compile, watching: { settleMs: 500, lookEveryMs: 60_000 } });
      await edit(directory, "v1");
      await eventually(() => expect(store.current().name).toBe("v1"));
      expect(compiled).toEqual(["v0", "v1"]);
    });

    it("serves an edit that is made while another compiles, after it", async () => {
      const directory = await folderWith(sound("v0"));
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const begun: string[] = [];
      const compile: PolicyStoreOptions["compile"] = async (files) => {
        const result = compilePolicy(files);
        if (result.value !== undefined) begun.push(result.value.name); // A file may be seen when it is still empty.
        if (result.value?.name === "v1") await released;
        return result;
      };
      const { store } = await openStore(directory, { compile, watching: { settleMs: 50, lookEveryMs: 60_000 } });
      await edit(directory, "v1");
      await eventually(() => expect(begun).toEqual(["v0", "v1"]));
      await edit(directory, "v2");
      expect(store.current().name).toBe("v0");
      release();
      await eventually(() => expect(store.current().name).toBe("v2"));
      expect(begun).toEqual(["v0", "v1", "v2"]);
    });

    it("does not serve what was compiled before the last event", async () => {
      const directory = await folderWith(sound("v0"));
      const { compiled, compile } = counting();
      const watching = { settleMs: 1_500, longestMs: 60_000, lookEveryMs: 60_000 };
      const { store } = await openStore(directory, { compile, watching });
      const applied: string[] = [];
      store.onApplied(({ name }) => applied.push(name));
      await edit(directory, "half");
      await eventually(() => expect(compiled).toEqual(["v0", "half"]));
      await edit(directory, "whole");
      await eventually(() => expect(store.current().name).toBe("whole"));
      expect(applied).toEqual(["v0", "whole"]);
      expect(store.status().reloads).toEqual({ applied: 2, unchanged: 0, rejected: 0 });
    });
  });

  it("tells listeners each applied policy, the first included, and survives one that throws", async () => {
    const directory = await folderWith(sound("first"));
    const { store, logged } = await openStore(directory, { watch: false });
    const names: string[] = [];
    store.onApplied(() => {
      throw new Error("listener");
    });
    store.onApplied((policy) => names.push(policy.name));
    await writeFile(join(directory, "policy.yaml"), policyNamed("second"));
    await store.reload("test");
    await store.reload("test");
    expect(names).toEqual(["first", "second"]);
    expect(logged.filter((line) => line.message === "a listener for new policies failed")).toHaveLength(2);
  });

  it("keeps serving when the compiler itself fails, and tries the same files again", async () => {
    const directory = await folderWith(sound("first"));
    let fails = false;
    const { store } = await openStore(directory, {
      watch: false,
      compile: async (files) => {
        if (fails) throw new Error("the compiling thread failed: boom");
        return compilePolicy(files);
      },
    });
    await writeFile(join(directory, "policy.yaml"), policyNamed("second"));
    fails = true;
    expect(await store.reload("test")).toBe("rejected");
    expect(store.status().rejected).toMatchObject({
      codes: ["compiler"],
      text: "error: the compiling thread failed: boom",
    });
    fails = false;
    expect(await store.reload("test")).toBe("applied");
  });

  describe("with the gate", () => {
    const tests = (model: string) => `kind: test
tests:
  - name: everything goes to ${model}
    request: { tags: [code] }
    expect: { model: ${model} }
`;
    it("refuses an edit whose tests fail, and says which", async () => {
      const directory = await folderWith({ ...sound("first"), "tests/routing.yaml": tests("acme/small") });
      const { store } = await openStore(directory, { watch: false, gate: true });
      await writeFile(
        join(directory, "policy.yaml"),
        policyNamed("second", '[{ id: no, match: { tags: { any: [code] } }, deny: "no" }]'),
      );
      expect(await store.reload("test")).toBe("rejected");
      expect(store.current().name).toBe("first");
      const { rejected } = store.status();
      expect(rejected?.codes).toEqual(["gate"]);
      expect(rejected?.text).toMatch(
        /^error: 1 of 1 policy tests fail\n.*tests\/routing\.yaml:3: test failed: everything goes to acme\/small\n {2}\S/,
      );
    });

    it("does not look at the tests when it is off", async () => {
      const directory = await folderWith({ ...sound("first"), "tests/routing.yaml": tests("acme/small") });
      const { store } = await openStore(directory, { watch: false });
      await writeFile(
        join(directory, "policy.yaml"),
        policyNamed("second", '[{ id: no, match: { tags: { any: [code] } }, deny: "no" }]'),
      );
      expect(await store.reload("test")).toBe("applied");
    });
  });
});
