import { describe, expect, it } from "vitest";
import type { ApiKey } from "../../../server/keys/api-key.js";
import { readKeyEdit } from "../../../server/keys/read-key-edit.js";
import { readKeyRequest } from "../../../server/keys/read-key-settings.js";

const NOW = Date.parse("2026-11-25T00:00:00Z");

function keyOf(request: object, at = NOW): ApiKey {
  return { id: "key_0", createdAt: at, ...readKeyRequest(request, at) };
}

const all = {
  name: "n",
  tenant: "t",
  app: "a",
  user: "u",
  region: "eu",
  tags: ["x", "y"],
  allow: ["openai/*"],
  scopes: ["inference", "read"],
  attributes: { plan: "free", depth: 3 },
  limits: {
    budgets: { day: "5", month: "50" },
    requests_per_minute: 600,
    tokens_per_minute: 200_000,
    concurrent: 4,
  },
};

describe("readKeyEdit()", () => {
  it.each<[string, object, object]>([
    ["leaves what it does not name", { name: "m" }, { ...all, name: "m" }],
    [
      "changes one budget, one limit or one attribute, and adds others",
      { limits: { budgets: { day: 9, total: 100 }, concurrent: 8 }, attributes: { plan: "pro", beta: true } },
      {
        ...all,
        limits: { ...all.limits, budgets: { day: 9, month: 50, total: 100 }, concurrent: 8 },
        attributes: { plan: "pro", depth: 3, beta: true },
      },
    ],
    [
      "takes one of these away with null",
      { limits: { budgets: { day: null }, requests_per_minute: null }, attributes: { depth: null } },
      {
        ...all,
        limits: { budgets: { month: 50 }, tokens_per_minute: 200_000, concurrent: 4 },
        attributes: { plan: "free" },
      },
    ],
    [
      "replaces lists whole",
      { tags: ["z"], allow: ["a/b"], scopes: ["admin"] },
      { ...all, tags: ["z"], allow: ["a/b"], scopes: ["admin"] },
    ],
    [
      "takes everything away with null, down to what a key has that is made without any",
      Object.fromEntries(Object.keys(all).map((name) => [name, null])),
      {},
    ],
    [
      "takes away what is not there",
      { limits: { budgets: { week: null } }, attributes: { none: null }, expires: null },
      all,
    ],
  ])("%s", (_what, edit, wanted) => {
    expect(readKeyEdit(edit, NOW).applyTo(keyOf(all))).toEqual(readKeyRequest(wanted, NOW));
  });

  it("changes a key that says nothing", () => {
    const edit = { limits: { budgets: { day: 1 } } };
    expect(readKeyEdit(edit, NOW).applyTo(keyOf({}))).toEqual(readKeyRequest(edit, NOW));
  });

  it("keeps an end that is past, moves it, and takes it away", () => {
    const key = keyOf({ expires: "1h" }, NOW - 7_200_000);
    expect(readKeyEdit({ name: "m" }, NOW).applyTo(key).expiresAt).toBe(NOW - 3_600_000);
    expect(readKeyEdit({ expires: "1h" }, NOW).applyTo(key).expiresAt).toBe(NOW + 3_600_000);
    expect(readKeyEdit({ expires: null }, NOW).applyTo(key)).not.toHaveProperty("expiresAt");
  });

  it("says what it names of a policy, and nothing that the key had before", () => {
    const { named } = readKeyEdit({ allow: ["a/b"], attributes: { plan: "pro", depth: null } }, NOW);
    expect(named).toMatchObject({ allow: ["a/b"], attributes: { plan: "pro" } });
    expect(readKeyEdit({ allow: null, attributes: null }, NOW).named).toMatchObject({ allow: [], attributes: {} });
  });

  it.each([
    [[], "the body: it takes a JSON object"],
    [null, "the body: it takes a JSON object"],
    [{}, "the body: name the settings that are to change; null takes one away"],
    [{ tenent: null }, "tenent: there is no such setting; there are name, tenant,"],
    [{ limits: { rpm: null } }, "limits.rpm: there is no such setting"],
    [{ limits: { budgets: { year: null } } }, "limits.budgets: its periods are hour, day, week, month, total"],
    [{ limits: 5 }, "limits: it takes a JSON object"],
    [{ limits: { budgets: { day: -1 } } }, "limits.budgets.day: it takes an amount in USD"],
    [{ limits: { concurrent: 0 } }, "limits.concurrent: it takes a whole number from 1"],
    [{ tenant: "" }, "tenant: it takes a text"],
    [{ allow: [] }, "allow: it takes at least one; leave it out to allow every model"],
    [{ scopes: [] }, "scopes: it takes one or more of"],
    [{ expires: "2020-01-01" }, "expires: it takes a time from now"],
  ])("refuses %j", (edit, message) => {
    expect(() => readKeyEdit(edit, NOW)).toThrow(message);
  });

  it("refuses to make a key larger than one can be made", () => {
    const attributes = (from: number) =>
      Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`a${from + at}`, at]));
    const { applyTo } = readKeyEdit({ attributes: attributes(60) }, NOW);
    expect(() => applyTo(keyOf({ attributes: attributes(0) }))).toThrow("attributes: it takes at most 100");
  });
});
