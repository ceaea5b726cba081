import { afterEach, describe, expect, it } from "vitest";
import { KeyRing } from "../../../server/keys/key-ring.js";
import type { IssuedKey } from "../../../server/keys/key-store.js";
import { KeyStore } from "../../../server/keys/key-store.js";
import { readKeyEdit } from "../../../server/keys/read-key-edit.js";
import { readKeyRequest } from "../../../server/keys/read-key-settings.js";
import { tenantSubject } from "../../../server/keys/subject.js";
import { type Database, openDatabase } from "../../../server/storage/open-database.js";
import { onBothEngines } from "../../services/engines.js";

const silent = { info() {}, warn() {}, error() {} } as never;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(url: string): Promise<{ database: Database; store: KeyStore }> {
  const database = await openDatabase(url);
  closing.push(() => database.close());
  return { database, store: new KeyStore(database) };
}

async function openRing(store: KeyStore, now: () => number = Date.now, refreshMs = 60_000): Promise<KeyRing> {
  const ring = await KeyRing.open({ store, log: silent, now, refreshMs });
  closing.push(() => ring.close());
  return ring;
}

const create = (store: KeyStore, request: object = {}, now = Date.now()): Promise<IssuedKey> =>
  store.create(readKeyRequest(request, now), now);

onBothEngines((engine) => {
  it("keeps everything of a key but its secret", async () => {
    const { database, store } = await open(await engine.newUrl());
    const { key, token } = await create(store, {
      name: "search",
      tenant: "t",
      tags: ["Beta"],
      allow: ["openai/*"],
      attributes: { plan: "free", depth: 3 },
      limits: { budgets: { month: "50", day: 5 }, tokens_per_minute: "200k" },
      expires: "90d",
    });
    expect(await store.list()).toEqual([key]);
    expect(key.settings).toMatchObject({
      tags: ["beta"],
      scopes: ["inference"],
      limits: {
        budgets: [
          { period: "month", limit: 50_000_000_000 },
          { period: "day", limit: 5_000_000_000 },
        ],
        tokensPerMinute: 200_000,
      },
    });
    const secret = token.split("_").slice(2).join("_");
    const everything = JSON.stringify([
      await database.db.selectFrom("api_keys").selectAll().execute(),
      await database.db.selectFrom("spend_limits").selectAll().execute(),
    ]);
    expect(everything).not.toContain(secret);
  });

  it("verifies a token, and refuses a wrong, unknown, expired or revoked one", async () => {
    const { store } = await open(await engine.newUrl());
    let now = 1_000_000;
    const { key, token } = await create(store, { expires: "1h" }, now);
    const ring = await openRing(store, () => now);
    expect(await ring.verify(token)).toMatchObject({ id: key.id });
    expect(await ring.verify(`${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`)).toBe("unknown");
    expect(await ring.verify("sk-something")).toBe("unknown");
    expect(await ring.verify(`rw_${"0".repeat(12)}_${"a".repeat(43)}`)).toBe("unknown");
    now += 3_600_000;
    expect(await ring.verify(token)).toBe("expired");
    await store.revoke(key.id, now);
    await ring.refresh();
    expect(await ring.verify(token)).toBe("revoked");
  });

  it("refuses a revoked key at once, also when the clock of who revoked it is ahead", async () => {
    const { store } = await open(await engine.newUrl());
    const { key, token } = await create(store, {}, 1_000_000);
    const ring = await openRing(store, () => 1_000_000);
    await store.revoke(key.id, 1_300_000);
    await ring.refresh();
    expect(await ring.verify(token)).toBe("revoked");
    expect((await store.revoke(key.id, 1_400_000))?.revokedAt, "it was ended once").toBe(1_300_000);
  });

  it("rotates: both secrets work during the overlap, the new one alone after it", async () => {
    const { store } = await open(await engine.newUrl());
    let now = 1_000_000;
    const first = await create(store, {}, now);
    const second = await store.rotate(first.key.id, now + 10_000);
    const ring = await openRing(store, () => now);
    const works = async (issued: IssuedKey | undefined) => typeof (await ring.verify(issued!.token)) !== "string";
    expect([await works(first), await works(second)]).toEqual([true, true]);
    now += 10_000;
    expect([await works(first), await works(second)]).toEqual([false, true]);
    await store.revoke(first.key.id, now);
    expect(await store.rotate(first.key.id, now)).toBeUndefined();
  });

  it("changes what was said of a key, and neither its secrets nor anything else", async () => {
    const url = await engine.newUrl();
    const here = await open(url);
    const there = await open(url);
    const { key, token } = await create(here.store, { name: "a", tenant: "t", limits: { budgets: { day: 5 } } });
    const ring = await openRing(there.store, Date.now, 50);
    const { applyTo } = readKeyEdit({ limits: { budgets: { day: 9 } }, tenant: null, expires: "1d" }, Date.now());
    const edited = await here.store.edit(key.id, applyTo);
    const { settings, expiresAt, version, ...rest } = edited!;
    const { settings: before, version: versionBefore, ...restBefore } = key;
    expect(rest).toEqual(restBefore);
    const { tenant, ...others } = before;
    expect(tenant).toBe("t");
    expect(settings).toEqual({ ...others, limits: { budgets: [{ period: "day", limit: 9_000_000_000 }] } });
    expect(expiresAt).toBeGreaterThan(Date.now());
    expect(version).toBe(versionBefore + 1);
    expect(await here.store.list()).toEqual([edited]);
    await expect.poll(() => ring.verify(token)).toEqual(edited);
  });

  it("loses none of several changes of a key that come at once", async () => {
    const { store } = await open(await engine.newUrl());
    const { key } = await create(store);
    const edits = Array.from({ length: 10 }, (_, at) => readKeyEdit({ attributes: { [`a${at}`]: at } }, Date.now()));
    await Promise.all(edits.map(({ applyTo }) => store.edit(key.id, applyTo)));
    const [edited] = await store.list();
    expect(Object.keys(edited!.settings.attributes)).toHaveLength(10);
  });

  it("changes no key that is revoked or not there, and none when the change cannot be made", async () => {
    const { store } = await open(await engine.newUrl());
    const { key } = await create(store, { name: "a" });
    const { applyTo } = readKeyEdit({ name: "b" }, Date.now());
    const refuse = () => {
      throw new Error("not so");
    };
    await expect(store.edit(key.id, refuse)).rejects.toThrow("not so");
    expect(await store.list()).toEqual([key]);
    expect((await store.changesSince(0)).version).toBe(key.version);
    expect(await store.edit("key_nobody", applyTo)).toBeUndefined();
    await store.revoke(key.id, Date.now());
    expect(await store.edit(key.id, applyTo)).toBeUndefined();
    expect((await store.list())[0]?.name).toBe("a");
  });

  it("sees a key that another process made at once, and a revocation with the next refresh", async () => {
    const url = await engine.newUrl();
    const here = await open(url);
    const there = await open(url);
    const ring = await openRing(here.store, Date.now, 50);
    expect(ring.hasKeys).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 110));
    const { key, token } = await create(there.store);
    expect(await ring.verify(token)).toMatchObject({ id: key.id });
    await there.store.revoke(key.id, Date.now());
    await there.store.setLimits(tenantSubject("a/b"), { concurrent: 3 });
    await expect.poll(() => ring.verify(token)).toBe("revoked");
    await expect.poll(() => ring.limitsOf(tenantSubject("a/b"))).toEqual({ concurrent: 3 });
    await there.store.setLimits(tenantSubject("a/b"), undefined);
    await expect.poll(() => ring.limitsOf(tenantSubject("a/b"))).toBeUndefined();
  });

  it("sees a secret that another process rotated at once", async () => {
    const url = await engine.newUrl();
    const here = await open(url);
    const there = await open(url);
    const { key, token } = await create(there.store);
    const ring = await openRing(here.store, Date.now, 60_000);
    expect(await ring.verify(token)).toMatchObject({ id: key.id });
    const rotated = await there.store.rotate(key.id, Date.now() + 60_000);
    expect(await ring.verify(rotated!.token)).toMatchObject({ id: key.id });
    expect(await ring.verify(token)).toMatchObject({ id: key.id });
    expect(await ring.verify(`${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`)).toBe("unknown");
  });

  it("gives every change a version of its own, also when many come at once", async () => {
    const { store } = await open(await engine.newUrl());
    await Promise.all(Array.from({ length: 40 }, () => create(store)));
    const { keys, version } = await store.changesSince(0);
    expect(new Set(keys.map((key) => key.version)).size).toBe(40);
    expect(version).toBe(40);
    expect((await store.changesSince(37)).keys).toHaveLength(3);
  });

  it("notes when a key was used last, and only forward", async () => {
    const { store } = await open(await engine.newUrl());
    const { key } = await create(store);
    await store.noteUse(new Map([[key.id, 2_000]]));
    await store.noteUse(new Map([[key.id, 1_000]]));
    expect((await store.list())[0]?.lastUsedAt).toBe(2_000);
  });
});

describe("KeyRing", () => {
  it("goes on with what it knows while the database is away", async () => {
    const { store } = await open("sqlite::memory:");
    const { key, token } = await create(store);
    let isAway = false;
    const ring = await openRing({
      changesSince: (version: number) => (isAway ? Promise.reject(new Error("gone")) : store.changesSince(version)),
      noteUse: () => Promise.reject(new Error("gone")),
    } as unknown as KeyStore);
    isAway = true;
    await ring.refresh();
    expect(ring.status()).toEqual({ keys: 1, lastError: "gone" });
    expect(await ring.verify(token)).toMatchObject({ id: key.id });
    const { token: newer } = await create(store);
    expect(await ring.verify(newer), "is not called unknown").toBe("unchecked");
    expect(await ring.verify(newer), "nor when nobody looks so soon again").toBe("unchecked");
    isAway = false;
    await ring.refresh();
    expect(ring.status()).toEqual({ keys: 2 });
    expect(await ring.verify(newer)).toMatchObject({ name: expect.any(String) });
    expect(await ring.verify(`${newer.slice(0, -4)}AAAA`)).toBe("unknown");
  });

  /** A ring over a store that can be held up right after it has read. */
  async function heldUp() {
    const { store } = await open("sqlite::memory:");
    const { key, token } = await create(store);
    let gate: Promise<void> | undefined;
    let looks = 0;
    const ring = await openRing({
      changesSince: async (version: number) => {
        const changes = await store.changesSince(version);
        looks += 1;
        await gate;
        return changes;
      },
      noteUse: () => Promise.resolve(),
    } as unknown as KeyStore);
    const hold = () => {
      let letGo = () => {};
      gate = new Promise((resolve) => {
        letGo = resolve;
      });
      return letGo;
    };
    return { store, key, token, ring, hold, looks: () => looks };
  }

  it("knows after a refresh what was changed before it, also when another refresh had read by then", async () => {
    const { store, key, token, ring, hold, looks } = await heldUp();
    const letGo = hold();
    const earlier = ring.refresh();
    await expect.poll(looks).toBe(2);
    await store.revoke(key.id, Date.now());
    const later = [ring.refresh(), ring.refresh()];
    letGo();
    await Promise.all([earlier, ...later]);
    expect(await ring.verify(token)).toBe("revoked");
    expect(looks(), "those that come meanwhile share one").toBe(3);
  });

  it("sees a key that was made while it was reading, at once", async () => {
    const { store, ring, hold, looks } = await heldUp();
    const letGo = hold();
    const earlier = ring.refresh();
    await expect.poll(looks).toBe(2);
    const { key, token } = await create(store);
    const verifying = ring.verify(token);
    letGo();
    expect(await verifying).toMatchObject({ id: key.id });
    await earlier;
  });
});
