import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { HealthChecks } from "../../../server/dispatch/health-checks.js";
import { createServingPolicies } from "../../../server/dispatch/serving-policy.js";
import { EndpointStates } from "../../../server/endpoints/endpoint-states.js";
import { createAdapters } from "../../../server/providers/adapters.js";
import { eventually } from "../../services/eventually.js";
import { catalogOf, compile, policyOf, startUpstream, stopAll } from "../http/harness.js";

afterEach(stopAll);

/** Serves a policy whose one endpoint is checked by `check` every 20 ms. */
function checkedBy(check: () => Promise<string | undefined>) {
  const adapters = createAdapters({});
  const openai = { ...adapters.get("openai")!, check };
  const servingPolicyOf = createServingPolicies(new Map(adapters).set("openai", openai), {});
  const watched = "region: eu, health_check: { path: /health, interval: 20ms, timeout: 1h } }";
  const catalog = catalogOf({ one: "http://127.0.0.1:9" }).replace("region: eu }", watched);
  const endpoints = new EndpointStates();
  const said: string[] = [];
  const log = { warn: (...[, text]: readonly unknown[]) => void said.push(String(text)), info() {} };
  const healthChecks = new HealthChecks({ endpoints, log, now: Date.now });
  healthChecks.apply(servingPolicyOf(compile(policyOf("{ to: [acme/one] }"), catalog)));
  const close = async () => {
    healthChecks.close();
    await Promise.all([...adapters.values()].map((adapter) => adapter.close()));
  };
  return { checks: endpoints.checks, said, close };
}

it("a check waits for the one before, however long it takes", async () => {
  let asked = 0;
  let answer = (_?: string) => {};
  const { close, checks } = checkedBy(() => {
    asked += 1;
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  await sleep(200);
  expect(asked).toBe(1);
  answer("status 503");
  await eventually(() => expect(asked).toBe(2));
  expect([...checks.values()]).toMatchObject([{ failedInARow: 1, error: "status 503" }]);
  await close();
});

it("a check that this server has no room for says nothing of the endpoint", async () => {
  const noRoom = Object.assign(new Error("connect EMFILE"), { code: "EMFILE" });
  const { close, checks, said } = checkedBy(() => Promise.reject(noRoom));
  await eventually(() => expect(said.length).toBeGreaterThan(3));
  expect(said[0]).toBe("acme/one@one is not checked: this server has no room for another connection");
  expect(checks.size).toBe(0);
  await close();
});

it("a check under way when a reload takes it away leaves nothing behind", async () => {
  let answer = () => {};
  let arrived = () => {};
  const asked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const upstream = await startUpstream((response) => {
    answer = () => void response.writeHead(503).end();
    arrived();
  });
  const adapters = createAdapters({});
  const openai = adapters.get("openai")!;
  let checked: Promise<unknown> = Promise.resolve();
  const seen = new Map(adapters).set("openai", {
    ...openai,
    check(...all) {
      const check = openai.check!(...all);
      checked = check;
      return check;
    },
  });
  const servingPolicyOf = createServingPolicies(seen, {});
  const catalog = catalogOf({ one: upstream.url });
  const watched = catalog.replace("region: eu }", "region: eu, health_check: { path: /health } }");
  const endpoints = new EndpointStates();
  const healthChecks = new HealthChecks({ endpoints, log: { warn() {}, info() {} }, now: Date.now });
  healthChecks.apply(servingPolicyOf(compile(policyOf("{ to: [acme/one] }"), watched)));
  await asked;
  healthChecks.apply(servingPolicyOf(compile(policyOf("{ to: [acme/one] }"), catalog)));
  answer();
  await checked;
  await Promise.resolve();
  expect(endpoints.checks.size).toBe(0);
  await Promise.all([...adapters.values()].map((adapter) => adapter.close()));
});
