import { describe, expect, it } from "vitest";
import { findExamples, type SimulatedFault, simulatedFaults } from "../../../engine/index.js";
import { judgeAnswer } from "../../../server/chaos/judge-answer.js";
import { rehearse } from "../../../server/chaos/rehearse.js";
import { compile, policyOf } from "../http/harness.js";

const catalog = `kind: catalog
providers:
  one: { format: anthropic, base_url: "http://192.0.2.1/v1", api_key_env: NOBODY_HAS_THIS, max_concurrent: 1 }
  two: { format: openai, base_url: "http://192.0.2.1/v1", health_check: { path: /health } }
models:
  acme/one: { context_window: 8k, endpoints: [{ provider: one, model: one }] }
  acme/two: { context_window: 8k, endpoints: [{ provider: two, model: two }] }
`;
const plain = [{ name: "plain", facts: { model: "auto" } }];

async function verdictsOf(route: string, faults?: readonly SimulatedFault[]) {
  const results = await rehearse(compile(policyOf(route), catalog), plain, faults);
  return results.map(({ fault, at, stream, verdict }) => `${fault} ${at} ${stream ? "stream" : "whole"}: ${verdict}`);
}

describe("rehearse()", () => {
  it("finds every fault at the first candidate survived, but for a stream that was cut, and honest errors for the rest", async () => {
    expect(await verdictsOf("{ to: [acme/one, acme/two] }")).toEqual(
      simulatedFaults.flatMap((fault) => [
        `${fault} first whole: answered`,
        `${fault} first stream: ${fault === "cut" ? "error" : "answered"}`,
        `${fault} all whole: error`,
        `${fault} all stream: error`,
      ]),
    );
  });

  it("finds what a route does not fall back on", async () => {
    const route = "{ to: [acme/one, acme/two], fallback_on: [timeout] }";
    const results = await rehearse(compile(policyOf(route), catalog), plain, ["overloaded", "hang"]);
    expect(results.filter(({ at }) => at === "first")).toMatchObject([
      { verdict: "not_survived", saw: "503 upstream_overloaded; the route does not fall back on overloaded" },
      { verdict: "not_survived" },
      { verdict: "answered" },
      { verdict: "answered" },
    ]);
  });

  it("puts a fault where the draw of that very request goes first", async () => {
    const route = "{ to: [acme/one, acme/two], strategy: weighted, weights: { acme/one: 1, acme/two: 1 } }";
    const requests = Array.from({ length: 6 }, (_, number) => ({ name: `${number}`, facts: { model: `m${number}` } }));
    for (const request of requests) {
      const results = await rehearse(compile(policyOf(route), catalog), [request], ["cut"]);
      const [cut] = results.filter(({ at, stream }) => at === "first" && stream);
      expect(cut).toMatchObject({ verdict: "error", saw: "200, part of it, then stream_cut" });
    }
  });

  it("rehearses a rule about streams in streams alone", async () => {
    const rule = "  - { id: streams, match: { stream: true }, route: { to: [acme/two] } }";
    const policy = compile(policyOf("{ to: [acme/one, acme/two] }", rule), catalog);
    const { examples, open } = findExamples(policy);
    expect([examples, open]).toEqual([[{ rule: "streams", facts: { stream: true } }], []]);
    const requests = [...plain, ...examples.map(({ rule, facts }) => ({ name: rule, facts }))];
    const results = await rehearse(policy, requests, ["reset"]);
    expect(results.map(({ rule, at, stream }) => [rule, at, stream])).toEqual([
      ["default", "first", false],
      ["default", "all", false],
      ["streams", "all", true],
    ]);
  });

  it("has nothing to survive with when one candidate is all there is, and leaves out what is denied", async () => {
    expect(await verdictsOf("{ to: [acme/two] }", ["reset"])).toEqual([
      "reset all whole: error",
      "reset all stream: error",
    ]);
    const denying = policyOf("{ to: [acme/two] }", '  - { id: never, deny: "no" }');
    expect(await rehearse(compile(denying, catalog), plain)).toEqual([]);
  });
});

describe("judgeAnswer()", () => {
  const judged = { fault: "cut", isStream: true, plan: [], isFaulty: () => true } as const;
  it.each([
    ["a stream that ends without [DONE] and without an error", "data: {}\n\n", "broken"],
    ["an error event followed by [DONE]", 'data: {"error":{"code":"stream_cut"}}\n\ndata: [DONE]\n\n', "broken"],
    ["an error event at the end", 'data: {"error":{"code":"stream_cut"}}\n\n', "error"],
    ["a whole stream", "data: {}\n\ndata: [DONE]\n\n", "answered"],
  ])("takes %s for what it is", (_what, body, verdict) => {
    expect(judgeAnswer({ status: 200, body, hung: false }, judged).verdict).toBe(verdict);
  });
  it("takes a client that waits for ever, and an error without a code, for broken promises", () => {
    expect(judgeAnswer({ status: 0, body: "", hung: true }, judged).verdict).toBe("broken");
    expect(judgeAnswer({ status: 502, body: "Bad Gateway", hung: false }, judged).verdict).toBe("broken");
  });
});
