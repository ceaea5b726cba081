import { describe, expect, it } from "vitest";
import type { PlannedAttempt } from "../../../../engine/serving.js";
import { ClientPresence } from "../../../../server/dispatch/answers/client-presence.js";
import { attemptEndpoint } from "../../../../server/dispatch/calls/endpoint-attempt.js";
import type { DispatchDependencies, DispatchRequest } from "../../../../server/dispatch/dispatch-request.js";
import { RequestPlaces } from "../../../../server/dispatch/request-places.js";
import { circuitRule } from "../../../../server/endpoints/circuit.js";
import { EndpointStates } from "../../../../server/endpoints/endpoint-states.js";

const endpoint = { id: "acme/one@left" };
const planned = { endpoint, route: { timeouts: {} } } as PlannedAttempt;
const limits = [{ name: "left", max: 1 }];
const side = { client: new ClientPresence(), sink: undefined };

/** An endpoint whose circuit was opened and waits for its probe, with one place. */
function halfOpen(reserve: () => unknown = () => ({ kind: "unavailable" })) {
  const endpoints = new EndpointStates();
  let now = 1_000;
  for (let failures = 0; failures < circuitRule.consecutiveFailures; failures++) {
    endpoints.circuits.begin(endpoint, now)?.end({ kind: "failed", errorClass: "server_error" }, now);
  }
  const openAt = now;
  now += circuitRule.openMs;
  const request = {
    serving: { limitsOf: () => limits, connectionOf: () => ({}) },
    account: { reserve },
    progress: { passedOver: [], unpaid: [], queuedMs: 0 },
  } as unknown as DispatchRequest;
  const shared = { endpoints, now: () => now, clock: () => now } as unknown as DispatchDependencies;
  const places = new RequestPlaces(request, shared);
  return {
    endpoints,
    request,
    places,
    attempt: () => attemptEndpoint(planned, side, places, request, shared),
    /** Whether the next call would be the probe, and has a place. */
    isFree: () => !endpoints.circuits.down(now, new Set([endpoint.id]))?.length && endpoints.slots.used("left") === 0,
    goBack: () => {
      now = openAt;
    },
  };
}

describe("attemptEndpoint()", () => {
  it("leaves the probe of a half-open circuit to others when the endpoint is busy", async () => {
    const { endpoints, attempt, request, isFree } = halfOpen();
    const release = endpoints.slots.take(limits);
    expect((await attempt()).result).toEqual({ kind: "passed_over", reason: "busy" });
    expect(request.progress.passedOver).toEqual([{ endpoint: endpoint.id, reason: "busy" }]);
    release?.();
    expect(isFree()).toBe(true);
  });

  it("gives the places back that it waited for when the circuit has opened meanwhile", async () => {
    const { endpoints, attempt, places, goBack } = halfOpen();
    const taken = endpoints.slots.take(limits);
    const waiting = places.waitForTurn([planned], side.client);
    taken?.();
    expect(await waiting).toBe(planned);
    expect(endpoints.slots.used("left")).toBe(1);
    goBack();
    expect((await attempt()).result).toEqual({ kind: "passed_over", reason: "circuit_open" });
    expect(endpoints.slots.used("left")).toBe(0);
  });

  it.each<[string, () => unknown]>([
    ["cannot be paid for", () => ({ kind: "unavailable" })],
    ["cannot be paid for, which is said later", async () => ({ kind: "unavailable" })],
  ])("holds neither the place nor the probe of a call that %s", async (_, reserve) => {
    const { attempt, request, isFree } = halfOpen(reserve);
    expect((await attempt()).result).toEqual({ kind: "unpaid", refusal: { kind: "unavailable" } });
    expect(request.progress.unpaid).toEqual([{ endpoint: endpoint.id, refusal: { kind: "unavailable" } }]);
    expect(isFree()).toBe(true);
  });

  it.each<[string, () => unknown]>([
    [
      "at once",
      () => {
        throw new Error("a fault");
      },
    ],
    ["later", () => Promise.reject(new Error("a fault"))],
  ])("holds neither when its cost cannot be held for a fault of ours, %s", async (_, reserve) => {
    const { attempt, isFree } = halfOpen(reserve);
    await expect((async () => attempt())()).rejects.toThrow("a fault");
    expect(isFree()).toBe(true);
  });

  it("gives its money back, too, when the call cannot be made for a fault of ours", async () => {
    const { attempt, request, isFree } = halfOpen(() => ({ id: "dec_1.1", at: 0, reservation: undefined }));
    const given: unknown[] = [];
    Object.assign(request.account, { giveBack: ({ id }: { id: string }) => given.push(id) });
    await expect((async () => attempt())()).rejects.toThrow(TypeError); // nothing of the request is there
    expect(given).toEqual(["dec_1.1"]);
    expect(isFree()).toBe(true);
  });
});
