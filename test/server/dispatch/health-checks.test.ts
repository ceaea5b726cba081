import { afterEach, expect, it } from "vitest";
import { HealthChecks } from "../../../server/dispatch/health-checks.js";
import { createServingPolicies } from "../../../server/dispatch/serving-policy.js";
import { EndpointStates } from "../../../server/endpoints/endpoint-states.js";
import { createAdapters } from "../../../server/providers/adapters.js";
import { catalogOf, compile, policyOf, startUpstream, stopAll } from "../http/harness.js";

afterEach(stopAll);

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
