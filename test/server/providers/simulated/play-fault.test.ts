import { afterEach, describe, expect, it } from "vitest";
import { compile, policyOf, policyOfHurried, startProxy, stopAll } from "../../http/harness.js";

afterEach(stopAll);

const catalogWith = (simulate: string) => `kind: catalog
providers:
  one: { format: simulated, simulate: { latency_ms: 0, chunk_delay_ms: 0${simulate} } }
  two: { format: simulated, simulate: { latency_ms: 0, chunk_delay_ms: 0 } }
models:
  acme/one: { context_window: 8k, endpoints: [{ provider: one, model: one }] }
  acme/two: { context_window: 8k, endpoints: [{ provider: two, model: two }] }
`;
const policyFor = (simulate: string) => compile(policyOf("{ to: [acme/one, acme/two] }"), catalogWith(simulate));
/** Only a timer ends what never comes. */
const hurriedPolicyFor = (simulate: string) =>
  compile(policyOfHurried("acme/one", "{ first_token: 100ms }", "acme/two"), catalogWith(simulate));

describe("the simulator, told to play badly", () => {
  it.each([
    ["rate_limited", "rate_limited"],
    ["server_error", "server_error"],
    ["overloaded", "overloaded"],
    ["reset", "connection"],
    ["hang", "timeout"],
    ["trickle", "timeout"],
    ["malformed_json", "malformed_response"],
    ["malformed_sse", "malformed_response"],
  ])("by the catalog as %s fails with %s, and the next candidate answers", async (fault, errorClass) => {
    const policy = errorClass === "timeout" ? hurriedPolicyFor : policyFor;
    const proxy = await startProxy(policy(`, fault: ${fault}`));
    const answer = await proxy.ask({ stream: true });
    expect(answer.headers.get("x-route-model")).toBe("acme/two");
    expect((await answer.text()).endsWith("data: [DONE]\n\n")).toBe(true);
    expect((await proxy.lastDecision()).attempts.map((attempt) => attempt.error_class)).toEqual([
      errorClass,
      undefined,
    ]);
  });

  it("by a header in the test mode: every endpoint, or those of a provider", async () => {
    const proxy = await startProxy(policyFor(""), { environment: { SIMULATE_FAULTS: "1" } });
    const ask = async (header: string) => {
      const answer = await proxy.ask({}, { "x-route-simulate": header });
      return [answer.status, answer.headers.get("x-route-model"), answer.headers.get("x-route-warning")];
    };
    expect(await ask("server_error@one")).toEqual([200, "acme/two", null]);
    expect(await ask("server_error@one, overloaded@acme/two@two")).toEqual([502, null, null]);
    expect(await ask("overloaded")).toEqual([503, null, null]);
    expect(await ask("server_eror@one")).toEqual([
      200,
      "acme/one",
      "x-route-simulate: there is no fault of that name; did you mean `server_error`?",
    ]);
    expect(await ask("slow@one")).toEqual([
      200,
      "acme/one",
      expect.stringMatching(/; it takes `rate_limited`, .*@PLACE$/),
    ]);
  });

  it("by a header outside the test mode is not heard", async () => {
    const proxy = await startProxy(policyFor(""));
    const answer = await proxy.ask({}, { "x-route-simulate": "server_error" });
    expect([answer.status, answer.headers.get("x-route-model")]).toEqual([200, "acme/one"]);
    expect(answer.headers.get("x-route-warning")).toContain("only a server with SIMULATE_FAULTS=1");
  });
});
