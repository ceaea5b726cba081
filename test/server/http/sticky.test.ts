import { afterEach, describe, expect, it } from "vitest";
import { proxyOver, startAnswering, stopAll, type TestProxy } from "./harness.js";

afterEach(stopAll);

const names = ["one", "two", "three", "four"] as const;

async function proxyWith(sticky: string): Promise<TestProxy> {
  const upstreams = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await startAnswering()] as const)),
  );
  const weights = names.map((name) => `acme/${name}: 1`).join(", ");
  const to = names.map((name) => `acme/${name}`).join(", ");
  return proxyOver(upstreams, `{ to: [${to}], strategy: weighted, weights: { ${weights} }, sticky: ${sticky} }`);
}

async function modelsOf(proxy: TestProxy, asks: readonly [object, Record<string, string>?][]) {
  const models: (string | null)[] = [];
  for (const [body, headers] of asks) models.push((await proxy.ask(body, headers)).headers.get("x-route-model"));
  return models;
}

describe("sticky over HTTP", () => {
  it("session: keeps each session at one candidate, and spreads sessions", async () => {
    const proxy = await proxyWith("session");
    const sessions = Array.from({ length: 12 }, (_, n) => `session-${n}`);
    const asks = sessions.map((session): [object, Record<string, string>] => [{}, { "x-route-session": session }]);
    const first = await modelsOf(proxy, asks);
    expect(await modelsOf(proxy, asks)).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
  });

  it("user: by the body's user", async () => {
    const proxy = await proxyWith("user");
    const asks = Array.from({ length: 12 }, (_, n): [object] => [{ user: `user-${n}` }]);
    const first = await modelsOf(proxy, asks);
    expect(await modelsOf(proxy, asks)).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
  });

  it("prefix: a conversation stays as it grows, and so do all with its head; the record holds the hash, not the text", async () => {
    const proxy = await proxyWith("prefix");
    const heads = Array.from({ length: 12 }, (_, n) => `You are assistant number ${n}. Be brief.`);
    const conversation = (head: string, turns: readonly string[]): [object] => [
      {
        messages: [
          { role: "system", content: head },
          ...turns.map((content, index) => ({ role: index % 2 === 0 ? "user" : "assistant", content })),
        ],
      },
    ];
    const first = await modelsOf(
      proxy,
      heads.map((head) => conversation(head, ["hi"])),
    );
    const grown = await modelsOf(
      proxy,
      heads.map((head) => conversation(head, ["hi", "Hello!", "And now?"])),
    );
    expect(grown).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
    const decision = await proxy.lastDecision();
    expect(decision.world.prefix).toMatch(/^[0-9a-f]{16}$/);
    expect(JSON.stringify(decision)).not.toContain("assistant number");
  });

  it("prefix: a request without any text at its head is drawn by the seed", async () => {
    const proxy = await proxyWith("prefix");
    await proxy.ask({ messages: [] });
    expect((await proxy.lastDecision()).world.prefix).toBeUndefined();
  });
});
