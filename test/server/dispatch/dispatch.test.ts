import { expect, it } from "vitest";
import { ClientPresence } from "../../../server/dispatch/answers/client-presence.js";
import { dispatch } from "../../../server/dispatch/dispatch.js";
import type { DispatchDependencies, DispatchRequest } from "../../../server/dispatch/dispatch-request.js";
import { EndpointStates } from "../../../server/endpoints/endpoint-states.js";
import { candidate } from "./scripted-attempt.js";

it("dispatch() has not ended before its calls are in the ledger", async () => {
  let commit = () => {};
  const committed = new Promise<void>((resolve) => {
    commit = resolve;
  });
  const request = {
    plan: [candidate("one")],
    client: new ClientPresence(),
    sink: undefined,
    serving: { limitsOf: () => [], connectionOf: () => ({}) },
    account: { reserve: () => ({ kind: "unavailable" }), committed: () => committed },
    progress: { attempts: [], failures: [], passedOver: [], unpaid: [], queuedMs: 0 },
  } as unknown as DispatchRequest;
  const shared = { endpoints: new EndpointStates(), now: Date.now } as unknown as DispatchDependencies;
  let hasEnded = false;
  const running = dispatch(request, shared).then(({ result }) => {
    hasEnded = true;
    return result.kind;
  });
  for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve));
  expect(hasEnded).toBe(false);
  commit();
  expect(await running).toBe("unpaid");
});
