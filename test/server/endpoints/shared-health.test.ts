import { expect, it } from "vitest";
import { circuitRule } from "../../../server/endpoints/circuit.js";
import { EndpointStates } from "../../../server/endpoints/endpoint-states.js";
import { type ExchangeHealth, SharedHealth } from "../../../server/endpoints/shared-health.js";

it("what this server learns of a circuit while others are asked counts before what they knew", async () => {
  const endpoints = new EndpointStates();
  const endpoint = { id: "acme/one@left" };
  const now = 1_000;
  const fail = () => {
    for (let failures = 0; failures < circuitRule.consecutiveFailures; failures++) {
      endpoints.circuits.begin(endpoint, now)?.end({ kind: "failed", errorClass: "server_error" }, now);
    }
  };
  const told: string[][] = [];
  const exchange: ExchangeHealth = async (news) => {
    told.push(news.map(({ kind }) => kind));
    if (told.length > 1) return { version: 2, heard: [] };
    fail();
    return { version: 1, heard: [{ kind: "circuit_closed", endpoint: endpoint.id, agoMs: 50 }] };
  };
  const health = new SharedHealth({ endpoints, exchange, log: { warn() {} }, now: () => now, everyMs: 60_000 });
  await health.exchange();
  expect(endpoints.circuits.isClosed(endpoint)).toBe(false);
  await health.exchange();
  expect(told).toEqual([[], ["circuit_open"]]);
  await health.close();
});
