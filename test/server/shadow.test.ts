import { describe, expect, it } from "vitest";
import { explain } from "../../engine/explain/explain.js";
import type { CompiledPolicy } from "../../engine/index.js";
import type { PolicyStore } from "../../server/policy-files/policy-store.js";
import { Shadow } from "../../server/shadow.js";
import { catalogOf, compile, policyOf } from "./http/harness.js";

const nowhere = "http://127.0.0.1:1/v1";
const catalog = catalogOf({ one: nowhere, two: nowhere });
const [toOne, toTwo] = ["one", "two"].map((name) => compile(policyOf(`{ to: [acme/${name}] }`), catalog)) as [
  CompiledPolicy,
  CompiledPolicy,
];
const toBoth = compile(policyOf("{ to: [acme/one, acme/two] }"), catalog);

/** A decision as the server records it. */
function decided(policy: CompiledPolicy) {
  const id = "dec_1";
  const { outcome, candidates, ...stored } = explain(policy, { context_tokens: 10 }, { seed: id }, { id });
  return { rule: outcome.route.rule, ...stored, attempts: [] };
}

/** A store that is given its policies. */
function storeOf(first: CompiledPolicy) {
  let policy = first;
  const listeners: ((policy: CompiledPolicy) => void)[] = [];
  const store = {
    current: () => policy,
    onApplied(listener: (policy: CompiledPolicy) => void) {
      listeners.push(listener);
      listener(policy);
    },
    gitOf: () => undefined,
    status: () => ({}),
    close: async () => undefined,
  } as unknown as PolicyStore;
  const apply = (next: CompiledPolicy) => {
    policy = next;
    for (const listener of listeners) listener(next);
  };
  return { store, apply };
}

function open() {
  const [serving, tried] = [storeOf(toOne), storeOf(toTwo)];
  const logged: string[] = [];
  let now = 1_000;
  const log = (_: unknown, message: string) => void logged.push(message);
  const shadow = new Shadow({
    serving: serving.store,
    shadow: tried.store,
    log: { info: log, error: log } as never,
    now: () => now++,
  });
  return { shadow, serving, tried, logged };
}

describe("Shadow", () => {
  it("says what it would have decided otherwise, and at its end once more in the log", async () => {
    const { shadow, tried, logged } = open();
    for (let times = 0; times < 40; times++) shadow.record(decided(toOne)); // more than one turn
    await expect.poll(() => shadow.report().decisions).toBe(40);
    expect(shadow.report()).toMatchObject({ changed: 40, skipped: 0, serving: { revision: toOne.revision } });
    expect(shadow.report().policy.revision).toBe(toTwo.revision);
    expect(logged).toEqual([]);
    tried.apply(toOne);
    expect(logged).toEqual([expect.stringMatching(/^shadow test@[0-9a-f]{12} would have changed 40 of 40 decisions$/)]);
    shadow.record(decided(toOne));
    await expect.poll(() => shadow.report().decisions).toBe(1);
    await shadow.close();
    expect(logged[1]).toMatch(/would have changed 0 of 1 decisions$/);
  });

  it("counts anew when either policy changes, without decisions of the one before", async () => {
    const { shadow, serving } = open();
    shadow.record(decided(toOne));
    serving.apply(toBoth); // before it was decided again
    const { since } = shadow.report();
    shadow.record(decided(toOne)); // it began before the reload
    shadow.record(decided(toBoth));
    await expect.poll(() => shadow.report().decisions).toBe(1);
    expect(shadow.report()).toMatchObject({ changed: 1, since, serving: { revision: toBoth.revision } });
    serving.apply(toOne);
    expect(shadow.report()).toMatchObject({ decisions: 0, changed: 0 });
    expect(shadow.report().since > since).toBe(true);
  });

  it("passes over what comes faster than it can be decided again, and says how much", async () => {
    const { shadow, serving } = open();
    const decision = decided(toOne);
    for (let times = 0; times < 10_002; times++) shadow.record(decision);
    expect(shadow.report().skipped).toBe(2);
    await expect.poll(() => shadow.report().decisions).toBe(10_000);
    serving.apply(toBoth);
    expect(shadow.report().skipped).toBe(0);
  });

  it("goes on after a decision that cannot be made", async () => {
    const { shadow, logged } = open();
    shadow.record({ policy: { revision: toOne.revision } } as never);
    shadow.record(decided(toOne)); // of the same turn
    await expect.poll(() => logged).toEqual(["a decision could not be made under the shadow policy"]);
    expect(shadow.report()).toMatchObject({ decisions: 1, changed: 1, skipped: 1 });
  });
});
