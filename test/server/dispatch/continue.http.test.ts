import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import {
  catalogOf,
  compile,
  done,
  event,
  eventsOf,
  policyOf,
  proxyOver,
  sendJson,
  startProxy,
  startStream,
  startUpstream,
  stopAll,
  textOf,
} from "../http/harness.js";

afterEach(stopAll);

const route = "{ to: [acme/one, acme/two], continue: true }";

/** Streams these events, then the connection breaks. */
const breaking = (...events: readonly string[]) =>
  startUpstream((response) => {
    startStream(response);
    response.write(events.join(""));
    setTimeout(() => response.socket?.resetAndDestroy(), 30);
  });

const goingOn = () =>
  startUpstream((response) => {
    startStream(response);
    response.end(event({ role: "assistant", content: "" }) + event({ content: "lo" }) + event({}, "stop") + done);
  });

describe("continue: true", () => {
  it("goes on at the next candidate with what has come, and the client sees one whole answer", async () => {
    const one = await breaking(event({ role: "assistant", content: "" }), event({ content: "Hel" }));
    const two = await goingOn();
    const proxy = await proxyOver({ one, two }, route);
    const answer = await proxy.ask({ stream: true, temperature: 0.5 });
    const text = await answer.text();
    expect([textOf(text), eventsOf(text).at(-1)]).toEqual(["Hello", "[DONE]"]);
    expect(JSON.parse(two.requests[0]?.body ?? "")).toEqual({
      model: "two-model",
      stream: true,
      temperature: 0.5,
      messages: [
        { role: "user", content: "hi" },
        { role: "assistant", content: "Hel" },
        { role: "user", content: expect.stringContaining("Go on exactly where it stops") },
      ],
    });
    const { attempts, result } = await proxy.lastDecision();
    expect([attempts.map((attempt) => attempt.error_class), result?.outcome]).toEqual([
      ["connection", undefined],
      "answered",
    ]);
    const rows = await proxy.ledger();
    expect(rows.map((row) => row.outcome).sort()).toEqual(["answered", "cut"]);
    expect(Number(rows.find((row) => row.outcome === "cut")?.charged_nano)).toBe(0);
  });

  it.each([
    ["lowered by the tokens that have come", { max_completion_tokens: 100 }, { max_completion_tokens: 98 }],
    ["each of them", { max_tokens: 50, max_completion_tokens: 100 }, { max_tokens: 48, max_completion_tokens: 98 }],
    ["one at least", { max_tokens: 2 }, { max_tokens: 1 }],
    ["none where there was none", { max_tokens: null }, { max_tokens: null }],
  ])("asks for the rest with the limit of the answer: %s", async (_, limits, expected) => {
    const one = await breaking(event({ content: "Hello" }), event({ content: " there" }));
    const two = await goingOn();
    const proxy = await proxyOver({ one, two }, route);
    await (await proxy.ask({ stream: true, ...limits })).text();
    expect(JSON.parse(two.requests[0]?.body ?? "")).toMatchObject(expected);
  });

  it("counts what all candidates before have said", async () => {
    const words = " and so on".repeat(4);
    const one = await breaking(event({ content: `One${words}` }));
    const two = await breaking(event({ content: `, two${words}` }));
    const three = await goingOn();
    const proxy = await proxyOver({ one, two, three }, "{ to: [acme/one, acme/two, acme/three], continue: true }");
    await (await proxy.ask({ stream: true, max_tokens: 100 })).text();
    const limits = [one, two, three].map(({ requests }) => JSON.parse(requests[0]?.body ?? "").max_tokens);
    expect(limits).toEqual([100, 87, 73]);
  });

  it.each([
    ["a tool call", event({ tool_calls: [{ index: 0, id: "c", function: { name: "f", arguments: "{" } }] })],
    ["several choices", `${event({ content: "a" })}${event({ content: "b" }).replace('"index":0', '"index":1')}`],
    ["an answer that has ended for the client", `${event({ content: "Hello" })}${event({}, "length")}`],
  ])("cuts the stream with the documented error after %s", async (what, events) => {
    const one = await breaking(events);
    const two = await goingOn();
    const proxy = await proxyOver({ one, two }, route);
    const text = await (await proxy.ask({ stream: true, ...(what === "several choices" ? { n: 2 } : {}) })).text();
    expect(two.requests).toHaveLength(0);
    expect([text.includes("stream_cut"), text.includes("[DONE]")]).toEqual([true, false]);
  });

  it("cuts the stream when nobody can go on, and says so once", async () => {
    const one = await breaking(event({ content: "Hel" }));
    const two = await startUpstream((response) => sendJson(response, {}, 500));
    const proxy = await proxyOver({ one, two }, route);
    const text = await (await proxy.ask({ stream: true })).text();
    expect(eventsOf(text)).toHaveLength(2);
    expect(JSON.parse(eventsOf(text)[1] ?? "")).toMatchObject({ error: { code: "stream_cut" } });
    expect((await proxy.lastDecision()).result?.outcome).toBe("cut");
  });

  it("cuts the stream after a failure that the route does not fall back on", async () => {
    const one = await breaking(event({ content: "Hel" }));
    const two = await goingOn();
    const proxy = await proxyOver({ one, two }, route.replace(" }", ", fallback_on: [rate_limited] }"));
    expect(await (await proxy.ask({ stream: true })).text()).toContain("stream_cut");
    expect(two.requests).toHaveLength(0);
  });

  it("cuts the stream when the next candidate cannot be paid for", async () => {
    const one = await breaking(event({ content: "Hel" }));
    const two = await goingOn();
    const catalog = catalogOf({ one: one.url, two: two.url }).replace(/(acme\/two:.*?) {4}price: .*?\n/s, "$1");
    const proxy = await startProxy(compile(policyOf(route), catalog));
    const { token } = await proxy.createKey({ limits: { budgets: { day: 1 } } });
    const answer = await proxy.ask({ stream: true, max_tokens: 100 }, { authorization: `Bearer ${token}` });
    const events = eventsOf(await answer.text());
    expect(events).toHaveLength(2);
    expect(JSON.parse(events[1] ?? "")).toMatchObject({ error: { code: "stream_cut" } });
    expect((await proxy.lastDecision()).result).toMatchObject({
      outcome: "cut",
      passed_over: [{ endpoint: "acme/two@two", reason: "unpaid" }],
    });
    expect(two.requests).toHaveLength(0);
  });

  it("asks no candidate that has failed before the stream began", async () => {
    let began: ServerResponse | undefined;
    const one = await startUpstream((response) => {
      began = response;
    });
    const two = await startUpstream((response) => sendJson(response, {}, 500));
    const proxy = await proxyOver({ one, two }, "{ to: [acme/one, acme/two], continue: true, hedge_after_ms: 1 }");
    const answer = proxy.ask({ stream: true });
    await expect.poll(() => proxy.logged.map(({ message }) => message)).toEqual(["acme/two@two failed: server_error"]);
    startStream(began!);
    began!.write(event({ content: "Hel" }));
    const reader = (await answer).body!.getReader();
    await reader.read();
    began!.socket?.resetAndDestroy();
    const { value } = await reader.read();
    expect(Buffer.from(value ?? []).toString()).toContain("stream_cut");
    expect(two.requests).toHaveLength(1);
  });

  it("does nothing where the policy does not say so", async () => {
    const one = await breaking(event({ content: "Hel" }));
    const two = await goingOn();
    const proxy = await proxyOver({ one, two });
    expect(await (await proxy.ask({ stream: true })).text()).toContain("stream_cut");
    expect(two.requests).toHaveLength(0);
  });
});
